"""Writing the audit: always inside the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rollcall.audit.models import Entry
from rollcall.kit.scope import Scope

ContextValue = str | int | float | bool | None | list[str] | list[int]


def record(
    scope: Scope,
    action: str,
    *,
    subject_kind: str,
    subject_ids: Iterable[int],
    fields: Iterable[str] = (),
    context: Mapping[str, ContextValue] | None = None,
) -> None:
    """Append one entry.

    :param action: dotted, past tense (``customer.viewed``).
    :param fields: names of the fields concerned; values must never come here.
    :param context: counts, ids, codes.
    """
    Entry.objects.scoped(scope).create(
        actor=str(scope.actor),
        action=action,
        subject_kind=subject_kind,
        subject_ids=list(subject_ids),
        fields=sorted(fields),
        context=dict(context or {}),
    )
