from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import Settings

from rollcall.audit.models import Entry
from rollcall.jobs import stopping
from rollcall.kit.clock import utc_now
from rollcall.sync.models import AccountState, CustomerSync, QuarantinedRow, Reconciliation, Task
from rollcall.sync.operations.requests import request_sync, request_task
from rollcall.sync.tasks import carry_out_run, carry_out_task, sweep
from rollcall.sync.tests.sabotage import ELSEWHERE, empty_queue, held_by, jobs
from rollcall.testing.pos_world import PosWorld


@pytest.fixture(autouse=True)
def _empty_queue(transactional_db: None) -> None:
    empty_queue()


def again(world: PosWorld, task: Task) -> Task:
    return Task.objects.scoped(world.scope).get(pk=task.pk)


def run_of(world: PosWorld) -> CustomerSync:
    return CustomerSync.objects.scoped(world.scope).get()


class TestCarryOutRun:
    def test_carries_it_out(self, world: PosWorld) -> None:
        run = request_sync(world.scope, world.connection, full=False)

        carry_out_run(sync_id=run.pk, word_of_a_later_version=1)

        assert (run_of(world).state, run_of(world).rows_new) == ("finished", 120)

    def test_of_nothing_does_nothing(self, world: PosWorld) -> None:
        carry_out_run(sync_id=999_999)

        assert CustomerSync.objects.scoped(world.scope).count() == 0

    def test_that_is_finished_asks_the_pos_nothing(self, world: PosWorld) -> None:
        run = request_sync(world.scope, world.connection, full=False)
        carry_out_run(sync_id=run.pk)
        asked = world.simulator.control.requests()

        carry_out_run(sync_id=run.pk)

        assert world.simulator.control.requests() == asked
        assert run_of(world).takeovers == 0

    def test_that_is_finished_stays_so_when_the_settings_break_later(self, world: PosWorld) -> None:
        run = request_sync(world.scope, world.connection, full=False)
        carry_out_run(sync_id=run.pk)
        row = world.connection
        row.sealed_settings = b"damaged"
        row.save(update_fields=["sealed_settings"])

        carry_out_run(sync_id=run.pk)

        assert (run_of(world).state, run_of(world).error) == ("finished", "")

    def test_whose_settings_cannot_be_opened_fails_in_words(self, world: PosWorld) -> None:
        run = request_sync(world.scope, world.connection, full=False)
        row = world.connection
        row.sealed_settings = b"damaged"
        row.save(update_fields=["sealed_settings"])

        carry_out_run(sync_id=run.pk)

        failed = run_of(world)
        assert (failed.state, failed.error_code) == ("failed", "settings_sealed")
        assert "cannot be opened" in failed.error
        assert Entry.objects.scoped(world.scope).latest("id").action == "sync.failed"

    def test_leaves_it_alone_while_somebody_else_is_at_it(self, world: PosWorld) -> None:
        run = request_sync(world.scope, world.connection, full=False)
        account = world.connection.account
        assert account is not None
        held_by(account, ELSEWHERE, seconds=60)

        carry_out_run(sync_id=run.pk)

        assert (run_of(world).state, run_of(world).rows_read) == ("pending", 0)

    def test_stops_at_a_commit_when_the_worker_is_told_to_end(self, world: PosWorld) -> None:
        run = request_sync(world.scope, world.connection, full=False)
        stopping.set()
        try:
            carry_out_run(sync_id=run.pk)
        finally:
            stopping.clear()
        state = AccountState.objects.scoped(world.scope).get()
        assert (run_of(world).state, state.lease_until) == ("in_progress", None)

        carry_out_run(sync_id=run.pk)

        assert (run_of(world).state, run_of(world).rows_new) == ("finished", 120)


