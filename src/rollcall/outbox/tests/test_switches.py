"""Who may write: readiness, switches, kill switches."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from rollcall.audit.models import Entry
from rollcall.customers.models import Customer
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import ForbiddenError, Role, Scope
from rollcall.outbox.models import OutboxEntry, WriteStop, WriteSwitch
from rollcall.outbox.operations.claiming import allowance, claim_next
from rollcall.outbox.operations.readiness import check_readiness
from rollcall.outbox.operations.switches import (
    NotReadyError,
    disable_writing,
    enable_writing,
    release_all,
    set_stopped,
    stop_all,
)
from rollcall.outbox.queries import connections_to_drain, find_stop
from rollcall.outbox.tests.entries import ago, connect, make_ready, put, read, switch_on, take_in
from rollcall.stores.models import Store
from rollcall.sync.models import AccountState, CustomerSync, PosConnection, Reconciliation


@pytest.fixture
def connection(scope_a: Scope, store_a: Store) -> PosConnection:
    return connect(scope_a, store_a)


@pytest.fixture
def ana(scope_a: Scope, connection: PosConnection) -> Customer:
    return take_in(scope_a, connection)


def wrong(scope: Scope, connection: PosConnection) -> set[str]:
    checks = check_readiness(scope, connection, now=utc_now())
    return {check.code for check in checks if not check.passed}


def as_role(scope: Scope, role: Role) -> Scope:
    return dataclasses.replace(scope, role=role)


class TestReadiness:
    def test_needs_a_sync_everybody_and_a_proof(
        self, scope_a: Scope, connection: PosConnection
    ) -> None:
        assert wrong(scope_a, connection) == {"answers", "full_pass", "proof"}

        make_ready(scope_a, connection)

        assert wrong(scope_a, connection) == set()

    def test_of_yesterday_says_nothing(self, scope_a: Scope, connection: PosConnection) -> None:
        make_ready(scope_a, connection)
        CustomerSync.objects.scoped(scope_a).update(finished_at=ago(days=1, minutes=1))
        Reconciliation.objects.scoped(scope_a).update(finished_at=ago(days=1, minutes=1))

        assert wrong(scope_a, connection) == {"answers", "proof"}

    def test_ends_with_a_difference_unless_it_was_repaired(
        self, scope_a: Scope, connection: PosConnection
    ) -> None:
        make_ready(scope_a, connection)
        Reconciliation.objects.scoped(scope_a).update(missing=2)
        assert wrong(scope_a, connection) == {"proof"}

        Reconciliation.objects.scoped(scope_a).update(repaired=True)
        assert wrong(scope_a, connection) == set()

    def test_ends_with_the_brake_and_with_another_time_zone(
        self, scope_a: Scope, store_a: Store, connection: PosConnection
    ) -> None:
        make_ready(scope_a, connection)
        AccountState.objects.scoped(scope_a).update(brake_pulled_at=utc_now(), brake_missing=30)
        Store.objects.scoped(scope_a).update(time_zone="America/New_York")

        assert wrong(scope_a, connection) == {"brake", "time_zone"}


class TestEnabling:
    def test_lets_out_what_was_held(
        self, scope_a: Scope, connection: PosConnection, ana: Customer
    ) -> None:
        held = put(scope_a, ana, connection)
        make_ready(scope_a, connection)
        now = utc_now()
        assert held.state == "held"

        assert enable_writing(scope_a, connection, hourly_cap=5, now=now) == 1

        assert (read(scope_a, held).state, read(scope_a, held).not_before) == ("queued", now)
        switch = WriteSwitch.objects.scoped(scope_a).get()
        assert (switch.enabled_by, switch.hourly_cap) == (str(scope_a.actor), 5)
        told = Entry.objects.scoped(scope_a).get(action="writing.enabled")
        assert told.context == {"hourly_cap": 5, "released": 1}

    def test_says_what_is_missing_and_changes_nothing(
        self, scope_a: Scope, connection: PosConnection, ana: Customer
    ) -> None:
        held = put(scope_a, ana, connection)

        with pytest.raises(NotReadyError) as caught:
            enable_writing(scope_a, connection, hourly_cap=None, now=utc_now())

        assert "run a full sync" in str(caught.value)
        assert read(scope_a, held).state == "held"
        assert not WriteSwitch.objects.scoped(scope_a).exists()

    @pytest.mark.parametrize("role", [Role.KIOSK, Role.STAFF, Role.MANAGER])
    def test_is_for_administrators(
        self, scope_a: Scope, connection: PosConnection, role: Role
    ) -> None:
        make_ready(scope_a, connection)
        lower = as_role(scope_a, role)

        with pytest.raises(ForbiddenError):
            enable_writing(lower, connection, hourly_cap=None, now=utc_now())
        with pytest.raises(ForbiddenError):
            disable_writing(lower, connection, now=utc_now())
        assert not WriteSwitch.objects.scoped(scope_a).exists()

    def test_is_taken_back(self, scope_a: Scope, connection: PosConnection, ana: Customer) -> None:
        switch_on(scope_a, connection)
        queued = put(scope_a, ana, connection)
        refused = put(scope_a, ana, connection, external_id="7", state="refused")

        disable_writing(scope_a, connection, now=utc_now())

        assert (read(scope_a, queued).state, read(scope_a, refused).state) == ("held", "refused")
        assert not allowance(scope_a, connection.pk, most=1, now=utc_now())
        assert put(scope_a, ana, connection, external_id="8").state == "held"


class TestKillSwitch:
    def test_keeps_everything_from_being_sent(
        self, scope_a: Scope, connection: PosConnection, ana: Customer
    ) -> None:
        switch_on(scope_a, connection)
        entry = put(scope_a, ana, connection)
        assert connections_to_drain(utc_now()) == [(scope_a.retailer_id, connection.pk)]

        set_stopped(as_role(scope_a, Role.MANAGER), connection, stopped=True, now=utc_now())

        assert connections_to_drain(utc_now()) == []
        assert claim_next(scope_a, connection.pk, now=utc_now()) is None
        assert read(scope_a, entry).state == "queued"

    def test_is_released_by_administrators(
        self, scope_a: Scope, connection: PosConnection, ana: Customer
    ) -> None:
        switch_on(scope_a, connection)
        entry = put(scope_a, ana, connection)
        set_stopped(scope_a, connection, stopped=True, now=utc_now())
        with pytest.raises(ForbiddenError):
            set_stopped(as_role(scope_a, Role.MANAGER), connection, stopped=False, now=utc_now())

        set_stopped(scope_a, connection, stopped=False, now=utc_now())

        claimed = claim_next(scope_a, connection.pk, now=utc_now())
        assert claimed is not None
        assert claimed.pk == entry.pk

    def test_does_not_switch_on_what_was_off(
        self, scope_a: Scope, connection: PosConnection
    ) -> None:
        set_stopped(scope_a, connection, stopped=True, now=utc_now())
        set_stopped(scope_a, connection, stopped=False, now=utc_now())

        assert not allowance(scope_a, connection.pk, most=1, now=utc_now())

    def test_is_not_for_staff(self, scope_a: Scope, connection: PosConnection) -> None:
        with pytest.raises(ForbiddenError):
            set_stopped(as_role(scope_a, Role.STAFF), connection, stopped=True, now=utc_now())
        assert not WriteSwitch.objects.scoped(scope_a).exists()


class TestKillSwitchOfAll:
    def test_stops_all_connections_of_the_retailer_and_no_others(
        self, scope_a: Scope, scope_b: Scope, connection: PosConnection, ana: Customer
    ) -> None:
        switch_on(scope_a, connection)
        put(scope_a, ana, connection)

        stop_all(scope_a, now=utc_now())

        assert not allowance(scope_a, connection.pk, most=1, now=utc_now())
        assert connections_to_drain(utc_now()) == []
        assert find_stop(scope_b) is None

    def test_is_pulled_once_however_often(self, scope_a: Scope) -> None:
        first, again = stop_all(scope_a, now=utc_now()), stop_all(scope_a, now=utc_now())

        assert first.pk == again.pk
        assert WriteStop.objects.scoped(scope_a).count() == 1
        assert Entry.objects.scoped(scope_a).filter(action="writing.all_stopped").count() == 1

    def test_is_released_once_however_often(
        self, scope_a: Scope, connection: PosConnection
    ) -> None:
        switch_on(scope_a, connection)
        stop_all(scope_a, now=utc_now())

        release_all(scope_a, now=utc_now())
        release_all(scope_a, now=utc_now())

        assert allowance(scope_a, connection.pk, most=1, now=utc_now())
        assert Entry.objects.scoped(scope_a).filter(action="writing.all_resumed").count() == 1

    def test_is_for_administrators(self, scope_a: Scope) -> None:
        with pytest.raises(ForbiddenError):
            stop_all(as_role(scope_a, Role.MANAGER), now=utc_now())
        with pytest.raises(ForbiddenError):
            release_all(as_role(scope_a, Role.MANAGER), now=utc_now())
        assert find_stop(scope_a) is None


class TestHourlyCap:
    def test_counts_what_was_delivered_within_the_hour_and_what_is_under_way(
        self, scope_a: Scope, connection: PosConnection, ana: Customer
    ) -> None:
        switch_on(scope_a, connection, hourly_cap=2)
        now = utc_now()
        put(scope_a, ana, connection, external_id="1", state="delivered", closed_at=now)
        put(
            scope_a, ana, connection, external_id="2",
            state="delivered", closed_at=now - dt.timedelta(minutes=61),
        )  # fmt: skip
        assert allowance(scope_a, connection.pk, most=1, now=now)

        put(scope_a, ana, connection, external_id="3", state="sending")

        assert not allowance(scope_a, connection.pk, most=1, now=now)
        assert allowance(scope_a, connection.pk, most=1, now=now + dt.timedelta(minutes=61))

    def test_lets_the_rest_wait_in_the_queue(
        self, scope_a: Scope, connection: PosConnection, ana: Customer
    ) -> None:
        switch_on(scope_a, connection, hourly_cap=1)
        put(scope_a, ana, connection, external_id="1", state="delivered", closed_at=utc_now())
        waiting = put(scope_a, ana, connection, external_id="2")

        assert claim_next(scope_a, connection.pk, now=utc_now()) is None
        assert OutboxEntry.objects.scoped(scope_a).get(pk=waiting.pk).state == "queued"
