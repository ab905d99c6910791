"""What is made of BLAZE's calls, and that they come."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rollcall.pos.connectors.blaze.connector import CONNECTOR, BlazeSettings
from rollcall.pos.connectors.blaze.tests.shop import blaze, call, id_of, payload
from rollcall.pos.connectors.blaze.webhooks import BlazeWebhooks
from rollcall.pos.errors import PosRefusedDataError
from rollcall.pos.simulator import RunningSimulator
from rollcall.pos.webhooks import EventKind, WebhookEvent

READER = BlazeWebhooks()
HOOKS = "/api/v1/partner/webHooks"


class TestReading:
    @pytest.mark.parametrize("topic", ["NEW_MEMBER", "UPDATE_MEMBER", ""])
    def test_takes_a_bare_member_for_a_hint(self, topic: str) -> None:
        event = READER.read(topic, payload("webhook_update_member.json"))

        assert event == WebhookEvent(
            kind=EventKind.CUSTOMER,
            external_id="65f0c2a7d1e4b93c5a7f1e02",
            changed_at=dt.datetime(2025, 11, 20, 18, 37, 21, 220_000, dt.UTC),
        )
        assert event.row is None

    def test_takes_a_wrapped_member_for_a_hint(self) -> None:
        event = READER.read("UPDATE_MEMBER", payload("webhook_wrapped.json"))

        assert (event.kind, event.external_id) == (EventKind.CUSTOMER, "5c9a11de77b0c24d81fa0c55")

    def test_takes_an_id_alone_where_the_topic_says_whose(self) -> None:
        event = READER.read("NEW_MEMBER", {"id": "a" * 24, "modified": "soon"})

        assert (event.kind, event.external_id, event.changed_at) == (
            EventKind.CUSTOMER, "a" * 24, None,
        )  # fmt: skip
        assert READER.read("", {"id": "a" * 24}).kind is EventKind.OTHER

    @pytest.mark.parametrize("topic", ["UPDATE_PRODUCT", "TRANSACTION_UPDATE", "NEW_MEMBER", ""])
    def test_has_no_use_for_products(self, topic: str) -> None:
        event = READER.read(topic, payload("webhook_update_product.json"))

        assert event == WebhookEvent(kind=EventKind.OTHER)

    @pytest.mark.parametrize("body", [None, [], "x", 5, [{"id": "a" * 24}]])
    def test_refuses_what_is_no_object(self, body: object) -> None:
        with pytest.raises(PosRefusedDataError) as caught:
            READER.read("UPDATE_MEMBER", body)

        assert caught.value.code == "no_object"

    @pytest.mark.parametrize(
        "body",
        [{}, {"id": 5}, {"id": None}, {"member": {}}, {"member": None}, {"member": "x"},
         {"id": "../search", "cpn": None}, {"id": "a" * 25, "cpn": None},
         {"id": "é" * 24, "cpn": None}],
    )  # fmt: skip
    def test_refuses_what_names_nobody(self, body: dict[str, Any]) -> None:
        with pytest.raises(PosRefusedDataError) as caught:
            READER.read("UPDATE_MEMBER", body)

        assert caught.value.code == "id_missing"

    @pytest.mark.parametrize("topic", ["update_member", "DROP", "UPDATE_MEMBER/..", "é"])
    def test_refuses_types_that_blaze_does_not_have(self, topic: str) -> None:
        with pytest.raises(PosRefusedDataError) as caught:
            READER.read(topic, payload("webhook_update_member.json"))

        assert caught.value.code == "topic"

    def test_proves_nothing(self) -> None:
        settings = BlazeSettings.model_validate({"partner_key": "p", "dispensary_key": "d"})

        assert READER.authenticates({}, settings) is True
        assert READER.is_signed is False
        assert READER.topics == ("NEW_MEMBER", "UPDATE_MEMBER")
        assert isinstance(CONNECTOR.webhooks, BlazeWebhooks)


@dataclass
class Inbox:
    """Takes calls at ``url``."""

    url: str
    calls: list[tuple[str, Any]] = field(default_factory=list)


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.calls.append((self.path, json.loads(body)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Print nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        taken = Inbox(url=f"http://127.0.0.1:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield taken
        server.shutdown()


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    with blaze(tmp_path, people=20) as simulator:
        yield simulator


def register(simulator: RunningSimulator, kind: str, *urls: str) -> tuple[int, Any]:
    return call(simulator, "POST", HOOKS, {"webHookType": kind, "webHookUrls": list(urls)})


def read(inbox: Inbox) -> list[tuple[str, EventKind, str]]:
    """Read what came the way the hub would."""
    found = []
    for path, body in inbox.calls:
        topic = path.rsplit("/", 1)[-1]
        event = READER.read(topic, body)
        found.append((topic, event.kind, event.external_id))
    return found


class TestCalls:
    def test_come_for_new_and_changed_members_in_both_shapes(
        self, simulator: RunningSimulator, inbox: Inbox
    ) -> None:
        for kind in ("NEW_MEMBER", "UPDATE_MEMBER"):
            assert register(simulator, kind, f"{inbox.url}/hooks/{kind}")[0] == 200
        simulator.control.patch(id_of(5), loyalty_points=3)
        simulator.control.patch(id_of(6), loyalty_points=3)
        made = simulator.control.create(given_name="Ana", family_name="Lee")

        assert simulator.control.hooks_settled()
        assert read(inbox) == [
            ("UPDATE_MEMBER", EventKind.CUSTOMER, id_of(5)),
            ("UPDATE_MEMBER", EventKind.CUSTOMER, id_of(6)),
            ("NEW_MEMBER", EventKind.CUSTOMER, made),
        ]
        assert ["member" in body for _, body in inbox.calls] == [True, False, False]

    def test_come_for_both_members_of_a_merge_and_twice_if_so_switched(
        self, simulator: RunningSimulator, inbox: Inbox
    ) -> None:
        simulator.control.set_faults(hook_repeat=1)
        register(simulator, "UPDATE_MEMBER", f"{inbox.url}/UPDATE_MEMBER")

        simulator.control.merge(id_of(1), into=id_of(2))

        assert simulator.control.hooks_settled()
        assert sorted(event[2] for event in read(inbox)) == [id_of(1)] * 2 + [id_of(2)] * 2

    def test_come_after_writes_over_the_api(
        self, simulator: RunningSimulator, inbox: Inbox
    ) -> None:
        register(simulator, "UPDATE_MEMBER", f"{inbox.url}/UPDATE_MEMBER")
        path = f"/api/v1/partner/members/{id_of(3)}"
        told = call(simulator, "GET", path)[1]

        call(simulator, "PUT", path, {**told, "nickname": "Zo"})

        assert simulator.control.hooks_settled()
        assert read(inbox) == [("UPDATE_MEMBER", EventKind.CUSTOMER, id_of(3))]

    def test_end_with_the_registration(self, simulator: RunningSimulator, inbox: Inbox) -> None:
        hook_id = register(simulator, "UPDATE_MEMBER", f"{inbox.url}/UPDATE_MEMBER")[1]["id"]

        assert call(simulator, "DELETE", f"{HOOKS}/{hook_id}")[0] == 200
        simulator.control.patch(id_of(5), loyalty_points=3)

        assert simulator.control.hooks_settled()
        assert inbox.calls == []
        assert call(simulator, "DELETE", f"{HOOKS}/{hook_id}")[0] == 404


class TestRegistration:
    def test_lists_by_type(self, simulator: RunningSimulator) -> None:
        register(simulator, "UPDATE_MEMBER", "http://127.0.0.1:9/a")
        register(simulator, "NEW_MEMBER", "http://127.0.0.1:9/b", "http://127.0.0.1:9/c")

        status, told = call(simulator, "GET", f"{HOOKS}?type=NEW_MEMBER&start=0&limit=10")

        assert (status, told["total"]) == (200, 1)
        assert told["values"][0]["webHookUrls"] == ["http://127.0.0.1:9/b", "http://127.0.0.1:9/c"]

    def test_takes_an_array_and_the_old_form(self, simulator: RunningSimulator) -> None:
        hooks = [
            {"webHookType": "NEW_MEMBER", "url": "http://127.0.0.1:9/a"},
            {"webHookType": "UPDATE_MEMBER", "webHookUrls": ["http://127.0.0.1:9/b"]},
        ]
        status, told = call(simulator, "POST", "/api/v1/partner/store/webHook", hooks)

        assert status == 200
        assert [s["url"] for s in simulator.control.webhooks()] == [
            "http://127.0.0.1:9/a", "http://127.0.0.1:9/b",
        ]  # fmt: skip
        assert call(simulator, "GET", f"{HOOKS}/{told[0]['id']}")[1] == told[0]

    def test_is_changed(self, simulator: RunningSimulator) -> None:
        hook_id = register(simulator, "NEW_MEMBER", "http://127.0.0.1:9/a")[1]["id"]

        status, told = call(
            simulator, "PUT", f"{HOOKS}/{hook_id}",
            {"webHookType": "UPDATE_MEMBER", "webHookUrls": ["http://127.0.0.1:9/z"]},
        )  # fmt: skip

        assert (status, told["id"]) == (200, hook_id)
        assert [(s["url"], s["topics"]) for s in simulator.control.webhooks()] == [
            ("http://127.0.0.1:9/z", ["UPDATE_MEMBER"])
        ]

    @pytest.mark.parametrize(
        "content",
        [None, [], {}, {"webHookType": "DROP", "url": "http://127.0.0.1:9/a"},
         {"webHookType": "NEW_MEMBER"}, {"webHookType": "NEW_MEMBER", "webHookUrls": "x"},
         {"webHookType": "NEW_MEMBER", "webHookUrls": [5]},
         {"webHookType": "NEW_MEMBER", "webHookUrls": 5},
         {"webHookType": "NEW_MEMBER", "url": "file:///etc/passwd"}],
    )  # fmt: skip
    def test_refuses_what_cannot_be_called(
        self, simulator: RunningSimulator, content: object
    ) -> None:
        assert call(simulator, "POST", HOOKS, content)[0] == 400
        assert simulator.control.webhooks() == []

    def test_keeps_whom_the_control_interface_named(self, simulator: RunningSimulator) -> None:
        simulator.control.set_webhooks({"url": "http://127.0.0.1:9/mine"})

        hook_id = register(simulator, "NEW_MEMBER", "http://127.0.0.1:9/a")[1]["id"]
        call(simulator, "DELETE", f"{HOOKS}/{hook_id}")

        assert [s["url"] for s in simulator.control.webhooks()] == ["http://127.0.0.1:9/mine"]
