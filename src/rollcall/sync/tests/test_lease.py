from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from rollcall.customers.models import PosAccount, PosRecord
from rollcall.kit.processes import process_name
from rollcall.kit.scope import Scope
from rollcall.pos.contract import RawRow
from rollcall.sync.models import AccountState, CustomerSync
from rollcall.sync.operations.batches import take_rows
from rollcall.sync.operations.lease import LeaseHeldError, LeaseLostError, fence, hold
from rollcall.sync.operations.requests import request_sync
from rollcall.sync.operations.run import run_sync
from rollcall.sync.operations.source import open_source
from rollcall.sync.tests.sabotage import ELSEWHERE, cut_all_connections, held_by
from rollcall.testing.pos_world import PosWorld


@pytest.fixture
def account(transactional_db: None, account_a: PosAccount, settings: Settings) -> PosAccount:
    settings.LEASE_SECONDS = 1.0
    return account_a


def row(account: PosAccount) -> tuple[str, int, bool]:
    """The lease as it stands: owner, epoch, whether it is in force."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select lease_owner, lease_epoch, coalesce(lease_until > now(), false)"
            " from sync_accountstate where account_id = %s",
            [account.pk],
        )
        owner, epoch, in_force = cursor.fetchone()
    return owner, epoch, in_force


def dead_process() -> str:
    """The name of a process that was killed."""
    program = "from rollcall.kit.processes import process_name; print(process_name())"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


class TestHold:
    def test_writes_down_who_holds_it(self, scope_a: Scope, account: PosAccount) -> None:
        with hold(scope_a, account.pk) as lease:
            assert row(account) == (process_name(), 1, True)
            assert lease.epoch == 1

        assert row(account) == ("", 1, False)

    def test_refuses_a_second_holder_while_the_first_lives(
        self, scope_a: Scope, account: PosAccount
    ) -> None:
        with hold(scope_a, account.pk):
            with pytest.raises(LeaseHeldError) as refused, hold(scope_a, account.pk):
                pass

            assert 0 < refused.value.seconds <= 1.0
            assert row(account) == (process_name(), 1, True)

    def test_gives_it_back_after_an_error(self, scope_a: Scope, account: PosAccount) -> None:
        with pytest.raises(LookupError), hold(scope_a, account.pk):
            raise LookupError

        assert row(account) == ("", 1, False)

    def test_takes_over_when_it_has_run_out(self, scope_a: Scope, account: PosAccount) -> None:
        held_by(account, ELSEWHERE, seconds=0.5)
        with pytest.raises(LeaseHeldError), hold(scope_a, account.pk):
            pass

        time.sleep(0.55)

        with hold(scope_a, account.pk) as lease:
            assert (lease.epoch, row(account)) == (2, (process_name(), 2, True))

    def test_takes_over_at_once_from_a_dead_process(
        self, scope_a: Scope, account: PosAccount
    ) -> None:
        held_by(account, dead_process(), seconds=3600)

        with hold(scope_a, account.pk) as lease:
            assert lease.epoch == 2

    def test_waits_for_a_process_elsewhere(self, scope_a: Scope, account: PosAccount) -> None:
        held_by(account, ELSEWHERE, seconds=3600)

        with pytest.raises(LeaseHeldError), hold(scope_a, account.pk):
            pass

        assert row(account) == (ELSEWHERE, 1, True)

    def test_lets_only_one_of_many_in(self, scope_a: Scope, account: PosAccount) -> None:
        start, everybody_tried = threading.Barrier(6), threading.Barrier(6)

        def attempt(_number: int) -> str:
            try:
                start.wait(10)
                try:
                    with hold(scope_a, account.pk):
                        everybody_tried.wait(10)
                        return "held"
                except LeaseHeldError:
                    everybody_tried.wait(10)
                    return "refused"
            finally:
                connection.close()

        with ThreadPoolExecutor(6) as pool:
            outcomes = sorted(pool.map(attempt, range(6)))

        assert outcomes == ["held", *["refused"] * 5]
        assert row(account) == ("", 1, False)

    def test_of_one_account_does_not_keep_others_from_another(
        self, scope_a: Scope, account: PosAccount
    ) -> None:
        other = PosAccount.objects.scoped(scope_a).create(kind="treez", account_key="other")
        AccountState.objects.scoped(scope_a).create(account=other)

        with hold(scope_a, account.pk), hold(scope_a, other.pk) as second:
            assert second.epoch == 1


class TestHeartbeat:
    def test_keeps_the_lease_longer_than_it_lives_by_itself(
        self, scope_a: Scope, account: PosAccount
    ) -> None:
        with hold(scope_a, account.pk) as lease:
            time.sleep(1.2)

            assert row(account) == (process_name(), 1, True)
            assert not lease.lost.is_set()

    def test_goes_on_after_the_database_cut_its_connection(
        self, scope_a: Scope, account: PosAccount
    ) -> None:
        with hold(scope_a, account.pk) as lease:
            time.sleep(0.3)
            cut_all_connections()
            connection.close()
            time.sleep(1.2)

            assert row(account) == (process_name(), 1, True)
            assert not lease.lost.is_set()

    def test_notices_that_somebody_took_over(self, scope_a: Scope, account: PosAccount) -> None:
        with hold(scope_a, account.pk) as lease:
            held_by(account, ELSEWHERE, seconds=60)

            assert lease.lost.wait(2)

        assert row(account) == (ELSEWHERE, 2, True)


class TestAfterTheDatabaseWasAway:
    def test_this_process_need_not_wait_for_its_own_lease(
        self, scope_a: Scope, account: PosAccount, settings: Settings
    ) -> None:
        settings.LEASE_SECONDS = 60
        with hold(scope_a, account.pk):
            cut_all_connections()

        with hold(scope_a, account.pk) as lease:
            assert lease.epoch == 2

    def test_this_process_waits_for_somebody_who_took_over(
        self, scope_a: Scope, account: PosAccount
    ) -> None:
        with hold(scope_a, account.pk):
            cut_all_connections()
        connection.close()
        held_by(account, ELSEWHERE, seconds=60)

        with pytest.raises(LeaseHeldError), hold(scope_a, account.pk):
            pass


class TestFence:
    def test_lets_the_owner_write(self, scope_a: Scope, account: PosAccount) -> None:
        with hold(scope_a, account.pk) as lease, transaction.atomic():
            fence(lease)

        assert not lease.lost.is_set()

    def test_stops_whoever_lost_the_lease(self, scope_a: Scope, account: PosAccount) -> None:
        with hold(scope_a, account.pk) as lease:
            held_by(account, ELSEWHERE, seconds=60)

            with pytest.raises(LeaseLostError), transaction.atomic():
                fence(lease)

            assert lease.lost.is_set()

    def test_stops_whoever_gave_it_back_and_saw_somebody_else_take_it(
        self, scope_a: Scope, account: PosAccount
    ) -> None:
        with hold(scope_a, account.pk) as early:
            pass
        with hold(scope_a, account.pk), pytest.raises(LeaseLostError), transaction.atomic():
            fence(early)

    def test_makes_a_takeover_wait_for_the_owners_commit(
        self, scope_a: Scope, account: PosAccount, settings: Settings
    ) -> None:
        settings.LEASE_SECONDS = 0.2
        order: list[str] = []

        def take_over() -> None:
            try:
                held_by(account, ELSEWHERE, seconds=60)
                order.append("taken over")
            finally:
                connection.close()

        thread = threading.Thread(target=take_over)
        with hold(scope_a, account.pk) as lease, transaction.atomic():
            fence(lease)
            thread.start()
            time.sleep(0.3)
            order.append("committed")
        thread.join()

        assert order == ["committed", "taken over"]


class TestLoser:
    def test_writes_nothing_any_more(self, world: PosWorld) -> None:
        source = open_source(world.scope, world.connection)
        rows: list[RawRow] = [{"customer_id": "777", "first_name": "LATE", "status": "ACTIVE"}]

        with hold(world.scope, source.account.pk) as lease:
            held_by(source.account, ELSEWHERE, seconds=60)
            with pytest.raises(LeaseLostError):
                take_rows(source, lease, rows)

        assert PosRecord.objects.scoped(world.scope).count() == 0

    def test_stops_in_the_middle_of_a_run_and_the_next_one_goes_on(
        self, world: PosWorld, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("rollcall.sync.operations.passage._BATCH_ROWS", 30)
        world.connect(page_size=20)
        run = request_sync(world.scope, world.connection, full=False)
        account = run.connection.account
        assert account is not None

        def lose(current: CustomerSync) -> None:
            if current.rows_read >= 30:
                held_by(account, ELSEWHERE, seconds=60)

        with pytest.raises(LeaseLostError):
            run_sync(world.scope, run, report=lose)
        run.refresh_from_db(from_queryset=CustomerSync.objects.scoped(world.scope))
        written = (run.state, run.rows_new, len(world.held()))
        held_by(account, ELSEWHERE, seconds=-1)
        finished = run_sync(world.scope, run)

        assert written == ("in_progress", run.rows_new, run.rows_new)
        assert run.rows_new < 120
        assert (finished.state, finished.takeovers) == ("finished", 1)
        assert world.held().keys() == world.truth().keys()


class TestTwoAtOnce:
    def test_exactly_one_synchronises(self, world: PosWorld) -> None:
        world.simulator.control.set_faults(latency_ms=60)
        start = threading.Barrier(2)

        def attempt(_number: int) -> str:
            try:
                start.wait(10)
                return world.sync().state
            except LeaseHeldError:
                return "held"
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            outcomes = sorted(pool.map(attempt, range(2)))

        assert outcomes == ["finished", "held"]
        run = CustomerSync.objects.scoped(world.scope).get()
        assert (run.rows_new, run.takeovers) == (120, 0)
