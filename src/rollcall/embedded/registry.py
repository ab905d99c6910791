"""The server this process uses, for code that cannot be handed it: the database backend."""

from __future__ import annotations

from rollcall.embedded.server import EmbeddedServer

_used: list[EmbeddedServer] = []


def use(server: EmbeddedServer | None) -> None:
    """Make a server the one this process uses; None forgets it. Does not start anything."""
    _used[:] = [] if server is None else [server]


def current() -> EmbeddedServer | None:
    """Return the server this process uses; None with an external database."""
    return _used[0] if _used else None
