"""Names as people type them: begun, misspelt, shortened, turned round."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rollcall.customers.models import NameToken, PosAccount
from rollcall.customers.operations.presence import mark_gone
from rollcall.customers.queries.search import NameWay, search
from rollcall.customers.tests.search_shop import TODAY, found
from rollcall.kit.normalise.names import name_tokens
from rollcall.kit.scope import Scope
from rollcall.pos.population import generate
from rollcall.testing.fixtures import NOON, Ingest, incoming

PEOPLE = {
    "maria": ("María", "García-López"),
    "mariela": ("Mariela", "Garza"),
    "mario": ("Mario", "Gardner"),
    "garcia": ("García", "Maria"),
    "cruz": ("Ana Luz", "de la Cruz"),
    "robert": ("Robert", "Smith"),
    "bob": ("Bob", "Smith"),
    "roberta": ("Roberta", "Smithson"),
    "william": ("William", "Okafor"),
    "liz": ("Liz", "Whitcombe"),
    "elizabeth": ("Elizabeth", "Whitcombe"),
    "jose": ("José", "Hernández"),
    "lupe": ("Guadalupe", "Ríos"),
    "oneil": ("Shaun", "O'Neil"),
    "rodriguez": ("Xavier", "Rodríguez"),
    "li": ("Li", "Wu"),
    "mcdonald": ("Rhona", "McDonald"),
    "vandyke": ("Piet", "VanDyke"),
    "vasily": ("Василий", "Петров"),
}


@pytest.fixture
def shop(scope_a: Scope, account_a: PosAccount, ingest: Ingest) -> Scope:
    rows = [
        incoming(scope_a, key, given_name=given_name, family_name=family_name)
        for key, (given_name, family_name) in PEOPLE.items()
    ]
    middle = incoming(
        scope_a, "middle", given_name="Ida", middle_name="Quetzal", nickname="Zuzu",
        family_name="Brandt",
    )  # fmt: skip
    ingest(scope_a, account_a, [*rows, middle])
    return scope_a


class TestNames:
    @pytest.mark.parametrize(
        ("text", "people"),
        [
            # in their roles first, then turned round; then begun
            ("maria garcia", ["maria", "garcia"]),
            ("garcia maria", ["garcia", "maria"]),
            ("MARÍA GARCÍA", ["maria", "garcia"]),
            ("García, María", ["garcia", "maria"]),
            ("mar gar", ["maria", "mariela", "mario", "garcia"]),
            ("gar mar", ["garcia", "maria", "mariela", "mario"]),
            ("m garcia", ["maria", "garcia"]),
            ("m. garcia", ["maria", "garcia"]),
            ("maria g", ["maria", "garcia", "mario"]),
            # double family names, particles, apostrophes
            ("lopez", ["maria"]),
            ("garcia-lopez", ["maria"]),
            ("garcia lopez maria", ["maria"]),
            ("cruz", ["cruz"]),
            ("de la cruz", ["cruz"]),
            ("ana cruz", ["cruz"]),
            ("luz", ["cruz"]),
            ("o'neil", ["oneil"]),
            ("o neil", ["oneil"]),
            ("mc donald", ["mcdonald"]),
            ("piet van dyke", ["vandyke"]),
            ("oneil", ["oneil"]),
            ("o\u2019neil shaun", ["oneil"]),
            # nicknames, both ways and among themselves
            ("bob smith", ["bob", "robert"]),
            ("robert smith", ["robert", "roberta", "bob"]),
            ("rob smith", ["robert", "roberta", "bob"]),
            ("bobby smith", ["robert", "bob"]),
            ("bill okafor", ["william"]),
            ("will", ["william"]),
            ("liz", ["liz", "elizabeth"]),
            ("elizabeth whitcombe", ["elizabeth", "liz"]),
            ("pepe hernandez", ["jose"]),
            ("lupe", ["lupe"]),
            # slips: one up to seven letters, two beyond; none in short words
            ("mraia garcia", ["maria", "garcia"]),
            ("maria gacria", ["maria", "garcia"]),
            ("smtih", ["robert", "bob"]),
            ("rodirguez", ["rodriguez"]),
            ("rodrigeuz", ["rodriguez"]),
            ("rodirgeuz", ["rodriguez"]),
            ("hernandes", ["jose"]),
            ("ernandes", ["jose"]),
            ("whitcomb", ["liz", "elizabeth"]),
            ("witcombe", ["liz", "elizabeth"]),
            ("witcomb", []),
            ("rodxxxuez", []),
            ("lo", ["maria"]),
            ("ll", []),
            ("lii", []),
            # middle names and nicknames that the POS has
            ("quetzal", ["middle"]),
            ("zuzu brandt", ["middle"]),
            ("ida quetzal brandt", ["middle"]),
            ("ida q", ["middle"]),
            # other scripts; what is in no name
            ("василий", ["vasily"]),
            ("петров вас", ["vasily"]),
            ("maria smith", []),
            ("maria garcia brandt", []),
        ],
    )
    def test_find(self, shop: Scope, text: str, people: list[str]) -> None:
        result = search(shop, text, today=TODAY)

        kept = [record.external_id for hit in result.hits for record in hit.records]
        assert kept == people

    @pytest.mark.parametrize(
        ("text", "ways"),
        [
            ("bob smith", []),
            ("smi", []),
            ("bill okafor", [NameWay(typed="bill", found="william", kind="nickname")]),
            ("smtih", [NameWay(typed="smtih", found="smith", kind="slip")]),
            (
                "pepe hernandes",
                [
                    NameWay(typed="pepe", found="jose", kind="nickname"),
                    NameWay(typed="hernandes", found="hernandez", kind="slip"),
                ],
            ),
        ],
    )
    def test_say_how_they_were_found(self, shop: Scope, text: str, ways: list[NameWay]) -> None:
        assert search(shop, text, today=TODAY).hits[0].ways == ways

    def test_are_found_whatever_the_dictionary_counts(self, shop: Scope) -> None:
        before = found(shop, "mar gar")
        NameToken.objects.scoped(shop).update(uses=1_000_000)

        assert found(shop, "mar gar") == before
        assert found(shop, "maria garcia") == ["maria", "garcia"]

    def test_come_in_the_same_order_every_time(
        self, shop: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        twins = [incoming(shop, f"t{n}", given_name="Twyla", family_name="Reed") for n in range(6)]
        ingest(shop, account_a, twins)

        assert {tuple(found(shop, "twyla reed", limit=4)) for _ in range(5)} == {
            ("t0", "t1", "t2", "t3")
        }

    def test_are_found_behind_a_crowd(
        self, shop: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        one = [incoming(shop, "al", given_name="Al", family_name="Wu")]
        crowd = [incoming(shop, f"a{n}", given_name="Alba", family_name="Wu") for n in range(400)]
        ingest(shop, account_a, [*one, *crowd])

        assert found(shop, "al wu", limit=8)[0] == "al"
        assert found(shop, "al w", limit=8)[0] == "al"
        assert found(shop, "al", limit=8)[0] == "al"

    def test_of_people_who_are_there_are_not_hidden_by_vanished_ones(
        self, shop: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        crowd = [incoming(shop, f"x{n}", given_name="Li", family_name="Wu") for n in range(400)]
        made = ingest(shop, account_a, crowd)
        mark_gone(shop, list(made.record_ids.values()), now=NOON)

        assert found(shop, "li wu", limit=8)[0] == "li"
        assert found(shop, "li", limit=8)[0] == "li"


class TestEverybody:
    """Among a few hundred invented people."""

    @pytest.fixture
    def town(self, scope_a: Scope, account_a: PosAccount, ingest: Ingest) -> Scope:
        rows = [
            incoming(scope_a, one.person_id, given_name=one.given_name, family_name=one.family_name)
            for one in TOWN
        ]
        ingest(scope_a, account_a, rows)
        return scope_a

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(place=st.integers(0, 299), turned=st.booleans())
    def test_is_found_by_their_full_name(self, town: Scope, place: int, turned: bool) -> None:
        one = TOWN[place]
        names = [one.given_name, one.family_name]
        text = " ".join(reversed(names) if turned else names)

        assert one.person_id in found(town, text)

    @settings(
        max_examples=80,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(place=st.integers(0, 299), seed=st.integers(0, 10_000))
    def test_is_found_in_spite_of_one_slip(self, town: Scope, place: int, seed: int) -> None:
        one = TOWN[place]
        words = [*name_tokens(f"{one.given_name} {one.family_name}")]
        long_ones = [at for at, word in enumerate(words) if len(word) >= 5]
        if long_ones:
            rng = random.Random(seed)
            at = rng.choice(long_ones)
            words[at] = slip(rng, words[at])

            # Other people's names may be nearer to what was typed.
            assert one.person_id in found(town, " ".join(words), limit=100)


TOWN = list(generate(300, 7))


def slip(rng: random.Random, word: str) -> str:
    """One letter left out, added, replaced, or swapped with the next."""
    at = rng.randrange(len(word) - 1)
    letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
    before, after = word[:at], word[at:]
    return rng.choice(
        [
            before + after[1:],
            before + letter + after,
            before + letter + after[1:],
            before + after[1] + after[0] + after[2:],
        ]
    )
