"""PostgreSQL from a wheel, run by Rollcall itself when no ``DATABASE_URL`` is set.

Settings decide; with an external database nothing of this package is imported.
"""

from __future__ import annotations

from rollcall.embedded.address import DATABASE, ServerInfo
from rollcall.embedded.errors import EmbeddedServerError
from rollcall.embedded.registry import current, use
from rollcall.embedded.server import EmbeddedServer
from rollcall.embedded.status import ServerStatus

__all__ = [
    "DATABASE",
    "EmbeddedServer",
    "EmbeddedServerError",
    "ServerInfo",
    "ServerStatus",
    "current",
    "use",
]
