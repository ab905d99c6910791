"""When so many records seem to be gone that a person must say so."""

from __future__ import annotations

from typing import Final

#: Below this many, losing records is everyday business.
ALWAYS_ALLOWED: Final = 20
SHARE_ALLOWED: Final = 0.02


def must_stop(*, missing: int, alive: int) -> bool:
    """Whether concluding that ``missing`` of ``alive`` records are gone needs a named person."""
    return missing > max(SHARE_ALLOWED * alive, ALWAYS_ALLOWED)
