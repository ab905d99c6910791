"""One running simulated POS: its state, clock, faults, tokens and counters."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from rollcall.pos.fields import FieldValue
from rollcall.pos.population import (
    PEOPLE_COLUMNS,
    PeopleFileError,
    Person,
    generate,
    read_people_csv,
    store_share,
)
from rollcall.pos.rate import TokenBucket
from rollcall.pos.simulator.faults import Faults
from rollcall.pos.simulator.habits import Habits
from rollcall.pos.simulator.hooks import HookChange, Hooks
from rollcall.pos.simulator.malformed import malform
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.orders import OrderBook
from rollcall.pos.simulator.records import Listing, Record
from rollcall.pos.simulator.spec import SimulatorSpec, Times
from rollcall.pos.simulator.state import State

_FIRST_SIGNUP: Final = int(dt.datetime(2016, 1, 4, 18, tzinfo=dt.UTC).timestamp())
_LAST_SIGNUP: Final = int(dt.datetime(2025, 6, 30, 18, tzinfo=dt.UTC).timestamp())
_LAST_UPDATE: Final = int(dt.datetime(2025, 9, 30, 18, tzinfo=dt.UTC).timestamp())
#: One row in fifty came with an import in one night: equal times in plenty.
_IMPORT_NIGHT: Final = int(dt.datetime(2019, 3, 1, 20, tzinfo=dt.UTC).timestamp())

Progress = Callable[[int], None] | None


class World:
    """What handlers of a simulated POS work on. Safe to use from several threads."""

    def __init__(self, spec: SimulatorSpec, options: SimulatorOptions, state: State) -> None:
        self.spec = spec
        self.options = options
        self.zone = ZoneInfo(options.time_zone)
        self.state = state
        #: Ask for it by ``ordering.order_book``, which fills it.
        self.orders = OrderBook(state, seed=options.seed)
        self.faults = Faults(options.faults, seed=options.seed)
        self.habits = Habits(spec.habits)
        self.hooks = Hooks(self.faults)
        #: The spec's own (``SimulatorSpec.new_memory``).
        self.memory: Any = spec.new_memory()
        #: Access token → time.monotonic() of its end.
        self.tokens: dict[str, float] = {}
        self.skew_s = 0.0
        self.limiter = TokenBucket(spec.requests_per_second, burst=spec.requests_per_second)
        self._counts: Counter[tuple[str, str, int]] = Counter()
        self._counts_lock = threading.Lock()

    def now(self) -> dt.datetime:
        """Return the POS's clock: aware UTC, with the skew that was set."""
        return dt.datetime.fromtimestamp(time.time() + self.skew_s, dt.UTC)

    def list_rows(self, listing: Listing, *, offset: int, limit: int) -> list[bytes]:
        """One page of a list as JSON texts, with the faults that concern lists."""
        if self.faults.is_on("empty_lists"):
            return []
        end = self.faults.count("truncate_after")
        if end:
            limit = max(0, min(limit, end - offset))
        rows = self.state.page(self._reordered(listing), offset=offset, limit=limit)
        dropped = set(self.faults.words("drop_rows"))
        if dropped:
            rows = [row for row in rows if row[1] not in dropped]
        bodies = self.serve(rows)
        self._move_some()
        return bodies

    def serve(self, rows: Iterable[tuple[int, str, bytes]]) -> list[bytes]:
        """Return the rows' JSON texts, the first rows of the file malformed if that fault is on."""
        kinds = self.faults.words("malformed_rows")
        if not kinds:
            return [body for _, _, body in rows]
        return [
            malform(kinds[position - 1], body, self.spec.malformed_keys)
            if position <= len(kinds)
            else body
            for position, _, body in rows
        ]

    def create(self, fields: Mapping[str, FieldValue], *, person_id: str = "") -> Record:
        """Add a new customer, as if typed in at the till; commits before it returns."""
        with self.state.writing():
            position = self.state.next_position()
            now = int(self.now().timestamp())
            record = Record(
                pos_id=self.spec.pos_id(position),
                person_id=person_id,
                signed_up=now,
                updated=now,
                truth=_given(self.spec.adopt(fields)),
            )
            times = Times(signed_up=now, updated=now, last_visit=now)
            extras = self.spec.season(record.truth, times, None, self.zone)
            record.truth = _given({**record.truth, **self.spec.adopt(fields)})
            record.extras = extras
            _move_signup(record)
            self.state.save(record)
        self.announce(HookChange.CREATED, record)
        return record

    def change(
        self, pos_id: str, fields: Mapping[str, FieldValue], raw: Mapping[str, object]
    ) -> Record | None:
        """Edit a customer and bump its time of change; None if there is none.

        :param raw: wire keys that are sent as given from now on.
        """
        with self.state.writing():
            record = self.state.find(pos_id)
            if record is None:
                return None
            record.truth = _given({**record.truth, **self.spec.adopt(fields)})
            record.extras = {**record.extras, **raw}
            _move_signup(record)
            self.touch(record)
            self.state.save(record)
        self.announce(HookChange.CHANGED, record)
        return record

    def merge(self, donor_id: str, survivor_id: str) -> tuple[Record, Record] | None:
        """Staff merge two profiles; None if one of them is not there."""
        with self.state.writing():
            donor, survivor = self.state.find(donor_id), self.state.find(survivor_id)
            if donor is None or survivor is None or donor_id == survivor_id:
                return None
            self.touch(donor)
            self.touch(survivor)
            self.spec.merge(donor, survivor, self.now())
            self.state.save(donor, survivor)
        self.announce(HookChange.MERGED, survivor, donor)
        return donor, survivor

    def announce(self, change: HookChange, *records: Record) -> None:
        """Tell subscribers what was committed; for specs that save records themselves."""
        if self.hooks.subscribers():
            for record in records:
                self.hooks.publish(self.spec.hook_calls(record, change, self.zone))

    def touch(self, record: Record) -> None:
        """Bump the time of change, always forwards."""
        record.updated = max(int(self.now().timestamp()), record.updated)

    def truth(self, record: Record) -> dict[str, object]:
        """Return what a correct reader makes of this customer."""
        return {
            "pos_id": record.pos_id,
            "person_id": record.person_id,
            "status": record.status,
            "merged_into": record.merged_into,
            "updated_at": dt.datetime.fromtimestamp(record.updated, dt.UTC).isoformat()[:19] + "Z",
            **{name: record.truth.get(name) for name in self.spec.canonical_fields},
        }

    def count(self, method: str, template: str, status: int) -> None:
        """Remember one answered request."""
        with self._counts_lock:
            self._counts[(method, template, status)] += 1

    def counts(self) -> list[dict[str, object]]:
        """Return requests by route template and status."""
        with self._counts_lock:
            return [
                {"method": method, "path": template, "status": status, "count": count}
                for (method, template, status), count in sorted(self._counts.items())
            ]

    def _reordered(self, listing: Listing) -> Listing:
        order = self.faults.word("list_order")
        if order == "signup":
            return replace(listing, order_by="signed_up", descending=False)
        if order:
            return replace(listing, order_by="updated", descending=order == "desc")
        return listing

    def _move_some(self) -> None:
        how_many = self.faults.count("move_rows")
        if not how_many:
            return
        with self.state.writing():
            highest = self.state.next_position() - 1
            positions = [n + 1 for n in self.faults.choose(highest, how_many)]
            records = self.state.at_positions(positions)
            for record in records:
                # Not only to the second: a row that moves must differ from what it was.
                record.updated = max(int(self.now().timestamp()), record.updated + 1)
            self.state.save(*records)


