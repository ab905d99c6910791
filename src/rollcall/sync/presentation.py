"""How runs and quarantined rows are laid out on pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext

from rollcall.sync.models import CustomerSync, PosConnection, QuarantinedRow, Schedule
from rollcall.sync.operations.schedules import (
    LONGEST_S,
    SHORTEST_S,
    ScheduleChanges,
    ScheduleError,
)
from rollcall.sync.queries import OPEN_STATES, Progress
from rollcall.sync.rules.schedule_words import (
    DAILY,
    DAYS,
    NEVER,
    days_in_words,
    read_days,
    read_time,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RunPage:
    """What the page of one run shows.

    :param is_open: it waits or goes on; the page asks again.
    :param percent: 0 to 100; None if nobody knows how much there is.
    :param rows_per_second: now, or over the whole run once it has ended.
    :param seconds: since it started, until now or its end.
    """

    run: CustomerSync
    is_open: bool
    percent: int | None
    rows_per_second: float
    seconds: float | None
    seconds_left: float | None
    unknown_keys: Sequence[tuple[str, int]]


def present_run(run: CustomerSync, progress: Progress, *, now: dt.datetime) -> RunPage:
    """Lay out a run."""
    seconds = _seconds(run, now)
    rate = progress.rows_per_second
    if run.finished_at is not None and seconds:
        rate = run.rows_read / seconds
    return RunPage(
        run=run,
        is_open=run.state in OPEN_STATES,
        percent=None if progress.share is None else int(progress.share * 100),
        rows_per_second=rate,
        seconds=seconds,
        seconds_left=progress.seconds_left,
        unknown_keys=sorted(run.unknown_keys.items(), key=lambda pair: (-pair[1], pair[0])),
    )


def _seconds(run: CustomerSync, now: dt.datetime) -> float | None:
    if run.started_at is None:
        return None
    return ((run.finished_at or now) - run.started_at).total_seconds()


@dataclass(frozen=True, kw_only=True, slots=True)
class QuarantineGroup:
    """The open rows of one customer list, and the connections that read it."""

    connections: Sequence[PosConnection]
    rows: Sequence[QuarantinedRow]


def group_quarantine(
    connections: Sequence[PosConnection], rows: Mapping[int, Sequence[QuarantinedRow]]
) -> list[QuarantineGroup]:
    """One group per list, although several connections may read it.

    :param rows: by the connection's id.
    """
    readers: dict[int, list[PosConnection]] = {}
    for connection in connections:
        if connection.account_id is not None:
            readers.setdefault(connection.account_id, []).append(connection)
    groups = (
        QuarantineGroup(connections=group, rows=rows.get(group[0].pk, ()))
        for group in readers.values()
    )
    return [group for group in groups if group.rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class NightChoice:
    """One choice of nights in a form."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleForm:
    """What the page of a schedule shows."""

    schedule: Schedule
    shortest_s: int
    longest_s: int
    full_on: Sequence[NightChoice]
    reconcile_on: Sequence[NightChoice]


def present_schedule(plan: Schedule) -> ScheduleForm:
    """Lay out a schedule's form."""
    return ScheduleForm(
        schedule=plan,
        shortest_s=SHORTEST_S,
        longest_s=LONGEST_S,
        full_on=_night_choices(plan.full_days),
        reconcile_on=_night_choices(plan.reconcile_days),
    )


def _night_choices(days: Sequence[int]) -> list[NightChoice]:
    """Every night, none, or one of the week; and what the command line may have set beside."""
    labels = {DAILY: gettext("every night"), NEVER: gettext("never")}
    labels |= {word: str(WEEKDAYS[number]) for number, word in enumerate(DAYS)}
    held = days_in_words(days)
    labels.setdefault(held, ", ".join(str(WEEKDAYS[day]) for day in days))
    return [
        NightChoice(value=value, label=label, chosen=value == held)
        for value, label in labels.items()
    ]


def read_schedule_form(posted: QueryDict) -> ScheduleChanges:
    """What somebody wants a schedule to be.

    :raises ScheduleError: the interval is no number.
    :raises ScheduleWordError: something else cannot be read.
    """
    every = posted.get("changes_every_s", "")
    if not (every.isascii() and every.isdigit() and len(every) < 10):
        raise ScheduleError("the seconds have to be a whole number")
    return ScheduleChanges(
        changes_every_s=int(every),
        full_days=read_days(posted.get("full_on", "").split(",")),
        reconcile_days=read_days(posted.get("reconcile_on", "").split(",")),
        off_peak_from=read_time(posted.get("off_peak_from", "")),
        off_peak_until=read_time(posted.get("off_peak_until", "")),
    )
