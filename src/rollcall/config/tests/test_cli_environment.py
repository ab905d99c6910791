"""The command as a process of its own: quick help, and settings that cannot be used."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from rollcall.kit.crypto import format_key, new_key
from rollcall.testing.installation import Installation

SECRET = "t0psecret-passw0rd"
KEYS = {"ROLLCALL_MASTER_KEY": format_key(new_key()), "ROLLCALL_SECRET_KEY": "s" * 40}
NOWHERE = f"postgresql://rollcall:{SECRET}@127.0.0.1:1/rollcall?connect_timeout=2"


def start(*arguments: str, given: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ROLLCALL_", "DJANGO_")) and name != "DATABASE_URL"
    }
    return subprocess.run(
        [sys.executable, "-m", "rollcall", *arguments],
        env={**kept, **given},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class TestHelp:
    def test_is_quick_and_needs_no_settings(self) -> None:
        began = time.monotonic()

        done = start("--help", given={"DATABASE_URL": "nonsense"})

        assert (done.returncode, done.stderr) == (0, "")
        assert time.monotonic() - began < 3

    def test_imports_nothing_heavy(self) -> None:
        program = (
            "import sys; from rollcall.config.cli.main import cli;"
            "cli(['--help'], standalone_mode=False);"
            "print(sorted({'django', 'procrastinate', 'granian', 'httpx'} & sys.modules.keys()))"
        )

        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        )

        assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"DATABASE_URL": f"postgresql://u:%ZZ{SECRET}@h/d", **KEYS}, "DATABASE_URL is not"),
        ({"DATABASE_URL": NOWHERE, **KEYS}, "the database cannot be reached"),
        ({"DATABASE_URL": f"postgresql://u:{SECRET}@h:port/d", **KEYS}, "port"),
        ({"DATABASE_URL": NOWHERE}, "ROLLCALL_MASTER_KEY or ROLLCALL_MASTER_KEY_FILE must be set"),
        ({**KEYS, "ROLLCALL_MASTER_KEY": SECRET}, "ROLLCALL_MASTER_KEY: a key is 32 bytes"),
        (
            {**KEYS, "ROLLCALL_LEASE_SECONDS": "soon"},
            "ROLLCALL_LEASE_SECONDS is not a whole number",
        ),
    ],
    ids=range(6),
)
class TestSettingsThatCannotBeUsed:
    def test_are_one_clear_line_without_a_secret(
        self, tmp_path: Path, given: dict[str, str], words: str
    ) -> None:
        done = start("syncs", given={"ROLLCALL_DATA_DIR": str(tmp_path), **given})

        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("Error: ")
        assert done.stderr.count("\n") == 1
        assert words in done.stderr
        for secret in (SECRET, *KEYS.values()):
            assert secret not in done.stderr


class TestDatabaseThatIsNotSetUp:
    def test_is_said_by_every_command_in_one_clear_line(
        self, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        hub = Installation(data=tmp_path_factory.mktemp("fresh") / "hub")
        said = {}
        for arguments in (["syncs"], ["worker"], ["check"]):
            process = hub.start(*arguments, stdout=subprocess.PIPE)
            out, err = process.communicate(timeout=60)
            said[arguments[0]] = (process.returncode, (out + err).decode())

        assert said["syncs"] == (
            1, "Error: the database is not set up yet; run: rollcall migrate\n",
        )  # fmt: skip
        assert said["worker"][0] == 1
        assert said["worker"][1].startswith("Error: the database lacks ")
        assert said["check"][0] == 1
        assert "are missing; run: rollcall migrate" in said["check"][1]
