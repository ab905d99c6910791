"""What workers do for registrations: people who appear at a POS are joined."""

from __future__ import annotations

from rollcall.jobs import every
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Actor
from rollcall.registration.operations.appearing import join_appeared
from rollcall.stores.queries import get_system_scope, list_retailers

_ACTOR = Actor(kind="system", id="worker")


@every(60, "registration.appeared")
def join_everybody_who_appeared() -> None:
    """Join who was registered here and is in a POS's list now."""
    for retailer in list_retailers():
        join_appeared(get_system_scope(retailer.pk, actor=_ACTOR), now=utc_now())
