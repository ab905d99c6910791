"""What a health check is told."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from rollcall.embedded.address import Address
from rollcall.embedded.errors import EmbeddedServerError


@dataclass(frozen=True, kw_only=True)
class ServerStatus:
    """The server at one moment. ``str()`` says it in words."""

    is_running: bool
    #: Why it could not be found out, or cannot be used; empty if all is well.
    problem: str = ""
    #: For example ``18.6``; empty if the programs do not run.
    version: str = ""
    #: As whom the server runs.
    mode: str = ""
    address: Address | None = None
    data_bytes: int = 0

    def __str__(self) -> str:
        parts = [
            "running" if self.is_running else "stopped",
            f"PostgreSQL {self.version}" if self.version else "",
            self.mode,
            self._place,
            f"{self.data_bytes / 1_000_000:.0f} MB",
            self.problem,
        ]
        return ", ".join(part for part in parts if part)

    @property
    def _place(self) -> str:
        if self.address is None:
            return ""
        return "socket" if self.address.is_socket else f"{self.address.host}:{self.address.port}"


def measure(folder: Path) -> int:
    """Add up the sizes of the files below a folder, in bytes; files that vanish do not count."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(parent, name)).st_size  # noqa: PTH118 - hot loop
            except FileNotFoundError:
                continue
    return total


def unusable(error: EmbeddedServerError) -> ServerStatus:
    """Describe a server that cannot be used at all."""
    return ServerStatus(is_running=False, problem=str(error))
