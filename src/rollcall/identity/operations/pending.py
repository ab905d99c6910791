"""Working off the records that have to be compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import orjson
import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from rollcall.identity.operations.matching import Matching, compare_records, write_match_keys
from rollcall.jobs import stopping
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope

log = structlog.get_logger()

_AT_ONCE: Final = 500
#: A worker that compares holds one of these until its session or batch ends; others leave it alone.
_LOCK: Final = "select pg_try_advisory_lock(hashtextextended(%s, %s))"
_UNLOCK: Final = "select pg_advisory_unlock(hashtextextended(%s, %s))"
_DUE: Final = """
select record_id, noted_at from identity_pendingmatch
 where retailer_id = %s and (not_before is null or not_before <= now())
"""
_OLDEST: Final = _DUE + " order by noted_at limit %s"
_NEWEST: Final = _DUE + " order by noted_at desc limit %s"
#: Name of the lock → what its worker takes, and how many have to be due so that it takes any. The
#: two never meet; if they did, records would be compared twice, which changes nothing.
_PLACES: Final = {
    "identity.matching": (_OLDEST, 1),
    "identity.matching newest": (_NEWEST, 4 * _AT_ONCE),
}
_RETAILERS: Final = """
select distinct retailer_id from identity_pendingmatch
 where not_before is null or not_before <= now() order by 1
"""
_LATER: Final = """
update identity_pendingmatch set not_before = now() + interval '1 hour' where record_id = %s
"""
_DONE: Final = """
delete from identity_pendingmatch pending
 using unnest(array(select json_array_elements_text(%s::json)::bigint),
              array(select json_array_elements_text(%s::json)::timestamptz)) done(id, noted_at)
 where pending.record_id = done.id and pending.noted_at = done.noted_at
"""
_Pending = Sequence[tuple[int, dt.datetime]]


def match_pending(scope: Scope) -> int:
    """Compare everything that is due; returns how many records that were.

    One worker at a time for a retailer begins with the oldest; if very many wait, another one with
    the newest; further ones return at once. Stops when the worker is told to end: what is left
    waits in its rows.
    """
    for place, (statement, least) in _PLACES.items():
        if _ask(_LOCK, place, scope):
            try:
                return _match_from(scope, statement, least)
            finally:
                _ask(_UNLOCK, place, scope)
    return 0


def _match_from(scope: Scope, statement: str, least: int) -> int:
    compared = 0
    while not stopping.is_set():
        pending = _read(scope, statement, max(least, _AT_ONCE))
        if len(pending) < least:
            break
        compared += _match_or_set_aside(scope, pending[:_AT_ONCE])
    return compared


def _match_or_set_aside(scope: Scope, pending: _Pending) -> int:
    """Compare a batch; if that fails one by one, so that one bad record holds up nobody else."""
    try:
        return match_batch(scope, pending).compared
    except (OperationalError, InterfaceError):
        raise  # the database went away: nothing is wrong with the records
    except Exception:
        if len(pending) > 1:
            return sum(_match_or_set_aside(scope, [one]) for one in pending)
        ((record_id, _),) = pending
        log.exception("identity.record_not_compared", record=record_id, again_in="1 hour")
        with connection.cursor() as cursor:
            cursor.execute(_LATER, [record_id])
        return 0


def match_batch(scope: Scope, pending: _Pending) -> Matching:
    """Compare some records. A record that changes meanwhile stays pending."""
    record_ids = [record_id for record_id, _ in pending]
    with transaction.atomic():
        keyed = write_match_keys(scope, record_ids)
    result = compare_records(scope, keyed, now=utc_now())
    with connection.cursor() as cursor:
        cursor.execute(
            _DONE,
            [
                orjson.dumps(record_ids).decode(),
                orjson.dumps([noted_at.isoformat() for _, noted_at in pending]).decode(),
            ],
        )
    return result


def retailers_with_pending() -> list[int]:
    """Return the retailers who have records to compare."""
    with connection.cursor() as cursor:
        cursor.execute(_RETAILERS)
        return [retailer_id for (retailer_id,) in cursor.fetchall()]


def _read(scope: Scope, statement: str, most: int) -> _Pending:
    with connection.cursor() as cursor:
        cursor.execute(statement, [scope.retailer_id, most])
        return [(record_id, noted_at) for record_id, noted_at in cursor.fetchall()]


def _ask(statement: str, place: str, scope: Scope) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [place, scope.retailer_id])
        row = cursor.fetchone()
    return bool(row and row[0])
