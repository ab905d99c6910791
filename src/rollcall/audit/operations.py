"""Writing the audit: always inside the transaction of the change itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from django.db import connection

from rollcall.kit.scope import Scope

_APPEND: Final = (
    "insert into audit_entry"
    " (retailer_id, actor, action, subject_kind, subject_ids, fields, context)"
    " values (%s, %s, %s, %s, %s::text::bigint[], %s, %s::jsonb)"
)

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
    # Past the ORM: a batch names thousands of ids, and one text costs less than so many numbers.
    with connection.cursor() as cursor:
        cursor.execute(
            _APPEND,
            [
                scope.retailer_id,
                str(scope.actor),
                action,
                subject_kind,
                f"{{{','.join(map(str, subject_ids))}}}",
                sorted(fields),
                json.dumps(dict(context or {})),
            ],
        )
