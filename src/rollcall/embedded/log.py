"""The server's log: one file, and one older one, neither larger than its limit for long."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

LOG_LIMIT_BYTES = 5_000_000
_TAIL_BYTES = 20_000


class ServerLog:
    """The file that the server appends to. Its descriptor stays open while the server runs."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self) -> int:
        """Return a descriptor to append with; the caller closes it."""
        return os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def size(self) -> int:
        """Return the file's size in bytes, 0 if it does not exist."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def bound(self, limit_bytes: int = LOG_LIMIT_BYTES) -> None:
        """Move what is there to ``.1`` once the limit is passed.

        The file is emptied in place, because the running server goes on appending to it; a line
        written in that moment may be lost.
        """
        if self.size() <= limit_bytes:
            return
        older = self.path.with_name(self.path.name + ".1")
        draft = older.with_name(older.name + ".new")
        with self.path.open("rb") as source, draft.open("wb") as target:
            draft.chmod(0o600)
            source.seek(max(0, self.size() - limit_bytes))
            shutil.copyfileobj(source, target)
        draft.replace(older)
        os.truncate(self.path, 0)

    def lines_since(self, offset: int) -> list[str]:
        """Return what was written after ``offset`` bytes, at most the last part of it."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(offset, self.size() - _TAIL_BYTES))
                return file.read().decode(errors="replace").splitlines()
        except FileNotFoundError:
            return []
