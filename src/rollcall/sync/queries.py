"""Reads of connections, runs, quarantine and proofs; every public one takes a Scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from rollcall.customers.models import PosRecord
from rollcall.kit.scope import Scope
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.stores.queries.visible import visible_stores
from rollcall.sync.models import (
    AccountState,
    Circuit,
    CustomerSync,
    PosConnection,
    QuarantinedRow,
    Reconciliation,
    Schedule,
    Task,
    WireKey,
)

OPEN_STATES = (CustomerSync.State.PENDING, CustomerSync.State.IN_PROGRESS)


class ConnectionNotFoundError(LookupError):
    """The retailer has no connection of this name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CircuitView:
    """Whether requests to a POS go through.

    :param state: ``closed``, ``open`` (until ``until``) or ``trying`` (one request at a time).
    :param code: of the last failure; meaningless while it is closed.
    """

    state: str
    until: dt.datetime | None = None
    since: dt.datetime | None = None
    code: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionView:
    """A connection and how it is doing.

    :param records: alive at the POS as far as the hub knows.
    :param run: the newest run, if any; ``good_run`` the newest that finished.
    :param tasks: what people asked for and the worker has not done yet.
    """

    connection: PosConnection
    state: AccountState | None
    records: int
    quarantined: int
    run: CustomerSync | None
    good_run: CustomerSync | None
    proof: Reconciliation | None
    tasks: Sequence[Task]
    schedule: Schedule | None = None
    circuit: CircuitView | None = None

    @property
    def brake_pulled(self) -> bool:
        """Whether deletions wait for a person."""
        return self.state is not None and self.state.brake_pulled_at is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a run has come.

    :param rows_per_second: since it started or was taken over; 0 if too early to say.
    :param share: 0 to 1; None if nobody knows how much there is.
    :param seconds_left: None if nobody knows.
    """

    rows_per_second: float
    share: float | None
    seconds_left: float | None


def list_connections(scope: Scope) -> list[PosConnection]:
    """The connections that serve the scope's stores, by name."""
    return list(_connections(scope).order_by("slug"))


def _connections(scope: Scope) -> ScopedQuerySet[PosConnection]:
    found = PosConnection.objects.scoped(scope).select_related("account")
    if scope.store_ids is not None:
        found = found.filter(stores__in=scope.store_ids).distinct()
    return found


def get_connection(scope: Scope, slug: str) -> PosConnection:
    """One connection.

    :raises ConnectionNotFoundError: not this retailer's, or of none of the scope's stores.
    """
    found = _connections(scope).filter(slug=slug).first()
    if found is None:
        raise ConnectionNotFoundError(f"there is no connection {slug!r}")
    return found


def get_connection_view(scope: Scope, connection: PosConnection) -> ConnectionView:
    """A connection with its newest run, proof, counts and open tasks."""
    same_list = of_same_list(connection)
    runs = CustomerSync.objects.scoped(scope).filter(same_list).order_by("-id")
    proofs = Reconciliation.objects.scoped(scope).filter(same_list).order_by("-id")
    return ConnectionView(
        connection=connection,
        state=find_state(scope, connection),
        records=count_alive(scope, connection),
        quarantined=open_quarantine(scope, connection).count(),
        run=runs.first(),
        good_run=runs.filter(state=CustomerSync.State.FINISHED).first(),
        proof=proofs.first(),
        tasks=list(
            Task.objects.scoped(scope).filter(connection=connection, finished_at__isnull=True)
        ),
        schedule=Schedule.objects.scoped(scope).filter(pk=connection.pk).first(),
        circuit=get_circuit(connection),
    )


def get_circuit(connection: PosConnection) -> CircuitView:
    """Whether requests with the connection's credential go through, by the database's clock."""
    rows = Circuit.objects.filter(key=connection.credential_key, open_until__isnull=False)
    row = rows.annotate(is_open=Q(open_until__gt=Now())).first()
    if row is None:
        return CircuitView(state="closed")
    return CircuitView(
        state="open" if row.is_open else "trying",
        until=row.open_until,
        since=row.opened_at,
        code=row.code,
    )


def list_drift(scope: Scope, connection: PosConnection) -> list[WireKey]:
    """Keys of the list that nobody knows or that vanished, and that no person has acknowledged."""
    if connection.account_id is None:
        return []
    keys = WireKey.objects.scoped(scope).filter(
        Q(is_known=False) | Q(vanished_at__isnull=False),
        account_id=connection.account_id,
        acknowledged_at__isnull=True,
    )
    return list(keys.order_by("name"))


