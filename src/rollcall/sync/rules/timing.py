"""When a connection is read by itself; pure, and safe where clocks are put forward or back."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections.abc import Collection
from typing import Final
from zoneinfo import ZoneInfo

#: So that a shopper who was registered at the POS is found here within five minutes.
SOONEST_DEFAULT_S: Final = 120
_LATEST_DEFAULT_S: Final = 240
#: Without windows of changes every run reads everything.
_DEFAULT_WITHOUT_CHANGES_S: Final = 6 * 3600
#: Requests of a run that finds little, generously; they shall take a quarter of the time at most.
_REQUESTS_OF_A_RUN: Final = 10
_LONGEST_OUTAGE_S: Final = 300.0
_LONGEST_REFUSAL_S: Final = 3600.0


def default_changes_every_s(*, requests_per_second: float, has_windows: bool) -> int:
    """How often to ask a POS for changes, in seconds, as its limits sensibly allow.

    :param has_windows: it can be asked for changes alone.
    """
    if not has_windows:
        return _DEFAULT_WITHOUT_CHANGES_S
    sensible = math.ceil(4 * _REQUESTS_OF_A_RUN / requests_per_second)
    return min(max(SOONEST_DEFAULT_S, sensible), _LATEST_DEFAULT_S)


def stable_share(name: str) -> float:
    """A number from 0 to below 1 that is always the same for a name, and evenly spread."""
    digest = hashlib.blake2b(name.encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2.0**48


def next_on_grid(*, every_s: int, share: float, now: dt.datetime) -> dt.datetime:
    """The next moment of a steady beat, at least half an interval from now.

    :param share: 0 to 1, of the interval; keeps connections apart.
    """
    phase = share * every_s
    beats = math.ceil((now.timestamp() + every_s / 2 - phase) / every_s)
    return dt.datetime.fromtimestamp(beats * every_s + phase, tz=dt.UTC)


def next_off_peak(
    *,
    days: Collection[int],
    starts: dt.time,
    ends: dt.time,
    zone: ZoneInfo,
    share: float,
    after: dt.datetime,
) -> dt.datetime | None:
    """The next of the chosen nights' moments; None if no day is chosen.

    A local time that is skipped when clocks go forward comes as much later; one that comes twice
    counts the first time.

    :param days: on which the off-peak hours begin, 0 is Monday.
    :param ends: the next day's, if it is not after ``starts``; both the same: around the clock.
    :param share: 0 to 1, of the off-peak hours; keeps connections apart.
    """
    length_s = (_seconds(ends) - _seconds(starts)) % 86_400 or 86_400
    offset = dt.timedelta(seconds=int(share * length_s))
    today = after.astimezone(zone).date()
    for number in range(-2, 9):
        day = today + dt.timedelta(days=number)
        if day.weekday() not in days:
            continue
        local = dt.datetime.combine(day, starts) + offset
        moment = local.replace(tzinfo=zone).astimezone(dt.UTC)
        if moment > after:
            return moment
    return None


def _seconds(time: dt.time) -> int:
    return time.hour * 3600 + time.minute * 60 + time.second


def hold_after_failures_s(failures: int, *, every_s: int, passes: bool) -> float:
    """How long nothing is asked by itself after so many failed runs in a row.

    :param passes: the POS was away, which may be over at any moment; otherwise a person has to do
        something, and asking often only locks accounts.
    """
    longest = _LONGEST_OUTAGE_S if passes else _LONGEST_REFUSAL_S
    doublings = min(max(failures, 1) - 1, 10)
    return min(max(every_s, 30) * float(1 << doublings), longest)
