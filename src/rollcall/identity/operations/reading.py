"""Reads of who is who that leave a trace: which people somebody looked at."""

from __future__ import annotations

from collections.abc import Iterable

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer
from rollcall.identity.models import Decision, Merge, Suggestion
from rollcall.identity.queries.decisions import list_recent_decisions
from rollcall.identity.queries.merges import get_merge, list_recent_merges
from rollcall.identity.queries.previews import (
    MergePreview,
    UnmergePreview,
    preview_merge,
    preview_unmerge,
)
from rollcall.identity.queries.suggestions import Place, list_open
from rollcall.kit.scope import Role, Scope, require


def view_queue(scope: Scope, *, after: Place | None, limit: int) -> list[Suggestion]:
    """Return a page of the review queue, the strongest first."""
    require(scope, Role.MANAGER)
    found = list_open(scope, after=after, limit=limit)
    _tell(scope, "suggestion.listed", "suggestion", (one.pk for one in found))
    return found


def view_merges(scope: Scope, *, before: int | None, limit: int) -> list[Merge]:
    """Return a page of the merges, the newest first."""
    require(scope, Role.MANAGER)
    found = list_recent_merges(scope, before=before, limit=limit)
    _tell(scope, "merge.listed", "merge", (one.pk for one in found))
    return found


def view_merge(scope: Scope, merge_id: int) -> Merge:
    """Return one merge.

    :raises MergeNotFoundError: none that may be seen.
    """
    require(scope, Role.MANAGER)
    found = get_merge(scope, merge_id)
    _tell(scope, "merge.viewed", "merge", [found.pk])
    return found


def view_decisions(scope: Scope, *, before: int | None, limit: int) -> list[Decision]:
    """Return a page of what people decided, the newest first."""
    require(scope, Role.MANAGER)
    found = list_recent_decisions(scope, before=before, limit=limit)
    _tell(scope, "decision.listed", "decision", (one.pk for one in found))
    return found


def view_merge_preview(
    scope: Scope, first: Customer, second: Customer, *, survivor: Customer | None
) -> MergePreview:
    """Show what merging two people would change.

    :raises CustomerNotFoundError: one of them has no record that the scope may see.
    """
    preview = preview_merge(scope, first, second, survivor=survivor)
    _tell(scope, "customer.merge_previewed", "customer", sorted(preview.after.members))
    return preview


def view_undo_preview(scope: Scope, merge_id: int) -> UnmergePreview:
    """Show what taking a merge back would change.

    :raises MergeNotFoundError: none that may be seen.
    """
    require(scope, Role.MANAGER)
    preview = preview_unmerge(scope, get_merge(scope, merge_id))
    _tell(scope, "customer.unmerge_previewed", "customer", sorted(preview.before.members))
    return preview


def _tell(scope: Scope, action: str, kind: str, ids: Iterable[int]) -> None:
    audit.record(scope, action, subject_kind=kind, subject_ids=ids)
