"""Start the server and wait until it takes connections. Only for the holder of the start lock."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from psycopg import pq

from rollcall.embedded.address import Address, choose_address
from rollcall.embedded.errors import EmbeddedServerError
from rollcall.embedded.folder import DataFolder
from rollcall.embedded.launch import Launcher, last_words
from rollcall.embedded.locks import FileLock
from rollcall.embedded.log import ServerLog
from rollcall.embedded.postmaster import (
    Postmaster,
    adopt_child,
    find_postmaster,
    has_ended,
)
from rollcall.embedded.settings import options_for

_POLL_S = 0.03
#: For the processes of a server that was killed to notice it and end.
AFTERMATH_LIMIT_S = 20.0
_STILL_IN_USE = ("already exists", "still in use")
_PORT_TAKEN = ("Address already in use", "could not bind")
_FULL_BELOW_BYTES = 20_000_000


@dataclass(frozen=True, kw_only=True)
class _StartFailedError(Exception):
    lines: list[str]

    def says(self, words: tuple[str, ...]) -> bool:
        text = "\n".join(self.lines)
        return any(word in text for word in words)


def hold_server_lock(folder: DataFolder) -> FileLock:
    """Take the lock that the server's processes hold, once the last one of a dead server is gone.

    Never unlock it, only close it (``leave_to_children``): the server shares it with us.

    :raises EmbeddedServerError: processes that we cannot see keep it, for example a server in
        another container on the same folder. To start a second one would destroy the data.
    """
    lock = FileLock(folder.server_lock)
    if lock.take(within_s=AFTERMATH_LIMIT_S):
        return lock
    raise EmbeddedServerError(
        f"Another PostgreSQL, which cannot be seen from here, uses {folder.pg}: stop it, "
        "choose another ROLLCALL_DATA_DIR, or set DATABASE_URL."
    )


def start_server(
    *,
    folder: DataFolder,
    programs: Path,
    launcher: Launcher,
    server_lock: FileLock,
    within_s: float,
) -> Address:
    """Start the server on an existing cluster and return where it listens.

    After a crash PostgreSQL refuses for about two seconds, as its dying processes still hold
    memory; and a free port may be taken before it is used. Both are tried again.

    :raises EmbeddedServerError: it ended at once, or took no connections in time.
    """
    deadline = time.monotonic() + within_s
    patience = time.monotonic() + AFTERMATH_LIMIT_S
    while True:
        _clear_remains(folder, launcher)
        address = choose_address(folder)
        try:
            _start_once(folder, programs, launcher, server_lock, address, deadline)
        except _StartFailedError as failure:
            in_the_way = failure.says(_STILL_IN_USE) or (
                not address.is_socket and failure.says(_PORT_TAKEN)
            )
            if not in_the_way or time.monotonic() >= patience:
                raise _explain(folder, failure) from None
            time.sleep(0.2)
        else:
            return address


def wait_until_accepting(*, folder: DataFolder, within_s: float) -> Postmaster | None:
    """Wait for a server that runs already; None if it ended meanwhile.

    :raises EmbeddedServerError: it took no connections in time.
    """
    deadline = time.monotonic() + within_s
    while (running := find_postmaster(folder.pg)) is not None:
        if running.address is not None and running.address.ping() is pq.Ping.OK:
            return running
        if time.monotonic() >= deadline:
            raise _too_slow(folder)
        time.sleep(_POLL_S)
    return None


def _start_once(
    folder: DataFolder,
    programs: Path,
    launcher: Launcher,
    server_lock: FileLock,
    address: Address,
    deadline: float,
) -> None:
    log = ServerLog(folder.log)
    offset = log.size()
    log_fd = log.open()
    try:
        process = launcher.detach(
            [programs / "postgres", "-D", folder.pg, *options_for(address)],
            log_fd=log_fd,
            keeps_fd=server_lock.fd,
        )
    finally:
        os.close(log_fd)
    adopt_child(process)
    while not _is_serving(folder, process.pid, address):
        if has_ended(process.pid):
            raise _StartFailedError(lines=log.lines_since(offset))
        if time.monotonic() >= deadline:
            # It goes on: to stop it would make a long recovery begin anew, again and again.
            raise _too_slow(folder)
        time.sleep(_POLL_S)


def _is_serving(folder: DataFolder, pid: int, address: Address) -> bool:
    """Tell whether *our* server answers; on a port that was just taken somebody else might."""
    running = find_postmaster(folder.pg)
    return (
        running is not None
        and running.pid == pid
        and running.is_ready
        and address.ping() is pq.Ping.OK
    )


def _clear_remains(folder: DataFolder, launcher: Launcher) -> None:
    """Remove what a killed server left and what would keep the next one from starting.

    Its process number may be another program's by now, or still be taken by a dead process that
    nobody waits for. No server lives here: that is what holding its lock and the caller's search
    have shown; and PostgreSQL still looks for shared memory in use by itself.
    """
    if find_postmaster(folder.pg) is None:
        (folder.pg / "postmaster.pid").unlink(missing_ok=True)
    if folder.socket.exists():
        shutil.rmtree(folder.socket)
    if folder.allows_socket:
        folder.socket.mkdir(mode=0o700)
        launcher.give(folder.socket)


def _explain(folder: DataFolder, failure: _StartFailedError) -> EmbeddedServerError:
    if shutil.disk_usage(folder.root).free < _FULL_BELOW_BYTES:
        return EmbeddedServerError(f"PostgreSQL did not start: the disk of {folder.root} is full.")
    words = last_words(failure.lines) or "it said nothing"
    return EmbeddedServerError(f"PostgreSQL did not start: {words} (see {folder.log}).")


def _too_slow(folder: DataFolder) -> EmbeddedServerError:
    return EmbeddedServerError(
        f"PostgreSQL on {folder.pg} is still starting and takes no connections yet; "
        f"try again later (see {folder.log})."
    )
