"""Days as BLAZE writes them: midnights in the shop's zone, in epoch milliseconds."""

from __future__ import annotations

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def date_of(text: str) -> dt.date | None:
    """Read ``YYYY-MM-DD``; None for anything else."""
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def midnight(day: dt.date, zone: ZoneInfo) -> int:
    """Return the first moment of a day in a zone, in epoch milliseconds."""
    begin = dt.datetime(day.year, day.month, day.day, tzinfo=zone)
    return int(begin.timestamp()) * 1000


def shown_day(millis: object, zone: ZoneInfo) -> str | None:
    """Return the day that a shop's screen shows for a moment; 0 shows nothing [code]."""
    if not isinstance(millis, int) or isinstance(millis, bool) or not millis:
        return None
    try:
        return (_EPOCH + dt.timedelta(milliseconds=millis)).astimezone(zone).date().isoformat()
    except OverflowError:
        return None
