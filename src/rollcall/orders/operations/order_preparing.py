"""Rows of orders made ready to be written: passed over by their hash, or mapped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import structlog

from rollcall.orders.models import CustomerOrder
from rollcall.pos.contract import RawRow
from rollcall.pos.errors import RowError
from rollcall.pos.orders import OrderReader, OrderRecord
from rollcall.sync.operations.source import Source
from rollcall.sync.rules.wire import canonical_bytes

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class PreparedOrder:
    """One row, mapped."""

    record: OrderRecord = field(repr=False)
    content_hash: bytes
    raw: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class BadOrder:
    """A row that cannot be taken over, and why."""

    error: RowError
    raw: bytes = field(repr=False)


@dataclass(kw_only=True, slots=True)
class PreparedOrders:
    """Rows on their way.

    :param orders: what says something new, by external id.
    :param bad: what cannot be read, by external id or, without one, by a hash.
    """

    rows: int
    orders: dict[str, PreparedOrder] = field(default_factory=dict)
    bad: dict[str, BadOrder] = field(default_factory=dict)
    unchanged: set[str] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Named:
    name: str
    content_hash: bytes
    raw: bytes
    row: RawRow


def prepare_orders(source: Source, reader: OrderReader, rows: Sequence[RawRow]) -> PreparedOrders:
    """Map what is not held as it is; call it outside of any transaction."""
    prepared = PreparedOrders(rows=len(rows))
    named = [one for row in rows if (one := _name(source, reader, prepared, row)) is not None]
    held = _hashes(source, {one.name for one in named})
    for one in named:
        if held.get(one.name) == one.content_hash:
            prepared.unchanged.add(one.name)
        else:
            _map(source, reader, prepared, one)
    return prepared


def _name(
    source: Source, reader: OrderReader, prepared: PreparedOrders, row: RawRow
) -> _Named | None:
    raw = canonical_bytes(row)
    # What is read differently by a newer mapping, or in another zone, is read again.
    beginning = f"order {reader.mapping_version} {source.context.time_zone.key} "
    hasher = source.keys.content_hasher(beginning.encode())
    hasher.update(raw)
    try:
        name = reader.external_id(row)
    except RowError as error:
        prepared.bad[f"#{hasher.hexdigest()}"] = BadOrder(error=error, raw=raw)
        return None
    return _Named(name=name, content_hash=hasher.digest(), raw=raw, row=row)


def _hashes(source: Source, names: Collection[str]) -> dict[str, bytes]:
    rows = CustomerOrder.objects.scoped(source.scope).filter(
        account=source.account, external_id__in=names
    )
    return {name: bytes(one) for name, one in rows.values_list("external_id", "content_hash")}


def _map(source: Source, reader: OrderReader, prepared: PreparedOrders, one: _Named) -> None:
    try:
        record = reader.to_order(one.row, source.context)
    except RowError as error:
        prepared.bad[one.name] = BadOrder(error=error, raw=one.raw)
        return
    except Exception as error:  # noqa: BLE001  # a bug in a mapping costs one row, not the reading
        log.error(  # noqa: TRY400  # a traceback may quote values
            "orders.mapping_failed", kind=source.connector.kind, error=type(error).__name__
        )
        told = RowError("the order could not be read (internal error)", code="internal")
        prepared.bad[one.name] = BadOrder(error=told, raw=one.raw)
        return
    earlier = prepared.orders.get(one.name)
    if earlier is None or not _is_older(record.updated_at, earlier.record.updated_at):
        prepared.orders[one.name] = PreparedOrder(
            record=record, content_hash=one.content_hash, raw=one.raw
        )


def _is_older(one: dt.datetime | None, other: dt.datetime | None) -> bool:
    """Of an order that came twice in one batch: a list that moves shows it anew or as it was."""
    return one is not None and other is not None and one < other
