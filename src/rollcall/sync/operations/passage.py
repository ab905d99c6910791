"""Rows on their way from the POS into the database: read, prepared and written at the same time.

Batches are written in the order in which they were read, each in one transaction with the position
behind it; so whatever is broken off between the steps is simply read again.
"""

from __future__ import annotations

import contextlib
import functools
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from django.db import connection

from rollcall.pos.contract import Page, RawRow
from rollcall.sync.models import CustomerSync
from rollcall.sync.operations.batches import (
    Sorted,
    fingerprint_rows,
    make_job,
    sort_rows,
    write_batch,
)
from rollcall.sync.operations.collecting import collect_rarely
from rollcall.sync.operations.lease import Lease, LeaseLostError
from rollcall.sync.operations.second_process import Preparing, Ready, preparing
from rollcall.sync.operations.source import Source

#: Rows and seconds after which read pages are committed, whichever comes first.
_BATCH_ROWS: Final = 2000
_BATCH_SECONDS: Final = 1.0

#: Batches that may be on their way at a time; each is a few megabytes.
_MOST_FLYING: Final = 3

Report = Callable[[CustomerSync], None]


def batch_pages(pages: Iterator[Page]) -> Iterator[tuple[list[RawRow], str, int]]:
    """Join small pages into batches worth a transaction: rows, the last token, how many pages."""
    collect_rarely()
    rows: list[RawRow] = []
    count, since, token = 0, time.monotonic(), ""
    for page in pages:
        rows.extend(page.rows)
        count, token = count + 1, page.resume_token
        if len(rows) >= _BATCH_ROWS or time.monotonic() - since > _BATCH_SECONDS:
            yield rows, token, count
            rows, count, since = [], 0, time.monotonic()
    if count:
        yield rows, token, count


@dataclass(frozen=True, kw_only=True, slots=True)
class _Flying:
    """A batch on its way; ``written`` ends with its transaction."""

    batch: Sorted
    written: Future[None]


@dataclass(kw_only=True, slots=True)
class Passage:
    """Takes batches over in their order.

    In a long run, while one is read, those before it are prepared by a second process and written
    by a second thread.
    """

    source: Source
    lease: Lease
    run: CustomerSync
    report: Report
    place: Preparing
    writer: ThreadPoolExecutor | None = None
    flying: deque[_Flying] = field(default_factory=deque)
    broken_off: bool = False

    def take(self, rows: Sequence[RawRow], *, resume_token: str, pages: int) -> None:
        """Take one more batch over, soon.

        :raises LeaseLostError: another process reads the account now.
        """
        if self.lease.lost.is_set():
            raise LeaseLostError("the lease went to another process")
        found = fingerprint_rows(self.source, rows)
        if not all(found.latest.keys().isdisjoint(one.batch.ids) for one in self.flying):
            self.finish()  # a row that comes again is compared with what it was written as
        batch = sort_rows(self.source, found)
        ready = self.place.submit(make_job(self.source, batch))
        write = functools.partial(self._write, batch, ready, resume_token=resume_token, pages=pages)
        if self.place.is_elsewhere:
            self._fly(batch, write)
        else:
            self.finish()
            write()
            self._tell()

    def finish(self) -> None:
        """Wait until all is written."""
        while self.flying:
            self._land()

    def close(self) -> None:
        """End the second thread; a write that is under way comes to its end first."""
        if self.writer is not None:
            for one in self.flying:
                one.written.cancel()
            self.writer.submit(_leave_database)
            self.writer.shutdown(wait=True)
            self.writer = None

    def _fly(self, batch: Sorted, write: Callable[[], None]) -> None:
        if self.writer is None:
            self.writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sync-writer")
        self.flying.append(_Flying(batch=batch, written=self.writer.submit(write)))
        if len(self.flying) > _MOST_FLYING:
            self._land()

    def _land(self) -> None:
        self.flying.popleft().written.result()
        self._tell()

    def _write(self, batch: Sorted, ready: Ready, *, resume_token: str, pages: int) -> None:
        # The position behind a batch must never be written when one before it was not.
        if self.broken_off:
            raise CancelledError
        self.broken_off = True
        write_batch(
            self.source,
            self.lease,
            batch,
            ready(),
            run=self.run,
            resume_token=resume_token,
            pages=pages,
        )
        self.broken_off = False

    def _tell(self) -> None:
        self.run.refresh_from_db(from_queryset=CustomerSync.objects.scoped(self.source.scope))
        self.report(self.run)


def _leave_database() -> None:
    # Looked up in the thread that runs this: each has a connection of its own.
    connection.close()


@contextlib.contextmanager
def reading(source: Source, lease: Lease, run: CustomerSync, report: Report) -> Iterator[Passage]:
    """Open a passage; what was not finished in the block is left for the next run."""
    with preparing() as place:
        passage = Passage(source=source, lease=lease, run=run, report=report, place=place)
        try:
            yield passage
        finally:
            passage.close()
