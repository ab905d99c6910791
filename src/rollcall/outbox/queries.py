"""What waits to be written, what became of it, and who may write."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from rollcall.customers.models import Customer, PosRecord
from rollcall.customers.queries.profile import RecordView, read_record
from rollcall.customers.queries.sealed import unseal
from rollcall.customers.rules.hub_records import HUB_KIND
from rollcall.kit.fields import Fields, FieldValue
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry, WriteStop, WriteSwitch
from rollcall.outbox.rules import contexts
from rollcall.outbox.rules.wishes import Wish
from rollcall.stores.models import Store
from rollcall.sync.models import PosConnection

#: Entries that a page shows.
MOST: int = 200


class EntryNotFoundError(LookupError):
    """There is no such entry that the scope may see."""


def get_entry(scope: Scope, entry_id: int) -> OutboxEntry:
    """Return one entry.

    :raises EntryNotFoundError: none that may be seen.
    """
    found = visible_entries(scope).filter(pk=entry_id).first()
    if found is None:
        raise EntryNotFoundError
    return found


def visible_entries(scope: Scope) -> QuerySet[OutboxEntry]:
    """Return the entries of connections that serve the scope's stores."""
    entries = OutboxEntry.objects.scoped(scope)
    entries = entries.select_related("connection", "customer", "holder")
    if scope.store_ids is not None:
        entries = entries.filter(connection__stores__in=scope.store_ids).distinct()
    return entries


def list_entries(
    scope: Scope, *, states: Collection[str] = OutboxEntry.OPEN, connection_id: int | None = None
) -> list[OutboxEntry]:
    """Return entries in some states, the newest first, at most ``MOST``."""
    entries = visible_entries(scope).filter(state__in=states)
    if connection_id is not None:
        entries = entries.filter(connection=connection_id)
    return list(entries.order_by("-id")[:MOST])


def list_of_person(scope: Scope, customer: Customer, *, most: int = 20) -> list[OutboxEntry]:
    """Return the newest entries of a person."""
    return list(visible_entries(scope).filter(holder=customer).order_by("-id")[:most])


def count_by_state(scope: Scope) -> dict[str, int]:
    """Return how many open entries there are in each state."""
    rows = (
        visible_entries(scope)
        .filter(state__in=OutboxEntry.OPEN)
        .order_by()
        .values("state")
        .annotate(count=Count("id", distinct=True))
    )
    return {row["state"]: row["count"] for row in rows}


def open_wish(scope: Scope, entry: OutboxEntry) -> Wish:
    """Unseal what an entry wants."""
    context = contexts.entry_wish(entry.customer_id, entry.connection_id)
    return Wish.from_json(unseal(scope, entry.sealed_wish, context=context))


def open_sent(scope: Scope, entry: OutboxEntry) -> Wish | None:
    """Unseal what a create said when it may have reached the POS; None: it never did."""
    if entry.sealed_sent is None:
        return None
    context = contexts.entry_sent(entry.customer_id, entry.connection_id)
    return Wish.from_json(unseal(scope, entry.sealed_sent, context=context))


def open_sent_before(scope: Scope, entry: OutboxEntry, external_id: str) -> Fields:
    """Unseal what other entries wrote to a record since this one was added: the last of each field.

    Each of them may have arrived after this one noted what the POS held.
    """
    others = OutboxEntry.objects.scoped(scope).filter(
        Q(closed_at=None) | Q(closed_at__gte=entry.created_at),
        holder=entry.holder_id,
        connection__account=entry.connection.account_id,
        external_id=external_id,
        sealed_sent__isnull=False,
    )
    told: dict[str, FieldValue] = {}
    for other in others.exclude(pk=entry.pk).order_by("sent_at", "pk"):
        sent = open_sent(scope, other)
        told |= {} if sent is None else sent.values
    return told


@dataclass(frozen=True, kw_only=True, slots=True)
class PosTarget:
    """A record of a person at a POS, and the connection through which it can be written."""

    record: RecordView
    connection: PosConnection


def list_targets(scope: Scope, customer: Customer, *, store_id: int | None) -> list[PosTarget]:
    """Return a person's living records at POS systems, wherever they are.

    :param store_id: its connection is taken where several read the same list.
    """
    rows = (
        PosRecord.objects.scoped(scope)
        .filter(link__customer=customer, gone_at__isnull=True, merged_into__isnull=True)
        .exclude(account__kind=HUB_KIND)
        .select_related("account")
        .defer("sealed_raw")
        .order_by("pk")
    )
    targets = []
    for row in rows:
        connection = find_connection(scope, account_id=row.account_id, store_id=store_id)
        if connection is not None:
            targets.append(PosTarget(record=read_record(scope, row), connection=connection))
    return targets


def find_connection(scope: Scope, *, account_id: int, store_id: int | None) -> PosConnection | None:
    """Return the connection to write an account's records through: one that may write, if any."""
    of_account = PosConnection.objects.scoped(scope).filter(account=account_id)
    serving = set(of_account.filter(stores=store_id).values_list("pk", flat=True))
    connections = list(of_account)
    switches = switches_of(scope, connections)

    def rank(connection: PosConnection) -> tuple[bool, bool, int]:
        serves = connection.pk in serving
        return (not is_enabled(switches.get(connection.pk)), not serves, connection.pk)

    return min(connections, key=rank, default=None)


def find_store_connection(scope: Scope, store: Store) -> PosConnection | None:
    """Return the connection that people of a store are created through; None if it has no POS."""
    connections = list(PosConnection.objects.scoped(scope).filter(stores=store).order_by("pk"))
    switches = switches_of(scope, connections)
    return min(connections, key=lambda one: not is_enabled(switches.get(one.pk)), default=None)


