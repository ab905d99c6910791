"""Schedules in words: how the file, the command line and the pages name days and times."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Final

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAILY: Final = "daily"
NEVER: Final = "never"
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class ScheduleWordError(ValueError):
    """This names no day, or no time; the message is a sentence for a person."""


def read_days(words: Iterable[str]) -> list[int]:
    """Numbers of the days, 0 is Monday, in order; ``daily`` and ``never`` stand alone.

    :raises ScheduleWordError: a word is none of them.
    """
    given = [word.strip().lower() for word in words]
    if given == [DAILY]:
        return list(range(7))
    if given == [NEVER]:
        return []
    if not set(given) <= set(DAYS):
        raise ScheduleWordError(f"days are {', '.join(DAYS)}, or {DAILY} or {NEVER} alone")
    return sorted({DAYS.index(word) for word in given})


def days_in_words(days: Sequence[int]) -> str:
    """The inverse: ``daily``, ``never`` or ``mon, thu``."""
    if len(set(days)) == len(DAYS):
        return DAILY
    return ", ".join(DAYS[day] for day in sorted(set(days))) or NEVER


def read_time(word: str) -> dt.time:
    """A local time of day.

    :raises ScheduleWordError: not of the form ``02:00``.
    """
    if not _TIME.fullmatch(word.strip()):
        raise ScheduleWordError('times of day have the form "02:00"')
    return dt.time.fromisoformat(word.strip())
