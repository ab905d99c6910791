"""Advisory file locks that vanish with their process and are never inherited by children.

A ``flock`` belongs to the open file description. A forked child shares it, so it only closes its
copy; unlocking there would take the lock away from the parent.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_POLL_S = 0.03

# Held while a descriptor is opened or closed, and over every fork: no child sees half a change.
_guard = threading.Lock()
_open_locks: dict[int, FileLock] = {}


class FileLock:
    """One lock on one file; not taken when made. Threads must be kept apart by the caller."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None

    @property
    def is_held(self) -> bool:
        """Tell whether this process holds the lock; a forked child never does."""
        return self._fd is not None

    @property
    def fd(self) -> int:
        """Return the descriptor, to be passed on to a child that is to keep the lock."""
        if self._fd is None:
            raise RuntimeError(f"{self.path.name} is not locked")
        return self._fd

    def take(self, *, shared: bool = False, within_s: float = 0) -> bool:
        """Take the lock; False if others still hold it after ``within_s`` seconds.

        :raises OSError: the file cannot be opened, or its file system knows no locks.
        """
        deadline = time.monotonic() + within_s
        self._open()
        try:
            while not self._try(fcntl.LOCK_SH if shared else fcntl.LOCK_EX):
                if time.monotonic() >= deadline:
                    self.drop()
                    return False
                time.sleep(_POLL_S)
        except BaseException:
            self.drop()
            raise
        return True

    def make_exclusive(self) -> bool:
        """Turn a shared lock into an exclusive one if nobody else has it.

        If it fails the shared lock may be lost as well (the kernel releases before it takes), so
        only a holder that is leaving may ask.
        """
        return self._try(fcntl.LOCK_EX)

    def drop(self) -> None:
        """Release the lock, also for processes that inherited the descriptor. Idempotent."""
        if self._fd is not None:
            fcntl.flock(self._fd, fcntl.LOCK_UN)
            self.leave_to_children()

    def leave_to_children(self) -> None:
        """Close our copy only: a child that was given the descriptor keeps the lock."""
        if self._fd is not None:
            with _guard:
                fd, self._fd = self._fd, None
                _open_locks.pop(fd, None)
                os.close(fd)

    def forget(self) -> None:
        """Take note that the descriptor is closed. Only for a fork's child."""
        self._fd = None

    @contextmanager
    def held(self, *, within_s: float) -> Iterator[bool]:
        """Hold the lock exclusively for a block; yields whether it was had in time."""
        had = self.take(within_s=within_s)
        try:
            yield had
        finally:
            self.drop()

    def _open(self) -> None:
        with _guard:
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            _open_locks[self._fd] = self

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self.fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _drop_copies_in_child() -> None:
    for fd, lock in _open_locks.items():
        os.close(fd)
        lock.forget()
    _open_locks.clear()
    _guard.release()


os.register_at_fork(
    before=_guard.acquire,
    after_in_parent=_guard.release,
    after_in_child=_drop_copies_in_child,
)
