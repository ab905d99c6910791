"""The engines weigh alike: same pairs, same levels, same bits, same people."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest

from rollcall.identity.engines import duckdb as duckdb_engine
from rollcall.identity.engines import python as python_engine
from rollcall.identity.engines.settings import PLACE
from rollcall.identity.rules.evidence import Evidence, evidence_of
from rollcall.identity.rules.levels import FIELDS, LEVELS, Levels, compare
from rollcall.identity.rules.model import shipped_model
from rollcall.identity.rules.weights import Scorer, count_frequencies
from rollcall.pos.population import Person, generate
from rollcall.pos.population.stores import store_share

Weights = dict[tuple[int, int], tuple[Levels, float]]


def stored(people: int, stores: int) -> Iterator[Person]:
    for number in range(1, stores + 1):
        yield from store_share(
            generate(people, seed=5), seed=5, store_number=number, store_count=stores
        )


def as_record(person: Person) -> dict[str, str]:
    return {name: getattr(person, name) for name in Person.__slots__}


def confused(record: dict[str, str], rng: random.Random) -> dict[str, str]:
    """Parts in each other's place, and parts that others leave out."""
    if rng.random() < 0.1 and record["born_on"].count("-") == 2:
        year, month, day = record["born_on"].split("-")
        record["born_on"] = f"{year}-{day}-{month}"
    if rng.random() < 0.1:
        record["family_name"] += rng.choice((" Jr", " Sr"))
    if rng.random() < 0.05:
        record["given_name"] += " Ann"
    if rng.random() < 0.1:
        record["given_name"], record["family_name"] = record["family_name"], record["given_name"]
    return record


def rough(record: dict[str, str], rng: random.Random) -> dict[str, str]:
    """What people write: slips in any field, values left out, or cut to a letter."""
    for name, value in list(record.items()):
        roll = rng.random()
        if roll < 0.15:
            record[name] = ""
        elif roll < 0.3 and len(value) > 2:
            at = rng.randrange(len(value) - 1)
            record[name] = value[:at] + value[at + 1] + value[at] + value[at + 2 :]
        elif roll < 0.35:
            record[name] = value[:1]
    return confused(record, rng)


@pytest.fixture(scope="module")
def records() -> Sequence[Evidence]:
    rng = random.Random(8)
    return [evidence_of(rough(as_record(person), rng)) for person in stored(4_000, 9)]


@pytest.fixture(scope="module")
def by_splink(records: Sequence[Evidence]) -> Weights:
    with duckdb_engine.connect(threads=1) as connection:
        scored = duckdb_engine.score_pairs(connection, records, shipped_model())
        levels = ", ".join(f"gamma_{field}" for field in FIELDS)
        rows = connection.execute(
            f"select {PLACE}_l, {PLACE}_r, match_weight, {levels} from {scored.physical_name}"  # noqa: S608
        ).fetchall()
    return {(min(l, r), max(l, r)): (tuple(found), weight) for l, r, weight, *found in rows}  # noqa: E741


class TestEngines:
    def test_compare_the_same_pairs(self, records: Sequence[Evidence], by_splink: Weights) -> None:
        assert set(by_splink) == set(python_engine.candidate_pairs(records))
        assert len(by_splink) > 10_000

    def test_find_the_same_levels(self, records: Sequence[Evidence], by_splink: Weights) -> None:
        differing = [
            (records[a], records[b], levels)
            for (a, b), (levels, _) in by_splink.items()
            if levels != compare(records[a], records[b])
        ]
        assert differing == []

    def test_meet_every_level_that_people_make(self, by_splink: Weights) -> None:
        met = {(at, level) for levels, _ in by_splink.values() for at, level in enumerate(levels)}
        unmet = {
            (field, name)
            for at, field in enumerate(FIELDS)
            for level, name in enumerate(LEVELS[field])
            if (at, level) not in met
        }
        assert unmet == set()

    def test_give_the_same_bits(self, records: Sequence[Evidence], by_splink: Weights) -> None:
        scorer = Scorer(shipped_model(), count_frequencies(records))
        worst = 0.0
        for (a, b), (_, weight) in by_splink.items():
            scored = scorer.score(records[a], records[b])
            worst = max(worst, abs(sum(part.bits for part in scored.parts) - weight))
        assert worst < 0.01

    def test_find_the_same_people(self, records: Sequence[Evidence]) -> None:
        model = shipped_model()
        assert (
            duckdb_engine.match_records(records, model).people
            == python_engine.match_records(records, model).people
        )

    def test_match_nobody_in_a_file_of_one(self) -> None:
        one = [Evidence(given="ana")]
        assert list(duckdb_engine.match_records(one, shipped_model()).people) == [0]
        assert list(python_engine.match_records(one, shipped_model()).people) == [0]
