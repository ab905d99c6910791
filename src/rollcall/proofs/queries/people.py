"""Finding whom something that was said could mean, in the accounts of one store."""

from __future__ import annotations

from typing import Final

from django.db.models import Q, QuerySet

from rollcall.customers.models import PosRecord
from rollcall.customers.queries.profile import list_account_ids
from rollcall.customers.queries.sealed import unseal
from rollcall.customers.rules import contexts
from rollcall.customers.rules.sealed import SealedFields
from rollcall.kit.crypto import RetailerKeys
from rollcall.kit.fields import Fields
from rollcall.kit.scope import Scope
from rollcall.proofs.rules.ladder import MOST_PEOPLE, FoundRecord, Given, Person, names_fit
from rollcall.stores.queries import get_keys

#: Records of a birth date and a name that are opened: a placeholder date is many people's.
_MOST_OPENED: Final = 200


def value_subject(scope: Scope, given: Given) -> int:
    """What is tried, as a blind index: the same whether anybody has it or not."""
    if given.has_contact:
        text = f"contact {given.phone} {given.email}"
    else:
        text = f"names {' '.join(given.given_words)} {' '.join(given.family_words)}"
    return get_keys(scope).blind("identification", text)


def find_people(scope: Scope, given: Given) -> list[Person]:
    """Whom the contact fits, or without one the names and the birth date.

    At most one more than ``MOST_PEOPLE``. One statement reads records, whoever was meant.

    :param scope: of one store.
    """
    keys = get_keys(scope)
    records = PosRecord.objects.scoped(scope).filter(
        _condition(keys, given),
        account__in=list_account_ids(scope),
        gone_at__isnull=True,
        merged_into__isnull=True,
    )
    people: dict[int, list[FoundRecord]] = {}
    for row in _opened(records):
        values = _values(scope, row)
        if _is_meant(given, values):
            people.setdefault(row.link.customer_id, []).append(
                FoundRecord(record_id=row.pk, values=values)
            )
    found = [Person(customer_id=one, records=rows) for one, rows in people.items()]
    return found[: MOST_PEOPLE + 1]


def _condition(keys: RetailerKeys, given: Given) -> Q:
    wanted = Q()
    if given.phone:
        wanted &= Q(phone_key=keys.blind("phone", given.phone))
    if given.email:
        wanted &= Q(email_key=keys.blind("email", given.email))
    if not given.has_contact:
        wanted &= Q(
            born_on_key=keys.blind("born_on", given.born_on),
            family_folded__contains=given.family_words[0],
        )
    return wanted


def _opened(records: QuerySet[PosRecord]) -> QuerySet[PosRecord]:
    return records.select_related("link").defer("sealed_raw").order_by("pk")[:_MOST_OPENED]


def _values(scope: Scope, row: PosRecord) -> Fields:
    context = contexts.record_fields(row.account_id, row.external_id)
    plain = unseal(scope, row.sealed_fields, context=context)
    return SealedFields.from_json(plain).values


def _is_meant(given: Given, values: Fields) -> bool:
    """Blind indexes may collide."""
    if given.phone and values.get("phone") != given.phone:
        return False
    if given.email and values.get("email") != given.email:
        return False
    if given.has_contact:
        return True
    return values.get("born_on") == given.born_on and names_fit(given, values) is True
