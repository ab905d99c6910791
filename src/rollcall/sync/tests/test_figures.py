from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from rollcall.kit.scope import Scope
from rollcall.pos.contract import Criteria
from rollcall.pos.errors import PosUnavailableError
from rollcall.sync.models import CallFigures, Circuit, PosConnection
from rollcall.sync.operations.call_figures import CallCounter
from rollcall.sync.operations.source import open_client
from rollcall.sync.operations.steering import set_paused
from rollcall.testing.fixtures import NOON
from rollcall.testing.pos_world import PosWorld

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def scrape(client: Client) -> Samples:
    text = client.get("/metrics").content.decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def named(samples: Samples, name: str, **labels: str) -> list[float]:
    return [
        value
        for (found, given), value in samples.items()
        if found == name and labels.items() <= dict(given).items()
    ]


class TestCallCounter:
    def test_adds_up_what_processes_hand_on(self, db: None) -> None:
        for seconds in (0.01, 0.3, 99.0):
            counter = CallCounter()
            counter.observe(kind="k", operation="GET /a/{id}", outcome="ok", seconds=seconds)
            hand_on(counter)

        row = CallFigures.objects.get()
        assert (row.buckets, row.seconds) == ([1, 0, 0, 1, 0, 0, 0, 0, 0, 1], 99.31)

    def test_keeps_nothing_twice(self, db: None) -> None:
        counter = CallCounter()
        counter.observe(kind="k", operation="GET /a", outcome="ok", seconds=1)

        hand_on(counter)
        hand_on(counter)

        assert sum(CallFigures.objects.get().buckets) == 1

    def test_hands_on_by_itself_after_some_seconds(
        self, transactional_db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        counter = CallCounter()
        monkeypatch.setattr(counter, "_flushed_at", time.monotonic() - 6)

        counter.observe(kind="k", operation="GET /a", outcome="ok", seconds=1)

        assert CallFigures.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_waits_for_the_end_of_a_transaction(self) -> None:
        counter = CallCounter()
        counter.observe(kind="k", operation="GET /a", outcome="ok", seconds=1)
        with transaction.atomic():
            counter.flush()
        assert CallFigures.objects.count() == 0

        counter.flush()

        assert CallFigures.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_takes_many_threads_at_once(self) -> None:
        counter = CallCounter()

        def work(number: int) -> None:
            try:
                for _ in range(50):
                    counter.observe(kind="k", operation="GET /a", outcome="ok", seconds=number)
                    counter.flush()
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        counter.flush()

        assert sum(CallFigures.objects.get().buckets) == 200

    @pytest.mark.django_db(transaction=True)
    def test_keeps_labels_few_whatever_comes(self) -> None:
        counter = CallCounter()
        for number in range(2_100):
            counter.observe(kind="k", operation="GET /a", outcome=f"o{number}" * 20, seconds=1)
        kept = counter._series

        assert len(kept) <= 2_001
        assert max(len(outcome) for _, _, outcome in kept) == 40
        assert sum(kept[("k", "other", "other")].buckets) == 100


def hand_on(counter: CallCounter) -> None:
    """As outside of a transaction, which a test's own is not."""
    connection.in_atomic_block, before = False, connection.in_atomic_block
    try:
        counter.flush()
    finally:
        connection.in_atomic_block = before


class TestTheMetricsPage:
    def test_tells_of_requests_to_a_pos(self, world: PosWorld, client: Client) -> None:
        world.sync()

        samples = scrape(client)

        name = "rollcall_pos_request_duration_seconds"
        counts = named(samples, f"{name}_bucket", kind="treez", le="+Inf", outcome="ok")
        assert sum(counts) == sum(int(str(r["count"])) for r in world.simulator.control.requests())

    def test_tells_of_requests_that_failed(
        self, world: PosWorld, client: Client, settings: Settings
    ) -> None:
        settings.POS_ATTEMPTS = 1
        world.simulator.control.set_faults(error_500_rate=1.0)
        with (
            open_client(world.scope, world.connection, interactive=True) as opened,
            pytest.raises(PosUnavailableError),
        ):
            opened.find(Criteria(email="nobody@example.com"))

        name = "rollcall_pos_request_duration_seconds_count"
        assert named(scrape(client), name, outcome="http_500") == [1.0]

    def test_names_nobody(self, world: PosWorld, client: Client) -> None:
        world.sync()
        person = next(iter(world.truth()))
        with open_client(world.scope, world.connection, interactive=True) as opened:
            opened.get(person)
            opened.find(Criteria(email="nobody@example.com", phone="5550100"))

        text = client.get("/metrics").content.decode()

        assert "nobody" not in text
        assert "5550100" not in text
        assert f'"{person}"' not in text
        assert f"/{person}" not in text

    def test_adds_up_the_rows_of_all_runs(self, world: PosWorld, client: Client) -> None:
        world.sync()
        world.sync(full=True)

        samples = scrape(client)

        assert named(samples, "rollcall_sync_rows_total", outcome="new") == [120.0]
        assert named(samples, "rollcall_sync_rows_total", outcome="unchanged")[0] >= 120
        assert named(samples, "rollcall_sync_runs_total", state="finished") == [2.0]
        assert named(samples, "rollcall_sync_runs_total", state="failed") == [0.0]
        assert named(samples, "rollcall_sync_duration_seconds_count") == [2.0]
        assert 0 <= named(samples, "rollcall_watermark_age_seconds")[0] < 60

    def test_counts_runs_that_failed(
        self, world: PosWorld, client: Client, settings: Settings
    ) -> None:
        settings.POS_ATTEMPTS = 1
        world.simulator.control.set_faults(error_500_rate=1.0)
        world.sync()

        samples = scrape(client)

        assert named(samples, "rollcall_sync_runs_total", state="failed") == [1.0]
        assert named(samples, "rollcall_failed_syncs_in_a_row") == [1.0]

    @pytest.mark.parametrize(("sql", "value"), [("null", 0), ("now()", 1), ("now() + '1h'", 2)])
    def test_tells_of_the_circuit(
        self, connection_a: PosConnection, client: Client, sql: str, value: int
    ) -> None:
        PosConnection.objects.across_retailers(reason="test").update(credential_key="k")
        Circuit.objects.create(key="k")
        with connection.cursor() as cursor:
            cursor.execute(f"update sync_circuit set open_until = {sql}")  # noqa: S608  # ours

        assert named(scrape(client), "rollcall_circuit_state") == [value]

    def test_tells_of_a_pause(
        self, scope_a: Scope, connection_a: PosConnection, client: Client
    ) -> None:
        set_paused(scope_a, connection_a, paused=True, now=NOON)

        assert named(scrape(client), "rollcall_connection_paused") == [1.0]
