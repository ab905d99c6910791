"""Agreeing, confirming, and what is known from a list or a purchase: one entry each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.consent.models import ConsentEntry, Wording
from rollcall.consent.queries.contacts import get_standing
from rollcall.consent.rules.vocabulary import CONTACT_FIELDS, Channel, Kind, Purpose
from rollcall.customers.models import Customer
from rollcall.customers.operations.settling import lock_person
from rollcall.customers.queries.people import members_of
from rollcall.kit.scope import Role, Scope, require
from rollcall.stores.models import Kiosk, Store


class NoContactError(ValueError):
    """The person has no phone or e-mail that the consent could be for."""


class WordingMismatchError(ValueError):
    """What was shown is about another purpose or channel."""


class NothingToConfirmError(LookupError):
    """No double opt-in of this person waits, or it is for a contact that is no longer theirs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """How it came about.

    :param proof: a reference to what proves it, such as a form's number; no value of a person.
    """

    route: ConsentEntry.Route
    wording: Wording | None = None
    store: Store | None = None
    kiosk: Kiosk | None = None
    proof: str = ""


@transaction.atomic
def record_consent(
    scope: Scope,
    customer: Customer,
    *,
    purpose: Purpose,
    channel: Channel,
    circumstances: Circumstances,
    kind: Kind = Kind.GIVEN,
    unconfirmed: bool = False,
    expires_at: dt.datetime | None = None,
    now: dt.datetime,
) -> ConsentEntry:
    """Write down that somebody agrees; for the phone or e-mail that they have at this moment.

    :param kind: given, implied (which expires) or imported (which is no consent).
    :param unconfirmed: a double opt-in begins; it is no consent until :func:`confirm`.
    :raises NoContactError: there is nothing that it could be for.
    :raises WordingMismatchError: something else was shown.
    """
    require(scope, Role.KIOSK)
    if kind not in (Kind.GIVEN, Kind.IMPLIED, Kind.IMPORTED):
        raise ValueError(f"{kind} is written down otherwise")
    if kind is Kind.IMPLIED and expires_at is None:
        raise ValueError("implied consent expires")
    wording = circumstances.wording
    if wording is not None and (wording.purpose, wording.channel) != (purpose, channel):
        raise WordingMismatchError
    holder_id = lock_person(scope, customer.pk)
    contact_key = get_standing(scope, holder_id).contact_key(channel)
    if contact_key is None and channel in CONTACT_FIELDS:
        raise NoContactError
    entry = _write(
        scope,
        ConsentEntry(
            customer_id=holder_id,
            kind=kind,
            purpose=purpose,
            channel=channel,
            expires_at=expires_at,
            contact_key=contact_key,
            unconfirmed=unconfirmed,
        ),
        circumstances,
        now,
    )
    actions = {Kind.GIVEN: "consent.given", Kind.IMPLIED: "consent.given"}
    action = "consent.begun" if unconfirmed else actions.get(kind, "consent.imported")
    tell(scope, action, [entry])
    return entry


@transaction.atomic
def confirm(
    scope: Scope, begun: ConsentEntry, *, circumstances: Circumstances, now: dt.datetime
) -> ConsentEntry:
    """Write down that a double opt-in was confirmed; a repetition answers with the first one.

    :raises NothingToConfirmError: there is none, or it is not for what the person has now.
    """
    require(scope, Role.KIOSK)
    holder_id = lock_person(scope, begun.customer_id)
    channel = Channel(begun.channel)
    done = ConsentEntry.objects.scoped(scope).filter(confirms=begun).first()
    if done is not None:
        return done
    if not begun.unconfirmed:
        raise NothingToConfirmError
    if get_standing(scope, holder_id).contact_key(channel) != begun.contact_key:
        raise NothingToConfirmError
    entry = _write(
        scope,
        ConsentEntry(
            customer_id=begun.customer_id,
            kind=Kind.CONFIRMED,
            purpose=begun.purpose,
            channel=channel,
            expires_at=begun.expires_at,
            contact_key=begun.contact_key,
            confirms=begun,
            wording_id=begun.wording_id,
            covers=begun.covers,
        ),
        circumstances,
        now,
    )
    tell(scope, "consent.given", [entry])
    return entry


def _write(
    scope: Scope, entry: ConsentEntry, circumstances: Circumstances, now: dt.datetime
) -> ConsentEntry:
    holder_id = lock_person(scope, entry.customer_id)
    entry.retailer_id = scope.retailer_id
    entry.holder_id = holder_id
    if entry.kind != Kind.CONFIRMED:  # it stands for those for whom it was begun
        entry.covers = [one for one in members_of(scope, holder_id) if one != entry.customer_id]
    entry.at, entry.actor = now, str(scope.actor)
    entry.route, entry.proof = circumstances.route, circumstances.proof
    entry.wording = circumstances.wording or entry.wording
    entry.store, entry.kiosk = circumstances.store, circumstances.kiosk
    entry.save(force_insert=True)
    return entry


def tell(scope: Scope, action: str, entries: list[ConsentEntry]) -> None:
    """Let the audit, and with it programs, know of entries of one person and one kind."""
    audit.record(
        scope,
        action,
        subject_kind="customer",
        subject_ids=[entries[0].holder_id],
        context={
            "entries": [one.pk for one in entries],
            "kind": str(entries[0].kind),
            "channels": sorted({str(one.channel) for one in entries}),
            "purposes": sorted({str(one.purpose) for one in entries}),
            "route": str(entries[0].route),
        },
    )
