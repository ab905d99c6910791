"""Django on the embedded server, in a process of its own: the settings here are nobody else's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import rollcall

_PROGRAM = """
import json, os, signal, sys
from pathlib import Path
from django.conf import settings
from rollcall.embedded import DATABASE, EmbeddedServer, use
from rollcall.embedded.postmaster import find_postmaster

server = EmbeddedServer(Path(sys.argv[1]))
use(server)
settings.configure(
    DATABASES={"default": {
        "ENGINE": "rollcall.embedded.backend", "NAME": DATABASE,
    }},
    USE_TZ=True,
)
import django
django.setup()
from django.db import OperationalError, connection, connections

def one(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]

answers = {"vendor": connection.vendor, "first": one("SELECT 1")}
name = connection.creation.create_test_db(verbosity=0)
answers["test_database"] = [name, one("SELECT current_database()")]
connection.creation.destroy_test_db("rollcall", verbosity=0)

if "shell" in sys.argv:
    args, env = connection.client.settings_to_cmd_args_env(connection.settings_dict, ["-c", "x"])
    answers["shell"] = [args, sorted(env)]
if "kill" in sys.argv:
    os.kill(find_postmaster(server.data_dir / "pg").pid, signal.SIGKILL)
    connection.close()
    answers["after_kill"] = one("SELECT 2")
if "fork" in sys.argv:
    connection.close()
    reader, writer = os.pipe()
    if os.fork() == 0:
        one("SELECT 1")
        os.write(writer, json.dumps(server._users.is_held).encode())
        os._exit(0)
    os.wait()
    answers["child_holds"] = json.loads(os.read(reader, 10))
if "refuse" in sys.argv:
    connection.close()
    settings.DATABASES["default"]["NAME"] = "nosuch"
    connection.settings_dict["NAME"] = "nosuch"
    try:
        one("SELECT 1")
    except OperationalError as error:
        answers["refused"] = "does not exist" in str(error)
connections.close_all()
print(json.dumps(answers))
"""


def run(data_dir: Path, *what: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _PROGRAM, str(data_dir), *what],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PYTHONPATH": str(Path(rollcall.__file__).parents[1]), "PATH": "/usr/bin:/bin"},
    )
    assert done.stderr == ""
    answers: dict[str, object] = json.loads(done.stdout)
    return answers


class TestBackend:
    def test_is_a_drop_in_that_can_make_test_databases(self, data_dir: Path) -> None:
        assert run(data_dir) == {
            "vendor": "postgresql",
            "first": 1,
            "test_database": ["test_rollcall", "test_rollcall"],
        }

    def test_opens_a_shell_on_the_server(self, data_dir: Path) -> None:
        place = ["-h", str(data_dir / "socket"), "-p", "5432"]

        assert run(data_dir, "shell")["shell"] == [
            ["psql", "-U", "rollcall", *place, "-c", "x", "rollcall"],
            ["PGPASSWORD"],
        ]

    @pytest.mark.kill
    def test_connects_again_after_the_server_was_killed(self, data_dir: Path) -> None:
        assert run(data_dir, "kill")["after_kill"] == 2

    @pytest.mark.kill
    def test_finds_the_server_on_its_new_port(self, reachable: Path) -> None:
        assert run(reachable / ("deep" * 20), "kill")["after_kill"] == 2

    def test_takes_a_hold_for_a_forked_child(self, data_dir: Path) -> None:
        assert run(data_dir, "fork")["child_holds"] is True

    def test_does_not_wait_for_a_server_that_says_no(self, data_dir: Path) -> None:
        assert run(data_dir, "refuse")["refused"] is True
