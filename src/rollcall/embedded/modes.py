"""Which of the modes in ``launch`` serves a data folder on this machine."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from rollcall.embedded.binaries import version_in
from rollcall.embedded.errors import ANOTHER_WAY, EmbeddedServerError
from rollcall.embedded.folder import DataFolder
from rollcall.embedded.launch import Account, Launcher, Mode, find_account, has_account, name_of

_ROOT = 0


def choose_launcher(*, folder: DataFolder, programs: Path, run_as: str) -> tuple[Launcher, str]:
    """Return how to start PostgreSQL for a data folder, and the programs' version.

    An ordinary user runs it directly. Root never does: it drops to ``run_as`` where that account
    can reach the folder and the programs, else it takes a user namespace. The owner of an existing
    database decides between the two, because only the same mode can read it again.

    :raises EmbeddedServerError: nothing works here, or the database belongs to somebody else.
    """
    if os.geteuid() == _ROOT:
        return _choose_for_root(folder=folder, programs=programs, account=find_account(run_as))
    return _choose_for_ordinary_user(folder=folder, programs=programs, run_as=run_as)


def _choose_for_ordinary_user(
    *, folder: DataFolder, programs: Path, run_as: str
) -> tuple[Launcher, str]:
    uid, gid = os.geteuid(), os.getegid()
    name = name_of(uid)
    _refuse_foreign_owner(folder, allowed={uid: name})
    direct = Launcher(
        mode=Mode.DIRECT,
        owner_uid=uid,
        owner_gid=gid,
        account=Account(name=name, uid=uid, gid=gid),
    )
    if has_account(uid):
        return direct, _version(direct, programs)
    # A container that runs under a number without an entry: initdb wants a name for it.
    namespace = replace(direct, mode=Mode.NAMESPACE, account=find_account(run_as))
    version = _try_version(namespace, programs)
    if version is None:
        raise EmbeddedServerError(
            f"PostgreSQL needs an account, and this machine has none for {name}: "
            "set DATABASE_URL or run Rollcall as a user that is in /etc/passwd."
        )
    return namespace, version


def _choose_for_root(
    *, folder: DataFolder, programs: Path, account: Account
) -> tuple[Launcher, str]:
    drop = Launcher(mode=Mode.DROP, owner_uid=account.uid, owner_gid=account.gid, account=account)
    namespace = Launcher(mode=Mode.NAMESPACE, owner_uid=_ROOT, owner_gid=_ROOT, account=account)
    _refuse_foreign_owner(folder, allowed={account.uid: name_of(account.uid), _ROOT: "root"})
    owner = folder.pg.stat().st_uid if folder.has_cluster else None
    closed = _first_closed(folder.root, programs, uid=account.uid, gid=account.gid)
    if owner in (None, account.uid) and closed is None:
        version = _try_version(drop, programs)
        if version is not None:
            return drop, version
        closed = programs
    if owner == account.uid:
        raise _moved_out_of_reach(folder, account=account, closed=closed)
    if _first_closed(folder.root, programs, uid=_ROOT, gid=_ROOT) is None:
        version = _try_version(namespace, programs)
        if version is not None:
            return namespace, version
    raise _no_way(folder, account=account, closed=closed)


def _first_closed(*targets: Path, uid: int, gid: int) -> Path | None:
    """Return the first folder on the way to the targets that an account may not pass.

    Only mode bits count: an access list that allows more is not seen, and the safe way is taken.
    """
    for target in targets:
        for step in (*reversed(target.parents), target):
            status = step.stat()
            if status.st_uid == uid:
                allowed = status.st_mode & 0o100
            elif status.st_gid == gid:
                allowed = status.st_mode & 0o010
            else:
                allowed = status.st_mode & 0o001
            if not allowed:
                return step
    return None


def _version(launcher: Launcher, programs: Path) -> str:
    return version_in(launcher.run([programs / "postgres", "--version"]))


def _try_version(launcher: Launcher, programs: Path) -> str | None:
    """Prove by starting it that a mode works here, whatever the reason it might not."""
    try:
        return _version(launcher, programs)
    except EmbeddedServerError:
        return None


def _refuse_foreign_owner(folder: DataFolder, *, allowed: dict[int, str]) -> None:
    if not folder.pg.exists():
        return
    owner = folder.pg.stat().st_uid
    if owner not in allowed:
        raise EmbeddedServerError(
            f"{folder.pg} belongs to {name_of(owner)}, but PostgreSQL would run as "
            f"{next(iter(allowed.values()))} here: run Rollcall as the owner, choose another "
            "ROLLCALL_DATA_DIR, or set DATABASE_URL."
        )


def _moved_out_of_reach(
    folder: DataFolder, *, account: Account, closed: Path | None
) -> EmbeddedServerError:
    return EmbeddedServerError(
        f"{folder.pg} was made for {name_of(account.uid)}, who may not enter {closed} any more: "
        f"open that folder again (chmod o+x), or hand the database to root "
        f"(chown -R 0:0 {folder.pg}), or set DATABASE_URL."
    )


def _no_way(folder: DataFolder, *, account: Account, closed: Path | None) -> EmbeddedServerError:
    barrier = f"{account.name} may not enter {closed}" if closed else f"root owns {folder.pg}"
    return EmbeddedServerError(
        f"PostgreSQL refuses to run as root, {barrier}, "
        f"and a user namespace does not work here: {ANOTHER_WAY}."
    )
