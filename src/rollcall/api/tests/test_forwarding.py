"""Handing requests over to the processes behind, and their answers back."""

from __future__ import annotations

import contextlib
import io
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rollcall.api import forwarding
from rollcall.api.forwarding import MOST_AT_ONCE, forwarded, forwarder
from rollcall.api.requests import SECOND

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(kw_only=True)
class Behind:
    """A socket that answers with given bytes, and what it was asked."""

    path: str
    asked: list[bytes] = field(default_factory=list)

    @property
    def head(self) -> list[str]:
        """The lines of the only request's head."""
        (asked,) = self.asked
        return asked.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")

    @property
    def body(self) -> bytes:
        (asked,) = self.asked
        return asked.partition(b"\r\n\r\n")[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    # pytest's own is too long for the address of a socket on some systems.
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@contextlib.contextmanager
def behind(folder: Path, answer: bytes, *, reads: int = 65_536) -> Iterator[Behind]:
    """Answer every request so, after so many bytes of it."""
    found = Behind(path=str(folder / "behind"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(found.path)
        listener.listen()
        thread = threading.Thread(target=_serve, args=(listener, found, answer, reads), daemon=True)
        thread.start()
        yield found
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _serve(listener: socket.socket, found: Behind, answer: bytes, reads: int) -> None:
    with contextlib.suppress(OSError):
        while True:
            peer, _ = listener.accept()
            with peer:
                found.asked.append(_received(peer, reads))
                peer.sendall(answer)


def _received(peer: socket.socket, reads: int) -> bytes:
    peer.settimeout(0.1)
    got = b""
    with contextlib.suppress(TimeoutError):
        while len(got) < reads and (block := peer.recv(reads - len(got))):
            got += block
    return got


@dataclass(kw_only=True)
class Said:
    """What a WSGI application answered."""

    status: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @property
    def named(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers}


def ask(application: Callable[..., Any], *, body: bytes = b"", **environ: Any) -> Said:
    said = Said()

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        said.status, said.headers = status, headers

    usual = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "REMOTE_ADDR": "192.0.2.7",
        "wsgi.input": io.BytesIO(body),
    }
    said.body = b"".join(application(usual | environ, start))
    return said


class TestForwarder:
    def test_asks_for_the_same_and_passes_the_answer_back(self, folder: Path) -> None:
        answer = (
            b"HTTP/1.1 201 Created\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nDate: now\r\n"
            b"Content-Type: text/plain\r\nConnection: close\r\nContent-Length: 3\r\n\r\nyes"
        )
        with behind(folder, answer) as found:
            said = ask(
                forwarder(found.path),
                body=b"{}",
                REQUEST_METHOD="POST",
                PATH_INFO="/caf\xc3\xa9 x/?",
                QUERY_STRING="a=%41&b",
                CONTENT_TYPE="application/json",
                CONTENT_LENGTH="2",
                HTTP_HOST="rollcall.example",
                HTTP_AUTHORIZATION="Bearer x",
            )

        assert found.head[0] == "POST /caf%C3%A9%20x/%3F?a=%41&b HTTP/1.1"
        assert "HOST: rollcall.example" in found.head
        assert "AUTHORIZATION: Bearer x" in found.head
        assert "Content-Type: application/json" in found.head
        assert found.body == b"{}"
        assert said.status == "201 Created"
        assert said.body == b"yes"
        assert said.headers == [
            ("Set-Cookie", "a=1"),
            ("Set-Cookie", "b=2"),
            ("Content-Type", "text/plain"),
            ("Content-Length", "3"),
        ]

    def test_passes_on_a_query_that_nobody_quoted(self, folder: Path) -> None:
        with behind(folder, OK) as found:
            said = ask(forwarder(found.path), QUERY_STRING="first_name=Jos\xc3\xa9&x=%20+'\x7f")

        assert found.head[0] == "GET /?first_name=Jos%C3%A9&x=%20+'%7F HTTP/1.1"
        assert said.body == b"ok"

    def test_tells_who_is_connected_and_not_what_they_say(self, folder: Path) -> None:
        with behind(folder, OK) as found:
            ask(forwarder(found.path), HTTP_X_ROLLCALL_PEER="127.0.0.1", HTTP_X_ROLLCALL_SECOND="1")

        told = [line for line in found.head if line.lower().startswith("x-rollcall")]
        assert told == ["X-Rollcall-Peer: 192.0.2.7", "X-Rollcall-Second: 0"]

    def test_tells_that_it_was_counted(self, folder: Path) -> None:
        with behind(folder, OK) as found:
            environ: dict[str, Any] = {SECOND: True}
            ask(forwarder(found.path), **environ)

        assert "X-Rollcall-Second: 1" in found.head

    def test_keeps_to_the_connection_what_is_its_own(self, folder: Path) -> None:
        with behind(folder, OK) as found:
            ask(
                forwarder(found.path),
                HTTP_CONNECTION="keep-alive, x-secret",
                HTTP_UPGRADE="websocket",
                HTTP_PROXY="http://192.0.2.1",
            )

        names = {line.partition(":")[0].lower() for line in found.head[1:]}
        assert names == {"connection", "x-rollcall-peer", "x-rollcall-second"}
        assert "Connection: close" in found.head

    def test_sends_on_a_body_of_unknown_length(self, folder: Path) -> None:
        with behind(folder, OK) as found:
            ask(
                forwarder(found.path),
                body=b"x" * 70_000,
                REQUEST_METHOD="POST",
                HTTP_TRANSFER_ENCODING="chunked",
            )

        assert "Transfer-Encoding: chunked" in found.head
        assert found.body.startswith(b"10000\r\nxxx")

    @pytest.mark.parametrize("length", ["-5", "²", "1e3", "x"])
    def test_reads_no_body_of_a_length_that_is_none(self, folder: Path, length: str) -> None:
        with behind(folder, OK) as found:
            said = ask(
                forwarder(found.path),
                body=b"12345",
                REQUEST_METHOD="POST",
                CONTENT_LENGTH=length,
            )

        assert found.body == b"" if found.asked else said.status.startswith("503")

    def test_passes_a_refusal_back_that_came_before_the_end_of_the_body(self, folder: Path) -> None:
        refusal = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"
        with behind(folder, refusal, reads=200) as found:
            said = ask(
                forwarder(found.path),
                body=b"x" * 8_000_000,
                REQUEST_METHOD="POST",
                CONTENT_LENGTH="8000000",
            )

        assert said.status[:3] in {"413", "503"}

    def test_passes_a_long_answer_on_in_parts(self, folder: Path) -> None:
        body = b"y" * 2_500_000
        with behind(folder, b"HTTP/1.1 200 OK\r\n\r\n" + body) as found:
            said = ask(forwarder(found.path))

        assert said.body == body

    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"HTTP/1.1",
            b"SSH-2.0-x\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nbroken",
        ],
    )
    def test_says_that_nobody_answers_when_the_answer_is_none(
        self, folder: Path, answer: bytes
    ) -> None:
        with behind(folder, answer) as found:
            said = ask(forwarder(found.path), REQUEST_METHOD="POST")

        assert said.status == "503 Service Unavailable"
        assert said.named["retry-after"] == "2"
        assert b'"code":"unavailable"' in said.body
        assert len(found.asked) == 1  # a write is never repeated

    def test_waits_until_somebody_listens_again(self, folder: Path) -> None:
        said: list[Said] = []
        path = str(folder / "behind")
        asking = threading.Thread(target=lambda: said.append(ask(forwarder(path))))
        asking.start()
        with behind(folder, OK):
            asking.join(9)

        assert said[0].body == b"ok"

    def test_gives_up_when_nobody_listens(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(forwarding, "_CONNECT_PATIENCE_S", 0.1)

        said = ask(forwarder(str(folder / "nobody")))

        assert said.status == "503 Service Unavailable"

    def test_refuses_more_than_it_has_threads_for(self, folder: Path) -> None:
        release, counted = threading.Event(), threading.Semaphore(0)

        class Slow(io.BytesIO):
            def read(self, _size: int | None = -1, /) -> bytes:
                counted.release()
                release.wait(10)
                return b""

        def wait() -> None:
            environ: dict[str, Any] = {"CONTENT_LENGTH": "1", "wsgi.input": Slow()}
            ask(forwarder(found.path), **environ)

        with behind(folder, OK, reads=1) as found:
            threads = [threading.Thread(target=wait) for _ in range(MOST_AT_ONCE)]
            for thread in threads:
                thread.start()
            for _ in threads:
                assert counted.acquire(timeout=10)

            refused = ask(forwarder(found.path))

            release.set()
            for thread in threads:
                thread.join(20)
        assert refused.status == "503 Service Unavailable"


class TestForwarded:
    def test_believes_what_the_forwarder_tells(self) -> None:
        seen: dict[str, Any] = {}

        def application(environ: dict[str, Any], _start: object) -> list[bytes]:
            seen.update(environ)
            return []

        ask(
            forwarded(application),
            REMOTE_ADDR="",
            HTTP_X_ROLLCALL_PEER="192.0.2.9",
            HTTP_X_ROLLCALL_SECOND="1",
        )

        assert (seen["REMOTE_ADDR"], seen[SECOND]) == ("192.0.2.9", True)
        assert not [name for name in seen if name.startswith("HTTP_X_ROLLCALL")]
