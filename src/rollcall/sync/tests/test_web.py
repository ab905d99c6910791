"""Pages of connections, runs and quarantine."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from rollcall.customers.models import PosAccount
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.stores.models import Membership, User
from rollcall.sync.models import (
    AccountState,
    CustomerSync,
    PosConnection,
    QuarantinedRow,
    Reconciliation,
    Task,
)
from rollcall.testing.fixtures import NOON


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def manager(client: Client, alice: User, scope_a: Scope) -> Client:
    Membership.objects.scoped(scope_a).filter(user=alice).update(role=Role.MANAGER.value)
    client.force_login(alice)
    return client


@pytest.fixture
def staff(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def make_run(scope: Scope, connection: PosConnection, **given: object) -> CustomerSync:
    return CustomerSync.objects.scoped(scope).create(
        connection=connection, account=connection.account, requested_by="user:1", **given
    )


def pull_brake(scope: Scope, missing: int) -> None:
    AccountState.objects.scoped(scope).update(brake_pulled_at=NOON, brake_missing=missing)


def is_braked(scope: Scope) -> bool:
    return AccountState.objects.scoped(scope).filter(brake_pulled_at__isnull=False).exists()


class TestConnections:
    def test_are_listed_for_staff_without_a_way_in(
        self, staff: Client, connection_a: PosConnection
    ) -> None:
        shown = staff.get("/connections/").content.decode()

        assert "<h2>alder-way</h2>" in shown
        assert "never synced" in shown
        assert staff.get("/connections/alder-way/").status_code == 403
        assert staff.get("/quarantine/").status_code == 403

    def test_say_when_the_brake_is_pulled(
        self, admin: Client, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        pull_brake(scope_a, 30)

        assert "brake pulled" in admin.get("/connections/").content.decode()
        assert "30 records" in admin.get("/connections/alder-way/").content.decode()

    def test_show_the_first_ids_that_do_not_agree(
        self, admin: Client, scope_a: Scope, connection_a: PosConnection, account_a: PosAccount
    ) -> None:
        Reconciliation.objects.scoped(scope_a).create(
            connection=connection_a,
            account=account_a,
            requested_by="user:1",
            started_at=NOON,
            finished_at=NOON,
            at_pos=100,
            here=75,
            missing=25,
            extra=0,
            different=0,
            quarantined=0,
            missing_ids=[f"M{number}" for number in range(25)],
        )

        shown = admin.get("/connections/alder-way/").content.decode()

        assert "25 missing" in shown
        assert "M19" in shown
        assert "M20" not in shown


class TestStartSync:
    @pytest.mark.parametrize(("full", "expected"), [("yes", True), ("", False)])
    def test_asks_for_a_run_and_leads_to_it(
        self,
        manager: Client,
        scope_a: Scope,
        connection_a: PosConnection,
        full: str,
        expected: bool,
    ) -> None:
        answer = manager.post("/connections/alder-way/syncs/", {"full": full})

        run = CustomerSync.objects.scoped(scope_a).get()
        assert (run.full, run.state) == (expected, "pending")
        assert answer["Location"] == f"/runs/{run.pk}/"

    def test_says_that_a_paused_connection_waits(
        self, manager: Client, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        PosConnection.objects.scoped(scope_a).update(paused=True)

        answer = manager.post("/connections/alder-way/syncs/", follow=True)

        assert "The connection is paused" in answer.content.decode()

    def test_is_not_for_staff(
        self, staff: Client, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        assert staff.post("/connections/alder-way/syncs/").status_code == 403
        assert CustomerSync.objects.scoped(scope_a).count() == 0

    def test_is_not_done_by_looking(self, manager: Client, connection_a: PosConnection) -> None:
        assert manager.get("/connections/alder-way/syncs/").status_code == 405


class TestTasks:
    @pytest.mark.parametrize("kind", Task.Kind.values)
    def test_are_asked_for(
        self, manager: Client, scope_a: Scope, connection_a: PosConnection, kind: str
    ) -> None:
        answer = manager.post("/connections/alder-way/tasks/", {"kind": kind}, follow=True)

        assert Task.objects.scoped(scope_a).get().kind == kind
        assert "Asked for." in answer.content.decode()

    @pytest.mark.parametrize("kind", ["", "erase", "a\0b"])
    def test_of_no_known_kind_are_refused(
        self, manager: Client, scope_a: Scope, connection_a: PosConnection, kind: str
    ) -> None:
        assert manager.post("/connections/alder-way/tasks/", {"kind": kind}).status_code == 400
        assert Task.objects.scoped(scope_a).count() == 0

    def test_lead_back_to_the_quarantine(
        self, manager: Client, connection_a: PosConnection
    ) -> None:
        answer = manager.post(
            "/connections/alder-way/tasks/", {"kind": "retry_quarantine", "back": "quarantine"}
        )

        assert answer["Location"] == "/quarantine/"


class TestBrake:
    def test_asks_before_it_is_released(
        self, admin: Client, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        pull_brake(scope_a, 412)

        answer = admin.get("/connections/alder-way/brake/")

        assert "Let 412 records go" in answer.content.decode()
        assert is_braked(scope_a)

    def test_is_released_by_an_administrator_who_confirms_the_number(
        self, admin: Client, scope_a: Scope, connection_a: PosConnection, alice: User
    ) -> None:
        pull_brake(scope_a, 412)

        admin.post("/connections/alder-way/brake/", {"missing": "412"})

        assert not is_braked(scope_a)
        released_by = AccountState.objects.scoped(scope_a).get().brake_released_by
        assert released_by == f"user:{alice.pk}"

    def test_stays_when_the_number_has_changed_meanwhile(
        self, admin: Client, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        pull_brake(scope_a, 413)

        answer = admin.post("/connections/alder-way/brake/", {"missing": "412"})

        assert "Let 413 records go" in answer.content.decode()
        assert is_braked(scope_a)

    def test_is_not_for_managers(
        self, manager: Client, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        pull_brake(scope_a, 30)

        assert manager.post("/connections/alder-way/brake/", {"missing": "30"}).status_code == 403
        assert is_braked(scope_a)

    def test_that_is_not_pulled_needs_no_page(
        self, admin: Client, connection_a: PosConnection
    ) -> None:
        answer = admin.get("/connections/alder-way/brake/", follow=True)

        assert "is not pulled" in answer.content.decode()


class TestRun:
    def test_shows_progress_and_asks_again_while_it_goes_on(
        self, manager: Client, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        now = utc_now()
        run = make_run(
            scope_a,
            connection_a,
            state="in_progress",
            phase="full",
            started_at=now - dt.timedelta(seconds=100),
            progress_at=now,
            rows_read=25_000,
            expected_rows=100_000,
            unknown_keys={"favourite_strain": 12},
        )

        shown = manager.get(f"/runs/{run.pk}/progress/").content.decode()

        assert 'hx-trigger="every 1s"' in shown
        assert '<progress aria-label="Rows read" max="100" value="25">' in shown
        assert "Reading everything" in shown
        assert "about 5 minutes left" in shown
        assert "<dd>250</dd>" in shown
        assert "favourite_strain" in shown

    def test_knows_no_share_without_an_expectation(
        self, manager: Client, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        run = make_run(
            scope_a, connection_a, state="in_progress", started_at=NOON, progress_at=NOON
        )

        shown = manager.get(f"/runs/{run.pk}/progress/").content.decode()

        assert '<progress aria-label="Rows read" max="100">' in shown

    @pytest.mark.parametrize("state", ["finished", "failed"])
    def test_asks_no_more_when_it_has_ended(
        self, manager: Client, scope_a: Scope, connection_a: PosConnection, state: str
    ) -> None:
        run = make_run(
            scope_a,
            connection_a,
            state=state,
            started_at=NOON,
            finished_at=NOON + dt.timedelta(seconds=10),
            rows_read=1_000,
            error="The POS refused the credentials." if state == "failed" else "",
        )

        shown = manager.get(f"/runs/{run.pk}/progress/").content.decode()

        assert "hx-trigger" not in shown
        assert "<dd>100</dd>" in shown
        assert ("refused the credentials" in shown) is (state == "failed")


class TestQuarantine:
    def test_shows_why_rows_wait(
        self, manager: Client, scope_a: Scope, connection_a: PosConnection, account_a: PosAccount
    ) -> None:
        QuarantinedRow.objects.scoped(scope_a).create(
            account=account_a,
            external_id="3104",
            content_hash=b"1",
            code="bad_date",
            field="born_on",
            reason="The birth date is not a day of the calendar.",
            sealed_raw=b"",
            first_seen_at=utc_now() - dt.timedelta(days=4),
            last_seen_at=utc_now(),
            attempts=3,
        )

        shown = manager.get("/quarantine/").content.decode()

        assert "3104" in shown
        assert "The birth date is not a day of the calendar." in shown
        assert "bad_date" in shown
        assert "Born on" in shown
        assert "4 days ago" in shown

    def test_shows_a_list_once_although_two_connections_read_it(
        self, manager: Client, scope_a: Scope, connection_a: PosConnection, account_a: PosAccount
    ) -> None:
        PosConnection.objects.scoped(scope_a).create(
            slug="birch-way",
            kind="treez",
            account=account_a,
            time_zone="UTC",
            sealed_settings=b"",
        )
        QuarantinedRow.objects.scoped(scope_a).create(
            account=account_a,
            external_id="3104",
            content_hash=b"1",
            code="bad_date",
            reason="No day.",
            sealed_raw=b"",
            first_seen_at=NOON,
            last_seen_at=NOON,
        )

        assert manager.get("/quarantine/").content.decode().count("3104") == 1

    def test_is_glad_to_be_empty(self, manager: Client, connection_a: PosConnection) -> None:
        assert (
            "Every row that a POS sent was taken over."
            in manager.get("/quarantine/").content.decode()
        )
