"""Saving one connection, for a file and for a form alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection as database
from django.db import transaction

from rollcall.kit.scope import Role, Scope, require
from rollcall.pos.contract import PosSettings
from rollcall.pos.errors import PosNeedsHumanError
from rollcall.provisioning.queries.connected import ids_of_stores
from rollcall.provisioning.rules.file import ConnectionPart
from rollcall.stores.models import Store
from rollcall.stores.operations.saving import Action, Saved
from rollcall.stores.queries import list_stores
from rollcall.sync.models import CustomerSync, PosConnection
from rollcall.sync.operations.connections import open_settings, save_connection
from rollcall.sync.operations.requests import request_sync

#: Any number that nothing else in the database uses as an advisory lock.
_LOCK = 7_265_301_944


class ConnectionExistsError(ValueError):
    """The retailer has a connection of this name already, and it is another one."""


class StoreUnknownError(ValueError):
    """The retailer has no such store, or not for this person."""


def take_turns() -> None:
    """Let one provisioning at a time go on; held to the transaction's end."""
    with database.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])


def save_described(
    scope: Scope,
    part: ConnectionPart,
    *,
    stores: Sequence[Store],
    settings: PosSettings,
    now: dt.datetime,
) -> Saved[PosConnection]:
    """Make a connection, or bring it in line with what was said of it. Idempotent.

    :param stores: those that ``part`` names.
    :raises AccountChangeError: see ``save_connection``; ``ConnectionSlugTakenError`` too.
    """
    return save_connection(
        scope,
        slug=part.slug,
        kind=part.kind,
        stores=stores,
        time_zone=part.time_zone or stores[0].time_zone,
        settings=settings,
        paused=part.paused,
        confirm_account_change=part.confirm_account_change,
        now=now,
    )


@transaction.atomic
def connect(
    scope: Scope, part: ConnectionPart, settings: PosSettings, *, now: dt.datetime
) -> CustomerSync:
    """Make a connection and ask for its first sync; doing the very same again joins that sync.

    :raises ConnectionExistsError: another connection of the retailer has this name.
    :raises ConnectionSlugTakenError: one of another retailer.
    :raises StoreUnknownError: nothing was saved.
    """
    require(scope, Role.ADMIN)
    take_turns()
    stores = _chosen(scope, part)
    held = PosConnection.objects.scoped(scope).filter(slug=part.slug).first()
    if held is not None and not _is_the_same(scope, held, part, stores, settings):
        raise ConnectionExistsError(part.slug)
    saved = save_described(scope, part, stores=stores, settings=settings, now=now)
    return request_sync(scope, saved.row, full=True)


@transaction.atomic
def reconnect(
    scope: Scope, part: ConnectionPart, settings: PosSettings, *, now: dt.datetime
) -> Saved[PosConnection]:
    """Change a connection; if anything changed, ask for a sync that shows whether it works.

    Stores of the connection that the person does not see stay with it.

    :raises AccountChangeError: the settings lead to another list, and that was not confirmed, or a
        sync is in progress.
    :raises StoreUnknownError: nothing was saved.
    """
    require(scope, Role.ADMIN)
    take_turns()
    stores = [*_chosen(scope, part), *_unseen(scope, part.slug)]
    saved = save_described(scope, part, stores=stores, settings=settings, now=now)
    if saved.action is not Action.UNCHANGED:
        request_sync(scope, saved.row, full=False)
    return saved


def _chosen(scope: Scope, part: ConnectionPart) -> list[Store]:
    known = {store.slug: store for store in list_stores(scope)}
    if unknown := [slug for slug in part.stores if slug not in known]:
        raise StoreUnknownError(unknown[0])
    return [known[slug] for slug in part.stores]


def _unseen(scope: Scope, slug: str) -> list[Store]:
    if scope.store_ids is None:
        return []
    unseen = ids_of_stores(PosConnection.objects.scoped(scope).get(slug=slug)) - scope.store_ids
    return list(Store.objects.scoped(scope).filter(pk__in=unseen))


def _is_the_same(
    scope: Scope,
    held: PosConnection,
    part: ConnectionPart,
    stores: Sequence[Store],
    settings: PosSettings,
) -> bool:
    if held.kind != part.kind or ids_of_stores(held) != {store.pk for store in stores}:
        return False
    try:
        known = open_settings(scope, held)
    except PosNeedsHumanError:
        return False
    return known.model_dump(exclude_unset=True) == settings.model_dump(exclude_unset=True)
