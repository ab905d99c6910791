"""How much memory the machine, or the container, gives."""

from __future__ import annotations

import os
from pathlib import Path

_MB = 1024 * 1024
_SMALLEST_CACHE_MB = 128
_LARGEST_CACHE_MB = 1024
_CACHE_SHARE = 16

#: Where Linux says what a container may use: control groups version 2, then version 1.
_CONTAINER_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def cache_mb() -> int:
    """Return how much the server keeps in its own cache: a sixteenth, from 128 MB to 1 GB.

    A sixteenth only, because Rollcall's own processes live beside it and the system's file cache
    does the rest.
    """
    share = usable_bytes() // _CACHE_SHARE // _MB
    return max(_SMALLEST_CACHE_MB, min(_LARGEST_CACHE_MB, share))


def usable_bytes(limits: tuple[Path, ...] = _CONTAINER_LIMITS) -> int:
    """Return the machine's memory, or the container's limit if that is less; 0 if nobody says."""
    known = [size for size in (_machine_bytes(), *map(_limit_bytes, limits)) if size > 0]
    return min(known, default=0)


def _machine_bytes() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def _limit_bytes(path: Path) -> int:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # there is none, or it says "max"
        return 0
