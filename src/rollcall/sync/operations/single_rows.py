"""Taking single rows over beside a run that may be reading the same account.

A counter look-up, a webhook or a write to the POS brings a fresh row at any moment. It is written
under the lock that the reader's transactions take too (the account's state), and noted there: the
reader leaves out what it read before (``batches.without_old_news``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from django.db import connection

from rollcall.customers.operations.ingest import write_prepared
from rollcall.customers.operations.presence import mark_back
from rollcall.pos.contract import RawRow
from rollcall.sync.models import AccountState
from rollcall.sync.operations.batches import (
    fingerprint_rows,
    make_job,
    not_older,
    sort_rows,
)
from rollcall.sync.operations.preparing import prepare
from rollcall.sync.operations.quarantine import put_in_quarantine, resolve_quarantined
from rollcall.sync.operations.source import Source
from rollcall.sync.rules.bad_rows import BadRow

#: As many ids are remembered; a batch that was overtaken by more compares all of its rows again.
_REMEMBERED: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What became of single rows.

    :param record_ids: external id → record, of rows that are here now (also if they were old news).
    :param bad: rows that went to quarantine.
    """

    record_ids: Mapping[str, int] = field(default_factory=dict)
    bad: Sequence[BadRow] = ()


def take_single_rows(source: Source, rows: Sequence[RawRow]) -> Taken:
    """Take rows over at once; call it inside a transaction, and make that a short one.

    Rows that the POS changed before what is held here are old news and change nothing. Idempotent.
    """
    lock_list(source)
    batch = sort_rows(source, fingerprint_rows(source, rows))
    outcome = prepare(make_job(source, batch))
    batch.bad.extend(outcome.bad)
    changed = not_older(source, batch, outcome.prepared.changed)
    prepared = replace(outcome.prepared, changed=changed)
    now = prepared.now
    result = write_prepared(
        source.scope, source.account, prepared, sync_id=None, tokens=source.tokens
    )
    if batch.back:
        mark_back(source.scope, batch.back)
    put_in_quarantine(source, batch.bad, run_id=None, now=now)
    resolve_quarantined(
        source, [*batch.unchanged_ids, *result.record_ids], resolution="taken_over", now=now
    )
    known = dict(zip(batch.unchanged_ids, batch.unchanged, strict=True))
    _note(source, [one.external_id for one in batch.to_prepare])
    return Taken(record_ids={**known, **result.record_ids}, bad=batch.bad)


def lock_list(source: Source) -> None:
    """Let others who write rows of the list wait; first of all locks, and kept until we commit."""
    if not _lock_state(source):
        AccountState.objects.scoped(source.scope).get_or_create(account=source.account)
        _lock_state(source)


def _lock_state(source: Source) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select 1 from sync_accountstate where account_id = %s and retailer_id = %s for update",
            [source.account.pk, source.scope.retailer_id],
        )
        return cursor.fetchone() is not None


def _note(source: Source, external_ids: Sequence[str]) -> None:
    if not external_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "update sync_accountstate set single_writes = single_writes + %s,"
            " single_ids = (single_ids || %s::text[])"
            "[greatest(1, cardinality(single_ids) + %s - %s + 1):]"
            " where account_id = %s and retailer_id = %s",
            [
                len(external_ids), list(external_ids), len(external_ids), _REMEMBERED,
                source.account.pk, source.scope.retailer_id,
            ],
        )  # fmt: skip
