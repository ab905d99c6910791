"""The peer: dlt merging the same pages into PostgreSQL. It is no dependency of Rollcall.

dlt gets the rows as our own client reads them from the simulator and merges them by the POS's id,
lists and objects as JSON columns, with its default strategy: delete and insert. (Its other one,
upsert, fails on rows that come twice, as they do where a POS pages by number.) It does neither
hash, map, diff, encrypt nor audit, and has one index.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import importlib.util
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import psycopg

from rig import PAGE, UNLIMITED, Hub, Pos
from rollcall.pos.contract import OpenOptions, RawRow, Window, WindowKind
from rollcall.pos.registry import connector

#: Where each POS's rows have their id, as dlt names the column.
_IDS: Final = {"treez": "customer_id", "leaflogix": "customer_id"}
_SEED_ROWS: Final = 1000


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

    def fill(self) -> None:
        """Give dlt's table as many rows as the POS has, so that it merges into one of that size.

        The first rows are loaded by dlt; the others repeat them under their own ids, because a
        million rows would take dlt longer than all the rest of the benchmark.
        """
        now = dt.datetime.now(dt.UTC)
        first: list[RawRow] = []
        for page in self._read(Window(kind=WindowKind.FULL, since=None, until=now)):
            first.extend(page)
            if len(first) >= _SEED_ROWS:
                break
        self._merge(iter([first]))
        with self._made.open_database() as database:
            self._repeat(database)
            # dlt makes none on the key that it merges by; with one it is quicker on large tables.
            key = _IDS[self._pos.kind]
            database.execute(f"create index customers_key on dlt_peer.customers ({key})".encode())
            database.commit()
            database.autocommit = True
            database.execute("vacuum analyze dlt_peer.customers")

    def _repeat(self, database: psycopg.Connection[tuple[Any, ...]]) -> None:
        key = _IDS[self._pos.kind]
        found = database.execute(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'dlt_peer' and table_name = 'customers'"
        ).fetchall()
        types: dict[str, str] = dict(found)
        with contextlib.closing(sqlite3.connect(self._pos.state)) as db:
            ids = db.execute("select pos_id from customers").fetchall()
        database.execute("create temporary table wanted (number bigserial, pos_id text)")
        with database.cursor().copy("copy wanted (pos_id) from stdin") as copy:
            for row in ids:
                copy.write_row(row)
        own = {key: f"wanted.pos_id::{types[key]}", "_dlt_id": "md5(wanted.pos_id)"}
        chosen = ", ".join(own.get(name, f"seed.{name}") for name in types)
        database.execute(
            "with seed as (select *, row_number() over () as number from dlt_peer.customers)"
            f" insert into dlt_peer.customers ({', '.join(types)}) select {chosen} from wanted"
            " join seed on seed.number = wanted.number % (select count(*) from seed) + 1"
            f" where wanted.pos_id not in (select {key}::text from seed)".encode()
        )

    def merge(self, window: Window, *, rows: int) -> float:
        """Read a window and merge it; returns rows a second, for ``rows`` customers."""
        began = time.perf_counter()
        self._merge(self._read(window))
        return rows / (time.perf_counter() - began)

    def _merge(self, pages: Iterator[list[RawRow]]) -> None:
        def stream() -> Iterator[list[RawRow]]:
            yield from pages

        customers = self._dlt.resource(
            stream,
            name="customers",
            write_disposition="merge",
            primary_key=_IDS[self._pos.kind],
            max_table_nesting=0,
        )
        self._pipeline.run(customers()).raise_on_failed_jobs()

    def _read(self, window: Window) -> Iterator[list[RawRow]]:
        found: Any = connector(self._pos.kind)
        limits = {"page_size": PAGE, "requests_per_second": UNLIMITED}
        settings = found.settings_model.model_validate({**self._pos.settings, **limits})
        options = OpenOptions(time_zone=ZoneInfo("America/Los_Angeles"), rate_limiter=_Unlimited())
        with found.open(settings, options) as client:
            for page in client.iter_pages(window):
                yield list(page.rows)
