"""Entries of an invented person, without a POS behind them: what tests of pages and rules share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from rollcall.customers.models import Customer
from rollcall.customers.operations.ingest import take_over
from rollcall.customers.queries.profile import resolve
from rollcall.kit.clock import utc_now
from rollcall.kit.fields import FieldValue
from rollcall.kit.scope import Role, Scope
from rollcall.outbox.models import OutboxEntry, WriteSwitch
from rollcall.outbox.operations.enqueue import put_entry
from rollcall.outbox.rules.wishes import Wish
from rollcall.pos.registry import connector
from rollcall.stores.models import Membership, Store, User
from rollcall.sync.models import AccountState, CustomerSync, PosConnection, Reconciliation
from rollcall.sync.operations.connections import save_connection
from rollcall.sync.queries import get_connection
from rollcall.testing.fixtures import incoming

PHONE = "+14155550177"


def connect(scope: Scope, store: Store, *, slug: str = "alder-way") -> PosConnection:
    """A connection whose settings can be opened; nobody answers there."""
    settings = connector("treez").settings_model.model_validate(
        {"dispensary": slug, "api_key": "key", "client_id": "client"}
    )
    save_connection(
        scope,
        slug=slug,
        kind="treez",
        stores=[store],
        time_zone=store.time_zone,
        settings=settings,
        now=utc_now(),
    )
    return get_connection(scope, slug)


def take_in(scope: Scope, connection: PosConnection, external_id: str = "1042") -> Customer:
    """Ana, as the connection's POS holds her."""
    row = incoming(scope, external_id, given_name="Ana", family_name="Reyes", phone="+14155550134")
    assert connection.account is not None
    with transaction.atomic():
        take_over(scope, connection.account, [row], now=utc_now(), sync_id=None)
    return resolve(scope, external_id)


@transaction.atomic
def put(
    scope: Scope,
    customer: Customer,
    connection: PosConnection,
    *,
    external_id: str = "1042",
    intent: OutboxEntry.Intent = OutboxEntry.Intent.UPDATE,
    values: Mapping[str, FieldValue] | None = None,
    **columns: Any,
) -> OutboxEntry:
    """An entry, with some columns as they would be later."""
    entry = put_entry(
        scope,
        customer,
        connection=connection,
        external_id=external_id,
        intent=intent,
        wish=Wish(values=values or {"phone": PHONE}, bases={"phone": "+14155550134"}),
        store=None,
        hub_record=None,
        now=utc_now(),
    )
    OutboxEntry.objects.scoped(scope).filter(pk=entry.pk).update(**columns)
    return read(scope, entry)


def read(scope: Scope, entry: OutboxEntry) -> OutboxEntry:
    """The entry as it is now."""
    return OutboxEntry.objects.scoped(scope).get(pk=entry.pk)


def switch_on(scope: Scope, connection: PosConnection, **columns: Any) -> None:
    """Writing is on, whatever the checks say."""
    given = {"enabled_at": utc_now(), "enabled_by": "cli:test", **columns}
    WriteSwitch.objects.scoped(scope).update_or_create(connection=connection, defaults=given)


def make_ready(scope: Scope, connection: PosConnection) -> None:
    """A sync and a proof, as if everybody had been read just now."""
    now = utc_now()
    common = {"connection": connection, "account": connection.account, "requested_by": "cli:test"}
    CustomerSync.objects.scoped(scope).create(
        **common, state="finished", full=True, started_at=now, finished_at=now
    )
    AccountState.objects.scoped(scope).filter(account=connection.account).update(
        full_pass_at=now, watermark=now
    )
    counts = dict.fromkeys(("missing", "extra", "different", "quarantined"), 0)
    Reconciliation.objects.scoped(scope).create(
        **common, started_at=now, finished_at=now, at_pos=1, here=1, **counts
    )


def hire_manager(scope: Scope, *stores: Store) -> User:
    """Mia, who manages some stores, or all."""
    user = User.objects.create_user("mia@example.com", None, name="Mia")
    membership = Membership.objects.scoped(scope).create(
        user=user, role=Role.MANAGER.value, all_stores=not stores
    )
    membership.stores.add(*stores)
    return user


def ago(**spans: int) -> dt.datetime:
    """A moment that lies so long behind."""
    return utc_now() - dt.timedelta(**spans)
