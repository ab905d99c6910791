"""What workers do for orders of POS systems: read them behind every customer sync."""

from __future__ import annotations

import structlog

from rollcall.jobs import StoppedError, every, stopping, task, wake
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Actor
from rollcall.orders.models import OrderReading
from rollcall.orders.operations.order_claims import OrderClaimLostError, OrdersHeldError
from rollcall.orders.operations.order_reading import read_orders
from rollcall.orders.queries.order_readings import connections_to_read, find_connection
from rollcall.stores.queries import get_system_scope

log = structlog.get_logger()

_ACTOR = Actor(kind="system", id="worker")


@task("orders.read")
def read_connection(*, connection_id: int, **_later: int) -> None:
    """Read one connection's orders; the claim keeps others away."""
    connection = find_connection(connection_id)
    if connection is None:
        return
    scope = get_system_scope(connection.retailer_id, actor=_ACTOR)
    try:
        read_orders(scope, connection, report=_stop_if_told)
    except (OrdersHeldError, OrderClaimLostError):
        log.info("orders.held_elsewhere", connection_id=connection_id)
    except StoppedError:
        log.info("orders.interrupted", connection_id=connection_id)


def _stop_if_told(reading: OrderReading) -> None:
    if stopping.is_set():
        raise StoppedError("the worker ends")
    if find_connection(reading.connection_id) is None:
        raise StoppedError("the connection was paused")


@every(5, "orders.sweep")
def sweep() -> None:
    """Wake workers for orders that are to be read, or whose reader died."""
    for connection in connections_to_read(utc_now()):
        wake("orders.read", connection_id=connection.pk)
