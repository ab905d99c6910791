"""How Rollcall runs, for programs: stores, connections, syncs, outbox, inbox, audit; the page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from rollcall.api.tests.plain_client import PlainClient
from rollcall.api.tests.plain_client import plain_api as plain_api
from rollcall.audit.models import Entry
from rollcall.config.cli.main import cli
from rollcall.config.urls import platform_api
from rollcall.customers.models import PosAccount
from rollcall.inbox.models import InboxEvent
from rollcall.kit.scope import Role, Scope
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.tests.entries import connect, put, take_in
from rollcall.stores.models import Store
from rollcall.stores.operations import save_kiosk
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
def api(plain_api: None, scope_a: Scope) -> PlainClient:
    return PlainClient.of(scope_a, role=Role.ADMIN)


@pytest.fixture
def manager(plain_api: None, scope_a: Scope) -> PlainClient:
    return PlainClient.of(scope_a)


class TestStores:
    def test_and_kiosks_are_listed_and_read(
        self, api: PlainClient, scope_a: Scope, store_a: Store
    ) -> None:
        for number in range(3):
            save_kiosk(
                scope_a, store=store_a, catalog_id=f"4{number}", name="Door", active=number > 0
            )

        stores, kiosk = api.get("/stores").json["items"], api.get("/kiosks/42").json
        first = api.get("/kiosks?limit=2").json
        rest = api.get(f"/kiosks?limit=2&cursor={first['next']}").json

        assert [one["id"] for one in stores] == ["alder-way"]
        assert (kiosk["id"], kiosk["store"], kiosk["is_active"]) == ("42", "alder-way", True)
        assert [one["id"] for one in (*first["items"], *rest["items"])] == ["40", "41", "42"]
        assert [one["id"] for one in api.get("/kiosks?is_active=false").json["items"]] == ["40"]
        assert api.get("/kiosks?store=nowhere").json["items"] == []


class TestConnections:
    def test_are_told_with_how_they_are_doing(
        self, manager: PlainClient, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        run = CustomerSync.objects.scoped(scope_a).create(
            connection=connection_a, account=connection_a.account, requested_by="user:1",
            state="finished",
        )  # fmt: skip
        AccountState.objects.scoped(scope_a).update(
            watermark=NOON, brake_pulled_at=NOON, brake_missing=30
        )

        told = manager.get("/connections/alder-way").json
        (listed,) = manager.get("/connections?kind=treez").json["items"]

        assert told["account"] == {"kind": "treez", "key": "alderway", "label": "alderway"}
        assert (told["stores"], told["brake"], told["circuit"]) == (["alder-way"], 30, "closed")
        assert told["changes_read_until"] == "2026-11-20T12:00:00Z"
        assert (told["last_run"], told["last_good_run"]) == (run.pk, run.pk)
        assert listed == {name: told[name] for name in listed}

    def test_are_paused_and_resumed_once_for_a_key(
        self, api: PlainClient, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        paused = [api.post("/connections/alder-way/pause", once="k") for _ in range(2)]
        resumed = api.post("/connections/alder-way/resume")

        assert [one.json["is_paused"] for one in (*paused, resumed)] == [True, True, False]
        actions = Entry.objects.scoped(scope_a).filter(action__startswith="connection.")
        assert list(actions.order_by("id").values_list("action", flat=True)) == [
            *("connection.paused", "connection.resumed"),
        ]


class TestSyncs:
    def test_are_asked_for_joined_and_told(
        self, manager: PlainClient, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        made = manager.post("/connections/alder-way/syncs", {"full": True})
        joined = manager.post("/connections/alder-way/syncs", {})

        assert (made.status, joined.status) == (202, 202)
        assert (made.json["is_full"], made.json["state"]) == (True, "pending")
        assert joined.json["id"] == made.json["id"]
        assert manager.get(f"/syncs/{made.json['id']}").json == made.json
        assert manager.get("/syncs?connection=alder-way&state=pending").json["items"] == [made.json]
        assert manager.get("/syncs?state=failed").json["items"] == []

    def test_read_again_from_an_earlier_instant(
        self, api: PlainClient, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        wanted = {"to": "2026-11-18T00:00:00Z"}
        early = api.post("/connections/alder-way/rewind", wanted)
        AccountState.objects.scoped(scope_a).update(watermark=NOON)

        done = api.post("/connections/alder-way/rewind", wanted)

        assert (early.status, early.code) == (409, "not_now")
        assert early.json["detail"].startswith("Nothing has been read completely yet")
        assert (done.status, done.json["connection"]) == (202, "alder-way")
        state = AccountState.objects.scoped(scope_a).get()
        assert state.watermark is not None
        assert state.watermark.isoformat() == "2026-11-18T00:00:00+00:00"


class TestUpkeep:
    def test_tells_what_waits_in_quarantine_and_tries_it_again(
        self,
        manager: PlainClient,
        scope_a: Scope,
        connection_a: PosConnection,
        account_a: PosAccount,
    ) -> None:
        QuarantinedRow.objects.scoped(scope_a).create(
            account=account_a, external_id="7", content_hash=b"", code="id_missing",
            reason="there is no id", sealed_raw=b"secret", first_seen_at=NOON, last_seen_at=NOON,
        )  # fmt: skip

        (row,) = manager.get("/quarantine?connection=alder-way").json["items"]
        asked = manager.post("/connections/alder-way/quarantine/retry")

        assert (row["record_id"], row["code"], row["reason"]) == (
            "7", "id_missing", "there is no id",
        )  # fmt: skip
        assert (asked.status, asked.json["kind"]) == (202, "retry_quarantine")
        assert manager.get(f"/tasks/{asked.json['id']}").json == asked.json

    def test_proves_and_repairs(
        self,
        manager: PlainClient,
        scope_a: Scope,
        connection_a: PosConnection,
        account_a: PosAccount,
    ) -> None:
        counts = dict.fromkeys(("at_pos", "here", "extra", "different", "quarantined"), 0)
        Reconciliation.objects.scoped(scope_a).create(
            connection=connection_a, account=account_a, requested_by="user:1",
            started_at=NOON, finished_at=NOON, missing=1, missing_ids=["7"], **counts,
        )  # fmt: skip
        address = "/connections/alder-way/reconciliations"

        found = [manager.post(address, {"repair": repair}) for repair in (False, True)]

        assert [one.json["kind"] for one in found] == ["reconcile", "repair"]
        assert Task.objects.scoped(scope_a).count() == 2
        (proof,) = manager.get(address).json["items"]
        assert (proof["missing"], proof["missing_ids"]) == (1, ["7"])


class TestTheOutbox:
    @pytest.fixture
    def entry(self, scope_a: Scope, store_a: Store) -> OutboxEntry:
        connection = connect(scope_a, store_a)
        customer = take_in(scope_a, connection)
        return put(scope_a, customer, connection, state="refused", reason="too short")

    def test_is_told_without_values(self, manager: PlainClient, entry: OutboxEntry) -> None:
        reply = manager.get("/outbox?state=refused&connection=alder-way")

        (one,) = reply.json["items"]
        assert (one["id"], one["fields"], one["reason"]) == (entry.pk, ["phone"], "too short")
        assert b"5550177" not in reply.body
        assert manager.get("/outbox?state=delivered").json["items"] == []

    def test_is_replayed_and_discarded(self, manager: PlainClient, entry: OutboxEntry) -> None:
        again = manager.post(f"/outbox/{entry.pk}/replay", once="k")
        gone = manager.post(f"/outbox/{entry.pk}/discard", {"reason": "A slip"})
        late = manager.post(f"/outbox/{entry.pk}/replay")
        repeated = manager.post(f"/outbox/{entry.pk}/replay", once="k")

        assert (again.json["state"], gone.json["state"]) == ("held", "discarded")
        assert (late.status, late.code) == (409, "not_waiting")
        assert (repeated.status, repeated.body) == (200, again.body)


class TestTheInbox:
    def test_is_told_and_processed_again(
        self, api: PlainClient, scope_a: Scope, connection_a: PosConnection, account_a: PosAccount
    ) -> None:
        event = InboxEvent.objects.scoped(scope_a).create(
            connection=connection_a, account=account_a, received_at=NOON, kind="changed",
            external_id="1", digest=b"", state="failed", not_before=NOON,
        )  # fmt: skip

        (one,) = api.get("/inbox?state=failed&connection=alder-way").json["items"]
        again = api.post(f"/inbox/{event.pk}/replay")

        assert (one["id"], one["record_id"]) == (event.pk, "1")
        assert (again.status, again.json["state"]) == (200, "received")
        assert api.post("/inbox/999999/replay").status == 404


class TestTheAudit:
    def test_names_people_and_connections_as_programs_know_them(
        self, api: PlainClient, scope_a: Scope, store_a: Store
    ) -> None:
        connection = connect(scope_a, store_a)
        customer = take_in(scope_a, connection)
        api.get(f"/customers/{customer.public_id}")
        api.post(f"/connections/{connection.slug}/pause")

        told = api.get("/audit").json["items"]

        subjects = {one["action"]: one["subjects"] for one in told}
        assert subjects["customer.viewed"] == [str(customer.public_id)]
        assert subjects["connection.paused"] == ["alder-way"]
        assert not [one for one in told if "Reyes" in str(one) or "5550134" in str(one)]

    def test_is_narrowed_by_all_that_is_given(
        self, api: PlainClient, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        api.post("/connections/alder-way/pause")
        api.post("/connections/alder-way/resume")
        (paused,) = api.get("/audit?action=connection.paused").json["items"]

        def count(**query: Any) -> int:
            words = "&".join(f"{name}={value}" for name, value in query.items())
            return len(api.get(f"/audit?{words}").json["items"])

        assert count(action="connection.paused", actor=paused["actor"]) == 1
        assert count(action="connection.paused", actor="user:1") == 0
        assert count(action="connection.paused", since="2999-01-01T00:00:00Z") == 0
        assert count(action="connection.paused", until="2999-01-01T00:00:00Z") == 1


class TestTheDescription:
    def test_is_printed_by_the_command(self) -> None:
        told = CliRunner().invoke(cli, ["openapi"])
        kiosk = CliRunner().invoke(cli, ["openapi", "--api", "kiosk"])

        paths = platform_api.get_openapi_schema()["paths"]
        assert json.loads(told.stdout)["paths"].keys() == paths.keys()
        assert json.loads(kiosk.stdout)["info"]["title"] == "Rollcall kiosk API"

    def test_is_a_page_without_scripts_or_other_hosts(self) -> None:
        page = Client().get("/api/v2/docs")
        text = page.content.decode()

        assert page.status_code == 200
        assert "script" not in page.headers["Content-Security-Policy"]
        assert "<script" not in text
        # An address stands in an example of a webhook; nothing is fetched from anywhere.
        assert re.findall(r"(?:src|href|action)=.(?:https?:)?//", text) == []
        names = [
            one["operationId"]
            for ways in platform_api.get_openapi_schema()["paths"].values()
            for one in ways.values()
        ]
        assert [name for name in names if f'id="{name}"' not in text] == []
        assert Client().post("/api/v2/docs").status_code == 405
