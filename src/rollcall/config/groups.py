"""The two groups of processes of ``rollcall serve``: one that listens, and one behind it.

The group behind is a child process with workers of its own, reached through a Unix socket in a
folder that only this user can open. It is started again when it ends, and ends with its parent.
"""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import structlog
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from rollcall.api.forwarding import MOST_AT_ONCE
from rollcall.api.turns import SEATS
from rollcall.config.environment import BEHIND
from rollcall.config.lifeline import VARIABLE, lead

#: The kernel lets a look-up go before whatever is computed behind, as far as both want the CPU.
_NICER: Final = 10
_PAUSE_S: Final = 1.0
_STOP_PATIENCE_S: Final = 8.0
log = structlog.get_logger(__name__)


def serve_front(host: str, port: int, *, workers: int) -> None:
    """Listen until SIGTERM or SIGINT, with the other group behind."""
    with tempfile.TemporaryDirectory(prefix="rollcall-") as folder:
        path = Path(folder) / "behind"
        os.environ[BEHIND] = str(path)
        with _group_behind(path, workers=workers):
            # One thread works, the others wait for an answer from behind: see rollcall.api.turns.
            _granian(
                "rollcall.config.front:application",
                workers=workers,
                blocking_threads=2 + MOST_AT_ONCE,
                address=host,
                port=port,
            ).serve()


def serve_behind(path: Path, *, workers: int) -> None:
    """Answer what is forwarded to a Unix socket, until SIGTERM or SIGINT."""
    os.nice(_NICER)
    path.unlink(missing_ok=True)  # of a group that was killed
    # One thread works, the others wait for a POS: see rollcall.api.turns.
    _granian(
        "rollcall.config.behind:application",
        workers=workers,
        blocking_threads=1 + SEATS,
        uds=path,
        uds_permissions=0o600,
    ).serve()


def _granian(target: str, **options: Any) -> Any:  # noqa: ANN401  # as granian types it
    lead()
    # So many threads are meant: they wait, and only one of them computes.
    logging.getLogger("_granian").addFilter(lambda record: "quite high" not in record.getMessage())
    return Granian(
        target,
        interface=Interfaces.WSGI,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
        # No request takes longer; now and then an idle worker of granian's does not end by itself.
        workers_kill_timeout=5,
        respawn_failed_workers=True,
        **options,
    )


@contextlib.contextmanager
def _group_behind(path: Path, *, workers: int) -> Iterator[None]:
    """Keep the group behind running for the length of the block."""
    ended = threading.Event()
    running: list[subprocess.Popen[bytes]] = [_start(path, workers)]
    keeper = threading.Thread(target=_keep, args=(running, ended, path, workers), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        _stop(running[-1])
        keeper.join(_PAUSE_S)


def _start(path: Path, workers: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  # our own program
        [sys.executable, "-m", "rollcall", "serve", "--behind", str(path), f"--workers={workers}"],
        stdin=subprocess.PIPE,
        # Ctrl-C is for us alone: who was forwarded gets an answer before the group is stopped.
        start_new_session=True,
        env={**os.environ, VARIABLE: "stdin"},
    )


def _keep(
    running: list[subprocess.Popen[bytes]], ended: threading.Event, path: Path, workers: int
) -> None:
    while True:
        running[-1].wait()
        if ended.is_set():
            return
        log.error("serve.group_behind_ended", code=running[-1].returncode)
        ended.wait(_PAUSE_S)
        if not ended.is_set():
            running.append(_start(path, workers))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
