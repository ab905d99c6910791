"""When a quarantined row gets its next try."""

from __future__ import annotations

import datetime as dt
from typing import Final

_FIRST: Final = dt.timedelta(minutes=1)
_LONGEST: Final = dt.timedelta(days=1)


def is_due(*, attempts: int, last_seen_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a row that was tried ``attempts`` times should be tried again.

    Pauses double from a minute to a day: a row that stays bad must not cost every run a request.
    """
    doublings: int = min(attempts - 1, 20)
    pause: dt.timedelta = min(_FIRST * (1 << doublings), _LONGEST)
    return now - last_seen_at >= pause
