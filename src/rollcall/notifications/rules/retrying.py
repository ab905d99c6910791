"""When mail is tried again, and when a condition that comes and goes is still the same one."""

from __future__ import annotations

import datetime as dt
from typing import Final

#: A notice that opens again so soon goes on silently; that it recovered is mailed afterwards only.
QUIET_TIME: Final = dt.timedelta(minutes=30)
#: How long mail is tried for.
PATIENCE: Final = dt.timedelta(days=1)
#: How long a worker keeps a letter to itself; longer than any conversation with a mail server.
CLAIM: Final = dt.timedelta(minutes=3)
_FIRST_PAUSE: Final = dt.timedelta(minutes=1)
_LONGEST_PAUSE: Final = dt.timedelta(hours=1)


def pause_after(attempts: int) -> dt.timedelta:
    """How long to wait after so many attempts: a minute, doubling up to an hour."""
    doublings = min(max(attempts - 1, 0), 10)
    return min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)


def next_try(*, attempts: int, since: dt.datetime, now: dt.datetime) -> dt.datetime | None:
    """When to try again; None if it was tried long enough.

    :param since: when the mail was due first.
    """
    if now - since >= PATIENCE:
        return None
    return now + pause_after(attempts)
