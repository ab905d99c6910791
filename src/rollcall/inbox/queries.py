"""Reads of addresses, events and figures; all but those of edges and workers take a Scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from rollcall.customers.queries.sealed import unseal
from rollcall.inbox.models import CallFigures, InboxAddress, InboxEvent
from rollcall.inbox.rules import contexts
from rollcall.kit.scope import Scope
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.pos.registry import connector, kinds
from rollcall.pos.webhooks import WebhookReader
from rollcall.sync import queries as sync
from rollcall.sync.models import PosConnection

State = InboxEvent.State


_FIND: Final = """
select address.id, address.token_hash, one.retailer_id, one.id, one.kind, one.account_id, one.slug,
       one.sealed_settings
  from inbox_inboxaddress address join sync_posconnection one on one.id = address.connection_id
 where address.token_hash = %s and (address.expires_at is null or address.expires_at > now())
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """An address that works.

    :param connection: with its kind, account and sealed settings, and nothing else.
    """

    id: int
    token_hash: bytes = field(repr=False)
    connection: PosConnection


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxView:
    """A connection whose POS can call, and how its calls are doing.

    :param addresses: that work now, the one for good first.
    :param refused: reason → figures.
    """

    connection: PosConnection
    reader: WebhookReader[Any]
    addresses: Sequence[InboxAddress]
    waiting: int
    failed: int
    received: CallFigures | None = None
    refused: Mapping[str, CallFigures] = field(default_factory=dict)


def find_address(token_hash: bytes) -> Address | None:
    """The address with this hash, if it still works by the database's clock.

    Across retailers: the hash is all that a call says of itself. Past the ORM, which would cost
    more than all the rest of a call.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [token_hash])
        row = cursor.fetchone()
    if row is None:
        return None
    address_id, found, retailer_id, connection_id, kind, account_id, slug, sealed = row
    return Address(
        id=address_id,
        token_hash=bytes(found),
        connection=PosConnection(
            id=connection_id,
            retailer_id=retailer_id,
            kind=kind,
            account_id=account_id,
            slug=slug,
            sealed_settings=bytes(sealed),
        ),
    )


def calling_kinds() -> list[str]:
    """POS systems that call."""
    return [kind for kind in kinds() if connector(kind).webhooks is not None]


def list_inboxes(scope: Scope) -> list[InboxView]:
    """All connections of the scope whose POS calls, by name."""
    calling = set(calling_kinds())
    return [get_inbox(scope, one) for one in sync.list_connections(scope) if one.kind in calling]


def get_inbox(scope: Scope, connection: PosConnection) -> InboxView:
    """One connection's inbox.

    :raises LookupError: its POS does not call.
    """
    reader = connector(connection.kind).webhooks
    if reader is None:
        raise LookupError("this POS does not call anybody")
    events = InboxEvent.objects.scoped(scope).filter(connection=connection)
    figures = {
        one.outcome: one for one in CallFigures.objects.scoped(scope).filter(connection=connection)
    }
    working = Q(expires_at__isnull=True) | Q(expires_at__gt=Now())
    addresses = InboxAddress.objects.scoped(scope).filter(working, connection=connection)
    return InboxView(
        connection=connection,
        reader=reader,
        addresses=list(addresses.order_by("-id")),
        waiting=events.filter(state=State.RECEIVED).count(),
        failed=events.filter(state=State.FAILED).count(),
        received=figures.get("received"),
        refused={
            name.removeprefix("refused_"): one
            for name, one in sorted(figures.items())
            if name.startswith("refused_")
        },
    )


def list_events(
    scope: Scope,
    *,
    connection: PosConnection | None = None,
    state: str = "",
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    limit: int = 100,
) -> list[InboxEvent]:
    """The newest events, newest first."""
    found = select_events(scope, connection=connection, since=since, until=until)
    if state:
        found = found.filter(state=state)
    return list(found.select_related("connection").defer("sealed_body").order_by("-id")[:limit])


def select_events(
    scope: Scope,
    *,
    connection: PosConnection | None = None,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> ScopedQuerySet[InboxEvent]:
    """Events of the scope's connections.

    :param since: received then or later; ``until``: received before.
    """
    found = InboxEvent.objects.scoped(scope)
    if connection is not None:
        found = found.filter(connection=connection)
    elif scope.store_ids is not None:
        found = found.filter(connection__in=sync.list_connections(scope))
    if since is not None:
        found = found.filter(received_at__gte=since)
    if until is not None:
        found = found.filter(received_at__lt=until)
    return found


def open_body(scope: Scope, event: InboxEvent) -> bytes | None:
    """The body as it came; None if it was deleted since.

    :raises UnsealError: it cannot be opened with the keys at hand.
    """
    if event.sealed_body is None:
        return None
    context = contexts.event_body(event.connection_id, event.external_id)
    return unseal(scope, event.sealed_body, context=context)


def find_repeats(scope: Scope, events: Sequence[InboxEvent]) -> set[int]:
    """Those of a connection's events that say, byte for byte, what an earlier one said."""
    if not events:
        return set()
    earlier = InboxEvent.objects.scoped(scope).filter(
        connection_id=events[0].connection_id, digest__in={bytes(one.digest) for one in events}
    )
    first: dict[bytes, int] = {}
    for pk, digest in earlier.order_by("id").values_list("pk", "digest"):
        first.setdefault(bytes(digest), pk)
    return {one.pk for one in events if first.get(bytes(one.digest), one.pk) < one.pk}


def due_events(now: dt.datetime) -> ScopedQuerySet[InboxEvent]:
    """Events that nobody works on and that may be tried. Across retailers, like the worker."""
    rows = InboxEvent.objects.across_retailers(reason="a worker serves all retailers")
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    return rows.filter(free, state=State.RECEIVED, not_before__lte=now, connection__paused=False)


def connections_with_due_events(now: dt.datetime) -> list[int]:
    """Ids of connections whose events wait for a worker."""
    return sorted(due_events(now).values_list("connection_id", flat=True).distinct())


def find_connection(connection_id: int) -> PosConnection | None:
    """A connection as it is now, for a worker; None if it is paused or gone."""
    rows = PosConnection.objects.across_retailers(reason="a worker serves all retailers")
    return rows.select_related("account").filter(pk=connection_id, paused=False).first()
