"""Who else has a person's phone, e-mail or address: people of a household do."""

from __future__ import annotations

import string
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rollcall.customers.models import Customer, Link, PosRecord
from rollcall.customers.queries.profile import list_account_ids, visible_records
from rollcall.identity.models import MatchKey
from rollcall.identity.queries.evidence import read_evidence
from rollcall.kit.scope import Scope
from rollcall.stores.queries import get_keys

#: So many people are counted at most, and so many named.
MOST_COUNTED: Final = 100
MOST_NAMED: Final = 10
_DOOR_LETTERS: Final = string.ascii_lowercase + string.digits


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """Another person, by a name that one of their visible records has."""

    customer_id: int
    public_id: uuid.UUID
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """A value that others have as well.

    :param field: ``phone``, ``email`` or ``address``.
    :param count: how many other people the scope may see, up to ``MOST_COUNTED``.
    """

    field: str
    count: int
    people: Sequence[Named]

    @property
    def is_many(self) -> bool:
        """Whether more were found than are counted."""
        return self.count >= MOST_COUNTED


def find_sharing(scope: Scope, customer: Customer) -> list[Shared]:
    """Return what others share of the records that the scope may see; nothing where nobody does.

    The caller audits who was named.
    """
    records = visible_records(scope, [customer.pk])
    ids = list(records.values_list("pk", flat=True))
    accounts = list_account_ids(scope)
    found = {
        "phone": _by_column(scope, records.values_list("phone_key", flat=True), "phone", accounts),
        "email": _by_column(scope, records.values_list("email_key", flat=True), "email", accounts),
        "address": _by_door(scope, ids, accounts),
    }
    return [
        Shared(field=field, count=len(others), people=name_people(scope, others[:MOST_NAMED]))
        for field, held in found.items()
        if (others := [one for one in held if one != customer.pk][:MOST_COUNTED])
    ]


def name_people(scope: Scope, customer_ids: Collection[int]) -> list[Named]:
    """Name people by their visible records; who has none is left out."""
    people = Customer.objects.scoped(scope).filter(pk__in=customer_ids)
    public_ids: Mapping[int, uuid.UUID] = dict(people.values_list("pk", "public_id"))
    names: dict[int, str] = {}
    records = visible_records(scope, customer_ids).order_by("-gone_at", "-status", "-pk")
    for pk, given, family in records.values_list("link__customer", "given_name", "family_name"):
        names[pk] = f"{given} {family}".strip() or names.get(pk, "")
    return [
        Named(customer_id=pk, public_id=public_ids[pk], name=names[pk])
        for pk in customer_ids
        if pk in names and pk in public_ids
    ]


def _by_column(
    scope: Scope, values: Iterable[int | None], field: str, accounts: Collection[int]
) -> list[int]:
    keys = {value for value in values if value is not None}
    if not keys:
        return []
    links = Link.objects.scoped(scope).filter(
        **{f"record__{field}_key__in": keys},
        record__account__in=accounts,
        record__retailer_id=scope.retailer_id,
    )
    # One more than are counted: the person is among them.
    found = links.values_list("customer_id", flat=True).distinct()[: MOST_COUNTED + 1]
    return sorted(found)


def _by_door(scope: Scope, record_ids: Collection[int], accounts: Collection[int]) -> list[int]:
    """A door's key has the first letter of a name in it: ask for every letter."""
    known = read_evidence(scope, record_ids)
    streets = {one.evidence.street for one in known.values() if one.evidence.street}
    blind = get_keys(scope).blind
    keys = [
        blind("match door", "\x1f".join((street, letter)))
        for street in streets
        for letter in _DOOR_LETTERS
    ]
    if not keys:
        return []
    held = MatchKey.objects.scoped(scope).filter(key__in=keys).values("record_id")
    records = PosRecord.objects.scoped(scope).filter(pk__in=held, account__in=accounts)
    links = Link.objects.scoped(scope).filter(record__in=records)
    # A street says nothing without its zip, where both have one.
    found = {link.record_id: link.customer_id for link in links[: 5 * MOST_COUNTED]}
    zips = {one.evidence.zip for one in known.values() if one.evidence.street}
    others = read_evidence(scope, list(found))
    return sorted(
        {
            one.customer_id
            for one in others.values()
            if None in zips or one.evidence.zip is None or one.evidence.zip in zips
        }
    )
