"""Waking workers up: the only folder that knows the queue library.

A job is never the promise itself: what must happen is a row of its own, and a sweep finds rows that
nobody works on. So a job may be lost, doubled or late without harm; finished ones are deleted.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any, Final

import structlog
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

log = structlog.get_logger()

Work = Callable[..., None]

#: Set when this worker was told to end: long work stops at its next commit, and another goes on.
stopping = threading.Event()


class StoppedError(RuntimeError):
    """This process was told to end; what it was doing waits in its row for the next one."""


def pause(seconds: float) -> None:
    """Sleep, but not beyond the moment when this worker is told to end.

    :raises StoppedError: it was told to end.
    """
    if stopping.wait(seconds):
        raise StoppedError("the worker ends")


#: Queues of jobs: long work must never keep those waiting for which somebody stands at a counter.
USUAL: Final = "default"
COUNTER: Final = "counter"

_queues: dict[str, str] = {}


def task(name: str, *, counter: bool = False) -> Callable[[Work], Work]:
    """Register work under a name; it gets the ids given to :func:`wake` as keywords.

    Work must be idempotent and tolerate running beside itself.

    :param counter: short work that somebody may wait for; it has workers of its own.
    """
    _queues[name] = COUNTER if counter else USUAL

    def register(work: Work) -> Work:
        app.task(name=name, pass_context=False)(_in_fresh_connections(work))
        return work

    return register


def every(seconds: int, name: str, *, counter: bool = False) -> Callable[[Work], Work]:
    """Register work that some worker does every so many seconds (a divisor of 60).

    :param counter: it is short, and long work must not keep it waiting.
    """
    queue = COUNTER if counter else USUAL

    def register(work: Work) -> Work:
        job = _in_fresh_connections(lambda timestamp: work())  # noqa: ARG005  # the library's word
        periodic = app.periodic(cron=f"* * * * * */{seconds}", periodic_id=name)
        periodic(app.task(name=name, queueing_lock=name, queue=queue)(job))
        return work

    return register


def wake(name: str, **ids: int) -> None:
    """Have a worker do the named work soon, after the current transaction; joins a waiting job."""
    key = ":".join([name, *(f"{one}={value}" for one, value in sorted(ids.items()))])
    transaction.on_commit(functools.partial(_defer, name, key, ids))


def _defer(name: str, key: str, ids: dict[str, int]) -> None:
    try:
        with transaction.atomic():
            queue = _queues.get(name, USUAL)
            app.configure_task(name=name, queueing_lock=key, queue=queue).defer(**ids)
    except AlreadyEnqueued:
        return
    except ConnectorException:
        # The database went away right after the commit: what was committed counts, and is found.
        log.warning("jobs.not_woken", job=name)


def _in_fresh_connections(work: Work) -> Work:
    from django.db import close_old_connections  # noqa: PLC0415

    @functools.wraps(work)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        close_old_connections()
        try:
            work(*args, **kwargs)
        finally:
            close_old_connections()

    return wrapped
