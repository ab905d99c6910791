"""Where the server listens, and how a client gets there."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from urllib.parse import quote

from psycopg import pq
from psycopg.conninfo import make_conninfo

from rollcall.embedded.folder import DataFolder, write_private

USER = "rollcall"
DATABASE = "rollcall"
LOOPBACK = "127.0.0.1"
#: With a socket the port only names the socket's file.
SOCKET_PORT = 5432

_PING_LIMIT_S = 5


@dataclass(frozen=True, kw_only=True)
class Address:
    """A folder with a socket, or the loopback address."""

    host: str
    port: int

    @property
    def is_socket(self) -> bool:
        """Tell whether ``host`` is a folder."""
        return self.host.startswith("/")

    def ping(self) -> pq.Ping:
        """Ask whether the server takes connections; needs no password.

        ``REJECT`` means that it is starting or stopping. A server that answers "too many
        connections" is up.
        """
        conninfo = make_conninfo(
            host=self.host,
            port=self.port,
            user=USER,
            dbname=DATABASE,
            connect_timeout=_PING_LIMIT_S,
        )
        return pq.Ping(pq.PGconn.ping(conninfo.encode()))


@dataclass(frozen=True, kw_only=True)
class ServerInfo:
    """What a client needs; its ``repr`` does not show the password."""

    #: A folder that holds the socket, or ``127.0.0.1``.
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str

    @property
    def url(self) -> str:
        """Return a libpq URL; it contains the password."""
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        if self.host.startswith("/"):
            # As a parameter: many readers of URLs turn the host part into lower case.
            place = f"?host={quote(self.host, safe='')}&port={self.port}"
            return f"postgresql://{login}@/{self.database}{place}"
        return f"postgresql://{login}@{self.host}:{self.port}/{self.database}"


def choose_address(folder: DataFolder) -> Address:
    """Return where the next start shall listen: a socket, else a free port that is remembered.

    The port of the last start is kept as long as nobody else has taken it. Only for the holder of
    the start lock.
    """
    if folder.allows_socket:
        return Address(host=str(folder.socket), port=SOCKET_PORT)
    remembered = _read_port(folder)
    if remembered is not None and _is_free(remembered):
        return Address(host=LOOPBACK, port=remembered)
    port = _find_free_port()
    write_private(folder.port, f"{port}\n")
    return Address(host=LOOPBACK, port=port)


def _read_port(folder: DataFolder) -> int | None:
    try:
        return int(folder.port.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As PostgreSQL does: connections of the last run that still time out are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except (OSError, OverflowError):
            return False
    return True


def _find_free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
