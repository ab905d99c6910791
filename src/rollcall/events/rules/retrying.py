"""When a call that was not answered well is tried again."""

from __future__ import annotations

import random
from typing import Final

_MINUTE: Final = 60.0
_HOUR: Final = 3_600.0
#: Source: the specification's own recommendation, "Retry schedule"; about three days in all.
SCHEDULE_S: Final = (
    5.0, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR,
    10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR,
)  # fmt: skip
#: An address that fails is left alone by all its deliveries, but never longer than this.
_LONGEST_REST_S: Final = 5 * _MINUTE


def pause_s(attempts: int) -> float | None:
    """Return how long a delivery waits after so many tries, jittered; None: it is given up."""
    if attempts > len(SCHEDULE_S):
        return None
    # Never above a day: the longest wait is the longest that is promised.
    return SCHEDULE_S[max(attempts, 1) - 1] * random.uniform(0.8, 1.0)  # noqa: S311  # no secret


def rest_s(failures: int) -> float:
    """Return how long an address is left alone after so many failures, one after the other."""
    return min(SCHEDULE_S[0] * 2.0 ** min(max(failures, 1) - 1, 10), _LONGEST_REST_S)
