from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import Settings

from rollcall.pos.contract import Criteria
from rollcall.pos.errors import PosCredentialsError, PosThrottledError, PosUnavailableError
from rollcall.pos.writing import NewCustomer
from rollcall.sync.models import Circuit, RateBudget
from rollcall.sync.operations import circuit as circuits
from rollcall.sync.operations.circuit import SharedCircuit
from rollcall.sync.operations.source import open_client
from rollcall.testing.pos_world import PosWorld


@pytest.fixture(autouse=True)
def _fresh_readings() -> Iterator[None]:
    forget_readings()
    yield
    forget_readings()


def forget_readings() -> None:
    """What another process would know: nothing."""
    circuits._readings.clear()


def fail(guard: SharedCircuit, times: int, code: str = "http_503") -> None:
    for _ in range(times):
        guard.before()
        guard.failed(code)


def wait_out(key: str) -> None:
    """Let the time pass for which a circuit is open."""
    Circuit.objects.filter(key=key).update(open_until=circuit_time(-1))
    forget_readings()


def circuit_time(seconds: float) -> object:
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp() + %s * interval '1 second'", [seconds])
        return cursor.fetchone()[0]


def refused(guard: SharedCircuit) -> PosUnavailableError:
    with pytest.raises(PosUnavailableError) as raised:
        guard.before()
    assert raised.value.code == "circuit_open"
    return raised.value


@pytest.mark.django_db
class TestTheCircuit:
    def test_stays_closed_below_the_limit(self) -> None:
        guard = SharedCircuit(key="k")

        fail(guard, circuits.FAILURES - 1)

        guard.before()
        row = Circuit.objects.get()
        assert (row.failures, row.open_until) == (7, None)

    def test_opens_after_so_many_failures_in_a_row(self) -> None:
        guard = SharedCircuit(key="k")

        fail(guard, circuits.FAILURES)

        error = refused(guard)
        assert 14 < (error.retry_after_s or 0) <= 15
        assert "http_503" in str(error)

    def test_counts_the_failures_of_all_processes(self) -> None:
        for _ in range(circuits.FAILURES):
            fail(SharedCircuit(key="k"), 1)
            forget_readings()

        refused(SharedCircuit(key="k"))

    def test_of_one_credential_leaves_others_alone(self) -> None:
        fail(SharedCircuit(key="down"), circuits.FAILURES)

        SharedCircuit(key="up").before()

    def test_is_not_opened_by_one_request_that_is_tried_often(self) -> None:
        guard = SharedCircuit(key="k", attempts=12)

        fail(guard, 12)

        guard.before()

    def test_forgets_failures_when_somebody_gets_an_answer(self) -> None:
        guard = SharedCircuit(key="k")
        fail(guard, circuits.FAILURES - 1)

        guard.before()
        guard.succeeded()
        fail(guard, circuits.FAILURES - 1)

        guard.before()

    def test_lets_one_at_a_time_try_when_the_time_is_over(self) -> None:
        fail(SharedCircuit(key="k"), circuits.FAILURES)
        wait_out("k")

        SharedCircuit(key="k").before()

        forget_readings()
        assert (refused(SharedCircuit(key="k")).retry_after_s or 0) > 1

    def test_lets_another_try_when_the_first_died_trying(self) -> None:
        fail(SharedCircuit(key="k"), circuits.FAILURES)
        wait_out("k")
        SharedCircuit(key="k").before()
        Circuit.objects.update(probe_until=circuit_time(-1))
        forget_readings()

        SharedCircuit(key="k").before()

    def test_closes_when_the_try_is_answered(self) -> None:
        fail(SharedCircuit(key="k"), circuits.FAILURES)
        wait_out("k")
        guard = SharedCircuit(key="k")

        guard.before()
        guard.succeeded()

        row = Circuit.objects.get()
        assert (row.failures, row.openings, row.opened_at, row.open_until) == (0, 0, None, None)
        forget_readings()
        SharedCircuit(key="k").before()

    def test_opens_for_twice_as_long_when_the_try_fails(self) -> None:
        guard = SharedCircuit(key="k")
        fail(guard, circuits.FAILURES)
        opened_at = Circuit.objects.get().opened_at
        waits = []
        for _ in range(6):
            wait_out("k")
            fail(guard, 1)
            waits.append(round(refused(guard).retry_after_s or 0))

        assert waits == [30, 60, 120, 240, 300, 300]
        assert Circuit.objects.get().opened_at == opened_at

    def test_is_not_kept_open_by_what_was_sent_before_it_opened(self) -> None:
        fail(SharedCircuit(key="k"), circuits.FAILURES)
        before = Circuit.objects.get().open_until

        SharedCircuit(key="k").failed("ReadTimeout")

        assert (Circuit.objects.get().open_until, Circuit.objects.get().openings) == (before, 1)

    def test_costs_one_query_a_second(self, django_assert_num_queries: object) -> None:
        guard = SharedCircuit(key="k")

        with django_assert_num_queries(1):  # type: ignore[operator]  # a fixture without a type
            for _ in range(50):
                guard.before()
                guard.succeeded()

    def test_is_asked_nothing_more_while_it_is_known_to_be_open(
        self, django_assert_num_queries: object
    ) -> None:
        guard = SharedCircuit(key="k")
        fail(guard, circuits.FAILURES)

        with django_assert_num_queries(0):  # type: ignore[operator]  # a fixture without a type
            for _ in range(50):
                refused(guard)


