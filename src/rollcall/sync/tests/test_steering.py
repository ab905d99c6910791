from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from pytest_django import Settings

from rollcall.audit.models import Entry
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Actor, ForbiddenError, Role, Scope
from rollcall.sync.models import AccountState, CustomerSync, PosConnection
from rollcall.sync.operations.requests import request_sync
from rollcall.sync.operations.run import run_sync
from rollcall.sync.operations.steering import RewindError, backfill, rewind, set_paused
from rollcall.sync.tasks import _stop_if_told, carry_out_run, sweep
from rollcall.sync.tests.sabotage import empty_queue, jobs
from rollcall.testing.fixtures import NOON
from rollcall.testing.pos_world import PosWorld


def state_of(world: PosWorld) -> AccountState:
    return AccountState.objects.scoped(world.scope).get()


def manager_of(world: PosWorld) -> Scope:
    return Scope(
        retailer_id=world.scope.retailer_id, actor=Actor(kind="user", id="1"), role=Role.MANAGER
    )


class TestPausing:
    def test_says_who_and_when(self, world: PosWorld) -> None:
        assert set_paused(world.scope, world.connection, paused=True, now=NOON)

        found = world.connection
        assert (found.paused, found.paused_by, found.paused_at) == (True, "cli:test", NOON)
        assert Entry.objects.scoped(world.scope).latest("id").action == "connection.paused"

    def test_twice_changes_nothing_more(self, world: PosWorld) -> None:
        set_paused(world.scope, world.connection, paused=True, now=NOON)

        again = set_paused(world.scope, world.connection, paused=True, now=utc_now())

        assert (again, world.connection.paused_at) == (False, NOON)

    def test_ends_with_resuming(self, world: PosWorld) -> None:
        set_paused(world.scope, world.connection, paused=True, now=NOON)

        set_paused(world.scope, world.connection, paused=False, now=NOON)

        found = world.connection
        assert (found.paused, found.paused_by, found.paused_at) == (False, "", None)
        assert Entry.objects.scoped(world.scope).latest("id").action == "connection.resumed"

    def test_keeps_a_worker_from_runs(self, world: PosWorld) -> None:
        run = request_sync(world.scope, world.connection, full=False)
        set_paused(world.scope, world.connection, paused=True, now=NOON)

        carry_out_run(sync_id=run.pk)

        run.refresh_from_db(from_queryset=CustomerSync.objects.scoped(world.scope))
        assert (run.state, run.rows_read) == ("pending", 0)

    def test_stops_a_run_at_its_next_commit_and_resuming_goes_on(
        self, world: PosWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = request_sync(world.scope, world.connection, full=True)
        # Paused by somebody between the worker's look and the run's first commit.
        rows = PosConnection.objects.across_retailers(reason="test")
        kept = CustomerSync.objects.scoped(world.scope).select_related("connection").get(pk=run.pk)
        rows.filter(pk=kept.connection_id).update(paused=True)
        with pytest.raises(Exception, match="paused"):
            run_sync(world.scope, kept, report=_stop_if_told)
        run.refresh_from_db(from_queryset=CustomerSync.objects.scoped(world.scope))
        assert (run.state, state_of(world).lease_until) == ("in_progress", None)
        empty_queue()
        sweep()
        assert jobs() == []

        set_paused(world.scope, world.connection, paused=False, now=utc_now())
        sweep()
        assert ("sync.run", {"sync_id": run.pk}) in jobs()
        carry_out_run(sync_id=run.pk)

        run.refresh_from_db(from_queryset=CustomerSync.objects.scoped(world.scope))
        assert (run.state, run.rows_new) == ("finished", 120)

    def test_is_for_administrators(self, world: PosWorld) -> None:
        with pytest.raises(ForbiddenError):
            set_paused(manager_of(world), world.connection, paused=True, now=NOON)

        assert world.connection.paused is False


class TestRewinding:
    def test_reads_again_what_changed_since(self, world: PosWorld) -> None:
        world.sync()
        to = utc_now() - dt.timedelta(days=3650)

        run = rewind(world.scope, world.connection, to=to, now=utc_now())
        done = run_sync(world.scope, run)

        assert (done.state, done.full) == ("finished", False)
        assert done.window_since is not None
        assert done.window_since <= to
        assert done.rows_read >= 100
        watermark = state_of(world).watermark
        assert watermark is not None
        assert watermark > to
        entry = Entry.objects.scoped(world.scope).filter(action="connection.rewound").get()
        assert entry.context["to"] == to.isoformat()

    def test_is_not_undone_by_the_position_of_a_failed_run(
        self, world: PosWorld, settings: Settings
    ) -> None:
        world.sync()
        settings.POS_ATTEMPTS = 1
        asked = request_sync(world.scope, world.connection, full=False, by_worker=False)
        CustomerSync.objects.scoped(world.scope).filter(pk=asked.pk).update(
            state="failed", phase="catch_up", window_since=utc_now(), window_until=utc_now(),
            finished_at=utc_now(),
        )  # fmt: skip
        to = utc_now() - dt.timedelta(days=30)

        run = rewind(world.scope, world.connection, to=to, now=utc_now())

        assert (run.phase, run.window_since) == ("start", None)

    def test_starts_a_waiting_run_anew(self, world: PosWorld) -> None:
        world.sync()
        asked = request_sync(world.scope, world.connection, full=False, by_worker=False)
        CustomerSync.objects.scoped(world.scope).filter(pk=asked.pk).update(
            phase="catch_up", window_since=utc_now(), window_until=utc_now()
        )

        run = rewind(world.scope, world.connection, to=NOON - dt.timedelta(days=30), now=utc_now())

        assert (run.pk, run.phase, run.window_since) == (asked.pk, "start", None)

    def test_waits_for_the_end_of_a_run(self, world: PosWorld) -> None:
        world.sync()
        before = state_of(world).watermark
        asked = request_sync(world.scope, world.connection, full=False, by_worker=False)
        CustomerSync.objects.scoped(world.scope).filter(pk=asked.pk).update(state="in_progress")

        with pytest.raises(RewindError, match="in progress"):
            rewind(world.scope, world.connection, to=NOON - dt.timedelta(days=9), now=utc_now())

        assert state_of(world).watermark == before

    def test_refuses_a_moment_that_was_not_reached(self, world: PosWorld) -> None:
        world.sync()

        with pytest.raises(RewindError, match="up to"):
            rewind(world.scope, world.connection, to=utc_now() + dt.timedelta(hours=1), now=NOON)

    def test_refuses_before_the_first_full_pass(self, world: PosWorld) -> None:
        with pytest.raises(RewindError, match="nothing to go back to"):
            rewind(world.scope, world.connection, to=NOON, now=utc_now())

    def test_is_for_administrators(self, world: PosWorld) -> None:
        world.sync()

        with pytest.raises(ForbiddenError):
            rewind(manager_of(world), world.connection, to=NOON, now=utc_now())


class TestBackfilling:
    def test_reads_everything_and_says_who_wanted_it(self, world: PosWorld) -> None:
        world.sync()

        run = backfill(world.scope, world.connection)
        done = run_sync(world.scope, run)

        assert (done.full, done.state, done.rows_read >= 120) == (True, "finished", True)
        assert Entry.objects.scoped(world.scope).filter(action="connection.backfilled").exists()

    def test_is_for_managers(self, world: PosWorld) -> None:
        backfill(manager_of(world), world.connection)
        staff = dataclasses.replace(manager_of(world), role=Role.STAFF)

        with pytest.raises(ForbiddenError):
            backfill(staff, world.connection)
