"""``rollcall serve`` as users start it, on the database of the running test."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo
from pytest_django import DjangoDbBlocker

from rollcall import embedded
from rollcall.customers.tests.kiosk_world import Reply
from rollcall.kit.crypto import format_key

_START_LIMIT_S = 60.0


@dataclass(kw_only=True)
class RunningServer:
    """Where it listens, and everything that it has printed."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def ask(self, path: str, *, key: str = "", method: str = "GET", **headers: str) -> Reply:
        """One request over a connection of its own."""
        with contextlib.closing(self.open()) as http_connection:
            return ask_over(http_connection, path, key=key, method=method, **headers)

    def post(self, path: str, body: bytes, *, key: str = "") -> Reply:
        """One request with a body."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        with contextlib.closing(self.open()) as http_connection:
            http_connection.request("POST", path, body=body, headers=headers)
            response = http_connection.getresponse()
            return Reply(
                status=response.status, headers=dict(response.headers), body=response.read()
            )

    def stop(self) -> str:
        """End it and return what it printed."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        return self.log.read_text(errors="replace")


def ask_over(
    http_connection: http.client.HTTPConnection,
    path: str,
    *,
    key: str = "",
    method: str = "GET",
    **headers: str,
) -> Reply:
    """One request over a connection that stays open."""
    if key:
        headers["Authorization"] = f"Bearer {key}"
    http_connection.request(method, path, headers=headers)
    response = http_connection.getresponse()
    return Reply(status=response.status, headers=dict(response.headers), body=response.read())


def _database_address() -> str:
    name = connection.settings_dict["NAME"]
    server = embedded.current()
    if server is not None:
        return dataclasses.replace(server.hold(), database=name).url
    words = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    given: dict[str, Any] = {
        word: connection.settings_dict[key]
        for key, word in words.items()
        if connection.settings_dict[key]
    }
    return make_conninfo(dbname=name, **given)


def _free_port() -> int:
    # Not the next free one from somewhere on: tests that run side by side would choose the same,
    # and both servers would share it.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def serving(folder: Path, **environment: str) -> Iterator[RunningServer]:
    """Start it with two workers; it ends with the block."""
    port = _free_port()
    log = folder / "serve.log"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ROLLCALL_")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "rollcall", "serve", "--port", str(port)],
            env={
                **kept,
                "DATABASE_URL": _database_address(),
                "ROLLCALL_DATA_DIR": str(folder),
                "ROLLCALL_MASTER_KEY": format_key(settings.MASTER_KEYS.current),
                "ROLLCALL_SECRET_KEY": settings.SECRET_KEY,
                "ROLLCALL_LOG_LEVEL": "DEBUG",
                # Tests look the same few people up over and over.
                "ROLLCALL_KIOSK_LOOKUPS_PER_PERSON": "100000",
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = RunningServer(port=port, process=process, log=log)
    try:
        _await(server)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=30)


@pytest.fixture(scope="module")
def server(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningServer]:
    """One server for all tests of a file that leave it as it was: starting takes seconds."""
    with contextlib.ExitStack() as stack:
        with django_db_blocker.unblock():
            started = stack.enter_context(
                serving(
                    tmp_path_factory.mktemp("server"),
                    # Tests do not know how many others have tried wrong keys.
                    ROLLCALL_FAILED_AUTHENTICATIONS_PER_MINUTE="100000",
                )
            )
        yield started


def _await(server: RunningServer) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if server.ask("/health/live").status == 200:
                return
        if server.process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"the server did not start: {server.log.read_text()[-2000:]}")
