"""The state file: customers in SQLite, with their wire form ready to be joined into a page."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from rollcall.pos.simulator.records import Listing, Record

_FORMAT: Final = "1"
_APPLICATION_ID: Final = 0x526F6C6C
_COLUMNS: Final = (
    "position, pos_id, person_id, status, merged_into, signed_up, updated, truth, extras"
)
_SCHEMA: Final = f"""
PRAGMA application_id = {_APPLICATION_ID};
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE customers (
    position INTEGER PRIMARY KEY, pos_id TEXT NOT NULL, person_id TEXT NOT NULL,
    status TEXT NOT NULL, merged_into TEXT, signed_up INTEGER NOT NULL, updated INTEGER NOT NULL,
    phone TEXT, email TEXT, licence TEXT, full_name TEXT,
    truth BLOB NOT NULL, extras BLOB NOT NULL, body BLOB NOT NULL);
"""
_INDEXES: Final = """
CREATE UNIQUE INDEX by_pos_id ON customers (pos_id);
CREATE INDEX by_signed_up ON customers (signed_up, position);
CREATE INDEX by_updated ON customers (updated, position);
CREATE INDEX by_phone ON customers (phone) WHERE phone IS NOT NULL;
CREATE INDEX by_email ON customers (email) WHERE email IS NOT NULL;
CREATE INDEX by_licence ON customers (licence) WHERE licence IS NOT NULL;
CREATE INDEX by_full_name ON customers (full_name);
"""
_INSERT: Final = f"INSERT INTO customers VALUES ({', '.join('?' * 14)})"  # noqa: S608
_REPLACE: Final = f"REPLACE INTO customers VALUES ({', '.join('?' * 14)})"  # noqa: S608

_FROM_POSITION: Final = f"SELECT {_COLUMNS} FROM customers WHERE position >= ? ORDER BY position"  # noqa: S608

#: Columns a POS's lookups may search by.
LOOKUPS: Final = frozenset({"pos_id", "phone", "email", "licence", "full_name"})

Render = Callable[[Record], Mapping[str, object]]


class StateError(RuntimeError):
    """The state file cannot be used as asked; the message says why and what to do."""


def full_name(given: str, family: str) -> str:
    """Return the key under which the lookup ``full_name`` finds somebody."""
    return f"{given}|{family}".lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bookmark:
    """Where the page that was served last stands.

    :param writes: how often rows had been written when it was read.
    :param ends: value of the order's column and row number of each of its rows.
    """

    listing: Listing
    writes: int
    offset: int
    ends: Sequence[tuple[int, int]]


class State:
    """The customers of one simulator. Reads run side by side, writes one at a time."""

    def __init__(self, path: Path, render: Render) -> None:
        self._path = path
        self._render = render
        self._write_lock = threading.RLock()
        self._idle: deque[sqlite3.Connection] = deque()
        self._writes = 0
        self._bookmark: _Bookmark | None = None

    @classmethod
    def open(cls, path: Path, render: Render, *, identity: Mapping[str, str]) -> State:
        """Open a filled state file.

        :param identity: what the file was filled from; has to be equal.
        :raises StateError: another file, or filled from something else.
        """
        state = cls(path, render)
        wanted = {**identity, "format": _FORMAT}
        try:
            with state._reading() as db:
                if db.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
                    raise StateError(f"{path} is not a simulator's state file")
                found = dict(db.execute("SELECT name, value FROM about").fetchall())
                db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.DatabaseError:
            raise StateError(f"{path} is not a simulator's state file, or damaged") from None
        for name, value in wanted.items():
            if found.get(name) != value:
                raise StateError(
                    f"{path} was filled with {name} {found.get(name, '?')}, asked for {value}: "
                    "use another state file or reset this one"
                )
        return state

    @classmethod
    def fill(
        cls, path: Path, render: Render, *, identity: Mapping[str, str], records: Iterable[Record]
    ) -> None:
        """Make the state file. It appears under its name only when it is complete."""
        unfinished = path.with_name(f"{path.name}.filling")
        for leftover in (unfinished, Path(f"{path}-wal"), Path(f"{path}-shm"), path):
            leftover.unlink(missing_ok=True)
        state = cls(path, render)
        with contextlib.closing(sqlite3.connect(unfinished)) as db:
            # Nothing to recover: a killed filling is thrown away as a whole.
            db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
            db.executemany(
                _INSERT,
                (state._values(record, position) for position, record in enumerate(records, 1)),
            )
            db.executescript(_INDEXES)
            db.executemany(
                "INSERT INTO about VALUES (?, ?)", {**identity, "format": _FORMAT}.items()
            )
            db.commit()
        unfinished.replace(path)

    def page(self, listing: Listing, *, offset: int, limit: int) -> list[tuple[int, str, bytes]]:
        """Position, id and body of a slice of a list."""
        direction, beyond = ("DESC", "<") if listing.descending else ("ASC", ">")
        near = self._near(listing, offset)
        writes = self._writes
        # The column names come from Listing's own two words, never from a request.
        query = (
            f"SELECT position, pos_id, body, {listing.order_by} FROM customers "  # noqa: S608
            f"WHERE {listing.column} >= ? AND {listing.column} < ? "
            + (f"AND ({listing.order_by}, position) {beyond} (?, ?) " if near else "")
            + f"ORDER BY {listing.order_by} {direction}, position {direction} LIMIT ? OFFSET ?"
        )
        skipped, after = near or (0, ())
        lower, upper = listing.lower, listing.upper
        if after and listing.column == listing.order_by:
            # The index is only entered where the list goes on if the plain bounds say so.
            lower = lower if listing.descending else max(lower, after[0])
            upper = min(upper, after[0] + 1) if listing.descending else upper
        values = (lower, upper, *after, limit, offset - skipped)
        with self._reading() as db:
            rows = db.execute(query, values).fetchall()
        self._bookmark = _Bookmark(
            listing=listing,
            writes=writes,
            offset=offset,
            ends=[(order, position) for position, _, _, order in rows],
        )
        return [(position, pos_id, body) for position, pos_id, body, _ in rows]

    def _near(self, listing: Listing, offset: int) -> tuple[int, tuple[int, int]] | None:
        """Find a row of the page served last to go on from.

        Counting rows from the start of the list for every page would make long lists quadratic.
        """
        mark = self._bookmark
        if mark is None or mark.listing != listing or mark.writes != self._writes or not mark.ends:
            return None
        behind = min(offset - mark.offset, len(mark.ends))
        return (mark.offset + behind, mark.ends[behind - 1]) if behind > 0 else None

    def bodies(self, lookup: str, value: str) -> list[tuple[int, str, bytes]]:
        """Position, id and body of the rows that a lookup finds, oldest first.

        Case does not matter except for ``pos_id``.
        """
        if lookup not in LOOKUPS:
            raise KeyError(lookup)
        query = f"SELECT position, pos_id, body FROM customers WHERE {lookup} = ? ORDER BY position"  # noqa: S608
        with self._reading() as db:
            return db.execute(query, (value if lookup == "pos_id" else value.lower(),)).fetchall()

    def find(self, pos_id: str) -> Record | None:
        """One record, or None."""
        with self._reading() as db:
            row = db.execute(
                f"SELECT {_COLUMNS} FROM customers WHERE pos_id = ?",  # noqa: S608
                (pos_id,),
            ).fetchone()
        return None if row is None else _record(row)

    def records(self) -> Iterator[Record]:
        """Every record, by row number, streamed."""
        last = 0
        while True:
            with self._reading() as db:
                rows = db.execute(f"{_FROM_POSITION} LIMIT 1000", (last + 1,)).fetchall()
            if not rows:
                return
            yield from map(_record, rows)
            last = rows[-1][0]

    def count(self) -> int:
        """How many rows there are."""
        with self._reading() as db:
            return int(db.execute("SELECT count(*) FROM customers").fetchone()[0])

    def next_position(self) -> int:
        """Return the row number that the next new record gets."""
        with self._reading() as db:
            return _next_position(db)

    def save(self, *records: Record) -> None:
        """Insert or replace records in one transaction."""
        with self._write_lock, self._reading() as db, db:
            for record in records:
                record.position = record.position or _next_position(db)
                db.execute(_REPLACE, self._values(record, record.position))
        self._writes += 1  # after the commit: what was read before it is out of date now

    def remove(self, pos_id: str) -> bool:
        """Delete a row for good; False if there is none."""
        with self._write_lock, self._reading() as db, db:
            gone = db.execute("DELETE FROM customers WHERE pos_id = ?", (pos_id,))
        self._writes += 1
        return gone.rowcount > 0

    def at_positions(self, positions: Sequence[int]) -> list[Record]:
        """Return the records nearest at or above the given row numbers."""
        found = []
        with self._reading() as db:
            for position in positions:
                row = db.execute(f"{_FROM_POSITION} LIMIT 1", (position,)).fetchone()
                if row is not None:
                    found.append(_record(row))
        return found

    @contextlib.contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """A connection, for what keeps tables of its own in the file."""
        with self._reading() as db:
            yield db

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold this while reading something in order to write it back."""
        with self._write_lock:
            yield

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop().close()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            db = self._idle.pop()
        except IndexError:
            db = sqlite3.connect(self._path, timeout=30, check_same_thread=False)
            db.execute("PRAGMA synchronous = NORMAL")
        try:
            yield db
        finally:
            self._idle.append(db)

    def _values(self, record: Record, position: int) -> tuple[object, ...]:
        record.position = position
        wire = {**self._render(record), **record.extras}
        return (
            position, record.pos_id, record.person_id, record.status, record.merged_into,
            record.signed_up, record.updated,
            record.text("phone") or None, record.text("email").lower() or None,
            record.text("licence").lower() or None,
            full_name(record.text("given_name"), record.text("family_name")),
            orjson.dumps(record.truth), orjson.dumps(record.extras), orjson.dumps(wire),
        )  # fmt: skip


def _next_position(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT max(position) FROM customers").fetchone()[0] or 0) + 1


def _record(row: Sequence[object]) -> Record:
    position, pos_id, person_id, status, merged_into, signed_up, updated, truth, extras = row
    return Record(
        position=int(str(position)),
        pos_id=str(pos_id),
        person_id=str(person_id),
        status=str(status),
        merged_into=None if merged_into is None else str(merged_into),
        signed_up=int(str(signed_up)),
        updated=int(str(updated)),
        truth=orjson.loads(truth if isinstance(truth, bytes) else b"{}"),
        extras=orjson.loads(extras if isinstance(extras, bytes) else b"{}"),
    )
