"""What administrators do on a connection's page beside syncing it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from rollcall.customers.models import PosAccount
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.stores.models import Membership, Store, User
from rollcall.sync.models import (
    AccountState,
    Circuit,
    CustomerSync,
    PosConnection,
    Schedule,
    WireKey,
)
from rollcall.sync.operations.schedules import ensure_schedule
from rollcall.sync.operations.steering import set_paused
from rollcall.testing.fixtures import NOON

GOOD = {
    "changes_every_s": "300",
    "full_on": "mon, thu",
    "reconcile_on": "never",
    "off_peak_from": "23:00",
    "off_peak_until": "04:00",
}


@pytest.fixture(autouse=True)
def _schedule(scope_a: Scope, connection_a: PosConnection) -> None:
    ensure_schedule(scope_a, connection_a, now=NOON)


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def manager(client: Client, alice: User, scope_a: Scope) -> Client:
    Membership.objects.scoped(scope_a).filter(user=alice).update(role=Role.MANAGER.value)
    client.force_login(alice)
    return client


def page(client: Client) -> str:
    return client.get("/connections/alder-way/").content.decode()


def act(client: Client, name: str, **given: object) -> int:
    return client.post(reverse(f"sync:{name}", args=["alder-way"]), given).status_code


def open_circuit(scope: Scope, **given: object) -> None:
    PosConnection.objects.scoped(scope).update(credential_key="k")
    Circuit.objects.create(key="k", code="http_503", opened_at=NOON, **given)


class TestPausing:
    def test_is_done_and_shown_with_who_did_it(
        self, admin: Client, alice: User, scope_a: Scope
    ) -> None:
        assert act(admin, "pause", paused="yes") == 302

        assert PosConnection.objects.scoped(scope_a).get().paused_by == f"user:{alice.pk}"
        assert "Paused." in page(admin)
        assert f"user:{alice.pk}" in page(admin)

    def test_is_ended(self, admin: Client, scope_a: Scope, connection_a: PosConnection) -> None:
        set_paused(scope_a, connection_a, paused=True, now=NOON)

        assert act(admin, "pause", paused="no") == 302

        assert PosConnection.objects.scoped(scope_a).get().paused is False


class TestTheCircuit:
    def test_is_shown_closed(self, admin: Client) -> None:
        assert "closed" in page(admin)
        assert "The POS does not answer" not in page(admin)

    def test_is_shown_open_with_the_reason(self, admin: Client, scope_a: Scope) -> None:
        open_circuit(scope_a, open_until=utc_now() + dt.timedelta(hours=1))

        assert "The POS does not answer" in page(admin)
        assert "http_503" in page(admin)
        assert "POS does not answer" in admin.get("/connections/").content.decode()

    def test_is_shown_trying(self, admin: Client, scope_a: Scope) -> None:
        open_circuit(scope_a, open_until=utc_now() - dt.timedelta(seconds=1))

        assert "trying" in page(admin)
        assert "The POS does not answer" not in page(admin)


class TestTheSchedule:
    def test_is_shown(self, admin: Client) -> None:
        shown = admin.get("/connections/alder-way/schedule/").content.decode()

        assert 'value="120"' in shown
        assert 'value="02:00"' in shown
        assert '<option value="daily" selected>' in shown
        assert '<option value="sun" selected>' in shown

    def test_is_shown_as_the_command_line_has_set_it(self, admin: Client, scope_a: Scope) -> None:
        Schedule.objects.scoped(scope_a).update(full_days=[0, 3])

        shown = admin.get("/connections/alder-way/schedule/").content.decode()

        assert '<option value="mon, thu" selected>Monday, Thursday</option>' in shown

    def test_is_changed(self, admin: Client, scope_a: Scope) -> None:
        assert act(admin, "schedule", **GOOD) == 302

        found = Schedule.objects.scoped(scope_a).get()
        assert (found.changes_every_s, found.full_days, found.reconcile_days) == (300, [0, 3], [])
        assert (found.off_peak_from, found.off_peak_until) == (dt.time(23), dt.time(4))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"changes_every_s": "5"},
            {"changes_every_s": ""},
            {"changes_every_s": "-60"},
            {"changes_every_s": "٣٠٠"},
            {"changes_every_s": "9" * 5000},
            {"full_on": "someday"},
            {"full_on": "<script>"},
            {"reconcile_on": ""},
            {"off_peak_from": ""},
            {"off_peak_from": "25:00"},
            {"off_peak_until": "2\x00:00"},
        ],
    )
    def test_that_cannot_be_kept_is_refused_in_words(
        self, admin: Client, scope_a: Scope, wrong: dict[str, object]
    ) -> None:
        assert act(admin, "schedule", **{**GOOD, **wrong}) == 422

        assert Schedule.objects.scoped(scope_a).get().changes_every_s == 120

    def test_of_a_connection_without_one_is_made(self, admin: Client, scope_a: Scope) -> None:
        Schedule.objects.scoped(scope_a).delete()

        assert page(admin)
        assert admin.get("/connections/alder-way/schedule/").status_code == 200
        assert Schedule.objects.scoped(scope_a).exists()


class TestRewinding:
    def test_begins_where_the_stores_day_begins(self, admin: Client, scope_a: Scope) -> None:
        AccountState.objects.scoped(scope_a).update(watermark=NOON)

        assert act(admin, "rewind", day="2026-11-01") == 302

        watermark = AccountState.objects.scoped(scope_a).get().watermark
        assert watermark == dt.datetime(2026, 11, 1, 7, tzinfo=dt.UTC)
        assert CustomerSync.objects.scoped(scope_a).get().full is False

    @pytest.mark.parametrize("day", ["", "soon", "2026-02-30", "0001-01-01", "9999-12-31", "\x00"])
    def test_to_no_day_changes_nothing(self, admin: Client, scope_a: Scope, day: str) -> None:
        AccountState.objects.scoped(scope_a).update(watermark=NOON)

        assert act(admin, "rewind", day=day) == 302

        assert AccountState.objects.scoped(scope_a).get().watermark == NOON
        assert not CustomerSync.objects.scoped(scope_a).exists()


class TestDrift:
    @pytest.fixture(autouse=True)
    def _key(self, scope_a: Scope, account_a: PosAccount) -> None:
        WireKey.objects.scoped(scope_a).create(
            account=account_a, name="loyaltyTier", is_known=False, rows=9, present=9,
            first_seen_at=NOON,
        )  # fmt: skip

    def test_is_shown_until_somebody_has_seen_it(
        self, admin: Client, alice: User, scope_a: Scope
    ) -> None:
        assert "loyaltyTier" in page(admin)

        assert act(admin, "acknowledge_drift", key=["loyaltyTier"]) == 302

        assert "loyaltyTier" not in page(admin)
        key = WireKey.objects.scoped(scope_a).get()
        assert key.acknowledged_by == f"user:{alice.pk}"


class TestPermission:
    @pytest.mark.parametrize("name", ["pause", "schedule", "rewind", "acknowledge_drift"])
    def test_of_managers_is_not_enough(self, manager: Client, scope_a: Scope, name: str) -> None:
        AccountState.objects.scoped(scope_a).update(watermark=NOON)
        given = {**GOOD, "paused": "yes", "day": "2026-11-01", "key": "x"}

        assert act(manager, name, **given) == 403

        assert PosConnection.objects.scoped(scope_a).get().paused is False
        assert AccountState.objects.scoped(scope_a).get().watermark == NOON

    def test_of_managers_shows_no_such_buttons(self, manager: Client) -> None:
        shown = page(manager)

        assert "/connections/alder-way/pause/" not in shown
        assert "/connections/alder-way/schedule/" not in shown

    def test_of_managers_reaches_their_own_stores_only(
        self, client: Client, bob: User, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        membership = Membership.objects.scoped(scope_a).get(user=bob)
        membership.role = Role.MANAGER.value
        membership.save()
        client.force_login(bob)
        assert act(client, "start_sync") == 302
        elsewhere = Store.objects.scoped(scope_a).create(
            slug="birch", name="Birch", time_zone="UTC", jurisdiction="US-CA"
        )
        connection_a.stores.through.objects.filter(posconnection=connection_a).delete()
        connection_a.stores.add(elsewhere)

        assert act(client, "start_sync") == 404
