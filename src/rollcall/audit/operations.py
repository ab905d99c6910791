"""Writing the audit: always inside the transaction of the change itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from django.db import connection

from rollcall.kit.scope import Scope

# In the order of the list: ids of entries tell which of two came first.
_APPEND: Final = """
insert into audit_entry (retailer_id, actor, action, subject_kind, subject_ids, fields, context)
select %s, %s, %s, %s, (one.entry ->> 0)::bigint[], %s, (one.entry -> 1)::jsonb
  from json_array_elements(%s::json) with ordinality as one (entry, place)
 order by one.place
"""

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
    record_each(
        scope,
        action,
        subject_kind=subject_kind,
        entries=[(subject_ids, context or {})],
        fields=fields,
    )


def record_each(
    scope: Scope,
    action: str,
    *,
    subject_kind: str,
    entries: Iterable[tuple[Iterable[int], Mapping[str, ContextValue]]],
    fields: Iterable[str] = (),
) -> None:
    """Append one entry for each of many things of one kind, in one statement.

    :param entries: ids of the subjects, and the context.
    """
    # Past the ORM: a batch names thousands of ids, and one text costs less than so many numbers.
    listed = json.dumps(
        [
            [f"{{{','.join(map(str, subject_ids))}}}", dict(context)]
            for subject_ids, context in entries
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _APPEND,
            [scope.retailer_id, str(scope.actor), action, subject_kind, sorted(fields), listed],
        )