def switches_of(scope: Scope, connections: Collection[PosConnection]) -> Mapping[int, WriteSwitch]:
    """Return the switches of connections, by connection."""
    rows = WriteSwitch.objects.scoped(scope).filter(connection__in=connections)
    return {row.connection_id: row for row in rows}


def find_switch(scope: Scope, connection_id: int) -> WriteSwitch | None:
    """Return a connection's switch; None: it was never switched on."""
    return WriteSwitch.objects.scoped(scope).filter(connection=connection_id).first()


def is_enabled(switch: WriteSwitch | None) -> bool:
    """Tell whether a connection was allowed to write (it may still be stopped)."""
    return switch is not None and switch.enabled_at is not None


def find_stop(scope: Scope) -> WriteStop | None:
    """Return the kill switch of all connections, if it is pulled."""
    return WriteStop.objects.scoped(scope).filter(released_at__isnull=True).first()


def count_sent_since(scope: Scope, connection_id: int, since: dt.datetime) -> int:
    """Return how many entries were delivered, or are under way, since then."""
    return (
        OutboxEntry.objects.scoped(scope)
        .filter(connection=connection_id)
        .filter(Q(state="delivered", closed_at__gte=since) | Q(state="sending"))
        .count()
    )


def connections_to_drain(now: dt.datetime) -> list[tuple[int, int]]:
    """Return (retailer, connection) of which entries are due, or whose sender died."""
    due = Q(state="queued", not_before__lte=now) | Q(state="sending", claimed_until__lt=now)
    entries = OutboxEntry.objects.across_retailers(reason="a worker serves all retailers")
    pairs = (
        entries.filter(due)
        .filter(connection__in=_sending_connections())
        .order_by()
        .values_list("retailer_id", "connection_id")
        .distinct()
    )
    return list(pairs)


def _sending_connections() -> Sequence[int]:
    switches = WriteSwitch.objects.across_retailers(reason="a worker serves all retailers")
    stops = WriteStop.objects.across_retailers(reason="a worker serves all retailers")
    stopped = stops.filter(released_at__isnull=True).values_list("retailer_id", flat=True)
    return list(
        switches.filter(enabled_at__isnull=False, stopped_at__isnull=True)
        .exclude(retailer_id__in=list(stopped))
        .values_list("connection_id", flat=True)
    )


def find_entry_anywhere(entry_id: int) -> OutboxEntry | None:
    """Return an entry of any retailer, for commands; its own scope must be asked for afterwards."""
    entries = OutboxEntry.objects.across_retailers(reason="commands name entries by their number")
    return entries.filter(pk=entry_id).first()


def count_by_connection(scope: Scope) -> dict[int, dict[str, int]]:
    """Return how many open entries each connection has in each state."""
    rows = (
        OutboxEntry.objects.scoped(scope)
        .filter(state__in=OutboxEntry.OPEN)
        .order_by()
        .values("connection", "state")
        .annotate(count=Count("id"))
    )
    counts: dict[int, dict[str, int]] = {}
    for row in rows:
        counts.setdefault(row["connection"], {})[row["state"]] = row["count"]
    return counts


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldReport:
    """What would have been written while writing was off.

    :param by_field: (field, how many entries want it), the most frequent first.
    :param entries: the newest of them, at most ``MOST``.
    """

    creates: int
    updates: int
    by_field: Sequence[tuple[str, int]]
    entries: Sequence[OutboxEntry]

    @property
    def total(self) -> int:
        """Creates and updates together."""
        return self.creates + self.updates


def get_held_report(scope: Scope, connection: PosConnection) -> HeldReport:
    """Return the shadow report of a connection: entries that are held, without any value."""
    held = OutboxEntry.objects.scoped(scope).filter(
        connection=connection, state=OutboxEntry.State.HELD
    )
    intents: Counter[str] = Counter()
    fields: Counter[str] = Counter()
    for intent, names in held.values_list("intent", "fields"):
        intents[intent] += 1
        fields.update(names)
    newest = held.select_related("connection", "customer").order_by("-id")[:MOST]
    return HeldReport(
        creates=intents[OutboxEntry.Intent.CREATE],
        updates=intents[OutboxEntry.Intent.UPDATE],
        by_field=sorted(fields.items(), key=lambda pair: (-pair[1], pair[0])),
        entries=list(newest),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class WriterView:
    """A connection, and whether it may write.

    :param sent: entries delivered within the last hour, or under way.
    :param counts: open entries by state.
    :param all_stopped: the kill switch of all connections is pulled.
    """

    connection: PosConnection
    switch: WriteSwitch | None
    sent: int
    counts: Mapping[str, int]
    all_stopped: bool

    @property
    def is_enabled(self) -> bool:
        """Whether it was allowed to write (it may still be stopped)."""
        return is_enabled(self.switch)

    @property
    def is_stopped(self) -> bool:
        """Whether its own kill switch is pulled."""
        return self.switch is not None and self.switch.stopped_at is not None

    @property
    def is_capped(self) -> bool:
        """Whether this hour's writes are used up."""
        cap = None if self.switch is None else self.switch.hourly_cap
        return cap is not None and self.sent >= cap


def view_writers(
    scope: Scope, connections: Collection[PosConnection], *, now: dt.datetime
) -> list[WriterView]:
    """Return connections with their switches, in their order."""
    switches = switches_of(scope, connections)
    counts = count_by_connection(scope)
    stopped = find_stop(scope) is not None
    since = now - dt.timedelta(hours=1)
    return [
        WriterView(
            connection=connection,
            switch=switches.get(connection.pk),
            sent=count_sent_since(scope, connection.pk, since),
            counts=counts.get(connection.pk, {}),
            all_stopped=stopped,
        )
        for connection in connections
    ]
