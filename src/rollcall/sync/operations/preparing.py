"""Mapping and sealing the rows of a batch, which is most of a sync's work.

Needs no database and imports no Django, so that a second process can do it (``second_process``).
"""

from __future__ import annotations

import datetime as dt
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from rollcall.customers.rules.incoming import IncomingRecord
from rollcall.customers.rules.preparing import (
    ChangedRecord,
    HeldRecord,
    NewRecord,
    Prepared,
    Preparer,
)
from rollcall.kit.crypto import RetailerKeys
from rollcall.pos.contract import CanonicalCustomer, Connector, MappingContext, RawRow
from rollcall.pos.errors import RowError
from rollcall.pos.registry import connector as find_connector
from rollcall.sync.rules.bad_rows import BadRow
from rollcall.sync.rules.wire import read_row

LONGEST_ID: Final = 200


class RowToPrepare(NamedTuple):
    """A row that is new or changed; a tuple, for there are many.

    :param row: as decoded; None to read it from ``raw``.
    :param held: None if the row's record is not here.
    """

    external_id: str
    raw: bytes
    content_hash: bytes
    held: HeldRecord | None
    row: RawRow | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """The rows of a batch, and all that is needed to prepare them."""

    kind: str
    time_zone: str
    account_id: int
    retailer_id: int
    data_keys: dict[int, bytes] = field(repr=False)
    active_key_id: int
    index_key: bytes = field(repr=False)
    now: dt.datetime
    rows: Sequence[RowToPrepare]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of a job.

    :param bad_ids: records that are here although their row cannot be taken over.
    :param unforeseen: what went wrong in a way that the connector does not know, and where.
    """

    prepared: Prepared
    bad: Sequence[BadRow]
    bad_ids: Sequence[int]
    unknown_keys: Counter[str]
    unforeseen: Sequence[tuple[str, str]]


def prepare(job: Job) -> Outcome:
    """Map, normalise, compare and seal; a row never stops the others."""
    found = find_connector(job.kind)
    known_keys = found.known_keys
    context = MappingContext(time_zone=ZoneInfo(job.time_zone))
    preparer = Preparer(account_id=job.account_id, keys=_keys(job), now=job.now)
    new: list[NewRecord] = []
    changed: list[ChangedRecord] = []
    failed: list[tuple[RowToPrepare, RowError]] = []
    unforeseen: list[tuple[str, str]] = []
    unknown: Counter[str] = Counter()
    for one in job.rows:
        row = read_row(one.raw) if one.row is None else one.row
        if not known_keys.issuperset(row):
            unknown.update(row.keys() - known_keys)
        try:
            incoming = _map(found, context, row, one, unforeseen)
            if one.held is None:
                new.append(preparer.new(incoming))
            else:
                changed.append(preparer.changed(incoming, one.held))
        except RowError as error:
            failed.append((one, error))
        except TypeError:
            failed.append((one, _UNKEEPABLE))
    return Outcome(
        prepared=Prepared(now=job.now, key_id=job.active_key_id, new=new, changed=changed),
        bad=[
            BadRow.of(
                error, external_id=one.external_id, raw=one.raw, content_hash=one.content_hash
            )
            for one, error in failed
        ],
        bad_ids=[one.held.record_id for one, _ in failed if one.held is not None],
        unknown_keys=unknown,
        unforeseen=unforeseen,
    )


_UNKEEPABLE: Final = RowError("a value is no text or number that can be kept", code="value_invalid")


def _keys(job: Job) -> RetailerKeys:
    return RetailerKeys(
        retailer_id=job.retailer_id,
        data=job.data_keys,
        active_id=job.active_key_id,
        index=job.index_key,
    )


def _map(
    found: Connector[Any],
    context: MappingContext,
    row: RawRow,
    one: RowToPrepare,
    unforeseen: list[tuple[str, str]],
) -> IncomingRecord:
    try:
        mapped = found.to_canonical(row, context)
    except RowError:
        raise
    except Exception as error:
        raise unforeseen_error(error, unforeseen) from error
    _refuse_unkeepable(mapped)
    return IncomingRecord(
        external_id=mapped.external_id,
        status=mapped.status.value,
        status_raw=mapped.status_raw,
        merged_into=mapped.merged_into,
        updated_at=mapped.updated_at,
        fields=mapped.fields,
        raw=one.raw,
        content_hash=one.content_hash,
    )


def unforeseen_error(error: Exception, unforeseen: list[tuple[str, str]]) -> RowError:
    """What to say of a row that made a connector stumble.

    A row must never stop a run, whatever is in it and whatever the connector overlooked. The error
    may quote the row, so only its type and its place are noted for the log.
    """
    unforeseen.append((type(error).__name__, _place(error)))
    return RowError("the row has a shape that the connector does not know", code="mapping_failed")


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[:-4:-1])


def _refuse_unkeepable(mapped: CanonicalCustomer) -> None:
    """Refuse what a column cannot hold, before it breaks a whole batch.

    :raises RowError: in words that name the field.
    """
    fields = mapped.fields
    merged_into = mapped.merged_into
    for name, value in (
        ("status", mapped.status_raw),
        ("given_name", fields.get("given_name")),
        ("family_name", fields.get("family_name")),
        ("merged_into", merged_into),
    ):
        if isinstance(value, str) and "\0" in value:
            raise RowError(f"{name}: it holds a NUL", code="text_invalid", field=name)
    if merged_into is not None and len(merged_into) > LONGEST_ID:
        raise RowError("merged_into: longer than any id", code="too_long", field="merged_into")