def open_world(spec: SimulatorSpec, options: SimulatorOptions, progress: Progress = None) -> World:
    """Open the state file, filling it first if it is not there (or ``reset``).

    :param progress: called with the number of customers made so far, now and then.
    :raises StateError: the file was filled from something else.
    :raises PeopleFileError: the people file cannot be used.
    """
    zone = ZoneInfo(options.time_zone)
    identity = _identity(spec, options)

    def render(record: Record) -> Mapping[str, object]:
        return spec.wire(record, zone)

    if options.reset or not options.state.exists():
        options.state.parent.mkdir(parents=True, exist_ok=True)
        records = _counted(_records(spec, options, zone), progress)
        State.fill(options.state, render, identity=identity, records=records)
    return World(spec, options, State.open(options.state, render, identity=identity))


def _identity(spec: SimulatorSpec, options: SimulatorOptions) -> dict[str, str]:
    people = options.people
    return {
        "pos": spec.kind,
        "people": str(people) if isinstance(people, int) else f"file {_digest(people)}",
        "seed": str(options.seed),
        "store": f"{options.store_number} of {options.store_count}",
        "time zone": options.time_zone,
    }


def _records(spec: SimulatorSpec, options: SimulatorOptions, zone: ZoneInfo) -> Iterator[Record]:
    people = (
        # Enough for every store to find its number among them: each knows more than its even share.
        generate(options.people * options.store_count, options.seed)
        if isinstance(options.people, int)
        else read_people_csv(options.people)
    )
    share = store_share(
        people,
        seed=options.seed,
        store_number=options.store_number,
        store_count=options.store_count,
    )
    most = options.people if isinstance(options.people, int) else None
    for position, person in enumerate(islice(share, most), 1):
        seed = options.seed * 1_000_003 + position * 31 + options.store_number
        yield _record(spec, person, position, random.Random(seed), zone)  # noqa: S311 - not for secrets


def _record(
    spec: SimulatorSpec, person: Person, position: int, rng: random.Random, zone: ZoneInfo
) -> Record:
    signed_up = _IMPORT_NIGHT if rng.random() < 0.02 else rng.randint(_FIRST_SIGNUP, _LAST_SIGNUP)
    updated = signed_up if rng.random() < 0.2 else rng.randint(signed_up, _LAST_UPDATE)
    columns = {name: getattr(person, name) for name in PEOPLE_COLUMNS if name != "person_id"}
    record = Record(
        pos_id=spec.pos_id(position),
        person_id=person.person_id,
        signed_up=signed_up,
        updated=updated,
        truth=_given(spec.adopt(columns)),
    )
    times = Times(signed_up=signed_up, updated=updated, last_visit=rng.randint(signed_up, updated))
    record.extras = spec.season(record.truth, times, rng, zone)
    return record


def _move_signup(record: Record) -> None:
    """Keep the signup lists in step with the time that the customer's truth holds."""
    told = record.truth.get("signed_up_at")
    if isinstance(told, str):
        record.signed_up = int(dt.datetime.fromisoformat(told).timestamp())


def _counted(records: Iterator[Record], progress: Progress) -> Iterator[Record]:
    made = 0
    for made, record in enumerate(records, 1):
        if progress is not None and made % 1000 == 0:
            progress(made)
        yield record
    if progress is not None:
        progress(made)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError as error:
        raise PeopleFileError(f"{path}: {error.strerror or 'cannot be read'}") from None


def _given(fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    return {name: value for name, value in fields.items() if value is not None and value != ""}
