"""Calls of a simulated POS, received by a real HTTP server."""

from __future__ import annotations

import http.client
import http.server
import json
import logging
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import orjson
import pytest

from rollcall.pos import registry
from rollcall.pos.simulator import ControlRefusedError, SimulatorOptions
from rollcall.pos.simulator.control import Control
from rollcall.pos.simulator.hooks import HookCall, HookChange
from rollcall.pos.simulator.records import Record
from rollcall.pos.simulator.server import PosServer
from rollcall.pos.simulator.world import World, open_world


class Receiver(http.server.ThreadingHTTPServer):
    """Remembers what it is sent; refuses as often as it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, str], Any]] = []
        self.refusals = 0
        super().__init__(("127.0.0.1", 0), _Hand)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/in/a-secret?x=1"

    @property
    def told(self) -> list[str]:
        return [f"{body['change']} {body['id']}" for _, _, body in self.calls]


class _Hand(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.calls.append((self.path, headers, body))
        self.server.refusals -= 1
        self.send_response(503 if self.server.refusals >= 0 else 200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Print nothing."""


class CallingPos(type(registry.simulator("treez"))):  # type: ignore[misc]  # a class made at runtime
    """A POS that tells in its calls what happened to whom."""

    topics: ClassVar[dict[HookChange, str]] = {HookChange.MERGED: "MERGE"}

    def hook_calls(self, record: Record, change: HookChange, zone: ZoneInfo) -> Sequence[HookCall]:
        body = {"change": change, "id": record.pos_id, "zone": zone.key, "status": record.status}
        return (HookCall(topic=self.topics.get(change, "EDIT"), body=body),)


@pytest.fixture
def world(tmp_path: Path) -> World:
    options = SimulatorOptions(state=tmp_path / "pos.sqlite", people=20, no_limits=True)
    return open_world(CallingPos(), options)


@pytest.fixture
def server(world: World) -> Iterator[PosServer]:
    server = PosServer(("127.0.0.1", 0), world)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.stop()
    thread.join()


@pytest.fixture
def control(server: PosServer) -> Control:
    return Control(server.url)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield receiver
    receiver.shutdown()
    receiver.server_close()
    thread.join()


