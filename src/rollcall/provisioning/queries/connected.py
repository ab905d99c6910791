"""What is connected already, for somebody who connects a store."""

from __future__ import annotations

from rollcall.kit.scope import Scope
from rollcall.pos.contract import PosSettings
from rollcall.pos.errors import PosNeedsHumanError
from rollcall.provisioning.rules.setting_fields import list_fields
from rollcall.stores.models import Store
from rollcall.stores.queries import list_stores
from rollcall.sync.models import CustomerSync, PosConnection
from rollcall.sync.operations.connections import open_settings
from rollcall.sync.queries import find_open_run, list_connections


def list_readers(
    scope: Scope, *, kind: str, account_key: str, besides: PosConnection | None = None
) -> list[str]:
    """Names of the connections that read this list already."""
    return [
        one.slug
        for one in list_connections(scope)
        if one.account is not None
        and (one.kind, one.account.account_key) == (kind, account_key)
        and one != besides
    ]


def find_settings(scope: Scope, connection: PosConnection) -> PosSettings | None:
    """The connection's settings, secrets included; None if they cannot be opened or do not fit."""
    try:
        return open_settings(scope, connection)
    except PosNeedsHumanError:
        return None


def addresses_of(settings: PosSettings) -> frozenset[str]:
    """The addresses that stand in settings."""
    names = (one.name for one in list_fields(type(settings)) if one.is_address)
    return frozenset(str(getattr(settings, name)) for name in names)


def suggest_slug(scope: Scope, stores: list[Store], kind: str) -> str:
    """A free name for a new connection: of the first store that has none of this kind."""
    taken = {one.slug for one in list_connections(scope)}
    names = [f"{store.slug}-{kind}" for store in stores]
    numbered = (f"{name}-{number}" for number in range(2, 100) for name in names)
    free = (name for name in (*names, *numbered) if name not in taken and len(name) <= 60)
    return next(free, "")


def stores_to_choose(scope: Scope) -> list[Store]:
    """The stores that the person may connect, by name."""
    return list_stores(scope)


def ids_of_stores(connection: PosConnection) -> frozenset[int]:
    """The stores that a connection serves, whether the person sees them or not."""
    links = PosConnection.stores.through.objects.filter(posconnection_id=connection.pk)
    return frozenset(links.values_list("store_id", flat=True))


def is_syncing(scope: Scope, connection: PosConnection) -> bool:
    """Whether a run is in progress at this moment."""
    run = find_open_run(scope, connection)
    return run is not None and run.state == CustomerSync.State.IN_PROGRESS
