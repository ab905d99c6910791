"""Noting that records have to be compared: a row in the transaction that wrote them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import orjson
from django.db import connection

from rollcall.jobs import wake
from rollcall.kit.scope import Scope

# One order everywhere, so that nobody waits for somebody who waits for them.
_NOTE: Final = """
insert into identity_pendingmatch (record_id, retailer_id, noted_at)
select one.id, %s, clock_timestamp()
  from (select json_array_elements_text(%s::json)::bigint as id order by 1) one
on conflict (record_id) do update set noted_at = excluded.noted_at, not_before = null
"""


def note_records(scope: Scope, record_ids: Collection[int]) -> None:
    """Have these records compared with all others, soon. Idempotent."""
    if not record_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [scope.retailer_id, orjson.dumps(sorted(record_ids)).decode()])
    wake("identity.match", retailer_id=scope.retailer_id)
