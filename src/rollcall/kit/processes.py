"""Names for running processes, so that another one on the same machine can tell that it is gone."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

_PROC = Path("/proc")
#: Letters of a process that does nothing any more but still has its number.
_ENDED = ("Z", "X")


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
    if place != _place() or not (pid.isascii() and pid.isdigit() and start.isdigit()):
        return False
    now = _start(int(pid))
    return _has_ended(int(pid)) if now is None else now != start


def _has_ended(pid: int) -> bool:
    """Tell a process that is no more from one that we only may not look at (``hidepid``)."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        return False
    return _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        return _state(pid)[0] in _ENDED
    except OSError:
        return False


def _place() -> str | None:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = (_PROC / "self/ns/pid").readlink()
    except OSError:
        return None
    return f"{boot}:{str(namespace).strip('pid:[]')}"


def _start(pid: int) -> str | None:
    try:
        state, *fields = _state(pid)
    except OSError:
        return None
    return None if state in _ENDED else fields[18]


def _state(pid: int) -> list[str]:
    """Fields 3 and on; the second is the command in brackets and may hold anything."""
    stat = (_PROC / str(pid) / "stat").read_text(errors="replace")
    return stat.rpartition(")")[2].split()
