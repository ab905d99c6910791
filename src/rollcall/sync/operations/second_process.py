"""A second process that prepares rows while this one reads and writes.

Only for runs that are worth its start; where it cannot be had, or dies, this process does the work
itself.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Final

import structlog

from rollcall.kit.crypto import UnsealError
from rollcall.sync.operations.preparing import Job, Outcome, RowToPrepare, prepare

log = structlog.get_logger()

#: New or changed rows after which a run counts as long. Until the process is up, others follow.
WORTH_IT: Final = 1_500
#: How long a run stands still for the process to come up; this one goes on by itself meanwhile.
PATIENCE_S: Final = 0.0

_OBJECTS_BETWEEN_COLLECTIONS: Final = 1_000_000

Ready = Callable[[], Outcome]


class Preparing:
    """Where jobs are prepared: here at first, in a second process once a run proves to be long."""

    def __init__(self) -> None:
        self._rows = 0
        self._pool: ProcessPoolExecutor | None = None
        self._up: Future[None] | None = None
        self._alone = (os.cpu_count() or 1) < 2

    @property
    def is_elsewhere(self) -> bool:
        """Whether jobs are prepared by another process, so that waiting for one is a waste."""
        return self._pool is not None and self._up is not None and self._up.done()

    def submit(self, job: Job) -> Ready:
        """Have a job prepared; calling the answer waits for it."""
        self._rows += len(job.rows)
        if self._pool is None and not self._alone and self._rows > WORTH_IT:
            self._pool = _start()
            self._up = self._pool.submit(_wake)
            concurrent.futures.wait([self._up], timeout=PATIENCE_S)
        pool = self._pool  # the writing thread may give it up at any moment
        if pool is None or not self.is_elsewhere:
            outcome = prepare(job)
            return lambda: outcome
        shipped = [row._replace(row=None) for row in job.rows]
        try:
            future = pool.submit(prepare, _with_rows(job, shipped))
        except (BrokenProcessPool, RuntimeError) as error:
            self._give_up(error)
            return self.submit(job)
        return lambda: self._outcome(future, job)

    def _outcome(self, future: Future[Outcome], job: Job) -> Outcome:
        try:
            return future.result()
        except (BrokenProcessPool, CancelledError, UnsealError) as error:
            # It died, or met what only this process can solve, such as a key made just now.
            if isinstance(error, BrokenProcessPool):
                self._give_up(error)
            return prepare(job)

    def _give_up(self, error: Exception) -> None:
        log.warning("sync.preparing.second_process_lost", error=type(error).__name__)
        self.close()
        self._alone = True

    def close(self) -> None:
        """End the second process; idempotent."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = self._up = None


@contextlib.contextmanager
def preparing() -> Iterator[Preparing]:
    """Prepare jobs within this block."""
    place = Preparing()
    try:
        yield place
    finally:
        place.close()


def _with_rows(job: Job, rows: list[RowToPrepare]) -> Job:
    return dataclasses.replace(job, rows=rows)


def _start() -> ProcessPoolExecutor:
    # Not forked: threads of this process (heartbeat, worker) may hold locks.
    return ProcessPoolExecutor(
        max_workers=1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
    )


def _begin() -> None:
    """Prepare the second process: Ctrl-C is for its parent, and it must not outlive that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a batch is made of has no circles, and lives until the next one.
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def _wake() -> None:
    """Nothing; whoever waits for the answer knows that the process is up."""


def _follow(sentinel: int) -> None:
    wait([sentinel])
    os._exit(0)
