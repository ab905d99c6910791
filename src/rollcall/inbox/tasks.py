"""What workers do for the inbox: process what came, find what was forgotten, delete old bodies."""

from __future__ import annotations

from rollcall.inbox import queries
from rollcall.inbox.operations.forgetting import forget_bodies
from rollcall.inbox.operations.processing import drain
from rollcall.jobs import every, task, wake
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Actor
from rollcall.stores.queries import get_system_scope

_ACTOR = Actor(kind="system", id="worker")


@task("inbox.drain", counter=True)
def process_due(*, connection_id: int, **_later: int) -> None:
    """Process what is due of one connection for some seconds; claims keep several workers apart."""
    found = queries.find_connection(connection_id)
    if found is None:
        return
    scope = get_system_scope(found.retailer_id, actor=_ACTOR)
    if not drain(scope, found):
        wake("inbox.drain", connection_id=connection_id)


@every(5, "inbox.sweep", counter=True)
def sweep() -> None:
    """Wake workers for events that are due, or whose worker died."""
    for connection_id in queries.connections_with_due_events(utc_now()):
        wake("inbox.drain", connection_id=connection_id)


@every(60, "inbox.forget")
def forget() -> None:
    """Delete bodies whose time has come; looks often, so that there is never much to do."""
    forget_bodies(now=utc_now())
