"""What counts as wrong with syncs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from rollcall.customers.models import PosAccount
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.notifications.models import Notice
from rollcall.notifications.operations import watch_retailer
from rollcall.notifications.rules.kinds import Finding, advice_of, title_of
from rollcall.stores.models import Store
from rollcall.sync.conditions import (
    refuses_credentials,
    watch_brakes,
    watch_quarantine,
    watch_runs,
    watch_workers,
)
from rollcall.sync.models import (
    AccountState,
    CustomerSync,
    PosConnection,
    QuarantinedRow,
    Schedule,
)
from rollcall.testing.fixtures import NOON

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _made_at_noon(connection_a: PosConnection) -> None:
    connection_a.created_at = NOON
    connection_a.save(update_fields=["created_at"])


@pytest.fixture
def second(scope_a: Scope, account_a: PosAccount, connection_a: PosConnection) -> PosConnection:
    """Another connection that reads the same list, for another store."""
    store = Store.objects.scoped(scope_a).create(
        slug="bay-street", name="Bay Street", time_zone="UTC", jurisdiction="US-CA"
    )
    other = PosConnection.objects.scoped(scope_a).create(
        slug="bay-street",
        kind=connection_a.kind,
        account=account_a,
        time_zone="UTC",
        sealed_settings=b"",
        created_at=NOON,
    )
    other.stores.add(store)
    return other


def ended(
    connection: PosConnection, code: str = "", *, at: dt.datetime = NOON, good: bool = False
) -> CustomerSync:
    return CustomerSync.objects.across_retailers(reason="a test").create(
        retailer_id=connection.retailer_id,
        connection=connection,
        account=connection.account,
        requested_by="user:1",
        state="finished" if good else "failed",
        error_code="" if good else code,
        finished_at=at,
    )


def kinds(findings: Iterable[Finding]) -> list[str]:
    return sorted(one.kind for one in findings)


def only(findings: Iterable[Finding]) -> Finding:
    (one,) = list(findings)
    return one


class TestFailures:
    def test_count_from_the_third_in_a_row(
        self, scope_a: Scope, connection_a: PosConnection, store_a: Store
    ) -> None:
        ended(connection_a, good=True)
        ended(connection_a, "timed_out")
        ended(connection_a, "timed_out")
        assert kinds(watch_runs(scope_a, now=NOON)) == []

        ended(connection_a, "http_503")

        found = only(watch_runs(scope_a, now=NOON))
        assert found.key == f"sync.failing:connection:{connection_a.pk}"
        assert found.data == {"connection": "alder-way", "code": "http_503", "failed_runs": 3}
        assert found.store_ids == {store_a.pk}
        assert found.page == "/connections/alder-way/"

    def test_end_with_a_run_that_finishes(
        self, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        for _ in range(5):
            ended(connection_a, "timed_out")
        ended(connection_a, good=True)

        assert kinds(watch_runs(scope_a, now=NOON)) == []

    def test_end_with_a_run_of_another_connection_that_reads_the_same_list(
        self, scope_a: Scope, connection_a: PosConnection, second: PosConnection
    ) -> None:
        for _ in range(3):
            ended(connection_a, "timed_out")
        found = only(watch_runs(scope_a, now=NOON))
        assert len(found.store_ids) == 2

        ended(second, good=True)

        assert kinds(watch_runs(scope_a, now=NOON)) == []

    def test_are_told_once_however_many_there_are(
        self, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        for _ in range(60):
            ended(connection_a, "timed_out")

        assert only(watch_runs(scope_a, now=NOON)).data["failed_runs"] == 50

    def test_of_a_paused_connection_are_not_told(
        self, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        for _ in range(3):
            ended(connection_a, "http_401")
        connection_a.paused = True
        connection_a.save()

        assert kinds(watch_runs(scope_a, now=NOON + DAY)) == []

    def test_of_retailer_b_are_not_those_of_a(
        self, scope_b: Scope, connection_a: PosConnection
    ) -> None:
        for _ in range(3):
            ended(connection_a, "timed_out")

        assert kinds(watch_runs(scope_b, now=NOON + DAY)) == []


class TestCredentials:
    def test_are_told_of_at_once(self, scope_a: Scope, connection_a: PosConnection) -> None:
        ended(connection_a, good=True)
        ended(connection_a, "http_401")

        found = only(watch_runs(scope_a, now=NOON))

        assert (found.kind, found.data["code"]) == ("sync.credentials_refused", "http_401")

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("http_401", True),
            ("http_403", True),
            ("PosCredentialsError", True),
            ("INVALID_CLIENT_ID", True),
            ("AUTHENTICATION_ERROR", True),
            ("http_500", False),
            ("http_4010", False),
            ("timed_out", False),
            ("internal", False),
            ("account_changed", False),
            ("settings_sealed", False),
            ("", False),
        ],
    )
    def test_are_recognised_by_the_runs_code(self, code: str, expected: bool) -> None:
        assert refuses_credentials(code) is expected


class TestStaleness:
    def test_is_told_after_six_hours(self, scope_a: Scope, connection_a: PosConnection) -> None:
        ended(connection_a, good=True, at=NOON)

        assert kinds(watch_runs(scope_a, now=NOON + 6 * HOUR)) == []
        found = only(watch_runs(scope_a, now=NOON + 6.01 * HOUR))
        assert (found.kind, found.data["hours"]) == ("sync.stale", 6)

    def test_counts_from_the_connections_start_if_no_sync_ever_finished(
        self, scope_a: Scope
    ) -> None:
        assert kinds(watch_runs(scope_a, now=NOON + 5 * HOUR)) == []
        assert kinds(watch_runs(scope_a, now=NOON + 7 * HOUR)) == ["sync.stale"]

    def test_looks_behind_a_long_streak_of_failures(
        self, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        ended(connection_a, good=True, at=NOON + 20 * HOUR)
        for _ in range(50):
            ended(connection_a, "timed_out", at=NOON + 21 * HOUR)

        assert kinds(watch_runs(scope_a, now=NOON + 22 * HOUR)) == ["sync.failing"]

    def test_is_what_the_setting_says(
        self, settings: Settings, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        settings.STALE_SYNC_HOURS = 48
        assert kinds(watch_runs(scope_a, now=NOON + 2 * DAY)) == []
        assert kinds(watch_runs(scope_a, now=NOON + 3 * DAY)) == ["sync.stale"]

        settings.STALE_SYNC_HOURS = 0
        assert kinds(watch_runs(scope_a, now=NOON + 300 * DAY)) == []

    @pytest.mark.parametrize(
        ("plan", "hours"),
        [
            ({"changes_every_s": 900}, 6),
            ({"changes_every_s": 14_400}, 8),
            ({"changes_every_s": 0, "full_days": [0, 1, 2, 3, 4, 5, 6]}, 48),
            ({"changes_every_s": 0, "full_days": [6]}, 336),
        ],
    )
    def test_is_two_rounds_of_a_slow_schedule(
        self, scope_a: Scope, connection_a: PosConnection, plan: dict[str, Any], hours: int
    ) -> None:
        Schedule.objects.scoped(scope_a).create(connection=connection_a, **plan)

        assert kinds(watch_runs(scope_a, now=NOON + hours * HOUR)) == []
        assert only(watch_runs(scope_a, now=NOON + (hours + 1) * HOUR)).data["hours"] == hours

    def test_is_not_told_of_a_list_that_is_read_by_hand(
        self, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        Schedule.objects.scoped(scope_a).create(
            connection=connection_a, changes_every_s=0, full_days=[]
        )

        assert kinds(watch_runs(scope_a, now=NOON + 300 * DAY)) == []

    def test_is_not_told_of_a_store_that_is_closed(
        self, scope_a: Scope, store_a: Store, connection_a: PosConnection
    ) -> None:
        Store.objects.scoped(scope_a).filter(pk=store_a.pk).update(active=False)

        assert kinds(watch_runs(scope_a, now=NOON + 300 * DAY)) == []


class TestBrake:
    def test_is_told_with_the_number_that_is_missing(
        self, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        assert kinds(watch_brakes(scope_a, now=NOON)) == []
        AccountState.objects.scoped(scope_a).update(brake_pulled_at=NOON, brake_missing=412)

        found = only(watch_brakes(scope_a, now=NOON))

        assert (found.kind, found.data["missing"]) == ("sync.brake_pulled", 412)


class TestQuarantine:
    def fill(
        self, scope: Scope, account: PosAccount, count: int, *, days_ago: float, name: str
    ) -> None:
        QuarantinedRow.objects.scoped(scope).bulk_create(
            QuarantinedRow(
                retailer_id=scope.retailer_id,
                account=account,
                external_id=f"{name}{number}",
                content_hash=b"1",
                code="bad_date",
                reason="x",
                sealed_raw=b"",
                first_seen_at=NOON - days_ago * DAY,
                last_seen_at=NOON,
            )
            for number in range(count)
        )

    def test_is_told_above_a_number_of_rows(
        self, settings: Settings, scope_a: Scope, account_a: PosAccount
    ) -> None:
        settings.QUARANTINE_NOTICE_ROWS = 5
        self.fill(scope_a, account_a, 5, days_ago=9, name="a")
        assert kinds(watch_quarantine(scope_a, now=NOON)) == []

        self.fill(scope_a, account_a, 1, days_ago=9, name="b")

        found = only(watch_quarantine(scope_a, now=NOON))
        assert (found.data["rows"], found.page) == (6, "/quarantine/")

    def test_is_told_when_it_grows_for_two_days(
        self, scope_a: Scope, account_a: PosAccount
    ) -> None:
        self.fill(scope_a, account_a, 3, days_ago=5, name="a")
        self.fill(scope_a, account_a, 5, days_ago=1.5, name="b")
        assert kinds(watch_quarantine(scope_a, now=NOON)) == []
        self.fill(scope_a, account_a, 4, days_ago=0.5, name="c")
        assert kinds(watch_quarantine(scope_a, now=NOON)) == []

        self.fill(scope_a, account_a, 1, days_ago=0.4, name="d")

        assert only(watch_quarantine(scope_a, now=NOON)).data["growth"] == 10

    def test_is_not_told_when_as_many_go_as_come(
        self, scope_a: Scope, account_a: PosAccount
    ) -> None:
        self.fill(scope_a, account_a, 20, days_ago=3, name="a")
        QuarantinedRow.objects.scoped(scope_a).update(
            resolved_at=NOON - 0.2 * DAY, resolution="taken_over"
        )
        self.fill(scope_a, account_a, 10, days_ago=1.5, name="b")
        self.fill(scope_a, account_a, 10, days_ago=0.5, name="c")

        assert kinds(watch_quarantine(scope_a, now=NOON)) == []


class TestWorkers:
    @pytest.fixture(autouse=True)
    def _nobody_works(self, db: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute("delete from procrastinate_workers")

    def wait_since(
        self, scope: Scope, one: PosConnection, at: dt.datetime, **given: object
    ) -> CustomerSync:
        return CustomerSync.objects.scoped(scope).create(
            connection=one, requested_by="user:1", requested_at=at, **given
        )

    def test_are_missed_when_a_run_waits_and_none_lives(
        self, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        self.wait_since(scope_a, connection_a, NOON)

        assert kinds(watch_workers(scope_a, now=NOON + 0.02 * HOUR)) == []
        found = only(watch_workers(scope_a, now=NOON + HOUR))
        assert (found.kind, found.data, found.store_ids) == (
            "sync.no_worker",
            {"waiting": 1},
            frozenset(),
        )

    def test_are_missed_when_one_died_in_the_middle(
        self, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        self.wait_since(
            scope_a, connection_a, NOON, state="in_progress", progress_at=NOON + 5 * HOUR
        )

        assert kinds(watch_workers(scope_a, now=NOON + 5 * HOUR)) == []
        assert kinds(watch_workers(scope_a, now=NOON + 6 * HOUR)) == ["sync.no_worker"]

    def test_are_not_missed_when_one_lives(
        self, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        self.wait_since(scope_a, connection_a, NOON)
        with connection.cursor() as cursor:
            cursor.execute("insert into procrastinate_workers (last_heartbeat) values (now())")

        assert kinds(watch_workers(scope_a, now=NOON + HOUR)) == []

    def test_are_not_missed_by_a_paused_connection(
        self, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        self.wait_since(scope_a, connection_a, NOON)
        connection_a.paused = True
        connection_a.save()

        assert kinds(watch_workers(scope_a, now=NOON + HOUR)) == []


class TestAllTogether:
    def test_have_words(
        self, settings: Settings, scope_a: Scope, connection_a: PosConnection, account_a: PosAccount
    ) -> None:
        settings.QUARANTINE_NOTICE_ROWS = 0
        AccountState.objects.scoped(scope_a).update(brake_pulled_at=NOON, brake_missing=1)
        QuarantinedRow.objects.scoped(scope_a).create(
            account=account_a,
            content_hash=b"1",
            code="bad_date",
            reason="x",
            sealed_raw=b"",
            first_seen_at=NOON,
            last_seen_at=NOON,
        )
        for _ in range(3):
            ended(connection_a, "http_503")
        CustomerSync.objects.scoped(scope_a).create(
            connection=connection_a, requested_by="user:1", requested_at=NOON
        )

        watch_retailer(scope_a, now=utc_now() + DAY)

        notices = Notice.objects.scoped(scope_a).order_by("kind")
        assert [title_of(one.kind, one.data) for one in notices] == [
            "The brake of alder-way is pulled",
            "Syncs of alder-way keep failing",
            "Syncs wait, and no worker runs",
            "The quarantine of alder-way is growing",
            "alder-way has not been synchronised for long",
        ]
        assert all(advice_of(one.kind, one.data) for one in notices)

    def test_close_when_all_is_well_again(
        self, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        ended(connection_a, "http_401")
        watch_retailer(scope_a, now=NOON)
        ended(connection_a, good=True)

        watch_retailer(scope_a, now=NOON + HOUR)

        assert Notice.objects.scoped(scope_a).get().recovered_at == NOON + HOUR
