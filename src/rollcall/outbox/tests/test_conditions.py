"""What people are told of the outbox."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from rollcall.customers.models import Customer
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.notifications.rules.kinds import Finding, advice_of, title_of
from rollcall.outbox.conditions import watch_caps, watch_entries, watch_stops
from rollcall.outbox.operations.switches import stop_all
from rollcall.outbox.tests.entries import ago, connect, put, switch_on, take_in
from rollcall.stores.models import Store
from rollcall.sync.models import PosConnection


@pytest.fixture
def connection(scope_a: Scope, store_a: Store) -> PosConnection:
    found = connect(scope_a, store_a)
    switch_on(scope_a, found)
    return found


@pytest.fixture
def ana(scope_a: Scope, connection: PosConnection) -> Customer:
    return take_in(scope_a, connection)


def entries(scope: Scope) -> list[Finding]:
    return list(watch_entries(scope, now=utc_now()))


class TestAgeingEntries:
    @pytest.mark.parametrize(
        ("columns", "is_told"),
        [
            ({"not_before": dt.timedelta(minutes=31)}, True),
            ({"not_before": dt.timedelta(minutes=29)}, False),
            ({"not_before": dt.timedelta(minutes=1), "created_at": dt.timedelta(days=2)}, False),
            ({"attempts": 1, "created_at": dt.timedelta(minutes=31)}, True),
            ({"attempts": 9, "created_at": dt.timedelta(minutes=29)}, False),
            ({"state": "sending", "attempts": 1, "created_at": dt.timedelta(minutes=31)}, True),
            ({"state": "held", "not_before": dt.timedelta(days=9)}, False),
            ({"state": "delivered", "not_before": dt.timedelta(days=9)}, False),
        ],
    )
    def test_are_told_after_half_an_hour(
        self,
        scope_a: Scope,
        store_a: Store,
        connection: PosConnection,
        ana: Customer,
        columns: dict[str, Any],
        is_told: bool,
    ) -> None:
        # Moments of this very test: the list above was read when all tests were collected.
        now = utc_now()
        at: dict[str, Any] = {
            k: now - v if isinstance(v, dt.timedelta) else v for k, v in columns.items()
        }
        put(scope_a, ana, connection, **at)

        found = entries(scope_a)

        expected = Finding(
            kind="outbox.ageing",
            subject=f"connection:{connection.pk}",
            store_ids=frozenset({store_a.pk}),
            data={"connection": "alder-way", "entries": 1},
            page="/outbox/?state=queued&connection=alder-way",
        )
        assert found == ([expected] if is_told else [])

    def test_are_not_told_while_writing_is_stopped(
        self, scope_a: Scope, connection: PosConnection, ana: Customer
    ) -> None:
        put(scope_a, ana, connection, not_before=ago(hours=2))
        switch_on(scope_a, connection, stopped_at=utc_now())
        assert entries(scope_a) == []

        switch_on(scope_a, connection, stopped_at=None)
        assert len(entries(scope_a)) == 1
        stop_all(scope_a, now=utc_now())
        assert entries(scope_a) == []

    def test_of_others_are_not_told(
        self, scope_a: Scope, scope_b: Scope, connection: PosConnection, ana: Customer
    ) -> None:
        put(scope_a, ana, connection, not_before=ago(hours=2))

        assert entries(scope_b) == []


class TestEntriesThatWaitForSomebody:
    def test_are_counted(self, scope_a: Scope, connection: PosConnection, ana: Customer) -> None:
        put(scope_a, ana, connection, external_id="1", state="refused")
        put(scope_a, ana, connection, external_id="2", state="dead")
        put(scope_a, ana, connection, external_id="3", state="discarded")

        (found,) = entries(scope_a)

        assert (found.kind, found.data) == (
            "outbox.refused",
            {"connection": "alder-way", "entries": 2},
        )
        assert title_of(found.kind, found.data) == "alder-way refused what was typed"
        assert advice_of(found.kind, found.data).startswith("2 entries wait for somebody")


class TestStops:
    def test_are_told_when_they_may_have_been_forgotten(
        self, scope_a: Scope, connection: PosConnection
    ) -> None:
        switch_on(scope_a, connection, stopped_at=ago(minutes=59))
        assert list(watch_stops(scope_a, now=utc_now())) == []

        found = list(watch_stops(scope_a, now=utc_now() + dt.timedelta(minutes=2)))

        assert [one.key for one in found] == [f"outbox.stopped:connection:{connection.pk}"]
        assert found[0].page == "/connections/alder-way/writing/"

    def test_of_a_connection_that_does_not_write_are_no_news(
        self, scope_a: Scope, connection: PosConnection
    ) -> None:
        switch_on(scope_a, connection, enabled_at=None, stopped_at=ago(days=1))

        assert list(watch_stops(scope_a, now=utc_now())) == []

    def test_of_all_are_told_once(self, scope_a: Scope, connection: PosConnection) -> None:
        stop_all(scope_a, now=ago(minutes=61))

        assert [one.key for one in watch_stops(scope_a, now=utc_now())] == ["outbox.all_stopped"]


class TestCaps:
    def test_are_told_when_something_waits_for_them(
        self, scope_a: Scope, connection: PosConnection, ana: Customer
    ) -> None:
        switch_on(scope_a, connection, hourly_cap=1)
        put(scope_a, ana, connection, external_id="1", state="delivered", closed_at=utc_now())
        assert list(watch_caps(scope_a, now=utc_now())) == []

        put(scope_a, ana, connection, external_id="2")

        (found,) = watch_caps(scope_a, now=utc_now())
        assert found.kind == "outbox.cap_reached"
        assert found.data == {"connection": "alder-way", "cap": 1}
        assert "at most 1 entries an hour" in advice_of(found.kind, found.data)
        assert list(watch_caps(scope_a, now=utc_now() + dt.timedelta(minutes=61))) == []
