"""One installation's PostgreSQL, shared by all its processes: first in starts, last out stops."""

from __future__ import annotations

import atexit
import os
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from rollcall.embedded.address import DATABASE, USER, Address, ServerInfo
from rollcall.embedded.binaries import find_bundled_programs
from rollcall.embedded.cluster import check_version, create_cluster
from rollcall.embedded.environment import forget_client_environment
from rollcall.embedded.errors import EmbeddedServerError, cannot_use
from rollcall.embedded.folder import DataFolder
from rollcall.embedded.launch import Launcher
from rollcall.embedded.locks import FileLock
from rollcall.embedded.log import ServerLog
from rollcall.embedded.modes import choose_launcher
from rollcall.embedded.postmaster import find_postmaster, stop_postmaster
from rollcall.embedded.start import hold_server_lock, start_server, wait_until_accepting
from rollcall.embedded.status import ServerStatus, measure, unusable

#: Crash recovery reads up to ``max_wal_size`` before the server takes connections.
START_LIMIT_S = 300.0
_LEAVE_LIMIT_S = 90.0

_servers: weakref.WeakSet[EmbeddedServer] = weakref.WeakSet()


class EmbeddedServer:
    """PostgreSQL on a data folder. Safe to use from several threads, and over a fork.

    A process *holds* the server from its first ``acquire`` until its last ``release`` or its end;
    while anybody holds it, it runs. A forked child starts without a hold and takes its own.
    """

    def __init__(
        self, data_dir: Path, *, bin_dir: Path | None = None, run_as: str = "nobody"
    ) -> None:
        """Name the server; nothing is touched yet.

        :param bin_dir: the folder with ``postgres`` and ``initdb``; default: the installed wheel's.
        :param run_as: the existing account under which root's server runs.
        """
        self._folder = DataFolder(data_dir)
        self._bin_dir = bin_dir
        self._run_as = run_as
        self._users = FileLock(self._folder.users_lock)
        self._info: ServerInfo | None = None
        self._holds = 0
        self._guard = threading.RLock()
        _servers.add(self)

    @property
    def data_dir(self) -> Path:
        """Return the data folder, with symbolic links followed."""
        return self._folder.root

    def __enter__(self) -> ServerInfo:
        return self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    def acquire(self) -> ServerInfo:
        """Hold the server once more, starting it if need be, and say where it is.

        Removes libpq's variables (``PGHOST``, ``PGSERVICE`` …) from this process's environment.

        :raises EmbeddedServerError: it cannot run here; nothing is held then.
        """
        with self._guard:
            if self._holds == 0 or self._info is None:
                self._join(START_LIMIT_S)
            self._holds += 1
            return self._current_info()

    def release(self) -> None:
        """Give one hold back. Without any left the last process stops the server.

        More calls than ``acquire`` had do nothing. At the interpreter's end it happens by itself.
        """
        with self._guard:
            if self._holds == 0:
                return
            self._holds -= 1
            if self._holds == 0:
                self._leave()

    def hold(self) -> ServerInfo:
        """Make sure that this process holds the server, until it ends. Cheap if it does already."""
        with self._guard:
            return self._current_info() if self._holds else self.acquire()

    def ensure_running(self, *, within_s: float = START_LIMIT_S) -> ServerInfo:
        """Start the server again if it has crashed, and wait until it takes connections.

        For use after a connection failed. The port may have changed: use what is returned. If
        several processes ask at once, one of them starts it. Takes a hold if there is none.

        :param within_s: seconds; a start that is under way when they end is given up.
        :raises EmbeddedServerError: it cannot be started, or not in time.
        """
        with self._guard:
            if self._holds == 0:
                self._holds = 1
                try:
                    self._join(within_s)
                except BaseException:
                    self._holds = 0
                    raise
            else:
                self._join(within_s)
            return self._current_info()

    def stop_if_unused(self) -> bool:
        """Stop a server that nobody holds, as a killed last process leaves it behind.

        Return whether none runs now; False if some process (this one, too) holds it.
        """
        with self._guard, self._plainly():
            if self._users.is_held:
                return False
            if not self._folder.start_lock.exists():
                return True
            with self._start_lock(START_LIMIT_S):
                if not self._users.take():
                    return False
                try:
                    stop_postmaster(self._folder.pg)
                finally:
                    self._users.drop()
            return True

    def status(self) -> ServerStatus:
        """Describe the server for a health check; starts nothing and never raises."""
        try:
            with self._plainly():
                return self._look()
        except EmbeddedServerError as error:
            return unusable(error)

    def _look(self) -> ServerStatus:
        if not self._folder.root.exists():
            return ServerStatus(is_running=False)
        launcher, version = self._launcher()
        running = find_postmaster(self._folder.pg)
        self._bound_log()
        return ServerStatus(
            is_running=running is not None,
            version=version,
            mode=launcher.words,
            address=running.address if running else None,
            data_bytes=measure(self._folder.pg),
        )

    def _join(self, within_s: float) -> None:
        """Take this process's place among the users and see to it that the server runs."""
        deadline = time.monotonic() + within_s
        with self._plainly():
            forget_client_environment()
            self._folder.make()
            launcher, version = self._launcher()
            joined_before = self._users.is_held
            try:
                with self._start_lock(within_s):
                    if not joined_before:
                        self._join_users()
                    address = self._run(launcher, version, deadline)
                    self._info = self._info_for(address)
            except BaseException:
                if not joined_before:
                    self._users.drop()
                raise
            if not joined_before:
                atexit.register(self._leave)

    def _join_users(self) -> None:
        # We take it exclusively only under the start lock, so nothing of ours is in the way.
        if not self._users.take(shared=True):
            raise EmbeddedServerError(f"{self._folder.users_lock} is locked by another program.")

    def _leave(self) -> None:
        """Give this process's place up, and stop the server if no other has one."""
        with self._guard:
            atexit.unregister(self._leave)
            self._holds = 0
            self._info = None
            try:
                # A data folder that was deleted meanwhile: the server notices that by itself.
                with suppress(OSError, EmbeddedServerError), self._start_lock(_LEAVE_LIMIT_S):
                    if self._users.is_held and self._users.make_exclusive():
                        stop_postmaster(self._folder.pg)
            finally:
                self._users.drop()

    def _run(self, launcher: Launcher, version: str, deadline: float) -> Address:
        self._bound_log()
        while True:
            within_s = max(0.0, deadline - time.monotonic())
            running = wait_until_accepting(folder=self._folder, within_s=within_s)
            if running is not None and running.address is not None:
                return running.address
            server_lock = hold_server_lock(self._folder)
            try:
                if find_postmaster(self._folder.pg) is not None:
                    continue
                self._make_cluster(launcher, version, server_lock)
                return start_server(
                    folder=self._folder,
                    programs=self._programs,
                    launcher=launcher,
                    server_lock=server_lock,
                    within_s=max(0.0, deadline - time.monotonic()),
                )
            finally:
                server_lock.leave_to_children()

    def _bound_log(self) -> None:
        # On a full disk there is no room to keep the older lines; that is no reason to fail.
        with suppress(OSError):
            ServerLog(self._folder.log).bound()

    def _make_cluster(self, launcher: Launcher, version: str, server_lock: FileLock) -> None:
        if self._folder.has_cluster:
            check_version(folder=self._folder, version=version)
            return
        create_cluster(
            folder=self._folder,
            programs=self._programs,
            launcher=launcher,
            version=version,
            server_lock_fd=server_lock.fd,
        )

    @property
    def _programs(self) -> Path:
        return (self._bin_dir or find_bundled_programs()).resolve()

    def _launcher(self) -> tuple[Launcher, str]:
        return choose_launcher(folder=self._folder, programs=self._programs, run_as=self._run_as)

    def _info_for(self, address: Address) -> ServerInfo:
        return ServerInfo(
            host=address.host,
            port=address.port,
            user=USER,
            password=self._folder.read_password(),
            database=DATABASE,
        )

    def _current_info(self) -> ServerInfo:
        if self._info is None:
            raise RuntimeError("the server is not held")
        return self._info

    @contextmanager
    def _start_lock(self, within_s: float) -> Iterator[None]:
        with FileLock(self._folder.start_lock).held(within_s=within_s) as had:
            if not had:
                raise EmbeddedServerError(
                    f"Another process has been starting or stopping the server on "
                    f"{self._folder.pg} for more than {within_s:.0f} s."
                )
            yield

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise cannot_use(self._folder.root, error) from error

    def forget_after_fork(self) -> None:
        """Begin without a hold, and with a lock that no thread of the parent can have taken."""
        atexit.unregister(self._leave)
        self._guard = threading.RLock()
        self._holds = 0
        self._info = None


def _forget_in_child() -> None:
    for server in _servers:
        server.forget_after_fork()


os.register_at_fork(after_in_child=_forget_in_child)
