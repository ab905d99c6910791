from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from rollcall.audit.models import Entry
from rollcall.kit.scope import Actor, ForbiddenError, Role, Scope
from rollcall.stores.models import User
from rollcall.stores.queries import find_scope_of_user
from rollcall.sync import queries
from rollcall.sync.models import CustomerSync, PosConnection, SeenPage, Task
from rollcall.sync.operations.requests import request_sync, request_task
from rollcall.sync.operations.run import run_sync
from rollcall.sync.tests.sabotage import empty_queue, jobs
from rollcall.testing.pos_world import PosWorld


@pytest.fixture(autouse=True)
def _empty_queue(transactional_db: None) -> None:
    empty_queue()


def all_at_once(times: int, ask: Callable[[], Any]) -> list[Any]:
    start = threading.Barrier(times)

    def one(_number: int) -> Any:
        try:
            start.wait(10)
            return ask()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


class TestRequestSync:
    def test_makes_a_run_that_waits_and_wakes_a_worker(
        self, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        run = request_sync(scope_a, connection_a, full=False)

        assert (run.state, run.phase, run.full) == ("pending", "start", False)
        assert run.requested_by == "cli:test"
        assert jobs() == [("sync.run", {"sync_id": run.pk})]
        entry = Entry.objects.scoped(scope_a).latest("id")
        assert (entry.action, entry.subject_ids, entry.context) == (
            "sync.requested", [connection_a.pk], {"sync": run.pk, "full": False},
        )  # fmt: skip

    def test_joins_a_run_that_waits(self, scope_a: Scope, connection_a: PosConnection) -> None:
        first = request_sync(scope_a, connection_a, full=False)

        second = request_sync(scope_a, connection_a, full=False)

        assert second == first
        assert CustomerSync.objects.scoped(scope_a).count() == 1
        assert len(jobs()) == 1

    def test_widens_a_run_that_waits(self, scope_a: Scope, connection_a: PosConnection) -> None:
        first = request_sync(scope_a, connection_a, full=False)

        second = request_sync(scope_a, connection_a, full=True)

        assert (second.pk, second.full) == (first.pk, True)

    def test_never_narrows_one(self, scope_a: Scope, connection_a: PosConnection) -> None:
        request_sync(scope_a, connection_a, full=True)

        assert request_sync(scope_a, connection_a, full=False).full is True

    def test_leaves_a_run_in_progress_as_it_is(
        self, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        first = request_sync(scope_a, connection_a, full=False)
        CustomerSync.objects.scoped(scope_a).update(state="in_progress", phase="catch_up")

        second = request_sync(scope_a, connection_a, full=True)

        assert (second.pk, second.full, second.phase) == (first.pk, False, "catch_up")

    @pytest.mark.parametrize("state", ["finished", "failed"])
    def test_starts_another_after_one_that_ended(
        self, scope_a: Scope, connection_a: PosConnection, state: str
    ) -> None:
        first = request_sync(scope_a, connection_a, full=False)
        CustomerSync.objects.scoped(scope_a).update(state=state)

        assert request_sync(scope_a, connection_a, full=False) != first

    def test_makes_one_run_of_many_requests_at_once(
        self, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        runs = all_at_once(6, lambda: request_sync(scope_a, connection_a, full=True))

        assert {run.pk for run in runs} == {CustomerSync.objects.scoped(scope_a).get().pk}
        assert len(jobs()) == 1

    def test_is_not_for_staff(self, scope_a: Scope, connection_a: PosConnection, bob: User) -> None:
        scope = find_scope_of_user(bob)
        assert scope is not None

        with pytest.raises(ForbiddenError):
            request_sync(scope, connection_a, full=False)

        assert CustomerSync.objects.scoped(scope_a).count() == 0
        assert jobs() == []


class TestRequestTask:
    def test_makes_a_task_in_somebodys_name(
        self, scope_a: Scope, connection_a: PosConnection, alice: User
    ) -> None:
        scope = replace(scope_a, actor=Actor(kind="user", id=str(alice.pk)), role=Role.ADMIN)

        task = request_task(scope, connection_a, Task.Kind.REPAIR)

        assert (task.kind, task.requested_by, task.attempts) == ("repair", alice, 0)
        assert jobs() == [("sync.task", {"task_id": task.pk})]
        assert Entry.objects.scoped(scope_a).latest("id").action == "task.requested.repair"

    def test_joins_one_of_its_kind(self, scope_a: Scope, connection_a: PosConnection) -> None:
        first = request_task(scope_a, connection_a, Task.Kind.RECONCILE)

        assert request_task(scope_a, connection_a, Task.Kind.RECONCILE) == first
        assert request_task(scope_a, connection_a, Task.Kind.REPAIR) != first
        assert Task.objects.scoped(scope_a).count() == 2

    def test_makes_one_of_many_requests_at_once(
        self, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        tasks = all_at_once(
            6, lambda: request_task(scope_a, connection_a, Task.Kind.RETRY_QUARANTINE)
        )

        assert {task.pk for task in tasks} == {Task.objects.scoped(scope_a).get().pk}
        assert len(jobs()) == 1

    def test_is_not_for_staff(self, scope_a: Scope, connection_a: PosConnection, bob: User) -> None:
        scope = find_scope_of_user(bob)
        assert scope is not None

        with pytest.raises(ForbiddenError):
            request_task(scope, connection_a, Task.Kind.REPAIR)

        assert Task.objects.scoped(scope_a).count() == 0


class TestAfterAFailedRun:
    @pytest.fixture
    def faults(self) -> dict[str, object]:
        return {}

    @pytest.fixture
    def failed(
        self, world: PosWorld, faults: dict[str, object], monkeypatch: pytest.MonkeyPatch
    ) -> CustomerSync:
        """A first pass that broke off after a part of the rows, because the POS went away."""
        world.simulator.control.set_faults(**faults)
        monkeypatch.setattr("rollcall.sync.operations.passage._BATCH_ROWS", 30)
        world.connect(page_size=20)

        def break_pos(run: CustomerSync) -> None:
            if run.rows_new >= 20 and run.rows_quarantined == len(faults):
                world.simulator.control.set_faults(error_500_rate=1)

        run = request_sync(world.scope, world.connection, full=True)
        failed = run_sync(world.scope, run, report=break_pos)
        world.simulator.control.set_faults(error_500_rate=0)
        assert (failed.state, failed.phase) == ("failed", "full")
        assert 0 < failed.rows_new < 120
        assert failed.rows_quarantined == len(faults)
        return failed

    def test_the_next_one_goes_on_where_it_stopped(
        self, world: PosWorld, failed: CustomerSync
    ) -> None:
        run = request_sync(world.scope, world.connection, full=False)
        assert (run.phase, run.full, run.resume_token) == ("full", True, failed.resume_token)

        run = run_sync(world.scope, run)

        assert (run.state, run.records_gone) == ("finished", 0)
        assert failed.rows_new + run.rows_new == 120
        assert world.held().keys() == world.truth().keys()
        assert SeenPage.objects.scoped(world.scope).count() == 0

    def test_new_settings_begin_from_the_start(self, world: PosWorld, failed: CustomerSync) -> None:
        world.connect(page_size=30)

        run = request_sync(world.scope, world.connection, full=False)

        assert (run.phase, run.resume_token) == ("start", "")
        assert run_sync(world.scope, run).rows_new == 120 - failed.rows_new

    def test_a_position_that_nobody_can_read_is_not_tried_again(
        self, world: PosWorld, failed: CustomerSync
    ) -> None:
        nonsense = failed.resume_token.replace('"days":', '"days":9999999')
        assert nonsense != failed.resume_token
        run = request_sync(world.scope, world.connection, full=False)
        CustomerSync.objects.scoped(world.scope).filter(pk=run.pk).update(resume_token=nonsense)
        run.refresh_from_db(from_queryset=CustomerSync.objects.scoped(world.scope))

        refused = run_sync(world.scope, run)
        again = world.sync()

        assert (refused.state, refused.phase) == ("failed", "start")
        assert again.state == "finished"
        assert world.held().keys() == world.truth().keys()

    @pytest.mark.parametrize("faults", [{"malformed_rows": ["missing_id"]}])
    def test_a_bad_row_without_an_id_that_it_met_stays_in_quarantine(
        self, world: PosWorld, failed: CustomerSync
    ) -> None:
        open_rows = queries.open_quarantine(world.scope, world.connection)
        assert open_rows.count() == 1

        run = world.sync()

        assert (run.state, run.full) == ("finished", True)
        assert open_rows.count() == 1


class TestWidening:
    def test_a_run_that_was_about_to_go_on_begins_from_the_start(self, world: PosWorld) -> None:
        world.sync()
        pos_id = next(iter(world.truth()))
        world.simulator.control.patch(pos_id, notes="changed")
        run = request_sync(world.scope, world.connection, full=False)

        def break_pos(current: CustomerSync) -> None:
            if current.phase == "catch_up":
                world.simulator.control.set_faults(error_500_rate=1)

        assert run_sync(world.scope, run, report=break_pos).phase == "catch_up"
        world.simulator.control.set_faults(error_500_rate=0)
        waiting = request_sync(world.scope, world.connection, full=False)
        assert (waiting.phase, waiting.full) == ("catch_up", False)

        widened = request_sync(world.scope, world.connection, full=True)

        assert (widened.pk, widened.phase, widened.full) == (waiting.pk, "start", True)
        finished = run_sync(world.scope, widened)
        assert (finished.state, finished.rows_read >= 120) == ("finished", True)
        assert (finished.records_gone, len(world.held())) == (0, 120)
