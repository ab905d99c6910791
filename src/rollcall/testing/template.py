"""One migrated database of which every worker of pytest-xdist gets a copy.

Making the tables takes half a minute, copying them a second. Only in the tests' own folder: a
database of somebody's own would keep the template after the tests.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from django.conf import settings

from rollcall.testing.environment import TESTS_FOLDER

_PATIENCE_S: Final = 300


def use_template() -> None:
    """Have the test database copied from the migrated one of the tests' folder, if there is one."""
    folder = os.environ.get(TESTS_FOLDER)
    if folder is None:
        return
    _migrate_once(Path(folder))
    database = settings.DATABASES["default"]
    database.setdefault("TEST", {})["TEMPLATE"] = database["NAME"]


def _migrate_once(folder: Path) -> None:
    done = folder / "migrated"
    with (folder / "migrating.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            subprocess.run(  # our own program
                [sys.executable, "-m", "rollcall", "migrate"],
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                timeout=_PATIENCE_S,
            )
            done.touch()
