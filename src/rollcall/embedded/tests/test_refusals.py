"""One clear line for everything that cannot work."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rollcall.embedded import EmbeddedServer, EmbeddedServerError
from rollcall.embedded import start as start_module
from rollcall.embedded.locks import FileLock
from rollcall.embedded.tests.conftest import User
from rollcall.embedded.tests.places import NOBODY, needs_ordinary_python, needs_root
from rollcall.embedded.tests.test_sharing import SYSTEM_15, is_running, needs_system_15

NewUser = Callable[..., User]
MOUNT = "/usr/bin/mount"
TRY_ELSEWHERE = "Set DATABASE_URL or choose a ROLLCALL_DATA_DIR elsewhere."


def refusal(server: EmbeddedServer) -> str:
    with pytest.raises(EmbeddedServerError) as caught:
        server.acquire()
    assert not server._users.is_held
    return str(caught.value)


class TestDatabase:
    @needs_system_15
    def test_of_another_version_is_left_alone(self, reachable: Path) -> None:
        with EmbeddedServer(reachable / "d", bin_dir=SYSTEM_15):
            pass
        pg = reachable / "d" / "pg"
        server = EmbeddedServer(reachable / "d")
        version = server.status().version

        assert refusal(server) == (
            f"{pg} was made by PostgreSQL 15, but PostgreSQL {version} is installed: "
            "move the data with pg_dump, choose another ROLLCALL_DATA_DIR, or set DATABASE_URL."
        )
        assert (pg / "PG_VERSION").read_text() == "15\n"

    @needs_root
    def test_of_another_owner_is_left_alone(self, reachable: Path) -> None:
        pg = reachable / "d" / "pg"
        pg.mkdir(parents=True)
        os.chown(pg, 12345, 12345)

        assert refusal(EmbeddedServer(reachable / "d")) == (
            f"{pg} belongs to uid 12345, but PostgreSQL would run as nobody (uid 65534) here: "
            "run Rollcall as the owner, choose another ROLLCALL_DATA_DIR, or set DATABASE_URL."
        )
        assert list(pg.iterdir()) == []

    @needs_ordinary_python
    def test_of_root_is_refused_to_an_ordinary_user(
        self, reachable: Path, new_user: NewUser
    ) -> None:
        pg = reachable / "d" / "pg"
        pg.mkdir(parents=True)

        assert new_user(reachable / "d", uid=NOBODY).ask("acquire") == (
            f"{pg} belongs to root (uid 0), but PostgreSQL would run as nobody (uid 65534) here: "
            "run Rollcall as the owner, choose another ROLLCALL_DATA_DIR, or set DATABASE_URL."
        )

    def test_that_is_none_is_left_alone(self, reachable: Path) -> None:
        pg = reachable / "d" / "pg"
        pg.mkdir(parents=True)
        (pg / "letter.txt").write_text("dear Alice")

        assert refusal(EmbeddedServer(reachable / "d")) == (
            f"{pg} is not empty and holds no PostgreSQL database: "
            "choose another ROLLCALL_DATA_DIR or set DATABASE_URL."
        )
        assert [path.name for path in pg.iterdir()] == ["letter.txt"]

    def test_without_its_password_says_which_file_is_missing(self, data_dir: Path) -> None:
        server = EmbeddedServer(data_dir)
        with server:
            pass
        password = data_dir / "pg-password"
        password.unlink()

        assert refusal(server) == (
            f"{password} is missing, and the database in {data_dir / 'pg'} cannot be "
            "opened without it: restore the file from a backup or set DATABASE_URL."
        )

    def test_in_use_by_a_server_that_cannot_be_seen_is_not_started_twice(
        self, reachable: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(start_module, "AFTERMATH_LIMIT_S", 0.2)
        folder = reachable / "d"
        folder.mkdir()
        elsewhere = FileLock(folder / "server.lock")
        elsewhere.take()

        message = refusal(EmbeddedServer(folder))
        elsewhere.drop()

        assert message == (
            f"Another PostgreSQL, which cannot be seen from here, uses {folder / 'pg'}: stop it, "
            "choose another ROLLCALL_DATA_DIR, or set DATABASE_URL."
        )
        assert not is_running(folder)


@needs_root
class TestRoot:
    def test_learns_what_to_do_where_nothing_works(self, private: Path) -> None:
        # A namespace keeps root's rights to root's folders only, not to another user's.
        os.chown(private, 12345, 12345)

        assert refusal(EmbeddedServer(private / "d")) == (
            f"PostgreSQL refuses to run as root, nobody may not enter {private}, "
            "and a user namespace does not work here: set DATABASE_URL, choose a "
            "ROLLCALL_DATA_DIR elsewhere, or run Rollcall as an ordinary user."
        )
        assert not (private / "d" / "pg").exists()

    def test_learns_that_its_folder_was_closed(self, reachable: Path) -> None:
        home = reachable / "home"
        home.mkdir(mode=0o755)
        server = EmbeddedServer(home / "d")
        with server:
            pass
        home.chmod(0o700)
        pg = home / "d" / "pg"

        assert refusal(server) == (
            f"{pg} was made for nobody (uid 65534), who may not enter {home} any more: open that "
            f"folder again (chmod o+x), or hand the database to root (chown -R 0:0 {pg}), "
            "or set DATABASE_URL."
        )

    def test_learns_that_the_account_does_not_exist(self, reachable: Path) -> None:
        assert refusal(EmbeddedServer(reachable / "d", run_as="nosuch")) == (
            "PostgreSQL refuses to run as root, and there is no account nosuch to run it as: "
            "set DATABASE_URL or run Rollcall as an ordinary user."
        )


@pytest.fixture
def small_disk(reachable: Path) -> Iterator[Path]:
    place = reachable / "small"
    place.mkdir()
    mount = [MOUNT, "-t", "tmpfs", "-o", "size=12m,mode=755", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets us mount no small disk")
    yield place
    subprocess.run([MOUNT.replace("mount", "umount"), str(place)], check=True)


class TestFolder:
    def test_that_is_a_file(self, reachable: Path) -> None:
        (reachable / "d").write_text("")

        assert refusal(EmbeddedServer(reachable / "d")) == (
            f"The database folder {reachable / 'd'} cannot be used: Not a directory "
            f"({reachable / 'd'}). {TRY_ELSEWHERE}"
        )

    @needs_ordinary_python
    def test_that_cannot_be_written(self, reachable: Path, new_user: NewUser) -> None:
        assert new_user(reachable / "d", uid=NOBODY).ask("acquire") == (
            f"The database folder {reachable / 'd'} cannot be used: Permission denied "
            f"({reachable / 'd'}). {TRY_ELSEWHERE}"
        )

    @needs_root
    @pytest.mark.skipif(not Path(MOUNT).exists(), reason="this machine has no mount")
    def test_on_a_full_disk(self, small_disk: Path) -> None:
        message = refusal(EmbeddedServer(small_disk / "d"))

        assert message.startswith("initdb failed (code 1): ")
        assert "No space left on device" in message
        assert "\n" not in message
        assert not (small_disk / "d" / "pg-new").exists()

    def test_tells_the_health_check_the_same(self, reachable: Path) -> None:
        server = EmbeddedServer(reachable / "d", bin_dir=reachable)
        (reachable / "d").mkdir()

        status = server.status()

        assert not status.is_running
        assert str(status) == f"stopped, 0 MB, {refusal(server)}"


class TestPrograms:
    def test_that_are_missing(self, reachable: Path) -> None:
        message = refusal(EmbeddedServer(reachable / "d", bin_dir=reachable / "nowhere"))

        assert message.startswith(f"The database folder {reachable / 'd'} cannot be used: No such")
