from __future__ import annotations

import pytest

from rollcall.kit.normalise.names import name_tokens
from rollcall.kit.normalise.nicknames import nicknames_of
from rollcall.pos.population.names import NICKNAMES


class TestNicknamesOf:
    @pytest.mark.parametrize(
        ("short", "name"),
        [
            ("bob", "robert"),
            ("bill", "william"),
            ("liz", "elizabeth"),
            ("kate", "katherine"),
            ("peggy", "margaret"),
            ("pepe", "jose"),
            ("lupe", "guadalupe"),
            ("paco", "francisco"),
            ("chuy", "jesus"),
            ("memo", "guillermo"),
            ("tono", "antonio"),
            ("nacho", "ignacio"),
            ("quique", "enrique"),
            ("beto", "alberto"),
            ("beto", "roberto"),
        ],
    )
    def test_leads_both_ways(self, short: str, name: str) -> None:
        assert name in nicknames_of(short)
        assert short in nicknames_of(name)

    def test_leads_from_one_short_form_to_another(self) -> None:
        assert {"rob", "bobby", "robert"} <= nicknames_of("bob")

    @pytest.mark.parametrize(("one", "other"), [("bill", "fred"), ("bill", "robert"),
                                                ("aaron", "erin"), ("jose", "robert")])  # fmt: skip
    def test_does_not_join_strangers(self, one: str, other: str) -> None:
        assert other not in nicknames_of(one)

    @pytest.mark.parametrize("word", ["", "garcia", "xyzzy", "Bob", "bob "])
    def test_knows_nothing_of_other_words(self, word: str) -> None:
        assert nicknames_of(word) == frozenset()

    def test_never_contains_the_word_itself(self) -> None:
        assert "robert" not in nicknames_of("robert")

    @pytest.mark.parametrize("name", sorted(NICKNAMES))
    def test_knows_the_nicknames_of_invented_people(self, name: str) -> None:
        (folded,) = name_tokens(name)
        for nickname in NICKNAMES[name]:
            assert name_tokens(nickname)[0] in nicknames_of(folded)

    def test_keeps_groups_small(self) -> None:
        sizes = [len(nicknames_of(word)) for line in NICKNAMES for word in name_tokens(line)]

        assert max(sizes) < 40
