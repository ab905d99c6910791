"""Looking again which values belong to nobody: birth dates, stores' contacts, old verdicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from django.db import connection, transaction
from django.db.models import F

from rollcall.identity.models import GenericCount, GenericValue, KeyKind
from rollcall.identity.operations.generics import (
    MOST_ASKED,
    mark_generic,
    unmark_generic,
)
from rollcall.identity.queries.evidence import read_evidence
from rollcall.identity.queries.shared_values import ValueKey, key_of, list_holders, value_of
from rollcall.identity.rules.evidence import evidence_of
from rollcall.identity.rules.generic import (
    BORN_EXCESS,
    BORN_LEAST,
    count_people,
    is_birth_date_again,
    is_generic_birth_date,
    is_own_again,
)
from rollcall.kit.scope import Scope
from rollcall.stores.queries import list_contacts

Source = GenericValue.Source
#: Values are counted again so often.
EVERY: Final = dt.timedelta(hours=1)
#: So many learned values in a round; the ones that were not counted for longest come first.
_AT_ONCE: Final = 200

_BIRTHS: Final = """
with counted as (
    select born_on_key as key, count(*) as records from customers_posrecord
     where retailer_id = %(retailer)s and born_on_key is not null group by 1
), usual as (
    select percentile_cont(0.5) within group (order by records) as records from counted
)
select counted.key, counted.records, usual.records from counted, usual
 where counted.records > greatest(%(excess)s * usual.records, %(least)s)
    or counted.key in (select key from identity_genericvalue
                        where retailer_id = %(retailer)s and kind = %(kind)s)
"""


def is_due(scope: Scope, *, now: dt.datetime) -> bool:
    """Whether values were last counted more than an hour ago."""
    return not GenericCount.objects.scoped(scope).filter(counted_at__gt=now - EVERY).exists()


def reconsider(scope: Scope, *, now: dt.datetime) -> None:
    """Count birth dates and learned values again. Idempotent."""
    GenericCount.objects.scoped(scope).update_or_create(
        defaults={"counted_at": now}, retailer_id=scope.retailer_id
    )
    _count_births(scope, now=now)
    rows = GenericValue.objects.scoped(scope).filter(source=Source.LEARNED)
    oldest = rows.exclude(kind=KeyKind.BORN).order_by(F("counted_at").asc(nulls_first=True), "pk")
    for row in oldest[:_AT_ONCE]:
        _count_again(scope, row, now=now)


@transaction.atomic
def sync_contacts(scope: Scope, *, now: dt.datetime) -> None:
    """Make phones and e-mails of stores, and e-mails of users, generic; those of old ones no more.

    Nothing is counted. What a person said of such a value stands. Idempotent.
    """
    wanted = _contact_keys(scope)
    rows = GenericValue.objects.scoped(scope).filter(source=Source.CONTACT)
    known = {value_of(row) for row in rows}
    for value in sorted(known - wanted, key=_order):
        unmark_generic(scope, value, now=now)
    for value in sorted(wanted - known, key=_order):
        mark_generic(scope, value, people=0, source=Source.CONTACT, now=now)


def _order(value: ValueKey) -> tuple[int, int]:
    """One order for everybody who locks values."""
    return value.kind, value.key


def _contact_keys(scope: Scope) -> set[ValueKey]:
    phones, emails = list_contacts(scope)
    found = set()
    for field, texts in (("phone", phones), ("email", emails)):
        for text in texts:
            normal = getattr(evidence_of({field: text}), field)
            if normal is not None:
                found.add(key_of(scope, field, normal))
    return found


def _count_births(scope: Scope, *, now: dt.datetime) -> None:
    rows = GenericValue.objects.scoped(scope).filter(kind=KeyKind.BORN)
    said: Mapping[int, GenericValue] = {row.key: row for row in rows}
    with connection.cursor() as cursor:
        cursor.execute(
            _BIRTHS,
            {
                "retailer": scope.retailer_id,
                "excess": BORN_EXCESS,
                "least": BORN_LEAST,
                "kind": KeyKind.BORN.value,
            },
        )
        counted = {key: (records, float(usual)) for key, records, usual in cursor.fetchall()}
    for key, (records, usual) in counted.items():
        value = ValueKey(kind=KeyKind.BORN, key=key)
        if key not in said and is_generic_birth_date(records, usual):
            mark_generic(scope, value, people=records, source=Source.LEARNED, now=now)
    for key, row in said.items():
        records, usual = counted.get(key, (0, 0.0))
        if row.source == Source.LEARNED and is_birth_date_again(records, usual):
            unmark_generic(scope, value_of(row), now=now)


def _count_again(scope: Scope, row: GenericValue, *, now: dt.datetime) -> None:
    value = value_of(row)
    holders = list_holders(scope, value, most=MOST_ASKED)
    people = count_people([one.evidence for one in read_evidence(scope, holders).values()])
    if is_own_again(value.field, people):
        unmark_generic(scope, value, now=now)
        return
    rows = GenericValue.objects.scoped(scope).filter(pk=row.pk, source=Source.LEARNED)
    rows.update(counted_at=now, people=people)
