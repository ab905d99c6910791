"""Counting what was tried, in the transaction that tries it: no answer without its count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final

from django.db import connection

from rollcall.kit.scope import Scope
from rollcall.proofs.models import Tries
from rollcall.proofs.rules.limits import HOUR

_COUNT: Final = """
insert into proofs_tries as held (retailer_id, kind, subject, opened_at, count)
select %(retailer)s, %(kind)s, one.subject, %(now)s, 1
  from unnest(%(subjects)s::bigint[]) as one (subject) order by one.subject
on conflict (retailer_id, kind, subject) do update set
  count = case when held.opened_at > %(hour_ago)s then held.count + 1 else 1 end,
  opened_at = case when held.opened_at > %(hour_ago)s then held.opened_at
              else excluded.opened_at end
returning held.count, held.opened_at
"""
_TAKE_BACK: Final = """
update proofs_tries set count = count - 1
 where retailer_id = %(retailer)s and kind = %(kind)s and subject = any(%(subjects)s::bigint[])
   and count > 0
"""


class TooManyTriesError(Exception):
    """The limit of an hour is reached; nothing of this try was looked at.

    :param resets_in_s: until it may be tried again.
    """

    def __init__(self, resets_in_s: int) -> None:
        super().__init__("too many tries")
        self.resets_in_s = resets_in_s


def count_tries(
    scope: Scope, kind: Tries.Kind, subjects: Collection[int], *, most: int, now: dt.datetime
) -> None:
    """Count one try of each; others that try the same wait for this transaction to end.

    :raises TooManyTriesError: one has been tried too often; the transaction must not commit.
    """
    if not subjects:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "retailer": scope.retailer_id,
                "kind": kind.value,
                "subjects": sorted(set(subjects)),
                "now": now,
                "hour_ago": now - HOUR,
            },
        )
        opened = [opened_at for count, opened_at in cursor.fetchall() if count > most]
    if opened:
        raise TooManyTriesError(max(1, int((max(opened) + HOUR - now).total_seconds()) + 1))


def take_back(scope: Scope, kind: Tries.Kind, subjects: Collection[int]) -> None:
    """Not to count what turned out to be right."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE_BACK,
            {"retailer": scope.retailer_id, "kind": kind.value, "subjects": sorted(set(subjects))},
        )