class TestThePos:
    @pytest.fixture(autouse=True)
    def _one_attempt(self, settings: Settings) -> None:
        settings.POS_ATTEMPTS = 1

    def fail_often(self, world: PosWorld, times: int = circuits.FAILURES) -> list[str]:
        codes = []
        with open_client(world.scope, world.connection, interactive=True) as client:
            for _ in range(times):
                with pytest.raises(PosUnavailableError) as raised:
                    client.find(Criteria(email="nobody@example.com"))
                codes.append(raised.value.code)
        return codes

    def test_is_asked_no_more_when_it_is_down(self, world: PosWorld) -> None:
        world.simulator.control.set_faults(error_500_rate=1.0)
        codes = self.fail_often(world)
        asked = world.simulator.control.requests()

        started = time.monotonic()
        later = self.fail_often(world, 3)

        assert "circuit_open" not in codes
        assert later == ["circuit_open"] * 3
        assert world.simulator.control.requests() == asked
        assert time.monotonic() - started < 1

    def test_costs_no_slot_while_nobody_asks_it(self, world: PosWorld) -> None:
        world.simulator.control.set_faults(error_500_rate=1.0)
        self.fail_often(world)
        before = RateBudget.objects.get().next_at

        self.fail_often(world, 3)

        assert RateBudget.objects.get().next_at == before

    def test_that_is_not_asked_has_done_nothing(self, world: PosWorld) -> None:
        world.simulator.control.set_faults(error_500_rate=1.0)
        self.fail_often(world)
        new = NewCustomer(key="key-1", fields={"given_name": "Ana", "family_name": "Reyes"})

        with (
            open_client(world.scope, world.connection, interactive=True) as client,
            pytest.raises(PosUnavailableError) as raised,
        ):
            client.create(new)

        assert (type(raised.value), raised.value.code) == (PosUnavailableError, "circuit_open")

    def test_that_asks_for_patience_is_there(self, world: PosWorld) -> None:
        world.simulator.control.set_faults(throttle_burst=1000)
        with open_client(world.scope, world.connection, interactive=True) as client:
            for _ in range(circuits.FAILURES + 2):
                with pytest.raises(PosThrottledError):
                    client.find(Criteria(email="nobody@example.com"))

        assert not Circuit.objects.filter(open_until__isnull=False).exists()

    def test_that_refuses_is_there(self, world: PosWorld) -> None:
        connected = world.connect(api_key="wrong-key")

        for _ in range(circuits.FAILURES + 2):
            with (
                open_client(world.scope, connected, interactive=True) as client,
                pytest.raises(PosCredentialsError, match="INVALID_API_KEY"),
            ):
                client.find(Criteria(email="nobody@example.com"))

        assert not Circuit.objects.filter(open_until__isnull=False).exists()

    def test_ends_a_sync_in_words_and_the_next_goes_on_where_it_stopped(
        self, world: PosWorld
    ) -> None:
        world.simulator.control.set_faults(error_500_rate=1.0)
        self.fail_often(world)

        failed = world.sync()

        assert (failed.state, failed.error_code) == ("failed", "circuit_open")
        assert "has not answered anybody lately" in failed.error
        world.simulator.control.set_faults(error_500_rate=0.0)
        wait_out(Circuit.objects.get().key)
        assert world.sync().state == "finished"
        assert Circuit.objects.get().open_until is None
