"""Keeps tests away from a user's data; loaded by pytest before Django reads its settings."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "DATABASE_URL" not in os.environ and "ROLLCALL_DATA_DIR" not in os.environ:
    _folder = Path(tempfile.mkdtemp(prefix="rollcall-tests-"))
    _folder.chmod(0o755)  # the embedded server may have to run as another account
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    os.environ["ROLLCALL_DATA_DIR"] = str(_folder)
os.environ.setdefault("ROLLCALL_LOG_LEVEL", "WARNING")
os.environ.setdefault("ROLLCALL_LEASE_SECONDS", "2")
