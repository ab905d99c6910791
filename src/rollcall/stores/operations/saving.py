"""Create-or-update with an exact account of what it changed."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model

from rollcall.audit import operations as audit
from rollcall.kit.scope import Scope
from rollcall.kit.scoping import ScopedQuerySet

RowT = TypeVar("RowT", bound=Model)


class Action(enum.StrEnum):
    """What saving did to a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved(Generic[RowT]):
    """A row after it was saved.

    :param fields: names of the fields that changed, sorted; empty for a created or unchanged row.
    """

    row: RowT
    action: Action
    fields: tuple[str, ...] = ()


def save_row(
    rows: ScopedQuerySet[RowT], find: Mapping[str, object], values: Mapping[str, object]
) -> Saved[RowT]:
    """Create the row that ``find`` names, or bring it in line with ``values``.

    Call it inside a transaction: the row stays locked to its end.

    :param values: None leaves a field as it is, or at its default.
    """
    given = {name: value for name, value in values.items() if value is not None}
    row = rows.select_for_update().filter(**find).first()
    if row is None:
        return Saved(row=rows.create(**find, **given), action=Action.CREATED)
    changed = [name for name, value in given.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, given[name])
    if changed:
        row.save(update_fields=changed)
    return existing(row, changed)


def existing(row: RowT, changed: Iterable[str]) -> Saved[RowT]:
    """What to say of a row that was there before."""
    fields = tuple(sorted(changed))
    return Saved(row=row, action=Action.UPDATED if fields else Action.UNCHANGED, fields=fields)


def record_saved(scope: Scope, kind: str, saved: Saved[RowT]) -> None:
    """Tell the audit, unless nothing changed."""
    if saved.action is not Action.UNCHANGED:
        audit.record(
            scope,
            f"{kind}.{saved.action.value}",
            subject_kind=kind,
            subject_ids=[saved.row.pk],
            fields=saved.fields,
        )
