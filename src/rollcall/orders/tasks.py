"""What workers do for orders of POS systems: read them behind every sync, place and mail them."""

from __future__ import annotations

import structlog

from rollcall.jobs import StoppedError, every, stopping, task, wake
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Actor
from rollcall.orders.models import OrderReading
from rollcall.orders.operations.order_claims import OrderClaimLostError, OrdersHeldError
from rollcall.orders.operations.order_forgetting import forget_writes
from rollcall.orders.operations.order_mailing import is_mail_due, send_next_mail
from rollcall.orders.operations.order_reading import read_orders
from rollcall.orders.operations.order_sends import send_orders
from rollcall.orders.queries.order_readings import connections_to_read, find_connection
from rollcall.orders.queries.order_writes import connections_with_orders_due
from rollcall.stores.queries import get_system_scope
from rollcall.sync.models import PosConnection

log = structlog.get_logger()

_ACTOR = Actor(kind="system", id="worker")
#: Of one round.
_MOST_MAILS = 100


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


@task("orders.send", counter=True)
def send_due(*, connection_id: int, **_later: int) -> None:
    """Send what kiosks ask of one connection's orders; claims keep several senders apart."""
    connections = PosConnection.objects.across_retailers(reason="a worker serves all retailers")
    found = connections.select_related("account").filter(pk=connection_id).first()
    if found is None or found.account_id is None:
        return
    send_orders(get_system_scope(found.retailer_id, actor=_ACTOR), found)


@every(5, "orders.send_sweep", counter=True)
def sweep_sends() -> None:
    """Wake senders for orders that are due, or whose sender died."""
    for connection_id in connections_with_orders_due(utc_now()):
        wake("orders.send", connection_id=connection_id)


@task("orders.mail")
def send_mails(**_later: int) -> None:
    """Send the mails about orders that are due, until none is or the server is down."""
    for _ in range(_MOST_MAILS):
        if stopping.is_set() or not send_next_mail(now=utc_now()):
            return


@every(15, "orders.mail_sweep")
def sweep_mails() -> None:
    """Wake a worker for mails that are due."""
    if is_mail_due(now=utc_now()):
        wake("orders.mail")


@every(60, "orders.forget")
def forget() -> None:
    """Delete what kiosks asked for a month ago."""
    forget_writes(now=utc_now())