def due_schedules(now: dt.datetime) -> ScopedQuerySet[Schedule]:
    """Schedules of which something is due, or not planned yet. Across retailers, like the worker.

    Nothing is due of a connection that is paused, serves no active store, is held up after
    failures, or whose circuit is open.
    """
    due = (
        Q(next_changes_at__lte=now)
        | Q(next_full_at__lte=now)
        | Q(next_reconcile_at__lte=now)
        | Q(next_changes_at__isnull=True, changes_every_s__gt=0)
        | (Q(next_full_at__isnull=True) & ~Q(full_days=[]))
        | (Q(next_reconcile_at__isnull=True) & ~Q(reconcile_days=[]))
    )
    active = PosConnection.stores.through.objects.filter(
        posconnection_id=OuterRef("pk"), store__active=True
    )
    circuits = Circuit.objects.filter(
        key=OuterRef("connection__credential_key"), open_until__gt=now
    )
    rows = Schedule.objects.across_retailers(reason="the worker serves all retailers")
    free = rows.filter(due, Exists(active), ~Exists(circuits), connection__paused=False)
    return free.exclude(held_until__gt=now).order_by("pk")


def of_same_list(connection: PosConnection) -> Q:
    """Runs and proofs that tell of the list which a connection reads, whoever read it."""
    own = Q(connection=connection)
    return own if connection.account_id is None else own | Q(account_id=connection.account_id)


def find_state(scope: Scope, connection: PosConnection) -> AccountState | None:
    """The lease, watermark and brake of the list that a connection reads."""
    return AccountState.objects.scoped(scope).filter(account_id=connection.account_id).first()


def count_alive(scope: Scope, connection: PosConnection) -> int:
    """Records of the connection's list that the POS still has."""
    return (
        PosRecord.objects.scoped(scope)
        .filter(account_id=connection.account_id, gone_at__isnull=True)
        .count()
    )


def list_runs(
    scope: Scope, *, connection: PosConnection | None = None, limit: int = 20
) -> list[CustomerSync]:
    """The newest runs, newest first, of one connection or of all."""
    runs = CustomerSync.objects.scoped(scope).select_related("connection")
    if connection is not None:
        runs = runs.filter(of_same_list(connection))
    return list(runs.order_by("-id")[:limit])


def find_run(scope: Scope, run_id: int) -> CustomerSync | None:
    """One run of this retailer."""
    return CustomerSync.objects.scoped(scope).select_related("connection").filter(pk=run_id).first()


def find_open_run(scope: Scope, connection: PosConnection) -> CustomerSync | None:
    """The run of the connection's list that waits or goes on, if there is one.

    Another connection's run of the same list counts: a list is not read twice at a time.
    """
    runs = CustomerSync.objects.scoped(scope).filter(
        of_same_list(connection), state__in=OPEN_STATES, connection__paused=False
    )
    own = CustomerSync.objects.scoped(scope).filter(connection=connection, state__in=OPEN_STATES)
    return own.first() or runs.order_by("id").first()


def open_quarantine(scope: Scope, connection: PosConnection) -> ScopedQuerySet[QuarantinedRow]:
    """The rows of a connection's list that wait in quarantine."""
    return QuarantinedRow.objects.scoped(scope).filter(
        account_id=connection.account_id, resolved_at__isnull=True
    )


def list_quarantined(
    scope: Scope, *, connection: PosConnection | None = None, limit: int = 200
) -> list[QuarantinedRow]:
    """Open quarantined rows, newest first."""
    rows = QuarantinedRow.objects.scoped(scope).filter(resolved_at__isnull=True)
    if connection is not None:
        rows = rows.filter(account_id=connection.account_id)
    return list(rows.select_related("account").order_by("-last_seen_at", "-id")[:limit])


def list_proofs(
    scope: Scope, connection: PosConnection, *, limit: int = 10
) -> list[Reconciliation]:
    """The newest reconciliations, newest first."""
    return list(
        Reconciliation.objects.scoped(scope)
        .filter(of_same_list(connection))
        .order_by("-id")[:limit]
    )


def measure_progress(run: CustomerSync, *, now: dt.datetime) -> Progress:
    """Rate, share and time left of a run, from its own counts."""
    if run.started_at is None or run.finished_at is not None:
        return Progress(rows_per_second=0.0, share=None, seconds_left=None)
    seconds = ((run.progress_at or now) - run.started_at).total_seconds()
    rate = run.rows_read / seconds if seconds > 0 else 0.0
    if not run.expected_rows:
        return Progress(rows_per_second=rate, share=None, seconds_left=None)
    share = min(run.rows_read / run.expected_rows, 1.0)
    left = (run.expected_rows - run.rows_read) / rate if rate > 0 and share < 1 else None
    return Progress(rows_per_second=rate, share=share, seconds_left=left)


