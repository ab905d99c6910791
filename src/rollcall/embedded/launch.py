"""As whom PostgreSQL's programs run, since it refuses to run as root."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rollcall.embedded.environment import server_environment
from rollcall.embedded.errors import EmbeddedServerError

_RUN_LIMIT_S = 180


class Mode(StrEnum):
    """How a program is started; which one holds for a data folder is told by its owner."""

    #: As the user who runs Rollcall.
    DIRECT = "as this user"
    #: Root gives up its rights for those of an unprivileged account.
    DROP = "as an unprivileged account"
    #: Root stays the owner of the files, and is somebody else inside a user namespace.
    NAMESPACE = "in a user namespace"


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account of this machine; never made by us."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, kw_only=True)
class Launcher:
    """Starts programs in one mode."""

    mode: Mode
    #: The owner of the server's files, as seen from outside.
    owner_uid: int
    owner_gid: int
    #: As whom the server believes to run.
    account: Account

    @property
    def words(self) -> str:
        """Say as whom the server runs."""
        if self.mode is Mode.DROP:
            return f"as {self.account.name} (uid {self.account.uid})"
        return self.mode.value

    def give(self, path: Path) -> None:
        """Make the server's account the owner of something we have just made."""
        if self.mode is Mode.DROP:
            os.chown(path, self.owner_uid, self.owner_gid)

    def run(
        self, command: Sequence[str | Path], *, stdin: str = "", keeps_fd: int | None = None
    ) -> str:
        """Run a program to its end and return its output.

        :param keeps_fd: a descriptor that the program and its children inherit.
        :raises EmbeddedServerError: it failed; the message ends with its own last words.
        """
        name = Path(command[0]).name
        try:
            done = subprocess.run(  # noqa: S603 - fixed programs, no shell
                self._command(command),
                input=stdin,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_RUN_LIMIT_S,
                check=False,
                cwd="/",
                env=server_environment(),
                umask=0o077,
                pass_fds=[] if keeps_fd is None else [keeps_fd],
                user=self._user,
                group=self._group,
                extra_groups=self._extra_groups,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EmbeddedServerError(f"{name} cannot be run {self.words}: {error}") from error
        if done.returncode != 0:
            words = last_words(f"{done.stdout}\n{done.stderr}".splitlines())
            raise EmbeddedServerError(f"{name} failed (code {done.returncode}): {words}")
        return done.stdout

    def detach(
        self, command: Sequence[str | Path], *, log_fd: int, keeps_fd: int
    ) -> subprocess.Popen[bytes]:
        """Start a program that outlives us: its own session, no terminal, output to a file.

        :raises OSError: it cannot be started in this mode.
        """
        return subprocess.Popen(  # noqa: S603 - fixed programs, no shell
            self._command(command),
            stdin=subprocess.DEVNULL,
            stdout=log_fd,
            stderr=log_fd,
            start_new_session=True,
            close_fds=True,
            cwd="/",
            env=server_environment(),
            umask=0o077,
            pass_fds=[keeps_fd],
            user=self._user,
            group=self._group,
            extra_groups=self._extra_groups,
        )

    @property
    def _user(self) -> int | None:
        return self.owner_uid if self.mode is Mode.DROP else None

    @property
    def _group(self) -> int | None:
        return self.owner_gid if self.mode is Mode.DROP else None

    @property
    def _extra_groups(self) -> list[str | int] | None:
        return [] if self.mode is Mode.DROP else None

    def _command(self, command: Sequence[str | Path]) -> list[str]:
        words = [str(word) for word in command]
        if self.mode is not Mode.NAMESPACE:
            return words
        return [
            "unshare",
            "--user",
            f"--map-user={self.account.uid}",
            f"--map-group={self.account.gid}",
            "--",
            *words,
        ]


def last_words(lines: Iterable[str], count: int = 4) -> str:
    """Join the last lines that say something, hints included."""
    kept = [line.strip() for line in lines if line.strip()]
    return " | ".join(kept[-count:])


def find_account(name: str) -> Account:
    """Look up an account by name.

    :raises EmbeddedServerError: this machine has none of that name.
    """
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise EmbeddedServerError(
            f"PostgreSQL refuses to run as root, and there is no account {name} to run it as: "
            "set DATABASE_URL or run Rollcall as an ordinary user."
        ) from None
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def has_account(uid: int) -> bool:
    """Tell whether a user number has a name on this machine."""
    return not name_of(uid).startswith("uid ")


def name_of(uid: int) -> str:
    """Return ``alice (uid 1000)``, or ``uid 1000`` for one without an account."""
    try:
        return f"{pwd.getpwuid(uid).pw_name} (uid {uid})"
    except KeyError:
        return f"uid {uid}"
