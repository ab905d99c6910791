from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection as database
from django.db import transaction
from pytest_django import Settings

from rollcall.audit.models import Entry
from rollcall.customers.models import PosAccount
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Actor, ForbiddenError, Role, Scope
from rollcall.pos.errors import PosCredentialsError, PosThrottledError, PosUnavailableError
from rollcall.stores.models import Store
from rollcall.sync.models import Circuit, CustomerSync, PosConnection, Schedule, Task
from rollcall.sync.operations.schedules import (
    ScheduleChanges,
    ScheduleError,
    change_schedule,
    ensure_schedule,
    note_failure,
    note_success,
    request_due,
)
from rollcall.sync.operations.steering import set_paused
from rollcall.sync.tasks import carry_out_run, sweep
from rollcall.sync.tests.sabotage import empty_queue, jobs
from rollcall.testing.pos_world import PosWorld

NOW = dt.datetime(2026, 11, 20, 20, tzinfo=dt.UTC)


def schedule_of(scope: Scope) -> Schedule:
    return Schedule.objects.scoped(scope).get()


def make_due(scope: Scope, *names: str, at: dt.datetime = NOW - dt.timedelta(seconds=1)) -> None:
    Schedule.objects.scoped(scope).update(**dict.fromkeys(names, at))


def runs(scope: Scope) -> list[CustomerSync]:
    return list(CustomerSync.objects.scoped(scope).order_by("id"))


@pytest.fixture
def schedule(scope_a: Scope, connection_a: PosConnection) -> Schedule:
    return ensure_schedule(scope_a, connection_a, now=NOW)


class TestANewConnection:
    def test_has_a_schedule(self, world: PosWorld) -> None:
        found = schedule_of(world.scope)

        assert (found.changes_every_s, found.full_days, found.reconcile_days) == (
            120, [0, 1, 2, 3, 4, 5, 6], [6],
        )  # fmt: skip
        assert found.next_changes_at is not None
        assert found.next_full_at is not None
        wait = found.next_changes_at - utc_now()
        assert dt.timedelta() < wait <= dt.timedelta(minutes=3)

    def test_is_read_by_itself(self, world: PosWorld) -> None:
        empty_queue()
        make_due(world.scope, "next_changes_at")

        sweep()
        for name, ids in jobs():
            assert name == "sync.run"
            carry_out_run(**ids)

        (run,) = runs(world.scope)
        assert (run.state, run.requested_by, run.rows_new) == ("finished", "system:schedule", 120)


class TestWhatIsDue:
    def test_is_asked_for_and_planned_anew(self, scope_a: Scope, schedule: Schedule) -> None:
        make_due(scope_a, "next_changes_at")

        request_due(NOW)

        (run,) = runs(scope_a)
        assert (run.full, run.state) == (False, "pending")
        following = schedule_of(scope_a).next_changes_at
        assert following is not None
        assert 60 <= (following - NOW).total_seconds() <= 180

    def test_is_a_full_run_in_the_night(self, scope_a: Scope, schedule: Schedule) -> None:
        make_due(scope_a, "next_full_at")

        request_due(NOW)

        assert [run.full for run in runs(scope_a)] == [True]

    def test_is_a_proof_once_a_week(self, scope_a: Scope, schedule: Schedule) -> None:
        make_due(scope_a, "next_reconcile_at")

        request_due(NOW)

        assert [task.kind for task in Task.objects.scoped(scope_a)] == ["reconcile"]
        following = schedule_of(scope_a).next_reconcile_at
        assert following is not None
        assert following.astimezone(dt.timezone(dt.timedelta(hours=-8))).weekday() == 6

    def test_is_nothing_before_its_time(self, scope_a: Scope, schedule: Schedule) -> None:
        request_due(NOW)

        assert runs(scope_a) == []

    def test_runs_once_however_often_it_was_missed(
        self, scope_a: Scope, schedule: Schedule
    ) -> None:
        make_due(scope_a, "next_changes_at", "next_full_at", at=NOW - dt.timedelta(days=30))

        for seconds in range(0, 30, 5):
            request_due(NOW + dt.timedelta(seconds=seconds))

        assert [run.full for run in runs(scope_a)] == [True]

    def test_joins_a_run_that_is_open(self, scope_a: Scope, schedule: Schedule) -> None:
        make_due(scope_a, "next_changes_at")
        request_due(NOW)
        make_due(scope_a, "next_full_at", "next_changes_at")

        request_due(NOW)

        assert [run.full for run in runs(scope_a)] == [True]

    def test_is_planned_first_if_it_never_was(self, scope_a: Scope, schedule: Schedule) -> None:
        Schedule.objects.scoped(scope_a).update(
            next_changes_at=None, next_full_at=None, next_reconcile_at=None
        )

        request_due(NOW)

        found = schedule_of(scope_a)
        assert runs(scope_a) == []
        assert None not in (found.next_changes_at, found.next_full_at, found.next_reconcile_at)

    def test_of_one_broken_connection_does_not_stop_the_others(
        self, scope_a: Scope, connection_a: PosConnection, schedule: Schedule
    ) -> None:
        other = PosConnection.objects.scoped(scope_a).create(
            slug="other", kind="treez", time_zone="America/Los_Angeles", sealed_settings=b"",
        )  # fmt: skip
        other.stores.add(*Store.objects.scoped(scope_a))
        ensure_schedule(scope_a, other, now=NOW)
        PosConnection.objects.scoped(scope_a).filter(pk=connection_a.pk).update(
            time_zone="No/Where"
        )
        make_due(scope_a, "next_changes_at")

        request_due(NOW)

        assert [run.connection_id for run in runs(scope_a)] == [other.pk]


