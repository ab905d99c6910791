"""Values that belong to nobody: which they are, who has them, and whom they may hold together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from rollcall.identity.models import GenericValue, KeyKind, Reopening
from rollcall.identity.queries.blocking import VALUE_KINDS, hash_value
from rollcall.identity.queries.evidence import read_evidence
from rollcall.identity.rules.generic import SEED
from rollcall.kit.scope import Scope

_FIELDS: Final[Mapping[int, str]] = {kind: field for field, kind in VALUE_KINDS.items()}
#: Values that a page shows at once.
PAGE: Final = 50

_BY_KEY: Final = """
select record_id from identity_matchkey
 where key = %(key)s and retailer_id = %(retailer)s and record_id > %(after)s
 order by record_id limit %(most)s
"""
_BY_BIRTH: Final = """
select id from customers_posrecord
 where born_on_key = %(key)s and retailer_id = %(retailer)s and id > %(after)s
 order by id limit %(most)s
"""
# Every merge in force names at least one Customer who is somebody else now.
_PEOPLE: Final = """
with holder as materialized (
    select distinct link.customer_id as id
      from ({holders}) held join customers_link link on link.record_id = held.record_id
     where link.customer_id > %(after)s
)
select holder.id from holder
 where exists (
    select from customers_customer member
     where member.merged_into_id = holder.id
       and (exists (select from identity_merge merge
                     where merge.survivor_id = member.id
                       and merge.undone_at is null and merge.reason = 'automatic')
         or exists (select from identity_merge merge
                     where merge.absorbed_id = member.id
                       and merge.undone_at is null and merge.reason = 'automatic')))
 order by holder.id limit %(most)s
"""
_HOLDERS: Final = {
    False: "select record_id from identity_matchkey"
    " where key = %(key)s and retailer_id = %(retailer)s",
    True: "select id as record_id from customers_posrecord"
    " where born_on_key = %(key)s and retailer_id = %(retailer)s",
}
_COUNT: Final = """
select count(*), count(distinct link.customer_id)
  from ({holders} limit %(most)s) held join customers_link link on link.record_id = held.record_id
"""
#: So many records of a value are counted; a store's phone may stand on most of them.
MOST_COUNTED: Final = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueKey:
    """A value as it is known without reading it."""

    kind: KeyKind
    key: int

    @property
    def field(self) -> str:
        """The field of the evidence that it is a value of."""
        return _FIELDS[self.kind]


@dataclass(frozen=True, kw_only=True, slots=True)
class Holders:
    """Who has a value.

    :param is_whole: False: more records have it than were counted.
    """

    records: int
    people: int
    is_whole: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedValue:
    """A value of which something was said.

    :param text: the value itself, read from one of its records; None if none has it now.
    """

    row: GenericValue
    text: str | None
    holders: Holders
    reopening: Reopening | None

    @property
    def field(self) -> str:
        """The field of the evidence that it is a value of."""
        return _FIELDS[self.row.kind]


def key_of(scope: Scope, field: str, value: str) -> ValueKey:
    """Return the key of a value.

    :param field: ``phone``, ``email``, ``licence``, ``medical`` or ``born``.
    :param value: in the normal form of the evidence.
    """
    return ValueKey(kind=VALUE_KINDS[field], key=hash_value(scope, field, value))


def list_holders(scope: Scope, value: ValueKey, *, most: int, after: int = 0) -> list[int]:
    """Return records that have a value, by their ids, at most so many.

    :param after: only those with greater ids.
    """
    statement = _BY_BIRTH if value.kind == KeyKind.BORN else _BY_KEY
    return _read_ids(scope, statement, value, most=most, after=after)


def list_joined_people(scope: Scope, value: ValueKey, *, most: int, after: int = 0) -> list[int]:
    """Return people who have a value and consist of automatic merges too, by their ids."""
    statement = _PEOPLE.format(holders=_HOLDERS[value.kind == KeyKind.BORN])
    return _read_ids(scope, statement, value, most=most, after=after)


def count_holders(scope: Scope, value: ValueKey) -> Holders:
    """Count the records that have a value, and the people whose they are."""
    statement = _COUNT.format(holders=_HOLDERS[value.kind == KeyKind.BORN])
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {"key": value.key, "retailer": scope.retailer_id, "most": MOST_COUNTED},
        )
        records, people = cursor.fetchone()
    return Holders(records=records, people=people, is_whole=records < MOST_COUNTED)


def read_value(scope: Scope, value: ValueKey) -> str | None:
    """Return the value itself, from one of the records that have it; the caller audits that."""
    for record in read_evidence(scope, list_holders(scope, value, most=3)).values():
        text: str | None = getattr(record.evidence, value.field)
        if text is not None and key_of(scope, value.field, text) == value:
            return text
    return None


def find_value(scope: Scope, value: ValueKey) -> GenericValue | None:
    """Return what was said of a value."""
    rows = GenericValue.objects.scoped(scope)
    return rows.filter(kind=value.kind, key=value.key).first()


def is_known_before(scope: Scope, value: ValueKey) -> bool:
    """Whether a value is generic before anything is said or counted."""
    return any(key_of(scope, value.field, text) == value for text in SEED[value.field])


def list_stopped(scope: Scope) -> list[Reopening]:
    """Return the re-openings that wait for a person, the oldest first."""
    held = Reopening.objects.scoped(scope).filter(state=Reopening.State.STOPPED)
    return list(held.order_by("pk"))


def list_values(scope: Scope, *, after: int = 0, most: int = PAGE) -> Sequence[SharedValue]:
    """Return values of which something was said, the newest first; the caller audits that.

    :param after: the row's id of the last one of the page before; 0: from the beginning.
    """
    rows = GenericValue.objects.scoped(scope).order_by("-pk")
    if after:
        rows = rows.filter(pk__lt=after)
    last: dict[tuple[int, int], Reopening] = {}
    found = list(rows[:most])
    asked = Reopening.objects.scoped(scope).filter(key__in=[one.key for one in found])
    for reopening in asked.order_by("pk"):
        last[reopening.kind, reopening.key] = reopening
    return [_open(scope, row, last.get((row.kind, row.key))) for row in found]


def value_of(row: GenericValue | Reopening) -> ValueKey:
    """Return which value a row is about."""
    return ValueKey(kind=KeyKind(row.kind), key=row.key)


def _open(scope: Scope, row: GenericValue, reopening: Reopening | None) -> SharedValue:
    value = value_of(row)
    return SharedValue(
        row=row,
        text=read_value(scope, value),
        holders=count_holders(scope, value),
        reopening=reopening,
    )


def _read_ids(scope: Scope, statement: str, value: ValueKey, *, most: int, after: int) -> list[int]:
    asked = {"key": value.key, "retailer": scope.retailer_id, "most": most, "after": after}
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return [one for (one,) in cursor.fetchall()]
