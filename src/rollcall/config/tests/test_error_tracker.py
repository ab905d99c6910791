"""Errors reach a real tracker over HTTP, and nobody's values with them."""

from __future__ import annotations

import gzip
import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

SECRET = "ines.okafor@example.com"
FAIL = f"""
import structlog
from rollcall.config.errors import configure_error_tracker
assert configure_error_tracker()
log = structlog.get_logger()
def remember(email):
    raise LookupError(f"nobody is {{email}}")
try:
    remember("{SECRET}")
except LookupError:
    log.exception("customer.lookup_failed", customer=7)
import sentry_sdk
sentry_sdk.flush(timeout=5)
"""


class Tracker(http.server.ThreadingHTTPServer):
    """Keeps the envelopes that it is sent."""

    def __init__(self) -> None:
        self.envelopes: list[str] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def dsn(self) -> str:
        return f"http://public@127.0.0.1:{self.server_address[1]}/1"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Tracker

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.envelopes.append(body.decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def tracker() -> Iterator[Tracker]:
    server = Tracker()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def run(code: str, tmp_path: Path, dsn: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "ROLLCALL_DATA_DIR": str(tmp_path), "ROLLCALL_SENTRY_DSN": dsn}
    return subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False
    )


class TestTheTracker:
    def test_is_told_what_failed_and_of_nobody(self, tracker: Tracker, tmp_path: Path) -> None:
        done = run(FAIL, tmp_path, tracker.dsn)

        assert done.returncode == 0, done.stderr
        (envelope,) = tracker.envelopes
        assert "LookupError" in envelope
        assert SECRET not in envelope
        assert "Okafor" not in envelope

    def test_that_is_dead_delays_nobody(self, tmp_path: Path) -> None:
        done = run(FAIL, tmp_path, "http://public@127.0.0.1:9/1")

        assert done.returncode == 0, done.stderr

    def test_whose_address_is_wrong_is_refused_without_repeating_it(self, tmp_path: Path) -> None:
        done = run(FAIL, tmp_path, "no-address-but-a-secret")

        assert done.returncode != 0
        assert "ROLLCALL_SENTRY_DSN" in done.stderr
        assert "no-address-but-a-secret" not in done.stderr
