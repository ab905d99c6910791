"""Reading what somebody agreed to, and whether they may be contacted."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from rollcall.consent.models import ConsentEntry, Wording
from rollcall.consent.queries.contacts import Standing, get_standing
from rollcall.consent.rules.deciding import Question, Said, Verdict, decide
from rollcall.consent.rules.vocabulary import Channel, Kind, Purpose
from rollcall.customers.models import Customer
from rollcall.kit.scope import Scope
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.stores.models import Store


class WordingNotFoundError(LookupError):
    """There is no such wording."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Whether somebody may be contacted.

    :param entry: what proves it; None: nothing that the ledger holds.
    """

    purpose: Purpose
    channel: Channel
    verdict: Verdict
    entry: ConsentEntry | None


def may_contact(
    scope: Scope, customer: Customer, *, purpose: Purpose, channel: Channel, at: dt.datetime
) -> Answer:
    """Answer from the ledger, the POS flags and the clock of the stores.

    :param customer: who stands for the person.
    """
    entries = list_entries(scope, customer).filter(purpose=purpose, channel=channel)
    rows = {row.pk: row for row in entries}
    return _answer(scope, rows, get_standing(scope, customer.pk), purpose, channel, at)


def view_states(scope: Scope, customer: Customer, *, at: dt.datetime) -> list[Answer]:
    """Return the answers for every purpose and channel of which the ledger says something."""
    rows = {row.pk: row for row in list_entries(scope, customer)}
    standing = get_standing(scope, customer.pk)
    said = {(row.purpose, row.channel) for row in rows.values()}
    return [
        _answer(scope, rows, standing, purpose, channel, at)
        for purpose in Purpose
        for channel in Channel
        if (purpose, channel) in said
    ]


def list_entries(scope: Scope, customer: Customer) -> ScopedQuerySet[ConsentEntry]:
    """Return the entries of all Customers who are this person now, the newest first."""
    entries = ConsentEntry.objects.scoped(scope).filter(holder=customer)
    return entries.select_related("wording", "store", "kiosk", "customer").order_by("-pk")


def find_wording(scope: Scope, public_id: uuid.UUID) -> Wording:
    """Return a wording by its id.

    :raises WordingNotFoundError: there is none.
    """
    found = Wording.objects.scoped(scope).filter(public_id=public_id).first()
    if found is None:
        raise WordingNotFoundError
    return found


def _answer(
    scope: Scope,
    rows: dict[int, ConsentEntry],
    standing: Standing,
    purpose: Purpose,
    channel: Channel,
    at: dt.datetime,
) -> Answer:
    asked = Question(
        purpose=purpose,
        channel=channel,
        at=at,
        contact_key=standing.contact_key(channel),
        zones=_zones(scope, rows),
    )
    verdict = decide([_said(row) for row in rows.values()], standing.flags, asked)
    entry = None if verdict.entry is None else rows[verdict.entry.id]
    return Answer(purpose=purpose, channel=channel, verdict=verdict, entry=entry)


def _zones(scope: Scope, rows: dict[int, ConsentEntry]) -> list[ZoneInfo]:
    """Where the shopper may be: in the zones of the stores that are named; else of any store."""
    names = {row.store.time_zone for row in rows.values() if row.store is not None}
    if not names:
        names = set(Store.objects.scoped(scope).values_list("time_zone", flat=True))
    return [ZoneInfo(name) for name in sorted(names)]


def _said(row: ConsentEntry) -> Said:
    return Said(
        id=row.pk,
        customer_id=row.customer_id,
        kind=Kind(row.kind),
        purpose=Purpose(row.purpose),
        channel=Channel(row.channel),
        at=row.at,
        expires_at=row.expires_at,
        contact_key=row.contact_key,
        covers=frozenset(row.covers),
        unconfirmed=row.unconfirmed,
        confirms=row.confirms_id,
    )
