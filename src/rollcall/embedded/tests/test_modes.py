"""As whom the server runs: never as root."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from rollcall.embedded import EmbeddedServer
from rollcall.embedded.postmaster import find_postmaster
from rollcall.embedded.tests.conftest import User
from rollcall.embedded.tests.places import (
    NOBODY,
    needs_namespaces,
    needs_ordinary_python,
    needs_root,
)

NewUser = Callable[..., User]


def server_uid(data_dir: Path) -> int:
    running = find_postmaster(data_dir / "pg")
    assert running is not None
    return Path(f"/proc/{running.pid}").stat().st_uid


def server_groups(data_dir: Path) -> str:
    running = find_postmaster(data_dir / "pg")
    assert running is not None
    status = Path(f"/proc/{running.pid}/status").read_text().splitlines()
    return next(line.split(":")[1].strip() for line in status if line.startswith("Groups"))


def server_capabilities(data_dir: Path) -> set[str]:
    running = find_postmaster(data_dir / "pg")
    assert running is not None
    status = Path(f"/proc/{running.pid}/status").read_text().splitlines()
    return {line.split()[1] for line in status if line.startswith(("CapPrm", "CapEff", "CapAmb"))}


@needs_root
class TestRootInAReachableFolder:
    def test_runs_it_as_nobody_and_makes_no_account(self, reachable: Path) -> None:
        accounts = Path("/etc/passwd").read_bytes()
        mode = reachable.stat().st_mode

        with EmbeddedServer(reachable / "d"):
            assert server_uid(reachable / "d") == NOBODY
            assert server_groups(reachable / "d") == ""

        assert Path("/etc/passwd").read_bytes() == accounts
        assert reachable.stat().st_mode == mode
        pg = (reachable / "d" / "pg").stat()
        assert (pg.st_uid, pg.st_mode & 0o777) == (NOBODY, 0o700)

    def test_runs_it_as_another_account_on_request(self, reachable: Path) -> None:
        with EmbeddedServer(reachable / "d", run_as="daemon"):
            assert server_uid(reachable / "d") == 1


@needs_root
@needs_namespaces
class TestRootUnderAPrivateFolder:
    def test_runs_it_without_rights_in_a_user_namespace(self, private: Path) -> None:
        with EmbeddedServer(private / "d") as info:
            assert info.host == str(private / "d" / "socket")
            assert server_capabilities(private / "d") == {"0000000000000000"}
            running = find_postmaster(private / "d" / "pg")
            assert running is not None
            inside = Path(f"/proc/{running.pid}/uid_map").read_text().split()

        assert inside == [str(NOBODY), "0", "1"]
        assert private.stat().st_mode & 0o777 == 0o700

    def test_goes_on_so_after_the_folder_was_opened(self, private: Path) -> None:
        server = EmbeddedServer(private / "d")
        with server:
            pass

        private.chmod(0o755)

        with server:
            assert str(server.status()).startswith("running")
            assert "in a user namespace" in str(server.status())

    def test_survives_a_kill_of_the_server(self, private: Path, new_user: NewUser) -> None:
        users = [new_user(private / "d"), new_user(private / "d")]
        for user in users:
            user.ask("count")
        running = find_postmaster(private / "d" / "pg")
        assert running is not None

        os.kill(running.pid, 9)
        for user in users:
            user.tell("ensure")
        recovered = [user.hear().get("ok") for user in users]

        assert recovered[0] is not None
        assert recovered[0] == recovered[1]
        assert users[0].ask("count") == 3


@needs_ordinary_python
class TestOrdinaryUser:
    def test_runs_it_directly(self, owned_by_nobody: Path, new_user: NewUser) -> None:
        user = new_user(owned_by_nobody / "d", uid=NOBODY)

        assert user.ask("uid") == NOBODY
        assert user.ask("count") == 1
        assert "as this user" in str(user.ask("status"))
        assert server_uid(owned_by_nobody / "d") == NOBODY
        assert (owned_by_nobody / "d").stat().st_mode & 0o777 == 0o700
        user.end()
        assert find_postmaster(owned_by_nobody / "d" / "pg") is None

    @needs_namespaces
    def test_without_an_account_borrows_a_name_in_a_namespace(
        self, owned_by_nobody: Path, new_user: NewUser
    ) -> None:
        os.chown(owned_by_nobody, 4242, 4242)
        user = new_user(owned_by_nobody / "d", uid=4242)

        assert user.ask("count") == 1
        assert "in a user namespace" in str(user.ask("status"))
        assert server_uid(owned_by_nobody / "d") == 4242
        user.end()
