"""What the benchmarks share: a simulator in a process of its own, a hub, and honest printing."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg

from rollcall.embedded import EmbeddedServer, ServerInfo
from rollcall.pos.simulator.control import Control
from rollcall.testing.installation import Installation

CONNECTION = "alder-way"
PAGE = 1000
#: More than any benchmark asks for: nothing but the work itself holds a request back.
UNLIMITED = 100_000


#: What a change does to a wire row: key → SQL expression over ``position`` and ?1, the change's
#: number. Five values, one of them indexed by the hub.
CHANGES: Final = {
    "treez": {
        "phone": "printf('415%07d', (position * 7919 + ?1 * 104729) % 9000000 + 1000000)",
        "rewards_balance": "(position + ?1 * 17) % 2000",
        "notes": "printf('visit %06d', (position + ?1 * 31) % 1000000)",
        "last_visit_date": "printf('2025-11-%02d 10:00:00.000', 1 + ?1 % 28)",
        "last_update": "strftime('%Y-%m-%dT%H:%M:%S.000+00:00', ?2, 'unixepoch')",
    },
    "leaflogix": {
        "phone": "printf('415%07d', (position * 7919 + ?1 * 104729) % 9000000 + 1000000)",
        "cellPhone": "printf('415%07d', (position * 7919 + ?1 * 104729) % 9000000 + 1000000)",
        "notes": "printf('visit %06d', (position + ?1 * 31) % 1000000)",
        "referralSource": "printf('poster %03d', (position + ?1 * 17) % 1000)",
        "postalCode": "printf('%05d', (position + ?1 * 17) % 99999 + 1)",
        "lastModifiedDateUTC": "strftime('%m/%d/%Y %H:%M:%S', ?2, 'unixepoch')",
    },
}


@dataclass(frozen=True, kw_only=True)
class Pos:
    """A running simulator: connection settings, and the file that holds its customers."""

    kind: str
    url: str
    settings: dict[str, object]
    state: Path

    def change(self, number: int, *, one_in: int = 1, at: float | None = None) -> int:
        """Change five values of every ``one_in``-th row; returns how many rows that were.

        Written straight into the state file: a hundred thousand edits over HTTP would take longer
        than the benchmark.

        :param at: epoch seconds that the POS notes as the time of change; else long ago, so that
            reading what changed lately does not bring the rows a second time.
        """
        when = 1_763_600_000 + number * 60 if at is None else int(at)
        assignments = ", ".join(f"'$.{key}', {value}" for key, value in CHANGES[self.kind].items())
        with contextlib.closing(sqlite3.connect(self.state, timeout=60)) as db, db:
            return db.execute(
                "UPDATE customers SET"
                f" body = CAST(json_set(CAST(body AS TEXT), {assignments}) AS BLOB)"
                + (", updated = ?2" if at is not None else "")
                + " WHERE position % ?3 = ?1 % ?3",
                [number, when, one_in],
            ).rowcount

    def set_clock(self, skew_s: float) -> None:
        """Put the POS's clock ahead."""
        Control(self.url).set_clock(skew_s)

    @property
    def now(self) -> float:
        """The machine's clock, epoch seconds."""
        return time.time()


@dataclass(frozen=True, kw_only=True)
class Hub:
    """An installation with an embedded database of its own, which is kept running."""

    installation: Installation
    server: ServerInfo

    def connect_to(self, pos: Pos, **changes: object) -> None:
        """Set the connection up, or change its settings."""
        settings = {"page_size": PAGE, "requests_per_second": UNLIMITED, **changes}
        self.installation.connect({**pos.settings, **settings}, kind=pos.kind)

    def open_database(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A plain connection, past Rollcall."""
        return psycopg.connect(
            host=self.server.host,
            port=self.server.port,
            user=self.server.user,
            password=self.server.password,
            dbname=self.server.database,
        )

    def sync(self, *options: str) -> dict[str, Any]:
        """One ``rollcall sync`` to its end, as its JSON with ``seconds`` added.

        The seconds run from the moment that the process holds the account until the last commit:
        log-in, pages, catching up and concluding; the start of Python is left out.
        """
        printed = self.installation.run("sync", CONNECTION, "--json", *options, timeout_s=7200)
        run: dict[str, Any] = json.loads(printed.splitlines()[-1])
        began, ended = (
            dt.datetime.fromisoformat(run[key]) for key in ("started_at", "finished_at")
        )
        return {**run, "seconds": (ended - began).total_seconds()}


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder that is thrown away; ``ROLLCALL_BENCH_DIR`` says where."""
    path = Path(
        tempfile.mkdtemp(prefix="rollcall-bench-", dir=os.environ.get("ROLLCALL_BENCH_DIR"))
    )
    path.chmod(0o755)  # root's embedded server runs as another account
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def simulator(where: Path, *, people: int | Path, kind: str = "treez") -> Iterator[Pos]:
    """Run ``rollcall simulate KIND --no-limits`` until the block ends.

    :param people: how many, or a CSV file of them.
    """
    state = where / "pos.sqlite"
    own = Installation(data=where / "simulator")
    process = own.start(
        *("simulate", kind, "--no-limits", "--people", str(people), "--state", str(state)),
        *("--port", "0"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise SystemExit("the simulator did not start")
        settings = json.loads(line)
        root = urlsplit(settings["base_url"])
        yield Pos(kind=kind, url=f"{root.scheme}://{root.netloc}", settings=settings, state=state)
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def hub(where: Path, pos: Pos, **settings: object) -> Iterator[Hub]:
    """A new installation, connected to the simulator."""
    installation = Installation(data=where)
    where.mkdir(parents=True, exist_ok=True)
    where.chmod(0o711)
    with EmbeddedServer(where) as server:
        made = Hub(installation=installation, server=server)
        made.connect_to(pos, **settings)
        yield made


def machine() -> str:
    """One line about where this runs."""
    return (
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f},"
        f" Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )


def spread(values: Sequence[float], *, digits: int = 0) -> str:
    """Median, and the smallest and largest in brackets."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:,.{digits}f} ({low:,.{digits}f}–{high:,.{digits}f})"


def summarise(**figures: str) -> None:
    """Hand figures to ``all.py``, if it is what runs us: words with underscores → value."""
    path = os.environ.get("ROLLCALL_BENCH_SUMMARY")
    if path is None:
        return
    with Path(path).open("a") as file:
        file.writelines(
            json.dumps([Path(sys.argv[0]).stem, name.replace("_", " "), value]) + "\n"
            for name, value in figures.items()
        )


def say(text: str) -> None:
    """Progress, on stderr: stdout is for results."""
    print(text, file=sys.stderr, flush=True)
