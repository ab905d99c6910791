"""Figures of the outbox."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry

from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.outbox.metrics import OutboxFigures
from rollcall.outbox.operations.switches import stop_all
from rollcall.outbox.tests.entries import PHONE, ago, connect, put, switch_on, take_in
from rollcall.stores.models import Store
from rollcall.sync.models import PosConnection


@pytest.fixture
def connection(scope_a: Scope, store_a: Store) -> PosConnection:
    return connect(scope_a, store_a)


def figure(name: str, **labels: str) -> float | None:
    registry = CollectorRegistry()
    registry.register(OutboxFigures())
    usual = {"retailer": "alder", "connection": "alder-way", "kind": "treez"}
    return registry.get_sample_value(name, {**usual, **labels})


class TestFigures:
    def test_count_entries_by_state(self, scope_a: Scope, connection: PosConnection) -> None:
        ana = take_in(scope_a, connection)
        put(scope_a, ana, connection, external_id="1")
        put(scope_a, ana, connection, external_id="2")
        put(scope_a, ana, connection, external_id="3", state="delivered", closed_at=utc_now())

        assert figure("rollcall_outbox_entries", state="held") == 2
        assert figure("rollcall_outbox_entries", state="delivered") is None
        assert figure("rollcall_outbox_closed_last_hour", outcome="delivered") == 1

    def test_forget_what_was_over_an_hour_ago(
        self, scope_a: Scope, connection: PosConnection
    ) -> None:
        ana = take_in(scope_a, connection)
        put(scope_a, ana, connection, state="discarded", closed_at=ago(minutes=61))

        assert figure("rollcall_outbox_closed_last_hour", outcome="discarded") is None

    def test_tell_how_long_the_oldest_waits(
        self, scope_a: Scope, connection: PosConnection
    ) -> None:
        ana = take_in(scope_a, connection)
        put(scope_a, ana, connection, external_id="1", created_at=ago(hours=9))
        assert figure("rollcall_outbox_oldest_waiting_seconds") is None

        put(scope_a, ana, connection, external_id="2", state="queued", created_at=ago(minutes=10))

        assert figure("rollcall_outbox_oldest_waiting_seconds") == pytest.approx(600, abs=30)

    def test_name_refused_fields_and_no_values(
        self, scope_a: Scope, connection: PosConnection
    ) -> None:
        ana = take_in(scope_a, connection)
        values = {"phone": PHONE, "city": "Oakland"}
        put(scope_a, ana, connection, values=values, state="refused", code="DUPLICATE_PHONE")

        for field in values:
            refused = figure("rollcall_outbox_refused_fields", field=field, code="DUPLICATE_PHONE")
            assert refused == 1
        said = [sample for metric in OutboxFigures().collect() for sample in metric.samples]
        assert "Oakland" not in str(said)
        assert PHONE not in str(said)

    def test_tell_who_may_write(self, scope_a: Scope, connection: PosConnection) -> None:
        assert figure("rollcall_writing_enabled") == 0

        switch_on(scope_a, connection)
        assert figure("rollcall_writing_enabled") == 1
        assert figure("rollcall_writing_stopped") == 0
        stop_all(scope_a, now=utc_now())
        assert figure("rollcall_writing_stopped") == 1
