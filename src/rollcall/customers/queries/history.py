"""What a person's values were, field by field: who or what changed them, when, and from what."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import orjson

from rollcall.customers.models import Customer, FieldEdit, PosAccount, PosRecord, RecordVersion
from rollcall.customers.queries.profile import visible_records
from rollcall.customers.queries.sealed import unseal
from rollcall.customers.rules import contexts
from rollcall.customers.rules.masking import shows_history
from rollcall.kit.fields import FIELDS, FieldValue
from rollcall.kit.scope import Scope

#: Changes that one page shows.
MOST: Final = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryChange:
    """One change of one field.

    :param key: names the change (``version:12:phone``, ``edit:7``), for restoring what was before.
    :param kind: ``pos`` for what a POS said, ``edit`` for what was typed here.
    :param source: what people read: "account · POS id", or who typed it.
    :param is_masked: the values are not for the reader's role; old and new are None then.
    :param outcome: of an edit: ``in force``, ``waiting``, ``replaced``, ``overruled``, ``undone``.
    """

    key: str
    at: dt.datetime
    field: str
    label: str
    old: FieldValue = dataclasses.field(default=None, repr=False)
    new: FieldValue = dataclasses.field(default=None, repr=False)
    kind: str
    source: str
    is_masked: bool
    outcome: str = ""


def list_history(
    scope: Scope, customer: Customer, *, field: str | None = None
) -> list[HistoryChange]:
    """Return a person's changes, the newest first, at most ``MOST``; only of visible records."""
    changes = [*_of_records(scope, customer, field), *_of_edits(scope, customer, field)]
    return sorted(changes, key=lambda change: (change.at, change.key), reverse=True)[:MOST]


def find_change(scope: Scope, customer: Customer, key: str) -> HistoryChange | None:
    """Return one change of a person by its key; None if there is none that may be seen."""
    changes = [*_of_records(scope, customer, None), *_of_edits(scope, customer, None)]
    return next((change for change in changes if change.key == key), None)


def _of_records(scope: Scope, customer: Customer, only: str | None) -> Iterator[HistoryChange]:
    records = {
        row.pk: row
        for row in visible_records(scope, [customer.pk])
        .select_related("account")
        .defer("sealed_raw", "sealed_fields")
    }
    versions = RecordVersion.objects.scoped(scope).filter(record_id__in=records)
    if only is not None:
        versions = versions.filter(fields__contains=[only])
    for version in versions.order_by("-id")[:MOST]:
        source = _source(records[version.record_id])
        for name, (old, new) in _values(scope, version).items():
            if name in FIELDS and only in (None, name):
                yield _change(
                    scope,
                    key=f"version:{version.pk}:{name}",
                    at=version.pos_updated_at or version.at,
                    name=name,
                    values=(old, new),
                    kind="pos",
                    source=source,
                )


def _of_edits(scope: Scope, customer: Customer, only: str | None) -> Iterator[HistoryChange]:
    edits = FieldEdit.objects.scoped(scope).filter(holder=customer)
    if only is not None:
        edits = edits.filter(field=only)
    before: dict[str, FieldValue] = {}
    told = []
    for edit in edits.order_by("at", "pk")[:MOST]:
        context = contexts.edit_value(edit.customer_id, edit.field)
        value: FieldValue = orjson.loads(unseal(scope, edit.sealed_value, context=context))
        told.append(
            _change(
                scope,
                key=f"edit:{edit.pk}",
                at=edit.at,
                name=edit.field,
                values=(before.get(edit.field), value),
                kind="edit",
                source=edit.actor,
                outcome=_outcome(edit),
            )
        )
        before[edit.field] = value
    yield from told


def _change(
    scope: Scope,
    *,
    key: str,
    at: dt.datetime,
    name: str,
    values: tuple[FieldValue, FieldValue],
    kind: str,
    source: str,
    outcome: str = "",
) -> HistoryChange:
    shown = shows_history(scope.role, name)
    return HistoryChange(
        key=key,
        at=at,
        field=name,
        label=FIELDS[name].label,
        old=values[0] if shown else None,
        new=values[1] if shown else None,
        kind=kind,
        source=source,
        is_masked=not shown,
        outcome=outcome,
    )


def _values(scope: Scope, version: RecordVersion) -> Mapping[str, tuple[FieldValue, FieldValue]]:
    context = contexts.version_values(version.record_id)
    opened: Mapping[str, tuple[FieldValue, FieldValue]] = orjson.loads(
        unseal(scope, version.sealed_values, context=context)
    )
    return opened


def _source(record: PosRecord) -> str:
    account: PosAccount = record.account
    return f"{account.label or account.account_key} · {account.kind} {record.external_id}"


def _outcome(edit: FieldEdit) -> str:
    if edit.withdrawn_at is not None:
        return edit.outcome or "replaced"
    if edit.covered:
        return "replaced"
    return "waiting" if edit.waiting else "in force"


def fields_with_history(changes: Collection[HistoryChange]) -> list[str]:
    """Return the fields that occur, in the vocabulary's order."""
    named = {change.field for change in changes}
    return [name for name in FIELDS if name in named]
