"""May somebody be contacted? A pure answer from the ledger, POS flags and the clock.

Deny by default, and the strictest wish wins: a no of one of several merged people stands for all of
them until that person (or all of them as one) says yes again. POS flags and the clock can only
forbid.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from rollcall.consent.rules.vocabulary import (
    CHANNEL_FLAGS,
    CONTACT_FIELDS,
    EVERY_CHANNEL_FLAG,
    Channel,
    Kind,
    Purpose,
    Reason,
)

#: Local hours between which people may be called or texted (47 CFR 64.1200(c)(1)).
OPENS: Final = dt.time(8)
CLOSES: Final = dt.time(21)
_QUIET_CHANNELS: Final = frozenset({Channel.SMS, Channel.PHONE})
_YES: Final = {
    Kind.GIVEN: Reason.GIVEN,
    Kind.CONFIRMED: Reason.CONFIRMED,
    Kind.IMPLIED: Reason.IMPLIED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One entry of a ledger.

    :param customer_id: the Customer whom it was made for.
    :param covers: further Customers who were the same person when it was made.
    :param contact_key: blind index of the phone or e-mail that was agreed to; None: has none.
    :param unconfirmed: a double opt-in was begun; it is no consent until it is confirmed.
    :param confirms: the entry that this one confirms.
    """

    id: int
    customer_id: int
    kind: Kind
    purpose: Purpose
    channel: Channel
    at: dt.datetime
    expires_at: dt.datetime | None = None
    contact_key: int | None = None
    covers: frozenset[int] = frozenset()
    unconfirmed: bool = False
    confirms: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FlagNo:
    """A record or an edit that says no; a yes or a null says nothing at all.

    :param at: since when it is known.
    """

    field: str
    at: dt.datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is asked.

    :param contact_key: blind index of where the message would go now; None: there is nothing.
    :param zones: where the shopper may be; it has to be day in all of them.
    """

    purpose: Purpose
    channel: Channel
    at: dt.datetime
    contact_key: int | None
    zones: Collection[dt.tzinfo]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The answer, and the entry that proves it, if one does."""

    may: bool
    reason: Reason
    entry: Said | None = None


@dataclass(frozen=True, slots=True)
class _Consent:
    """:param since: a withdrawal or a flag at that moment or later takes it back."""

    entry: Said
    since: dt.datetime


def decide(ledger: Collection[Said], flags: Collection[FlagNo], asked: Question) -> Verdict:
    """Answer for a person.

    :param ledger: entries of all Customers who are this person now.
    """
    told = sorted(
        (
            one
            for one in ledger
            if (one.purpose, one.channel) == (asked.purpose, asked.channel) and one.at <= asked.at
        ),
        key=lambda one: (one.at, one.id),
    )
    refusals = [one for one in told if one.kind is Kind.WITHDRAWN]
    consents = _consents(told, refusals)
    standing = [no for no in refusals if not _is_lifted(no, consents)]
    if standing:
        return Verdict(may=False, reason=Reason.WITHDRAWN, entry=standing[-1])
    if asked.channel in CONTACT_FIELDS and asked.contact_key is None:
        return Verdict(may=False, reason=Reason.NO_CONTACT)
    live = [one for one in consents if _is_live(one, refusals, asked)]
    if asked.purpose is Purpose.TRANSACTIONAL:
        newest = max(live, key=_newest).entry if live else None
        return Verdict(may=True, reason=Reason.TRANSACTIONAL, entry=newest)
    if not live:
        return _why_not(told, refusals, consents, asked)
    best = max(live, key=_newest)
    if any(_forbids(flag, asked.channel) and flag.at >= best.since for flag in flags):
        return Verdict(may=False, reason=Reason.POS_FLAG)
    if asked.channel in _QUIET_CHANNELS and any(_is_quiet(asked.at, zone) for zone in asked.zones):
        return Verdict(may=False, reason=Reason.QUIET_HOURS, entry=best.entry)
    return Verdict(may=True, reason=_YES[best.entry.kind], entry=best.entry)


def _consents(told: Sequence[Said], refusals: Sequence[Said]) -> list[_Consent]:
    begun = {one.id: one for one in told if one.kind is Kind.GIVEN and one.unconfirmed}
    found = []
    for one in told:
        if one.kind is Kind.IMPLIED or (one.kind is Kind.GIVEN and not one.unconfirmed):
            found.append(_Consent(one, one.at))
        first = begun.get(one.confirms or 0) if one.kind is Kind.CONFIRMED else None
        # Who took it back meanwhile and then follows an old link has not agreed again.
        if first is not None and not any(first.at <= no.at <= one.at for no in refusals):
            found.append(_Consent(one, first.at))
    return found


def _is_lifted(no: Said, consents: Sequence[_Consent]) -> bool:
    """Only what somebody said expressly, and later, takes a no back; no purchase does."""
    return any(
        one.since > no.at
        and one.entry.kind is not Kind.IMPLIED
        and no.customer_id in {one.entry.customer_id, *one.entry.covers}
        for one in consents
    )


def _is_live(consent: _Consent, refusals: Sequence[Said], asked: Question) -> bool:
    return (
        not _is_expired(consent.entry, asked.at)
        and not _is_elsewhere(consent.entry, asked)
        and all(no.at < consent.since for no in refusals)
    )


def _is_expired(entry: Said, at: dt.datetime) -> bool:
    return entry.expires_at is not None and entry.expires_at <= at


def _is_elsewhere(entry: Said, asked: Question) -> bool:
    return asked.channel in CONTACT_FIELDS and entry.contact_key != asked.contact_key


def _newest(consent: _Consent) -> tuple[dt.datetime, int]:
    return (consent.since, consent.entry.id)


def _forbids(flag: FlagNo, channel: Channel) -> bool:
    return flag.field in {EVERY_CHANNEL_FLAG, CHANNEL_FLAGS.get(channel)}


def _is_quiet(at: dt.datetime, zone: dt.tzinfo) -> bool:
    return not OPENS <= at.astimezone(zone).time() < CLOSES


def _why_not(
    told: Sequence[Said], refusals: Sequence[Said], consents: Sequence[_Consent], asked: Question
) -> Verdict:
    """Say what comes closest to a consent; of several the newest."""
    for consent in sorted(consents, key=_newest, reverse=True):
        if any(no.at >= consent.since for no in refusals):
            continue
        moved = _is_elsewhere(consent.entry, asked)
        reason = Reason.CONTACT_CHANGED if moved else Reason.EXPIRED
        return Verdict(may=False, reason=reason, entry=consent.entry)
    for one in reversed(told):
        if one.unconfirmed:
            return Verdict(may=False, reason=Reason.UNCONFIRMED, entry=one)
        if one.kind is Kind.IMPORTED:
            return Verdict(may=False, reason=Reason.IMPORTED_ONLY, entry=one)
    return Verdict(may=False, reason=Reason.NEVER_GIVEN)
