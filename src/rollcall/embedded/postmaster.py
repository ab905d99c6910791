"""The server's main process: find it, and stop it, whoever started it."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rollcall.embedded.address import Address
from rollcall.embedded.errors import EmbeddedServerError

_POLL_S = 0.02
#: Fast shutdown writes everything out; after an immediate one the next start recovers.
_STOPS = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))

# Servers that this process has started, so that it waits for no other child of its own.
_children: set[int] = set()


@dataclass(frozen=True, kw_only=True)
class Postmaster:
    """A server that runs, as its ``postmaster.pid`` describes it."""

    pid: int
    #: None while it has not yet begun to listen.
    address: Address | None
    is_ready: bool


def find_postmaster(pg: Path) -> Postmaster | None:
    """Return the server that runs on a data folder, None if there is none.

    The file survives a crash, and its process number may belong to another program by now; so the
    process itself is asked.
    """
    try:
        lines = (pg / "postmaster.pid").read_text("utf-8", "surrogateescape").splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None
    if not is_postmaster(pid, pg):
        return None
    return Postmaster(
        pid=pid,
        address=_address_in(lines),
        is_ready=len(lines) > 7 and lines[7].strip() == "ready",
    )


def is_postmaster(pid: int, pg: Path) -> bool:
    """Tell whether a process is a PostgreSQL server on this data folder.

    A dead process that nobody has waited for yet does not count. Of another kernel's or
    container's processes nothing is seen here; for them the server's lock speaks.
    """
    has_ended(pid)
    has_proc = Path("/proc/self/cmdline").exists()
    return _is_postmaster_by_proc(pid, pg) if has_proc else _is_postmaster_by_ps(pid, pg)


def stop_postmaster(pg: Path) -> None:
    """Stop the server and wait until it is gone. Idempotent.

    :raises EmbeddedServerError: it does not end, whatever it is told.
    """
    running = find_postmaster(pg)
    if running is None:
        return
    for sign, limit_s in _STOPS:
        with suppress(ProcessLookupError):
            os.kill(running.pid, sign)
        if _is_gone_within(limit_s, running.pid, pg):
            return
    raise EmbeddedServerError(f"The server on {pg} (process {running.pid}) cannot be stopped.")


def _is_gone_within(limit_s: float, pid: int, pg: Path) -> bool:
    deadline = time.monotonic() + limit_s
    while is_postmaster(pid, pg):
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_S)
    return True


def _address_in(lines: list[str]) -> Address | None:
    # Lines 4 to 6: port, first socket folder, first address; each of the last two may be empty.
    if len(lines) < 6:
        return None
    host = lines[4].strip() or lines[5].strip()
    return Address(host=host, port=int(lines[3])) if host else None


def _is_postmaster_by_proc(pid: int, pg: Path) -> bool:
    process = Path("/proc") / str(pid)
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    if os.path.basename(words[0]) not in (b"postgres", b"postmaster"):  # noqa: PTH119 - bytes
        return False
    if (b"-D", os.fsencode(pg)) in itertools.pairwise(words):
        return True
    # Started by hand with another spelling of the path: the server's working folder is its data's.
    try:
        return (process / "cwd").samefile(pg)
    except OSError:
        return False


def _is_postmaster_by_ps(pid: int, pg: Path) -> bool:
    shown = subprocess.run(  # noqa: S603 - fixed program, a number
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return "postgres" in shown and f"-D {pg} " in shown + " "


def adopt_child(process: subprocess.Popen[bytes]) -> None:
    """Take a server over from ``subprocess``, which would complain that it outlives us."""
    _children.add(process.pid)
    process.returncode = 0


def has_ended(pid: int) -> bool:
    """Tell whether a child that was adopted has ended; its process number is free from then on."""
    if pid not in _children:
        return True
    try:
        ended = os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        # Somebody in this process waits for every child, or we are a fork of the parent.
        ended = True
    if ended:
        _children.discard(pid)
    return ended
