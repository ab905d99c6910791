"""Reading ahead: the next pages come in while the last ones are written."""

from __future__ import annotations

import contextlib
import gc
import queue
import threading
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from django.db import connection

#: Pages that wait for the database; with one being read and one being written, four in memory.
_PAGES_AHEAD: Final = 2
#: Objects made until Python looks for circles of them. Rows are trees of thousands of objects that
#: live for a moment; the usual 700 made it look at them again and again, for a tenth of the time.
_OBJECTS_BETWEEN_COLLECTIONS: Final = 50_000

ItemT = TypeVar("ItemT")


@dataclass(frozen=True, kw_only=True, slots=True)
class _End:
    """The last thing in the queue: the pages ended by themselves, or by an error."""

    error: BaseException | None


class _Reader(Generic[ItemT]):
    """Runs an iterator in a thread of its own."""

    def __init__(self, pages: Iterable[ItemT]) -> None:
        self._pages = pages
        self._ready: queue.Queue[ItemT | _End] = queue.Queue(_PAGES_AHEAD)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, name="reading ahead", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def pages(self) -> Iterator[ItemT]:
        while True:
            page = self._ready.get()
            if isinstance(page, _End):
                if page.error is not None:
                    raise page.error
                return
            yield page

    def end(self) -> None:
        """Ask the thread to end after its present request, and wait for that."""
        self._stop.set()
        while self._thread.is_alive():
            # It may be waiting for a place in the queue.
            with contextlib.suppress(queue.Empty):
                self._ready.get_nowait()
            self._thread.join(0.05)

    def _read(self) -> None:
        error: BaseException | None = None
        try:
            for page in self._pages:
                self._ready.put(page)
                if self._stop.is_set():
                    break
        except BaseException as caught:  # noqa: BLE001  # raised again where the pages are used
            error = caught
        finally:
            # The rate limiter asks the database, and each thread has a connection of its own.
            connection.close()
        self._ready.put(_End(error=error))


@contextlib.contextmanager
def reading_ahead(pages: Iterable[ItemT]) -> Generator[Iterator[ItemT]]:
    """Go through pages of a POS while a thread reads at most two pages further.

    Nothing but the thread may use the client within the block. The position only ever moves with
    rows that were written, so pages that were read ahead in vain are simply read again. An error
    of reading comes after the pages before it. At the end of the block the thread has ended too.
    """
    reader = _Reader(pages)
    with _few_collections():
        reader.start()
        try:
            yield reader.pages()
        finally:
            reader.end()


@contextlib.contextmanager
def _few_collections() -> Iterator[None]:
    usual = gc.get_threshold()
    gc.set_threshold(max(usual[0], _OBJECTS_BETWEEN_COLLECTIONS), *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
