"""The data folder: what lies where in it, who owns it, and how it is made."""

from __future__ import annotations

import errno
import os
import secrets
import sys
from pathlib import Path

from rollcall.embedded.errors import EmbeddedServerError

# A socket's path must fit into sockaddr_un, which is 108 bytes on Linux and 104 on macOS.
_SOCKET_PATH_MAX = 103 if sys.platform == "darwin" else 107
_SOCKET_LOCK_NAME = ".s.PGSQL.5432.lock"


class DataFolder:
    """The places in one data folder; symbolic links on the way are followed once, here."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute().resolve()
        #: PostgreSQL's own folder (PGDATA). It appears in one piece: see ``cluster``.
        self.pg = self.root / "pg"
        self.pg_new = self.root / "pg-new"
        self.socket = self.root / "socket"
        self.password = self.root / "pg-password"
        self.port = self.root / "pg-port"
        self.log = self.root / "postgres.log"
        #: Shared by every process that uses the server.
        self.users_lock = self.root / "users.lock"
        #: Exclusive while the server is started or stopped.
        self.start_lock = self.root / "start.lock"
        #: Held by the server's own processes for as long as one of them lives.
        self.server_lock = self.root / "server.lock"

    @property
    def has_cluster(self) -> bool:
        """Tell whether the first start is done; an empty folder does not count."""
        return self.pg.is_dir() and next(self.pg.iterdir(), None) is not None

    @property
    def allows_socket(self) -> bool:
        """Tell whether a socket in this folder can be reached.

        libpq reads a comma in a host as a list of hosts.
        """
        path = os.fsencode(self.socket / _SOCKET_LOCK_NAME)
        return len(path) <= _SOCKET_PATH_MAX and b"," not in path

    def make(self) -> None:
        """Create the folder if it is missing, closed to others.

        As root others may pass through it (but not list it): the server that runs as another
        account must reach its own folder inside. A folder that exists is left as it is.

        :raises OSError: it cannot be made, or something else has its name.
        """
        if self.root.is_dir():
            return
        if self.root.exists():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(self.root))
        self.root.mkdir(parents=True)
        self.root.chmod(0o711 if os.geteuid() == 0 else 0o700)

    def read_password(self) -> str:
        """Return the password of the database's roles.

        :raises EmbeddedServerError: the file is gone.
        """
        try:
            return self.password.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise EmbeddedServerError(
                f"{self.password} is missing, and the database in {self.pg} cannot be opened "
                "without it: restore the file from a backup or set DATABASE_URL."
            ) from None

    def make_password(self) -> str:
        """Choose a password and keep it in a file that only this user can read."""
        password = secrets.token_urlsafe(32)
        write_private(self.password, password + "\n")
        return password


def write_private(path: Path, text: str) -> None:
    """Replace a file by one only its owner can read; a crash leaves the old or the new one."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    draft.replace(path)
