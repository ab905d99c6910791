"""Generated people and people files."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from rollcall.pos.population import PeopleFileError, Person, generate, read_people_csv, store_share
from rollcall.pos.population.names import FEMALE, MALE, NICKNAMES

PEOPLE = list(generate(4000, seed=7))


def first_word(person: Person) -> str:
    return person.family_name.removesuffix(" Jr")


class TestGenerate:
    def test_same_seed_same_people(self) -> None:
        assert list(generate(300, seed=7)) == PEOPLE[:300]

    def test_another_seed_gives_others(self) -> None:
        others = list(generate(300, seed=8))

        assert (
            len(
                {p.given_name + p.family_name for p in others}
                & {p.given_name + p.family_name for p in PEOPLE[:300]}
            )
            < 30
        )

    def test_gives_as_many_as_asked_for(self) -> None:
        assert len(PEOPLE) == 4000
        assert list(generate(0, seed=1)) == []

    def test_streams(self) -> None:
        assert next(generate(10**9, seed=1)).person_id == "P0000001"

    def test_ids_are_unique(self) -> None:
        assert len({p.person_id for p in PEOPLE}) == 4000

    def test_phones_and_mails_are_of_valid_and_harmless_shape(self) -> None:
        assert all(re.fullmatch(r"[2-9]\d{2}[2-9]\d{6}", p.phone) for p in PEOPLE if p.phone)
        assert all(
            re.fullmatch(r"[a-z0-9._]+@example\.(com|org|net)", p.email) for p in PEOPLE if p.email
        )

    def test_everybody_is_21_and_born_on_a_real_day(self) -> None:
        assert all(
            dt.date(1939, 12, 31) < dt.date.fromisoformat(p.born_on) < dt.date(2004, 1, 1)
            for p in PEOPLE
        )

    def test_licences_are_unique(self) -> None:
        licences = [(p.licence_state, p.licence) for p in PEOPLE if p.licence]

        assert len(set(licences)) == len(licences)

    def test_strangers_share_no_phone(self) -> None:
        homes = defaultdict(set)
        for index, person in enumerate(PEOPLE):
            homes[person.phone].add(index)

        assert all(max(h) - min(h) <= 2 for phone, h in homes.items() if phone)

    def test_there_are_families_on_one_phone(self) -> None:
        shared = Counter(p.phone for p in PEOPLE if p.phone)

        assert sum(count > 1 for count in shared.values()) > 100

    def test_there_are_fathers_and_sons_of_one_name_at_one_address(self) -> None:
        pairs = [
            (a, b)
            for a, b in itertools.pairwise(PEOPLE)
            if a.given_name == b.given_name and first_word(a) == first_word(b)
            and int(b.born_on[:4]) - int(a.born_on[:4]) >= 18
        ]  # fmt: skip

        assert len(pairs) > 50
        assert any(b.family_name.endswith(" Jr") for _, b in pairs)

    def test_there_are_twins(self) -> None:
        pairs = itertools.pairwise(PEOPLE)

        assert sum(a.born_on == b.born_on and a.family_name == b.family_name for a, b in pairs) > 30

    @pytest.mark.parametrize("part", ["é", "'", "de la ", "-", "ë"])
    def test_names_are_as_various_as_names_are(self, part: str) -> None:
        assert any(part in f"{p.given_name} {p.family_name}" for p in PEOPLE)

    def test_some_are_recorded_by_their_nickname(self) -> None:
        only_nicknames = {n for short in NICKNAMES.values() for n in short} - {
            name for name, _ in (*FEMALE, *MALE)
        }

        assert sum(person.given_name in only_nicknames for person in PEOPLE) > 20


class TestStoreShare:
    def test_one_store_knows_everybody_unchanged(self) -> None:
        assert list(store_share(PEOPLE, seed=1, store_number=1, store_count=1)) == PEOPLE

    def test_two_stores_overlap_and_together_know_everybody(self) -> None:
        one, two = (
            {p.person_id: p for p in store_share(PEOPLE, seed=1, store_number=n, store_count=2)}
            for n in (1, 2)
        )

        both = one.keys() & two.keys()
        assert one.keys() | two.keys() == {p.person_id for p in PEOPLE}
        assert 800 < len(both) < 1200
        assert 150 < sum(one[i] != two[i] for i in both) < len(both)

    def test_a_store_always_writes_the_same(self) -> None:
        shares = [list(store_share(PEOPLE, seed=1, store_number=2, store_count=3)) for _ in "ab"]

        assert shares[0] == shares[1]

    @pytest.mark.parametrize(("number", "count"), [(0, 1), (2, 1), (-1, 2)])
    def test_refuses_a_store_that_does_not_exist(self, number: int, count: int) -> None:
        with pytest.raises(ValueError, match="store number"):
            list(store_share(PEOPLE, seed=1, store_number=number, store_count=count))


class TestPeopleFile:
    def read(self, tmp_path: Path, content: bytes) -> list[Person]:
        path = tmp_path / "people.csv"
        path.write_bytes(content)
        return list(read_people_csv(path))

    def test_reads_known_columns_and_ignores_others(self, tmp_path: Path) -> None:
        content = '\ufeffperson_id,given_name,shoe,"city"\nA1, José ,44,"San\nRafael"\n\n'.encode()

        assert self.read(tmp_path, content) == [
            Person(person_id="A1", given_name="José", city="San\nRafael")
        ]

    def test_takes_values_as_they_are(self, tmp_path: Path) -> None:
        people = self.read(tmp_path, b"person_id,born_on\nA,2023-02-30\n")

        assert people[0].born_on == "2023-02-30"

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "line 1: no column person_id"),
            (b"name\nAna\n", "line 1: no column person_id"),
            (b"person_id,phone,phone\n", "line 1: column phone is named twice"),
            (b"person_id,phone\n,1\n", "line 2: person_id is empty"),
            (b"person_id\nA,B\n", "line 2: more cells than columns"),
            (b'person_id,phone\nA,"1\n', "line 2: unexpected end of data"),
            (b"person_id\nJos\xe9\n", "not UTF-8"),
            (b"person_id\n" + b"x" * 200_000, "line 2: field larger than field limit"),
        ],
    )
    def test_says_in_one_line_what_is_wrong(
        self, tmp_path: Path, content: bytes, message: str
    ) -> None:
        with pytest.raises(PeopleFileError) as caught:
            self.read(tmp_path, content)

        assert message in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_says_that_there_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(PeopleFileError, match="No such file"):
            list(read_people_csv(tmp_path / "none.csv"))
