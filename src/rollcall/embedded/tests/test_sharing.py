"""First start, restart, and one server for several processes and threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from rollcall.embedded import EmbeddedServer
from rollcall.embedded.postmaster import find_postmaster
from rollcall.embedded.system import find_system_programs
from rollcall.embedded.tests.conftest import User
from rollcall.testing.thorough import THOROUGH

NewUser = Callable[..., User]
SYSTEM_15 = find_system_programs().get("15")
needs_system_15 = pytest.mark.skipif(
    SYSTEM_15 is None or not THOROUGH,
    reason="make test-thorough runs it, where the machine has a PostgreSQL 15 of its own",
)
EVERY_VERSION = pytest.mark.parametrize(
    "bin_dir",
    [
        pytest.param(None, id="bundled"),
        pytest.param(SYSTEM_15, id="system-15", marks=needs_system_15),
    ],
)


def is_running(data_dir: Path) -> bool:
    return find_postmaster(data_dir / "pg") is not None


@EVERY_VERSION
class TestOneProcess:
    def test_keeps_its_data_over_a_restart(self, reachable: Path, bin_dir: Path | None) -> None:
        server = EmbeddedServer(reachable / "d", bin_dir=bin_dir)
        with server as info, psycopg.connect(info.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

        with server as info, psycopg.connect(info.url) as connection:
            row = connection.execute("SELECT answer FROM kept").fetchone()

        assert row == (42,)

    def test_stops_it_after_the_last_release(self, reachable: Path, bin_dir: Path | None) -> None:
        server = EmbeddedServer(reachable / "d", bin_dir=bin_dir)
        server.acquire()
        server.acquire()

        server.release()
        after_one = is_running(reachable / "d")
        server.release()

        assert (after_one, is_running(reachable / "d")) == (True, False)


class TestFirstStart:
    def test_makes_a_utf8_database_with_durable_commits(self, reachable: Path) -> None:
        names = (
            *("server_encoding", "fsync", "synchronous_commit", "jit"),
            *("max_connections", "max_wal_size"),
            *("TimeZone", "log_min_messages", "unix_socket_permissions"),
        )
        with EmbeddedServer(reachable / "d") as info, psycopg.connect(info.url) as connection:
            rows = [connection.execute(f"SHOW {name}").fetchone() for name in names]
            collation = connection.execute(
                "SELECT datcollate FROM pg_database WHERE datname = 'rollcall'"
            ).fetchone()

        assert [row[0] for row in rows if row] == [
            *("UTF8", "on", "on", "off", "120"),
            *("4GB", "UTC", "log", "0700"),
        ]
        assert collation == ("C.UTF-8",)

    def test_gives_a_role_that_owns_the_database_and_is_no_superuser(self, data_dir: Path) -> None:
        with EmbeddedServer(data_dir) as info, psycopg.connect(info.url) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            row = connection.execute(
                "SELECT current_user, rolsuper, rolcreatedb FROM pg_roles"
                " WHERE rolname = current_user"
            ).fetchone()

        assert row == ("rollcall", False, True)

    def test_keeps_the_password_in_a_file_for_its_owner_only(self, reachable: Path) -> None:
        with EmbeddedServer(reachable / "d") as info:
            file = reachable / "d" / "pg-password"

            assert file.stat().st_mode & 0o777 == 0o600
            assert file.read_text().strip() == info.password
            assert info.password not in repr(info)
            assert info.password not in (reachable / "d" / "postgres.log").read_text()

    def test_refuses_a_client_without_the_password(self, data_dir: Path) -> None:
        with (
            EmbeddedServer(data_dir) as info,
            pytest.raises(psycopg.OperationalError, match="password authentication failed"),
        ):
            psycopg.connect(
                host=info.host, port=info.port, user="postgres", password="x", dbname="postgres"
            )


class TestThreads:
    def test_start_one_server_together(self, data_dir: Path) -> None:
        server = EmbeddedServer(data_dir)
        urls: list[str] = []
        threads = [
            threading.Thread(target=lambda: urls.append(server.acquire().url)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for _ in range(3):
            server.release()
        while_one_holds = is_running(data_dir)
        server.release()

        assert (len(urls), len(set(urls))) == (4, 1)
        assert (while_one_holds, is_running(data_dir)) == (True, False)

    def test_count_two_objects_for_one_folder_as_two_users(self, data_dir: Path) -> None:
        one, other = EmbeddedServer(data_dir), EmbeddedServer(data_dir)
        one.acquire()
        other.acquire()

        one.release()
        after_one = is_running(data_dir)
        other.release()

        assert (after_one, is_running(data_dir)) == (True, False)


@EVERY_VERSION
class TestTwoProcesses:
    def test_share_the_server_until_the_last_one_ends(
        self, reachable: Path, new_user: NewUser, bin_dir: Path | None
    ) -> None:
        first = new_user(reachable / "d", bin_dir=bin_dir)
        second = new_user(reachable / "d", bin_dir=bin_dir)
        first.tell("count")
        second.tell("count")
        counts = {str(first.hear()["ok"]), str(second.hear()["ok"])}

        first.end()
        third_count = second.ask("count")
        second.end()

        assert counts == {"1", "2"}
        assert third_count == 3
        assert not is_running(reachable / "d")


class TestKilledUser:
    def test_does_not_keep_the_server_from_being_stopped(
        self, data_dir: Path, new_user: NewUser
    ) -> None:
        first, second = new_user(data_dir), new_user(data_dir)
        first.ask("acquire")
        second.ask("acquire")

        first.kill()
        second.end()

        assert not is_running(data_dir)

    def test_leaves_a_server_that_the_next_user_takes_over(
        self, data_dir: Path, new_user: NewUser
    ) -> None:
        first = new_user(data_dir)
        first.ask("count")
        first.kill()
        left = find_postmaster(data_dir / "pg")

        second = new_user(data_dir)
        count = second.ask("count")
        taken = find_postmaster(data_dir / "pg")
        second.end()

        assert count == 2
        assert left == taken
        assert not is_running(data_dir)

    def test_leaves_a_server_that_can_be_stopped_on_demand(
        self, data_dir: Path, new_user: NewUser
    ) -> None:
        holder, killed = new_user(data_dir), new_user(data_dir)
        holder.ask("acquire")
        killed.ask("acquire")
        server = EmbeddedServer(data_dir)

        while_held = server.stop_if_unused()
        killed.kill()
        holder.kill()
        afterwards = server.stop_if_unused()

        assert (while_held, afterwards) == (False, True)
        assert not is_running(data_dir)


class TestFork:
    def test_gives_the_child_no_hold_and_takes_none_from_the_parent(
        self, data_dir: Path, new_user: NewUser
    ) -> None:
        parent, other = new_user(data_dir), new_user(data_dir)
        parent.ask("acquire")
        other.ask("acquire")

        held = parent.ask("fork")
        other.end()

        assert held == {"child": False, "parent": True}
        assert is_running(data_dir)

    def test_lets_the_child_hold_the_server_on_its_own(self, data_dir: Path) -> None:
        server = EmbeddedServer(data_dir)
        server.acquire()
        to_child, from_parent = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(from_parent)
            server.hold()
            os.read(to_child, 1)
            server.release()
            os._exit(0)
        os.close(to_child)
        os.close(from_parent)
        os.waitpid(child, 0)
        with_parent = is_running(data_dir)
        server.release()

        assert (with_parent, is_running(data_dir)) == (True, False)


class TestServerProcess:
    def test_inherits_its_own_lock_and_its_log_and_nothing_else(self, data_dir: Path) -> None:
        with EmbeddedServer(data_dir):
            running = find_postmaster(data_dir / "pg")
            assert running is not None
            links = [link.readlink() for link in Path(f"/proc/{running.pid}/fd").iterdir()]

        inherited = {link.name for link in links if link.parent == data_dir}
        assert inherited == {"server.lock", "postgres.log"}

    def test_has_a_session_of_its_own(self, data_dir: Path) -> None:
        with EmbeddedServer(data_dir):
            running = find_postmaster(data_dir / "pg")
            assert running is not None
            assert os.getsid(running.pid) == running.pid


class TestStatus:
    def test_says_what_runs_and_how(self, reachable: Path) -> None:
        server = EmbeddedServer(reachable / "d")
        before = str(server.status())
        with server:
            running = server.status()
        stopped = server.status()

        assert before == "stopped, 0 MB"
        assert (running.is_running, stopped.is_running) == (True, False)
        assert str(running).startswith(f"running, PostgreSQL {running.version}, as ")
        assert running.data_bytes > 20_000_000
