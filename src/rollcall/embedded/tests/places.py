"""What this machine offers, and plain reasons to skip what it does not."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

NOBODY = 65534
_SYSTEM_PYTHON = Path("/usr/bin/python3.11")


def ordinary_python() -> str:
    """Return an interpreter that every account may start."""
    return str(_SYSTEM_PYTHON)


def short_place() -> str:
    """Return a folder with a short path that every account may pass, in memory if there is room.

    A first start waits for the disk more than for anything else.
    """
    memory = Path("/dev/shm")  # noqa: S108 - folders of unguessable names are made in it
    if memory.is_dir() and shutil.disk_usage(memory).free > 4_000_000_000:
        return str(memory)
    return "/tmp"  # noqa: S108 - as above


def _namespaces_work() -> bool:
    if shutil.which("unshare") is None:
        return False
    trial = ["unshare", "--user", "--map-user=65534", "--map-group=65534", "--", "true"]
    done = subprocess.run(trial, capture_output=True, check=False)
    return done.returncode == 0


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has this choice to make")
needs_namespaces = pytest.mark.skipif(
    not _namespaces_work(), reason="this machine allows no user namespaces"
)
needs_ordinary_python = pytest.mark.skipif(
    os.geteuid() != 0 or not _SYSTEM_PYTHON.exists(),
    reason="needs root, and a python3.11 that other accounts may start",
)
