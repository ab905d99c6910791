"""What is left after something was killed, and how it is repaired."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from rollcall.embedded import EmbeddedServer
from rollcall.embedded.postmaster import Postmaster, find_postmaster
from rollcall.embedded.tests.conftest import User
from rollcall.embedded.tests.test_sharing import EVERY_VERSION, is_running

NewUser = Callable[..., User]


def running_on(data_dir: Path) -> Postmaster:
    running = find_postmaster(data_dir / "pg")
    assert running is not None
    return running


class TestKilledServer:
    @EVERY_VERSION
    @pytest.mark.kill
    def test_is_started_once_by_all_its_users_together(
        self, reachable: Path, new_user: NewUser, bin_dir: Path | None
    ) -> None:
        users = [new_user(reachable / "d", bin_dir=bin_dir) for _ in range(3)]
        for user in users:
            user.ask("count")
        killed = running_on(reachable / "d")

        os.kill(killed.pid, signal.SIGKILL)
        for user in users:
            user.tell("ensure")
        addresses = [user.hear().get("ok") for user in users]
        counts = [user.ask("count") for user in users]

        assert addresses[0] is not None
        assert addresses == [addresses[0]] * 3
        assert counts == [4, 5, 6]
        assert running_on(reachable / "d").pid != killed.pid
        for user in users:
            user.end()
        assert not is_running(reachable / "d")

    @pytest.mark.kill
    def test_comes_back_while_its_parent_has_not_noticed(
        self, data_dir: Path, new_user: NewUser
    ) -> None:
        parent, other = new_user(data_dir), new_user(data_dir)
        parent.ask("count")
        other.ask("count")

        os.kill(running_on(data_dir).pid, signal.SIGKILL)
        recovered = other.ask("ensure")

        assert isinstance(recovered, dict)
        assert other.ask("count") == 3

    @pytest.mark.kill
    def test_keeps_what_was_committed_however_often_it_dies(self, data_dir: Path) -> None:
        server = EmbeddedServer(data_dir)
        info = server.acquire()
        with psycopg.connect(info.url) as connection:
            connection.execute("CREATE TABLE kept (n int)")
        for n in range(3):
            with psycopg.connect(info.url) as connection:
                connection.execute("INSERT INTO kept VALUES (%s)", [n])
            os.kill(running_on(data_dir).pid, signal.SIGKILL)
            info = server.ensure_running()
        with psycopg.connect(info.url) as connection:
            row = connection.execute("SELECT count(*) FROM kept").fetchone()
        server.release()

        assert row == (3,)


class TestEnsureRunning:
    def test_leaves_a_healthy_server_alone(self, data_dir: Path) -> None:
        server = EmbeddedServer(data_dir)
        info = server.acquire()
        before = running_on(data_dir)

        again = server.ensure_running()
        after = running_on(data_dir)
        server.release()

        assert (again, after) == (info, before)

    def test_takes_a_hold_where_there_is_none(self, data_dir: Path) -> None:
        server = EmbeddedServer(data_dir)

        server.ensure_running()
        started = is_running(data_dir)
        server.release()

        assert (started, is_running(data_dir)) == (True, False)


class TestReusedProcessNumber:
    def test_is_not_taken_for_the_server(self, data_dir: Path) -> None:
        server = EmbeddedServer(data_dir)
        with server:
            pass
        stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        lines = [str(stranger.pid), str(server.data_dir / "pg"), "0", "5432", "", "", "", "ready"]
        (data_dir / "pg" / "postmaster.pid").write_text("\n".join(lines) + "\n")

        assert not server.status().is_running
        with server as info, psycopg.connect(info.url) as connection:
            row = connection.execute("SELECT 1").fetchone()

        assert row == (1,)
        assert stranger.poll() is None
        stranger.communicate(b"\n")


class TestHalfMadeFirstStart:
    def test_is_thrown_away_and_done_again(self, reachable: Path) -> None:
        half = reachable / "d" / "pg-new" / "pg"
        half.mkdir(parents=True)
        (half / "PG_VERSION").write_text("18\n")

        with EmbeddedServer(reachable / "d") as info, psycopg.connect(info.url) as connection:
            row = connection.execute("SELECT current_database()").fetchone()

        assert row == ("rollcall",)
        assert not (reachable / "d" / "pg-new").exists()

    @pytest.mark.kill
    @pytest.mark.parametrize("after_s", [0.35, 0.55])
    def test_survives_a_kill_at_any_moment(
        self, reachable: Path, new_user: NewUser, after_s: float
    ) -> None:
        killed = new_user(reachable / "d")
        killed.tell("acquire")
        time.sleep(after_s)
        killed.kill()

        second = new_user(reachable / "d")

        assert second.ask("count") == 1
        second.end()
        assert not is_running(reachable / "d")
