"""What Treez calls with, as documented and as the simulator fires it."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from rollcall.pos.conformance.ground import Unlimited
from rollcall.pos.connectors.treez.connector import CONNECTOR, TreezSettings
from rollcall.pos.contract import OpenOptions
from rollcall.pos.errors import PosRefusedDataError
from rollcall.pos.simulator import SimulatorOptions, running
from rollcall.pos.webhooks import EventKind, WebhookEvent

PAYLOADS = Path(__file__).parents[1] / "payloads"
TOKEN = "a-token-of-enough-characters"
READER = CONNECTOR.webhooks
OPTIONS = OpenOptions(time_zone=ZoneInfo("America/Los_Angeles"), rate_limiter=Unlimited())


def settings(token: str = TOKEN) -> TreezSettings:
    return TreezSettings.model_validate(
        {"dispensary": "alderway", "api_key": "k", "client_id": "c", "webhook_token": token}
    )


def read(body: object) -> WebhookEvent:
    return READER.read("", body)


def call(**changed: object) -> dict[str, Any]:
    row = json.loads((PAYLOADS / "customer.json").read_text())["data"]
    return {
        "event_type": "CUSTOMER",
        "dispensary_short_name": "alderway",
        "data": {**row, **changed},
    }


class TestAuthentication:
    @pytest.mark.parametrize("header", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"Bearer  {TOKEN} "])
    def test_takes_the_token(self, header: str) -> None:
        assert READER.authenticates({"authorization": header}, settings())

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"authorization": ""},
            {"authorization": TOKEN},
            {"authorization": f"Basic {TOKEN}"},
            {"authorization": "Bearer "},
            {"authorization": f"Bearer {TOKEN}x"},
            {"authorization": f"Bearer {TOKEN[:-1]}"},
            {"authorization": f"Bearer {TOKEN} x"},
            {"authorization": "Bearer \udcff\u00e9"},
            {"x-treez-signature": TOKEN},
        ],
    )
    def test_refuses_everything_else(self, headers: dict[str, str]) -> None:
        assert not READER.authenticates(headers, settings())

    @pytest.mark.parametrize("header", ["Bearer", "Bearer ", "", f"Bearer {TOKEN}"])
    def test_without_a_token_nothing_is_true(self, header: str) -> None:
        assert not READER.authenticates({"authorization": header}, settings(""))

    @pytest.mark.parametrize("token", ["short", "x" * 15, "x" * 501, "with\nlines" * 2, "ä" * 20])
    def test_a_token_that_can_be_guessed_or_not_be_sent_is_refused(self, token: str) -> None:
        with pytest.raises(ValidationError):
            settings(token)

    def test_the_token_shows_nowhere(self) -> None:
        assert TOKEN not in f"{settings()!r} {settings().model_dump_json()}"


class TestRead:
    def test_a_whole_customer_comes_as_a_row(self) -> None:
        event = read(call())

        assert (event.kind, event.external_id) == (EventKind.CUSTOMER, "1042")
        assert event.row == call()["data"]
        assert event.changed_at == dt.datetime(2026, 11, 19, 1, 6, 2, tzinfo=dt.UTC)

    def test_the_object_around_it_is_taken_off(self) -> None:
        assert read({"root": call()}) == read(call())

    @pytest.mark.parametrize("key", ["status", "opt_out", "last_update", "phone", "addresses"])
    def test_a_customer_with_less_is_read_again(self, key: str) -> None:
        body = call()
        del body["data"][key]

        event = read(body)

        assert (event.external_id, event.row) == ("1042", None)

    def test_a_merge_comes_as_two_events(self) -> None:
        survivor, donor = json.loads((PAYLOADS / "page_merge.json").read_text())["data"]

        events = [read({"event_type": "CUSTOMER", "data": row}) for row in (survivor, donor)]

        assert [event.external_id for event in events] == ["877", "1310"]
        assert [event.row for event in events] == [None, None]

    def test_a_donor_that_does_not_say_where_it_went_is_read_again(self) -> None:
        body = call(status="DEACTIVATED")
        del body["data"]["merged_into_customer_id"]

        assert read(body).row is None

    @pytest.mark.parametrize("last_update", [None, "", "soon", 5, "2026-11-18T17:06:02"])
    def test_a_time_without_a_zone_is_none(self, last_update: object) -> None:
        assert read(call(last_update=last_update)).changed_at is None

    @pytest.mark.parametrize("body", [{"test": "test"}, {"root": {"test": "test"}}])
    def test_a_try_is_a_ping(self, body: object) -> None:
        assert read(body) == WebhookEvent(kind=EventKind.PING)

    @pytest.mark.parametrize(
        "kind", ["PRODUCT", "TICKET", "TICKET_STATUS", "TICKET_BY_STATUS", "?"]
    )
    def test_other_events_are_of_no_use(self, kind: str) -> None:
        assert read({"event_type": kind, "data": None}) == WebhookEvent(kind=EventKind.OTHER)

    @pytest.mark.parametrize(
        "body",
        [
            None, 5, "x", [], {}, {"event_type": None}, {"event_type": ["CUSTOMER"]},
            {"event_type": " "}, {"root": {}}, {"root": []},
            {"event_type": "CUSTOMER"}, {"event_type": "CUSTOMER", "data": []},
            {"event_type": "CUSTOMER", "data": "x"}, {"event_type": "CUSTOMER", "data": {}},
            {"event_type": "CUSTOMER", "data": {"customer_id": ""}},
            {"event_type": "CUSTOMER", "data": {"customer_id": ["1"]}},
            {"event_type": "CUSTOMER", "data": {"customer_id": "1" * 201}},
        ],
    )  # fmt: skip
    def test_what_is_no_call_is_refused(self, body: object) -> None:
        with pytest.raises(PosRefusedDataError):
            read(body)

    def test_shows_no_values(self) -> None:
        assert "OKAFOR" not in repr(read(call()))


class _Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.calls.append((headers, body))  # type: ignore[attr-defined]  # set by the test
        self.send_response(201)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Print nothing."""


@pytest.fixture
def receiver() -> Iterator[Any]:
    server: Any = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    server.calls = []
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


class TestSimulator:
    def test_calls_with_rows_as_the_lists_show_them(self, tmp_path: Path, receiver: Any) -> None:
        options = SimulatorOptions(state=tmp_path / "treez.sqlite", people=10, no_limits=True)
        with running("treez", options) as simulator:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            url = f"http://127.0.0.1:{receiver.server_port}/"
            simulator.control.set_webhooks({"url": url, "headers": headers})
            simulator.control.create(given_name="Ana", family_name="Lee")
            simulator.control.merge("1001", into="1002")
            assert simulator.control.hooks_settled()
            checked = TreezSettings.model_validate(simulator.settings)
            with CONNECTOR.open(checked, OPTIONS) as client:
                rows = [client.get(pos_id) for pos_id in ("1010", "1002", "1001")]

        assert all(READER.authenticates(sent, settings()) for sent, _ in receiver.calls)
        assert [read(body).row for _, body in receiver.calls] == rows
        assert [row["status"] for row in rows] == ["ACTIVE", "MERGED", "DEACTIVATED"]