@pytest.mark.django_db(transaction=True)
class TestManyWorkers:
    def test_ask_once_for_what_is_due(self, scope_a: Scope, schedule: Schedule) -> None:
        empty_queue()
        make_due(scope_a, "next_changes_at", "next_reconcile_at")

        def work(_number: int) -> None:
            try:
                request_due(NOW)
            finally:
                database.close()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(12)))

        assert len(runs(scope_a)) == 1
        assert Task.objects.scoped(scope_a).count() == 1
        assert sorted(name for name, _ in jobs()) == ["sync.run", "sync.task"]

    def test_leave_a_schedule_alone_that_another_works_on(
        self, scope_a: Scope, schedule: Schedule
    ) -> None:
        make_due(scope_a, "next_changes_at")

        def work() -> None:
            try:
                request_due(NOW)
            finally:
                database.close()

        with transaction.atomic(), ThreadPoolExecutor(1) as pool:
            Schedule.objects.scoped(scope_a).select_for_update().get()
            pool.submit(work).result(timeout=10)

            assert runs(scope_a) == []

    def test_leave_a_connection_alone_that_is_being_saved(
        self, scope_a: Scope, schedule: Schedule
    ) -> None:
        make_due(scope_a, "next_changes_at")

        def work() -> None:
            try:
                request_due(NOW)
            finally:
                database.close()

        with transaction.atomic(), ThreadPoolExecutor(1) as pool:
            PosConnection.objects.scoped(scope_a).select_for_update().get()
            pool.submit(work).result(timeout=10)

            assert runs(scope_a) == []


class TestNothingIsDue:
    def nothing_is_due(self, scope: Scope) -> bool:
        make_due(scope, "next_changes_at", "next_full_at", "next_reconcile_at")
        request_due(NOW)
        return runs(scope) == [] and not Task.objects.scoped(scope).exists()

    def test_while_the_connection_is_paused(
        self, scope_a: Scope, connection_a: PosConnection, schedule: Schedule
    ) -> None:
        set_paused(scope_a, connection_a, paused=True, now=NOW)
        assert self.nothing_is_due(scope_a)

        set_paused(scope_a, connection_a, paused=False, now=NOW)
        request_due(NOW)

        assert len(runs(scope_a)) == 1

    def test_when_no_store_is_active(
        self, scope_a: Scope, connection_a: PosConnection, schedule: Schedule
    ) -> None:
        Store.objects.scoped(scope_a).update(active=False)

        assert self.nothing_is_due(scope_a)

    def test_when_it_serves_no_store(
        self, scope_a: Scope, connection_a: PosConnection, schedule: Schedule
    ) -> None:
        connection_a.stores.clear()

        assert self.nothing_is_due(scope_a)

    def test_while_the_circuit_is_open(
        self, scope_a: Scope, connection_a: PosConnection, schedule: Schedule
    ) -> None:
        PosConnection.objects.scoped(scope_a).update(credential_key="k")
        Circuit.objects.create(key="k", open_until=NOW + dt.timedelta(seconds=10))
        assert self.nothing_is_due(scope_a)

        request_due(NOW + dt.timedelta(seconds=11))

        assert len(runs(scope_a)) == 1

    def test_when_it_was_removed(
        self, scope_a: Scope, connection_a: PosConnection, schedule: Schedule
    ) -> None:
        connection_a.delete()

        request_due(NOW)

        assert not Schedule.objects.scoped(scope_a).exists()

    def test_of_what_is_switched_off(
        self, scope_a: Scope, connection_a: PosConnection, schedule: Schedule
    ) -> None:
        off = ScheduleChanges(changes_every_s=0, full_days=[], reconcile_days=[])

        change_schedule(scope_a, connection_a, off, now=NOW)
        request_due(NOW + dt.timedelta(days=30))

        found = schedule_of(scope_a)
        assert (found.next_changes_at, found.next_full_at, found.next_reconcile_at) == (
            None, None, None,
        )  # fmt: skip
        assert runs(scope_a) == []


