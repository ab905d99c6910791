"""The peer: dlt merging the same pages into PostgreSQL. It is no dependency of Rollcall.

dlt gets the rows as our own client reads them from the simulator and merges them by
``customer_id``, lists and objects as JSON columns, with its default strategy: delete and insert.
(Its other one, upsert, fails on rows that come twice, as they do where a POS pages by number.) It
does neither hash, map, diff, encrypt nor audit, and has one index.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rig import PAGE, UNLIMITED, Hub, Pos
from rollcall.pos.contract import OpenOptions, RawRow, Window, WindowKind
from rollcall.pos.registry import connector


def is_installed() -> bool:
    """Tell whether dlt can be compared with."""
    return importlib.util.find_spec("dlt") is not None


class _Unlimited:
    def acquire(self) -> None:
        """Every request may go at once."""


class DltPeer:
    """One dlt pipeline into the hub's own database server, in a schema of its own."""

    def __init__(self, where: Path, made: Hub, pos: Pos) -> None:
        os.environ |= {
            "RUNTIME__DLTHUB_TELEMETRY": "false",
            "RUNTIME__LOG_LEVEL": "ERROR",
            "DLT_DATA_DIR": str(where),
        }
        self._dlt = importlib.import_module("dlt")
        self._made = made
        self._pos = pos
        server = made.server
        # The host in the query part wins: it may be a folder with a socket.
        url = (
            f"postgresql://{server.user}:{server.password}@localhost:{server.port}"
            f"/{server.database}?host={server.host}"
        )
        self._pipeline = self._dlt.pipeline(
            pipeline_name=where.name,
            pipelines_dir=str(where),
            destination=self._dlt.destinations.postgres(url),
            dataset_name="dlt_peer",
        )

    def merge(self, *, rows: int) -> float:
        """Read everything and merge it; returns rows a second, for ``rows`` customers."""

        def pages() -> Iterator[list[RawRow]]:
            yield from self._pages()

        customers = self._dlt.resource(
            pages,
            name="customers",
            write_disposition="merge",
            primary_key="customer_id",
            max_table_nesting=0,
        )
        began = time.perf_counter()
        self._pipeline.run(customers()).raise_on_failed_jobs()
        rate = rows / (time.perf_counter() - began)
        self._help_with_an_index()
        return rate

    def _help_with_an_index(self) -> None:
        # dlt makes none on the key that it merges by; with one it is quicker on large tables.
        with self._made.open_database() as database:
            database.execute(
                "create index if not exists customers_key on dlt_peer.customers (customer_id)"
            )
            database.execute("analyze dlt_peer.customers")

    def _pages(self) -> Iterator[list[RawRow]]:
        found: Any = connector("treez")
        limits = {"page_size": PAGE, "requests_per_second": UNLIMITED}
        settings = found.settings_model.model_validate({**self._pos.settings, **limits})
        options = OpenOptions(time_zone=ZoneInfo("America/Los_Angeles"), rate_limiter=_Unlimited())
        with found.open(settings, options) as client:
            window = Window(kind=WindowKind.FULL, since=None, until=client.check().pos_time)
            for page in client.iter_pages(window):
                yield list(page.rows)
