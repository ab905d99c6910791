"""What has to be written for a POS row: normal forms, differences, blind indexes, sealed values.

Pure, and without a database, so that another process may do it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson

from rollcall.customers.rules import contexts
from rollcall.customers.rules.incoming import IncomingRecord
from rollcall.customers.rules.name_words import NAME_FIELDS, NameWords, name_words
from rollcall.customers.rules.packing import pack_raw
from rollcall.customers.rules.sealed import (
    Difference,
    SealedFields,
    compare,
    first_reading,
)
from rollcall.customers.rules.values import folded_names, normalise_fields, search_values
from rollcall.kit.crypto import RetailerKeys
from rollcall.kit.fields import Fields, FieldValue

#: Blind indexes, and the field that each is made from.
_MADE_FROM: Final = {
    "phone": "phone",
    "phone_last4": "phone",
    "email": "email",
    "born_on": "born_on",
    "licence": "licence",
    "medical_id": "medical_id",
}
INDEXED: Final = tuple(_MADE_FROM)
_SOURCES: Final = frozenset(_MADE_FROM.values())
#: Columns of a record that a row decides, with their PostgreSQL types, in the order of ``values``.
VALUES: Final = (
    ("status", "varchar"),
    ("status_raw", "text"),
    ("merged_into", "varchar"),
    ("pos_updated_at", "timestamptz"),
    ("content_hash", "bytea"),
    ("given_name", "text"),
    ("family_name", "text"),
    ("given_folded", "text"),
    ("family_folded", "text"),
    *((f"{name}_key", "int8") for name in INDEXED),
    ("sealed_fields", "bytea"),
    ("sealed_raw", "bytea"),
)


class HeldRecord(NamedTuple):
    """What is needed of a record that is here already; a tuple, for there are many.

    :param keys: its blind indexes, in the order of ``INDEXED``.
    """

    record_id: int
    merged_into: str | None
    status: str
    sealed_fields: bytes
    keys: tuple[int | None, ...]


class NewRecord(NamedTuple):
    """A record to be written for the first time."""

    external_id: str
    values: tuple[Any, ...]
    words: NameWords
    merged_into: str | None


class ChangedRecord(NamedTuple):
    """A record to be written again.

    :param fields: names of the values that changed, sorted; none if only the raw row did.
    :param sealed_changes: JSON of field → [old, new]; None if no value changed.
    :param words: name words before and after, if the name changed.
    :param moved: whether the POS merges it into another record than before.
    """

    external_id: str
    record_id: int
    values: tuple[Any, ...]
    pos_updated_at: dt.datetime | None
    fields: tuple[str, ...]
    sealed_changes: bytes | None
    words: tuple[NameWords, NameWords] | None
    moved: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """Rows of one batch, ready to be written at ``now`` with values sealed under ``key_id``."""

    now: dt.datetime
    key_id: int
    new: Sequence[NewRecord] = ()
    changed: Sequence[ChangedRecord] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Preparer:
    """Prepares the rows of one account.

    :param now: aware; stands as the source's time where the POS gives none.
    """

    account_id: int
    keys: RetailerKeys = field(repr=False)
    now: dt.datetime

    def new(self, row: IncomingRecord) -> NewRecord:
        """Prepare a row that is not here yet.

        :raises TypeError: a value is nothing that can be kept.
        """
        values = first_reading(normalise_fields(row.fields), at=self._source_time(row))
        return NewRecord(
            row.external_id,
            self._values(row, values, self._blind(values.values)),
            name_words(row.fields),
            row.merged_into,
        )

    def changed(self, row: IncomingRecord, held: HeldRecord) -> ChangedRecord:
        """Prepare a row whose record is here.

        :raises TypeError: a value is nothing that can be kept.
        :raises UnsealError: the record was sealed with a key that is not at hand.
        """
        context = contexts.record_fields(self.account_id, row.external_id)
        was = SealedFields.from_json(self.keys.unseal(held.sealed_fields, context=context))
        difference = self._difference(row, held, was)
        changes, now = difference.changes, difference.fields
        return ChangedRecord(
            row.external_id,
            held.record_id,
            self._values(
                row,
                difference.fields,
                self._blind_again(held, difference.fields.values, changes.keys()),
            ),
            row.updated_at,
            tuple(sorted(changes)),
            self.keys.seal(orjson.dumps(changes), context=contexts.version_values(held.record_id))
            if changes
            else None,
            None
            if NAME_FIELDS.keys().isdisjoint(changes)
            else (name_words(was.values), name_words(now.values)),
            row.merged_into != held.merged_into,
        )

    def _difference(self, row: IncomingRecord, held: HeldRecord, was: SealedFields) -> Difference:
        difference = compare(was, normalise_fields(row.fields), at=self._source_time(row))
        if held.status == row.status and held.merged_into == row.merged_into:
            return difference
        outside: dict[str, tuple[FieldValue, FieldValue]] = {}
        if held.status != row.status:
            outside["status"] = (held.status, row.status)
        if held.merged_into != row.merged_into:
            outside["merged_into"] = (held.merged_into, row.merged_into)
        return Difference(fields=difference.fields, changes={**difference.changes, **outside})

    def _source_time(self, row: IncomingRecord) -> str:
        return (row.updated_at or self.now).astimezone(dt.UTC).isoformat()

    def _blind(self, values: Fields) -> list[int | None]:
        searched, blind = search_values(values), self.keys.blind
        return [blind(name, searched[name]) if name in searched else None for name in INDEXED]

    def _blind_again(
        self, held: HeldRecord, values: Fields, changes: Set[str]
    ) -> Sequence[int | None]:
        """Make blind indexes anew for what changed; the others are as they were."""
        touched = _SOURCES & changes
        if not touched:
            return held.keys
        searched = search_values({source: values.get(source) for source in touched})
        blind = self.keys.blind
        return [
            was
            if _MADE_FROM[name] not in touched
            else blind(name, searched[name])
            if name in searched
            else None
            for name, was in zip(INDEXED, held.keys, strict=True)
        ]

    def _values(
        self, row: IncomingRecord, fields: SealedFields, blind: Sequence[int | None]
    ) -> tuple[Any, ...]:
        keys, account, values = self.keys, self.account_id, fields.values
        given_folded, family_folded = folded_names(values)
        return (
            row.status,
            row.status_raw,
            row.merged_into,
            row.updated_at,
            row.content_hash,
            values.get("given_name") or "",
            values.get("family_name") or "",
            given_folded,
            family_folded,
            *blind,
            keys.seal(fields.to_json(), context=contexts.record_fields(account, row.external_id)),
            keys.seal(pack_raw(row.raw), context=contexts.record_raw(account, row.external_id)),
        )