class TestCarryOutTask:
    def test_reconciles(self, world: PosWorld) -> None:
        world.sync()
        task = request_task(world.scope, world.connection, Task.Kind.RECONCILE)

        carry_out_task(task_id=task.pk)

        proof = Reconciliation.objects.scoped(world.scope).get()
        assert (proof.at_pos, proof.missing, proof.repaired) == (120, 0, False)
        assert again(world, task).finished_at is not None

    def test_repairs(self, world: PosWorld) -> None:
        task = request_task(world.scope, world.connection, Task.Kind.REPAIR)

        carry_out_task(task_id=task.pk)

        assert Reconciliation.objects.scoped(world.scope).get().repaired is True
        assert len(world.held()) == 120

    def test_tries_quarantined_rows_again(self, world: PosWorld) -> None:
        world.simulator.control.set_faults(malformed_rows=["bad_date"])
        world.sync()
        world.simulator.control.set_faults(malformed_rows=[])
        task = request_task(world.scope, world.connection, Task.Kind.RETRY_QUARANTINE)

        carry_out_task(task_id=task.pk)

        row = QuarantinedRow.objects.scoped(world.scope).get()
        assert row.resolution == "taken_over"
        assert len(world.held()) == 120

    def test_that_is_done_is_not_done_again(self, world: PosWorld) -> None:
        task = request_task(world.scope, world.connection, Task.Kind.RECONCILE)
        carry_out_task(task_id=task.pk)

        carry_out_task(task_id=task.pk)

        assert Reconciliation.objects.scoped(world.scope).count() == 1

    def test_that_somebody_has_claimed_is_left_to_them(self, world: PosWorld) -> None:
        task = request_task(world.scope, world.connection, Task.Kind.RECONCILE)
        later = utc_now() + dt.timedelta(seconds=60)
        Task.objects.scoped(world.scope).update(claimed_until=later)

        carry_out_task(task_id=task.pk)

        assert Reconciliation.objects.scoped(world.scope).count() == 0
        assert again(world, task).claimed_until == later

    def test_of_nothing_does_nothing(self, world: PosWorld) -> None:
        carry_out_task(task_id=999_999)

        assert Reconciliation.objects.scoped(world.scope).count() == 0

    def test_is_tried_later_while_somebody_else_reads_the_account(self, world: PosWorld) -> None:
        task = request_task(world.scope, world.connection, Task.Kind.RECONCILE)
        account = world.connection.account
        assert account is not None
        held_by(account, ELSEWHERE, seconds=60)

        carry_out_task(task_id=task.pk)

        waiting = again(world, task)
        assert (waiting.finished_at, waiting.attempts, waiting.error) == (None, 0, "")
        assert waiting.claimed_until is not None
        pause = waiting.claimed_until - utc_now()
        assert dt.timedelta(seconds=3) < pause <= dt.timedelta(seconds=5)

        held_by(account, "", seconds=-1)
        Task.objects.scoped(world.scope).update(claimed_until=utc_now())
        carry_out_task(task_id=task.pk)

        assert again(world, task).finished_at is not None

    def test_stops_after_five_failures_and_says_why(
        self, world: PosWorld, settings: Settings
    ) -> None:
        settings.POS_ATTEMPTS = 1
        task = request_task(world.scope, world.connection, Task.Kind.RECONCILE)
        world.simulator.control.set_faults(error_500_rate=1)
        seen = []
        for _ in range(5):
            Task.objects.scoped(world.scope).update(claimed_until=None)
            carry_out_task(task_id=task.pk)
            seen.append((again(world, task).attempts, again(world, task).finished_at is not None))
        world.simulator.control.set_faults(error_500_rate=0)
        Task.objects.scoped(world.scope).update(claimed_until=None)

        carry_out_task(task_id=task.pk)

        assert seen == [(1, False), (2, False), (3, False), (4, False), (5, True)]
        assert "500" in again(world, task).error
        assert Reconciliation.objects.scoped(world.scope).count() == 0

    def test_that_fails_unforeseen_is_counted_too(
        self, world: PosWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_args: object, **_more: object) -> None:
            raise LookupError("ana.reyes@example.com")

        monkeypatch.setattr("rollcall.sync.tasks.reconcile", fail)
        task = request_task(world.scope, world.connection, Task.Kind.RECONCILE)

        carry_out_task(task_id=task.pk)

        failed = again(world, task)
        assert (failed.attempts, failed.finished_at) == (1, None)
        assert "LookupError" in failed.error
        assert "ana" not in failed.error

    def test_that_the_brake_stops_says_so(self, world: PosWorld) -> None:
        world.sync()
        for pos_id in list(world.truth())[:30]:
            world.simulator.control.delete(pos_id)
        task = request_task(world.scope, world.connection, Task.Kind.REPAIR)

        carry_out_task(task_id=task.pk)

        assert again(world, task).error.startswith("30 of 120 records are no longer at the POS")
        assert len(world.held()) == 120

    def test_goes_back_when_the_worker_is_told_to_end(self, world: PosWorld) -> None:
        world.connect(requests_per_second=20)
        world.sync()
        task = request_task(world.scope, world.connection, Task.Kind.RECONCILE)
        stopping.set()
        try:
            for _ in range(3):
                carry_out_task(task_id=task.pk)
                Task.objects.scoped(world.scope).update(claimed_until=None)
        finally:
            stopping.clear()

        waiting = again(world, task)
        assert (waiting.attempts, waiting.error) == (0, "")


class TestSweep:
    def test_wakes_workers_for_what_waits(self, world: PosWorld) -> None:
        run = request_sync(world.scope, world.connection, full=False)
        task = request_task(world.scope, world.connection, Task.Kind.RECONCILE)
        empty_queue()

        sweep()

        assert jobs() == [("sync.run", {"sync_id": run.pk}), ("sync.task", {"task_id": task.pk})]

    def test_wakes_nobody_twice(self, world: PosWorld) -> None:
        request_sync(world.scope, world.connection, full=False)

        sweep()
        sweep()

        assert len(jobs()) == 1

    def test_wakes_a_worker_for_a_run_whose_worker_died(self, world: PosWorld) -> None:
        run = request_sync(world.scope, world.connection, full=False)
        CustomerSync.objects.scoped(world.scope).update(state="in_progress")
        account = world.connection.account
        assert account is not None
        held_by(account, ELSEWHERE, seconds=-0.1)
        empty_queue()

        sweep()

        assert jobs() == [("sync.run", {"sync_id": run.pk})]

    def test_leaves_a_run_alone_whose_worker_lives(self, world: PosWorld) -> None:
        request_sync(world.scope, world.connection, full=False)
        CustomerSync.objects.scoped(world.scope).update(state="in_progress")
        account = world.connection.account
        assert account is not None
        held_by(account, ELSEWHERE, seconds=60)
        empty_queue()

        sweep()

        assert jobs() == []

    def test_leaves_what_is_done_or_claimed_alone(self, world: PosWorld) -> None:
        world.sync()
        request_task(world.scope, world.connection, Task.Kind.RECONCILE)
        claimed = utc_now() + dt.timedelta(seconds=60)
        Task.objects.scoped(world.scope).update(claimed_until=claimed)
        empty_queue()

        sweep()

        assert jobs() == []

    def test_leaves_a_paused_connection_alone(self, world: PosWorld) -> None:
        request_sync(world.scope, world.connection, full=False)
        row = world.connection
        row.paused = True
        row.save(update_fields=["paused"])
        empty_queue()

        sweep()

        assert jobs() == []
