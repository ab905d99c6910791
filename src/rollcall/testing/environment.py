"""Keeps tests away from a user's data; loaded by pytest before Django reads its settings."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

#: Names the folder that is the tests' alone; absent when they use a database given to them. Given
#: from outside, one folder serves several runs of pytest.
TESTS_FOLDER: Final = "ROLLCALL_TESTS_FOLDER"

if "DATABASE_URL" not in os.environ and "ROLLCALL_DATA_DIR" not in os.environ:
    if TESTS_FOLDER not in os.environ:
        _folder = Path(tempfile.mkdtemp(prefix="rollcall-tests-"))
        _folder.chmod(0o755)  # the embedded server may have to run as another account
        atexit.register(shutil.rmtree, _folder, ignore_errors=True)
        os.environ[TESTS_FOLDER] = str(_folder)
    os.environ["ROLLCALL_DATA_DIR"] = os.environ[TESTS_FOLDER]
elif os.environ.get("ROLLCALL_DATA_DIR") != os.environ.get(TESTS_FOLDER):
    os.environ.pop(TESTS_FOLDER, None)  # a worker of pytest-xdist finds both, and the same
os.environ.setdefault("ROLLCALL_LOG_LEVEL", "WARNING")
os.environ.setdefault("ROLLCALL_LEASE_SECONDS", "2")
# Alice and Bob sign in without a second step; tests of it switch this off.
os.environ.setdefault("ROLLCALL_DEMO_LOG_INS", "yes")