class TestCalls:
    def test_tell_of_creates_changes_and_both_sides_of_a_merge(
        self, control: Control, receiver: Receiver
    ) -> None:
        control.set_webhooks({"url": receiver.url})

        new = control.create(given_name="Ana")
        control.patch("1001", notes="new")
        control.merge("1002", into="1003")

        assert control.hooks_settled()
        expected = [f"created {new}", "changed 1001", "merged 1003", "merged 1002"]
        assert receiver.told == expected

    def test_carry_the_subscribers_headers_and_the_record_as_it_is_now(
        self, control: Control, receiver: Receiver
    ) -> None:
        control.set_webhooks({"url": receiver.url, "headers": {"Authorization": "Bearer s"}})

        control.merge("1002", into="1003")

        assert control.hooks_settled()
        path, headers, body = receiver.calls[1]
        assert path == "/in/a-secret?x=1"
        assert headers["authorization"] == "Bearer s"
        assert headers["content-type"] == "application/json"
        assert (body["id"], body["status"], body["zone"]) == (
            "1002", "inactive", "America/Los_Angeles",
        )  # fmt: skip

    def test_reach_those_who_chose_the_topic(self, control: Control, receiver: Receiver) -> None:
        control.set_webhooks(
            {"url": receiver.url, "topics": ["MERGE"]},
            {"url": receiver.url.replace("x=1", "x=2"), "topics": ["EDIT", "OTHER"]},
        )

        control.patch("1001", notes="new")
        control.merge("1002", into="1003")

        assert control.hooks_settled()
        assert [(path[-1], body["change"]) for path, _, body in receiver.calls] == [
            ("2", "changed"), ("1", "merged"), ("1", "merged"),
        ]  # fmt: skip

    def test_are_not_made_for_what_was_refused(self, control: Control, receiver: Receiver) -> None:
        control.set_webhooks({"url": receiver.url})
        with pytest.raises(ControlRefusedError):
            control.patch("999999", notes="new")

        assert control.deliveries() == {
            "waiting": 0, "delivered": 0, "undelivered": 0, "dropped": 0,
        }  # fmt: skip

    def test_are_tried_three_times(self, control: Control, receiver: Receiver) -> None:
        control.set_webhooks({"url": receiver.url})
        receiver.refusals = 2
        control.patch("1001", notes="new")
        assert control.hooks_settled()
        receiver.refusals = 3
        control.patch("1002", notes="new")

        assert control.hooks_settled()
        assert receiver.told == ["changed 1001"] * 3 + ["changed 1002"] * 3
        assert control.deliveries()["delivered"] == 1
        assert control.deliveries()["undelivered"] == 1

    def test_go_on_after_a_subscriber_who_is_not_there(
        self, control: Control, receiver: Receiver, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        control.set_webhooks({"url": "http://127.0.0.1:1/in/a-secret"}, {"url": receiver.url})

        control.patch("1001", given_name="Zelda")

        assert control.hooks_settled()
        assert receiver.told == ["changed 1001"]
        assert "a-secret" not in caplog.text

    def test_start_again_after_a_rest(
        self, world: World, control: Control, receiver: Receiver
    ) -> None:
        control.set_webhooks({"url": receiver.url})
        control.patch("1001", notes="new")
        assert control.hooks_settled()
        for thread in [t for t in threading.enumerate() if t.name == "hooks"]:
            thread.join(5)
        assert not world.hooks._is_working

        control.patch("1002", notes="new")

        assert control.hooks_settled()
        assert receiver.told == ["changed 1001", "changed 1002"]


class TestFaults:
    def test_repeat_every_call(self, control: Control, receiver: Receiver) -> None:
        control.set_webhooks({"url": receiver.url})
        control.set_faults(hook_repeat=2)

        control.patch("1001", notes="new")

        assert control.hooks_settled()
        assert receiver.told == ["changed 1001"] * 3
        assert control.deliveries()["delivered"] == 1

    def test_drop_every_call(self, control: Control, receiver: Receiver) -> None:
        control.set_webhooks({"url": receiver.url})
        control.set_faults(hook_drop_rate=1)

        control.patch("1001", notes="new")

        assert control.hooks_settled()
        assert receiver.told == []
        assert control.deliveries()["dropped"] == 1

    def test_shuffle_in_batches(self, control: Control, receiver: Receiver) -> None:
        control.set_webhooks({"url": receiver.url})
        control.set_faults(hook_shuffle=8)

        for number in range(1001, 1009):
            control.patch(str(number), notes="new")

        assert control.hooks_settled()
        in_order = [f"changed {number}" for number in range(1001, 1009)]
        assert sorted(receiver.told) == in_order
        assert receiver.told != in_order


class TestSubscribers:
    def test_are_shown_and_replaced(self, control: Control) -> None:
        control.set_webhooks({"url": "http://a.example/1"}, {"url": "https://a.example/2"})
        control.set_webhooks({"url": "http://a.example/3", "topics": ["A"]})

        assert control.webhooks() == [{"url": "http://a.example/3", "headers": {}, "topics": ["A"]}]

    @pytest.mark.parametrize(
        "wrong",
        [
            {},
            ["http://a.example"],
            [{"topics": []}],
            [{"url": "ftp://a.example"}],
            [{"url": "http://"}],
            [{"url": "http://a.example:0/"}],
            [{"url": "http://a.example:99999/"}],
            [{"url": "http://a.example/\r\nX: y"}],
            [{"url": "http://a.example/", "headers": {"X": "a\r\nb"}}],
            [{"url": "http://a.example/", "headers": {"X\r\nY": "a"}}],
            [{"url": "http://a.example/", "headers": {"X": 1}}],
            [{"url": "http://a.example/", "topics": [1]}],
            [{"url": "http://a.example/", "topics": "A"}],
            [{"url": "http://a.example/", "secret": "s"}],
        ],
    )
    def test_that_cannot_be_called_are_refused(
        self, server: PosServer, control: Control, wrong: object
    ) -> None:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=5)
        connection.request("PUT", "/__control__/webhooks", orjson.dumps(wrong))
        status = connection.getresponse().status
        connection.close()

        assert status == 400
        assert control.webhooks() == []