def runs_to_wake(now: dt.datetime) -> list[CustomerSync]:
    """Open runs that nobody works on: not started yet, or their owner's lease has run out.

    Across retailers: the worker serves the whole installation.
    """
    runs = CustomerSync.objects.across_retailers(reason="the worker serves all retailers")
    free = AccountState.objects.across_retailers(reason="same").filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    )
    waiting = Q(state=CustomerSync.State.PENDING) | Q(
        state=CustomerSync.State.IN_PROGRESS, account_id__in=free.values("account_id")
    )
    return list(runs.filter(waiting, connection__paused=False).order_by("id"))


def is_paused(run: CustomerSync) -> bool:
    """Whether the run's connection is paused now, whatever the run's own copy says."""
    rows = PosConnection.objects.across_retailers(reason="the worker serves all retailers")
    return rows.filter(pk=run.connection_id, paused=True).exists()


def runs_waiting_for(run: CustomerSync) -> list[CustomerSync]:
    """Runs of other connections that could not start because this one read their list."""
    runs = CustomerSync.objects.across_retailers(reason="the worker serves all retailers")
    waiting = runs.filter(
        retailer_id=run.retailer_id,
        connection__account_id=run.account_id,
        connection__account__isnull=False,
        connection__paused=False,
        state=CustomerSync.State.PENDING,
    )
    return list(waiting.exclude(pk=run.pk).order_by("id"))


def tasks_to_wake(now: dt.datetime) -> list[Task]:
    """Unfinished tasks that no worker has claimed. Across retailers, like the worker."""
    tasks = Task.objects.across_retailers(reason="the worker serves all retailers")
    return list(
        tasks.filter(finished_at__isnull=True).exclude(claimed_until__gt=now).order_by("id")
    )


def find_connection_anywhere(slug: str) -> PosConnection | None:
    """The connection of this name, whichever retailer's: names are unique in an installation.

    For the command line, whose user administers all of it.
    """
    everywhere = PosConnection.objects.across_retailers(reason="commands name connections by slug")
    return everywhere.select_related("account", "retailer").filter(slug=slug).first()


def visible_connections(scope: Scope) -> ScopedQuerySet[PosConnection]:
    """Return the connections that serve the scope's stores."""
    return _connections(scope)


def visible_runs(scope: Scope) -> ScopedQuerySet[CustomerSync]:
    """Return the runs of the connections that serve the scope's stores."""
    runs = CustomerSync.objects.scoped(scope).select_related("connection")
    return runs.filter(connection__in=_visible_ids(scope))


def visible_tasks(scope: Scope) -> ScopedQuerySet[Task]:
    """Return what was asked of the worker for the connections that serve the scope's stores."""
    tasks = Task.objects.scoped(scope).select_related("connection")
    return tasks.filter(connection__in=_visible_ids(scope))


def visible_quarantine(
    scope: Scope, connection: PosConnection | None = None
) -> ScopedQuerySet[QuarantinedRow]:
    """Return open quarantined rows of lists that are read for the scope's stores."""
    rows = QuarantinedRow.objects.scoped(scope).filter(resolved_at__isnull=True)
    if connection is not None:
        accounts = [connection.account_id]
    else:
        found = PosConnection.objects.scoped(scope).filter(pk__in=_visible_ids(scope))
        accounts = list(found.values_list("account_id", flat=True))
    wanted = [one for one in accounts if one is not None]
    return rows.select_related("account").filter(account__in=wanted)


def proofs_of(scope: Scope, connection: PosConnection) -> ScopedQuerySet[Reconciliation]:
    """Return the reconciliations of the list that a connection reads."""
    proofs = Reconciliation.objects.scoped(scope).select_related("connection")
    return proofs.filter(of_same_list(connection))


def _visible_ids(scope: Scope) -> list[int]:
    return list(_connections(scope).values_list("pk", flat=True))


def name_stores(scope: Scope, connections: Collection[PosConnection]) -> dict[int, list[str]]:
    """Return the slugs of the stores that connections serve, of those that the scope sees."""
    links = PosConnection.stores.through.objects.filter(
        posconnection_id__in=[one.pk for one in connections]
    )
    slugs = dict(visible_stores(scope).values_list("pk", "slug"))
    names: dict[int, list[str]] = {one.pk: [] for one in connections}
    for connection_id, store_id in links.values_list("posconnection_id", "store_id"):
        if store_id in slugs:
            names[connection_id].append(slugs[store_id])
    return {pk: sorted(found) for pk, found in names.items()}
