"""Names for running processes, so that another one on the same machine can tell that it is gone."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

_PROC = Path("/proc")


def process_name() -> str:
    """This process, in a form that no other process ever gets (``place/pid/start``).

    The place is one boot of one machine and one process namespace; where the system does not tell,
    it is random, and :func:`is_gone` then always says no.
    """
    place = _place()
    start = _start(os.getpid())
    if place is None or start is None:
        return f"{uuid.uuid4()}/{os.getpid()}/0"
    return f"{place}/{os.getpid()}/{start}"


def is_gone(name: str) -> bool:
    """Whether a process named by :func:`process_name` has surely ended; False if unknown."""
    place, _, rest = name.partition("/")
    pid, _, start = rest.partition("/")
    if place != _place() or not pid.isdigit():
        return False
    return _start(int(pid)) != start


def _place() -> str | None:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = (_PROC / "self/ns/pid").readlink()
    except OSError:
        return None
    return f"{boot}:{str(namespace).strip('pid:[]')}"


def _start(pid: int) -> str | None:
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # The second field is the command in brackets and may hold anything; fields 3 and 22 follow it.
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in ("Z", "X") else fields[18]
