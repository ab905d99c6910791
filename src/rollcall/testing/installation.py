"""A whole installation of its own in a folder: for tests that kill its processes."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rollcall.testing.environment import TESTS_FOLDER


@dataclass(frozen=True, kw_only=True)
class Installation:
    """One data folder with an embedded database, driven through the ``rollcall`` command."""

    data: Path

    def environment(self) -> dict[str, str]:
        """The caller's environment without anything that leads elsewhere."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ROLLCALL_", "DJANGO_")) and name != "DATABASE_URL"
        }
        return {
            **kept,
            "ROLLCALL_DATA_DIR": str(self.data),
            "ROLLCALL_LEASE_SECONDS": "2",
            "ROLLCALL_LOG_LEVEL": "ERROR",
        }

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start ``rollcall ARGUMENTS`` in the background, in a process group of its own."""
        return subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-m", "rollcall", *arguments],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **{"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **options},
        )

    def run(self, *arguments: str, expect: int | None = 0, timeout_s: float = 120) -> str:
        """Run ``rollcall ARGUMENTS`` to its end and return what it printed.

        :param expect: the exit code that it must have; None takes any.
        """
        done = subprocess.run(  # noqa: S603  # our own program
            [sys.executable, "-m", "rollcall", *arguments],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )
        if expect is not None and done.returncode != expect:
            raise AssertionError(
                f"rollcall {' '.join(arguments)} ended with {done.returncode}:"
                f" {done.stderr.decode(errors='replace')[-2000:]}"
            )
        return done.stdout.decode()

    def run_json(self, *arguments: str, expect: int | None = 0) -> dict[str, Any]:
        """The last line that a command printed, as JSON."""
        answer: dict[str, Any] = json.loads(self.run(*arguments, expect=expect).splitlines()[-1])
        return answer

    def connect(
        self, settings: Mapping[str, object], *, slug: str = "alder-way", kind: str = "treez"
    ) -> None:
        """Set the database up, with one retailer, one store and one connection."""
        self.migrate()
        document = {
            "retailer": {"slug": "alder", "name": "Alder Group"},
            "stores": [
                {
                    "slug": "alder-way",
                    "name": "Alder Way",
                    "time_zone": "America/Los_Angeles",
                    "jurisdiction": "US-CA",
                }
            ],
            "connections": [
                {
                    "slug": slug,
                    "kind": kind,
                    "stores": ["alder-way"],
                    "settings": {name: self._given(name, one) for name, one in settings.items()},
                }
            ],
        }
        path = self.data / "retailer.yaml"
        path.write_text(yaml.safe_dump(document))
        self.run("apply", str(path))

    def migrate(self) -> None:
        """Set the database up: a copy of one made once for all tests, where there is one."""
        folder = os.environ.get(TESTS_FOLDER)
        self.data.mkdir(parents=True, exist_ok=True)
        if folder is None or any(self.data.iterdir()):
            self.run("migrate")
            return
        made = _make_once(Path(folder))
        # Not by Python: the server's files keep their owner, without whom it would not start.
        subprocess.run(["cp", "-a", f"{made}/.", str(self.data)], check=True)  # noqa: S603, S607

    def _given(self, name: str, value: object) -> object:
        # Every text through a file: which of a POS's settings are secret need not be known here.
        if not isinstance(value, str):
            return value
        (self.data / name).write_text(value)
        return {"file": name}

    def kill_database(self) -> bool:
        """SIGKILL the embedded server; False if it does not run."""
        try:
            pid = int((self.data / "pg" / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, signal.SIGKILL)
        except (OSError, ValueError, IndexError):
            return False
        return True


def _make_once(folder: Path) -> Path:
    """Return a data folder with a migrated database whose server does not run."""
    # As closed as the folders of tests are: it decides as whom the server runs.
    closed = folder / "closed"
    closed.mkdir(mode=0o700, exist_ok=True)
    ready = closed / "installation"
    with (closed / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            making = Installation(data=Path(tempfile.mkdtemp(prefix="making-", dir=closed)))
            making.run("migrate")
            _wait_for_the_end(making.data / "pg" / "postmaster.pid")
            making.data.rename(ready)
    return ready


def _wait_for_the_end(pid_file: Path) -> None:
    deadline = time.monotonic() + 30
    while pid_file.exists():
        if time.monotonic() > deadline:
            raise AssertionError("the database of the installation did not stop")
        time.sleep(0.1)
