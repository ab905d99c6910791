"""What workers do for the outbox: send what is due, and find what nobody sends."""

from __future__ import annotations

from rollcall.jobs import every, task, wake
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Actor
from rollcall.outbox import queries
from rollcall.outbox.operations.drain import drain
from rollcall.stores.queries import get_system_scope
from rollcall.sync.models import PosConnection

_ACTOR = Actor(kind="system", id="worker")


@task("outbox.drain", counter=True)
def send_due(*, connection_id: int, **_later: int) -> None:
    """Send what is due of one connection; claims keep several senders apart."""
    connections = PosConnection.objects.across_retailers(reason="a worker serves all retailers")
    found = connections.select_related("account").filter(pk=connection_id).first()
    if found is None or found.account_id is None:
        return
    scope = get_system_scope(found.retailer_id, actor=_ACTOR)
    drain(scope, found)


@every(5, "outbox.sweep", counter=True)
def sweep() -> None:
    """Wake senders for entries that are due, or whose sender died."""
    for _retailer_id, connection_id in queries.connections_to_drain(utc_now()):
        wake("outbox.drain", connection_id=connection_id)
