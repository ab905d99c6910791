"""The first start: an empty database, made aside and put in place in one step."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from rollcall.embedded.address import DATABASE, USER
from rollcall.embedded.binaries import major_of
from rollcall.embedded.errors import EmbeddedServerError
from rollcall.embedded.folder import DataFolder
from rollcall.embedded.launch import Launcher

#: The role that owns the database may do everything in it and make others (tests need that), but
#: is no superuser: whoever slips SQL into Rollcall cannot start programs through COPY.
_ADMIN = "postgres"


def create_cluster(
    *, folder: DataFolder, programs: Path, launcher: Launcher, version: str, server_lock_fd: int
) -> None:
    """Make the cluster with Rollcall's role and database.

    Everything happens in a folder of its own, which is renamed at the end: a start that is killed
    leaves that folder behind, and the next start throws it away. The programs inherit the server's
    lock, so that nobody begins again while an orphaned ``initdb`` still writes.

    :raises EmbeddedServerError: a program failed, for example because the disk is full.
    :raises OSError: the folder cannot be made.
    """
    _remove(folder.pg_new)
    password = folder.make_password()
    _make_given(folder.pg_new, launcher)
    pg = folder.pg_new / "pg"
    try:
        _run_initdb(pg, password, programs, launcher, version, server_lock_fd)
        _create_database(pg, password, programs, launcher, server_lock_fd)
        pg.rename(folder.pg)
        _sync(folder.root)
    finally:
        _remove(folder.pg_new)


def check_version(*, folder: DataFolder, version: str) -> None:
    """Refuse a cluster that these programs cannot read.

    :raises EmbeddedServerError: another major version made it, or it is no cluster.
    """
    try:
        found = (folder.pg / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise EmbeddedServerError(
            f"{folder.pg} is not empty and holds no PostgreSQL database: "
            "choose another ROLLCALL_DATA_DIR or set DATABASE_URL."
        ) from None
    if found != major_of(version):
        raise EmbeddedServerError(
            f"{folder.pg} was made by PostgreSQL {found}, but PostgreSQL {version} is installed: "
            "move the data with pg_dump, choose another ROLLCALL_DATA_DIR, or set DATABASE_URL."
        )


def _run_initdb(
    pg: Path, password: str, programs: Path, launcher: Launcher, version: str, fd: int
) -> None:
    pwfile = pg.with_name("pwfile")
    descriptor = os.open(pwfile, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(password + "\n")
    launcher.give(pwfile)
    launcher.run(
        [
            programs / "initdb",
            *("-D", pg),
            *("-U", _ADMIN),
            "--auth=scram-sha-256",
            f"--pwfile={pwfile}",
            "--encoding=UTF8",
            *_locale_options(version),
            "--no-instructions",
        ],
        keeps_fd=fd,
    )


def _locale_options(version: str) -> list[str]:
    # Without a locale an empty environment would give "C", which knows no letters beyond ASCII.
    # macOS has no C.UTF-8 of its own; PostgreSQL brings one since 17.
    if sys.platform == "darwin" and int(major_of(version)) >= 17:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def _create_database(
    pg: Path, password: str, programs: Path, launcher: Launcher, server_lock_fd: int
) -> None:
    statements = (
        f"CREATE ROLE {USER} LOGIN CREATEDB PASSWORD '{password}'",
        f"GRANT pg_monitor TO {USER}",
        f"CREATE DATABASE {DATABASE} OWNER {USER}",
    )
    launcher.run(
        [
            *(programs / "postgres", "--single", "-D", pg),
            *("-c", "exit_on_error=on"),
            # A failing statement must not carry the password into an error message.
            *("-c", "log_min_error_statement=panic"),
            *("-c", "log_checkpoints=off"),
            "postgres",
        ],
        stdin="\n".join(statements) + "\n",
        keeps_fd=server_lock_fd,
    )


def _make_given(path: Path, launcher: Launcher) -> None:
    path.mkdir(mode=0o700)
    path.chmod(0o700)
    launcher.give(path)


def _remove(path: Path) -> None:
    if path.exists():
        shutil.rmtree(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
