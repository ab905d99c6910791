"""The door to the network, against a server that answers as told."""

from __future__ import annotations

import datetime as dt
import email.utils
import http.server
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pytest
import structlog

from rollcall.pos import http as pos_http
from rollcall.pos.contract import Limits, OpenOptions
from rollcall.pos.errors import (
    PosCredentialsError,
    PosNeedsHumanError,
    PosOutcomeUnknownError,
    PosThrottledError,
    PosUnavailableError,
)
from rollcall.pos.http import Call, PosHttp, is_loopback

LIMITS = Limits(requests_per_second=1000, page_size=50, overlap=dt.timedelta(0))
Answer = tuple[int, dict[str, str], bytes]
OK: Answer = (200, {}, b'{"a": 1}')


class Script:
    """A server that gives the listed answers one after the other, the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [OK]
        self.seen: list[tuple[str, str, bytes]] = []
        script = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                script.seen.append((self.command, self.path, body))
                answers = script.answers
                status, headers, content = answers.pop(0) if len(answers) > 1 else answers[0]
                self.send_response_only(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)
                if "Content-Length" in headers:
                    self.close_connection = True

            do_GET = do_POST = answer  # noqa: N815

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def script() -> Iterator[Script]:
    script = Script()
    thread = threading.Thread(target=script.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield script
    script.server.shutdown()
    script.server.server_close()
    thread.join()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def door(script: Script, waits: list[float]) -> Iterator[PosHttp]:
    options = OpenOptions(
        time_zone=ZoneInfo("UTC"),
        attempts=3,
        backoff_s=(1.0, 30.0),
        timeout_s=2.0,
        sleep=waits.append,
    )
    door = PosHttp(kind="treez", base_url=script.url, options=options, limits=LIMITS)
    yield door
    door.close()


@pytest.fixture
def reached() -> list[tuple[str, str]]:
    return []


@contextmanager
def watched(script: Script, reached: list[tuple[str, str]], *, allowed: bool) -> Iterator[PosHttp]:
    def may_reach(host: str, address: str) -> bool:
        reached.append((host, address))
        return allowed

    options = OpenOptions(time_zone=ZoneInfo("UTC"), attempts=3, timeout_s=2.0, may_reach=may_reach)
    url = script.url.replace("127.0.0.1", "localhost")
    door = PosHttp(kind="treez", base_url=url, options=options, limits=LIMITS)
    try:
        yield door
    finally:
        door.close()


GET = Call(method="GET", template="/customer/{id}", values={"id": "7"})


class TestSend:
    def test_gives_the_decoded_answer_with_the_clock_of_the_pos(
        self, script: Script, door: PosHttp
    ) -> None:
        script.answers = [(404, {"Date": "Wed, 18 Nov 2026 17:05:40 GMT"}, b"[1]")]

        reply = door.send(GET)

        assert (reply.status, reply.data, reply.damaged) == (404, [1], False)
        assert reply.pos_time == dt.datetime(2026, 11, 18, 17, 5, 40, tzinfo=dt.UTC)

    def test_no_value_can_leave_its_path_segment(self, script: Script, door: PosHttp) -> None:
        door.send(Call(method="GET", template="/c/{v}/x", values={"v": "a/../b?c=d#e+ é@"}))

        assert script.seen[0][1] == "/c/a%2F..%2Fb%3Fc%3Dd%23e%2B%20%C3%A9%40/x"

    @pytest.mark.parametrize("status", [500, 502, 503, 408, 429])
    def test_tries_again_after_what_may_pass(
        self, script: Script, door: PosHttp, waits: list[float], status: int
    ) -> None:
        script.answers = [(status, {}, b"{}"), (status, {}, b"{}"), OK]

        assert door.send(GET).data == {"a": 1}
        assert 0.5 <= waits[0] <= 1.0 <= waits[1] <= 2.0

    @pytest.mark.parametrize("status", [400, 404])
    def test_takes_a_refusal_without_a_body(
        self, script: Script, door: PosHttp, status: int
    ) -> None:
        script.answers = [(status, {}, b"")]

        reply = door.send(GET)

        assert (reply.status, reply.data) == (status, None)
        assert len(script.seen) == 1

    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            ((503, {}, b"{}"), "http_503"),
            ((200, {}, b"<html>"), "not_json"),
            ((200, {}, b""), "not_json"),
            ((404, {}, b"nothing here"), "not_json"),
            ((200, {}, b'{"a": NaN}'), "not_json"),
            ((200, {}, b"[" * 100_000), "not_json"),
            ((200, {"Content-Length": "100"}, b'{"a": 1'), "RemoteProtocolError"),
            ((200, {"Content-Encoding": "gzip"}, b"not gzip"), "DecodingError"),
        ],
    )
    def test_gives_up_after_all_tries(
        self, script: Script, door: PosHttp, answer: Answer, code: str
    ) -> None:
        script.answers = [answer]

        with pytest.raises(PosUnavailableError) as caught:
            door.send(GET)

        assert caught.value.code == code
        assert len(script.seen) == 3

    @pytest.mark.parametrize("status", [401, 403])
    def test_does_not_repeat_refused_credentials(
        self, script: Script, door: PosHttp, status: int
    ) -> None:
        script.answers = [(status, {}, b"{}")]

        with pytest.raises(PosCredentialsError) as caught:
            door.send(GET)

        assert caught.value.code == f"http_{status}"
        assert len(script.seen) == 1

    def test_follows_no_redirect(self, script: Script, door: PosHttp) -> None:
        script.answers = [(302, {"Location": "https://elsewhere.example/"}, b"")]

        with pytest.raises(PosNeedsHumanError):
            door.send(GET)

        assert len(script.seen) == 1

    def test_stops_reading_what_is_too_large(
        self, script: Script, door: PosHttp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pos_http, "MAX_BODY", 1000)
        script.answers = [(200, {}, b"[" + b"1," * 1000 + b"1]")]

        with pytest.raises(PosUnavailableError) as caught:
            door.send(GET)

        assert caught.value.code == "too_large"

    def test_says_which_kind_of_failure_without_the_address(self, waits: list[float]) -> None:
        options = OpenOptions(time_zone=ZoneInfo("UTC"), attempts=1)
        door = PosHttp(kind="x", base_url="http://127.0.0.1:1", options=options, limits=LIMITS)

        with pytest.raises(PosUnavailableError, match=r"no answer from the POS \(ConnectError\)"):
            door.send(GET)
        door.close()


class TestRetryAfter:
    def test_waits_as_long_as_the_pos_says(
        self, script: Script, door: PosHttp, waits: list[float]
    ) -> None:
        script.answers = [(429, {"Retry-After": "17"}, b"{}"), OK]

        door.send(GET)

        assert waits == [17.0]

    def test_reads_a_date_by_the_clock_of_the_pos(
        self, script: Script, door: PosHttp, waits: list[float]
    ) -> None:
        now = dt.datetime(2031, 1, 1, tzinfo=dt.UTC)
        dates = [
            email.utils.format_datetime(now + dt.timedelta(seconds=s), usegmt=True) for s in (0, 20)
        ]
        script.answers = [(503, {"Date": dates[0], "Retry-After": dates[1]}, b"{}"), OK]

        door.send(GET)

        assert waits == [20.0]

    def test_leaves_long_pauses_to_the_caller(
        self, script: Script, door: PosHttp, waits: list[float]
    ) -> None:
        script.answers = [(429, {"Retry-After": "3600"}, b"{}")]

        with pytest.raises(PosThrottledError) as caught:
            door.send(GET)

        assert caught.value.retry_after_s == 3600
        assert waits == []

    @pytest.mark.parametrize("header", ["soon", "", "-5"])
    def test_ignores_nonsense(
        self, script: Script, door: PosHttp, waits: list[float], header: str
    ) -> None:
        script.answers = [(429, {"Retry-After": header}, b"{}"), OK]

        door.send(GET)

        assert waits[0] <= 1.0


class TestLogs:
    def test_tell_the_route_and_never_a_value(
        self, script: Script, door: PosHttp, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        script.answers = [(503, {}, b'{"secret": "body"}'), OK]
        call = Call(
            method="POST",
            template="/customer/email/{email}",
            values={"email": "ana@example.com"},
            query={"q": "hidden"},
            form={"apikey": "hidden"},
        )

        with structlog.testing.capture_logs() as logged:
            door.send(call)

        assert logged == [
            {
                "event": "pos.request.retry", "log_level": "warning", "kind": "treez",
                "method": "POST", "route": "/customer/email/{email}", "status": "http_503",
                "attempt": 1,
            }
        ]  # fmt: skip
        assert caplog.text == ""


class TestRateLimit:
    def test_every_try_asks_for_permission(self, script: Script) -> None:
        class Counting:
            asked = 0

            def acquire(self) -> None:
                self.asked += 1

        limiter = Counting()
        options = OpenOptions(
            time_zone=ZoneInfo("UTC"), attempts=3, backoff_s=(0.0, 0.0), rate_limiter=limiter
        )
        script.answers = [(500, {}, b"{}"), OK]
        door = PosHttp(kind="x", base_url=script.url, options=options, limits=LIMITS)

        door.send(GET)
        door.close()

        assert limiter.asked == 2


class TestWhereItLeads:
    def test_is_asked_once_for_each_connection(
        self, script: Script, reached: list[tuple[str, str]]
    ) -> None:
        with watched(script, reached, allowed=True) as door:
            door.send(GET)
            door.send(GET)

        assert reached == [("localhost", "127.0.0.1")]
        assert len(script.seen) == 2

    def test_is_refused_before_anything_is_sent(
        self, script: Script, reached: list[tuple[str, str]]
    ) -> None:
        with (
            watched(script, reached, allowed=False) as door,
            pytest.raises(PosNeedsHumanError) as caught,
        ):
            door.send(GET)

        assert caught.value.code == "address_refused"
        assert (len(reached), script.seen) == (1, [])

    def test_is_not_asked_of_a_proxy(self, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
        reached: list[tuple[str, str]] = []

        def may_reach(host: str, address: str) -> bool:
            reached.append((host, address))
            return False

        monkeypatch.setenv("http_proxy", script.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        options = OpenOptions(time_zone=ZoneInfo("UTC"), attempts=1, may_reach=may_reach)
        door = PosHttp(kind="treez", base_url="http://pos.example", options=options, limits=LIMITS)
        try:
            assert door.send(GET).data == {"a": 1}
        finally:
            door.close()
        assert reached == []


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:80/x", True),
        ("http://localhost/", True),
        ("http://[::1]:8000", True),
        ("https://api.treez.io", False),
        ("http://127.0.0.1.evil.example/", False),
        ("http://10.0.0.1/", False),
        ("nonsense", False),
    ],
)
def test_is_loopback_knows_this_machine(url: str, local: bool) -> None:
    assert is_loopback(url) is local


CREATE = Call(method="POST", template="/customer", json={"a": 1}, is_repeatable=False)


class TestWhatMustNotBeDoneTwice:
    @pytest.mark.parametrize(
        "answer",
        [(500, {}, b"{}"), (503, {}, b""), (408, {}, b"{}"), (200, {}, b"<html>"), (200, {}, b"")],
    )
    def test_is_sent_once_and_its_outcome_unknown(
        self, script: Script, door: PosHttp, answer: tuple[int, dict[str, str], bytes]
    ) -> None:
        script.answers = [answer, OK]

        with pytest.raises(PosOutcomeUnknownError):
            door.send(CREATE)
        assert len(script.seen) == 1

    def test_is_sent_again_after_a_refusal_of_the_limit(
        self, script: Script, door: PosHttp
    ) -> None:
        script.answers = [(429, {}, b""), (429, {}, b""), OK]

        assert door.send(CREATE).data == {"a": 1}
        assert len(script.seen) == 3

    def test_is_not_unknown_where_nobody_listens(self, waits: list[float]) -> None:
        options = OpenOptions(
            time_zone=ZoneInfo("UTC"), attempts=2, timeout_s=2.0, sleep=waits.append
        )
        door = PosHttp(kind="treez", base_url="http://127.0.0.1:9", options=options, limits=LIMITS)

        with pytest.raises(PosUnavailableError) as caught:
            door.send(CREATE)
        assert not isinstance(caught.value, PosOutcomeUnknownError)
        assert len(waits) == 1

    def test_may_be_answered_without_a_body(self, script: Script, door: PosHttp) -> None:
        script.answers = [(204, {}, b"")]

        assert door.send(CREATE).data is None