class TestFailures:
    def held_s(self, scope: Scope) -> float:
        held = schedule_of(scope).held_until
        assert held is not None
        return (held - NOW).total_seconds()

    def test_put_off_what_comes_next_longer_and_longer(
        self, scope_a: Scope, connection_a: PosConnection, schedule: Schedule
    ) -> None:
        held = []
        for _ in range(3):
            note_failure(scope_a, connection_a.pk, PosUnavailableError("away"), now=NOW)
            held.append(self.held_s(scope_a))

        assert held == [120, 240, 300]

    def test_keep_away_as_long_as_the_pos_asks(
        self, scope_a: Scope, connection_a: PosConnection, schedule: Schedule
    ) -> None:
        error = PosThrottledError("too often", retry_after_s=3600.0)
        note_failure(scope_a, connection_a.pk, error, now=NOW)
        make_due(scope_a, "next_changes_at")

        request_due(NOW + dt.timedelta(seconds=3599))
        assert runs(scope_a) == []
        request_due(NOW + dt.timedelta(seconds=3601))

        assert len(runs(scope_a)) == 1

    def test_that_need_a_person_are_repeated_rarely(
        self, scope_a: Scope, connection_a: PosConnection, schedule: Schedule
    ) -> None:
        for _ in range(9):
            note_failure(scope_a, connection_a.pk, PosCredentialsError("refused"), now=NOW)

        assert self.held_s(scope_a) == 3600

    def test_are_forgotten_after_a_good_run(
        self, scope_a: Scope, connection_a: PosConnection, schedule: Schedule
    ) -> None:
        note_failure(scope_a, connection_a.pk, PosUnavailableError("away"), now=NOW)

        note_success(scope_a, connection_a.pk)

        assert (schedule_of(scope_a).failures, schedule_of(scope_a).held_until) == (0, None)

    def test_of_a_real_run_are_counted(self, world: PosWorld, settings: Settings) -> None:
        settings.POS_ATTEMPTS = 1
        world.simulator.control.set_faults(error_500_rate=1.0)

        assert world.sync().state == "failed"
        assert schedule_of(world.scope).failures == 1
        world.simulator.control.set_faults(error_500_rate=0.0)
        assert world.sync().state == "finished"

        assert schedule_of(world.scope).failures == 0


class TestChanging:
    def test_plans_anew(
        self, scope_a: Scope, connection_a: PosConnection, schedule: Schedule
    ) -> None:
        changes = ScheduleChanges(
            changes_every_s=600, full_days=[2, 2, 0], off_peak_from=dt.time(1),
            off_peak_until=dt.time(1, 1),
        )  # fmt: skip

        saved = change_schedule(scope_a, connection_a, changes, now=NOW)

        found = schedule_of(scope_a)
        assert (found.changes_every_s, found.full_days) == (600, [0, 2])
        assert found.next_full_at is not None
        assert f"{found.next_full_at:%a %H}" == "Mon 09"
        assert saved.fields == ("changes_every_s", "full_days", "off_peak_from", "off_peak_until")
        entry = Entry.objects.scoped(scope_a).latest("id")
        assert (entry.action, entry.fields) == ("schedule.updated", list(saved.fields))

    def test_to_the_same_changes_nothing(
        self, scope_a: Scope, connection_a: PosConnection, schedule: Schedule
    ) -> None:
        saved = change_schedule(scope_a, connection_a, ScheduleChanges(changes_every_s=120),
                                now=NOW + dt.timedelta(hours=1))  # fmt: skip

        assert saved.fields == ()
        assert schedule_of(scope_a).next_changes_at == schedule.next_changes_at

    @pytest.mark.parametrize(
        "changes",
        [
            ScheduleChanges(changes_every_s=29),
            ScheduleChanges(changes_every_s=-1),
            ScheduleChanges(changes_every_s=86_401),
            ScheduleChanges(full_days=[7]),
            ScheduleChanges(reconcile_days=[-1]),
        ],
    )
    def test_refuses_what_cannot_be_kept(
        self,
        scope_a: Scope,
        connection_a: PosConnection,
        schedule: Schedule,
        changes: ScheduleChanges,
    ) -> None:
        with pytest.raises(ScheduleError):
            change_schedule(scope_a, connection_a, changes, now=NOW)

        assert schedule_of(scope_a).changes_every_s == 120

    def test_is_for_administrators(
        self, scope_a: Scope, connection_a: PosConnection, schedule: Schedule
    ) -> None:
        manager = Scope(
            retailer_id=scope_a.retailer_id, actor=Actor(kind="user", id="1"), role=Role.MANAGER
        )

        with pytest.raises(ForbiddenError):
            change_schedule(manager, connection_a, ScheduleChanges(changes_every_s=600), now=NOW)

    def test_the_time_zone_moves_the_nights(self, world: PosWorld) -> None:
        before = schedule_of(world.scope).next_full_at
        world.store.time_zone = "America/New_York"
        world.connect()

        after = schedule_of(world.scope).next_full_at

        assert before is not None
        assert after is not None
        assert (before - after).total_seconds() % 86_400 == 3 * 3600


def test_two_connections_of_one_list_are_spread(
    scope_a: Scope, connection_a: PosConnection, account_a: PosAccount
) -> None:
    other = PosConnection.objects.scoped(scope_a).create(
        slug="other", kind="treez", account=account_a, time_zone="America/Los_Angeles",
        sealed_settings=b"",
    )  # fmt: skip

    found = [ensure_schedule(scope_a, one, now=NOW) for one in (connection_a, other)]

    assert len({one.next_full_at for one in found}) == 2
    assert len({one.next_changes_at for one in found}) == 2
