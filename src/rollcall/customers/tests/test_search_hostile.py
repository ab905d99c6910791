"""What is typed at the counter, by accident or on purpose, never breaks the search box."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rollcall.customers.models import PosAccount, PosRecord
from rollcall.customers.queries.search import search
from rollcall.customers.tests.search_shop import TODAY, fill, found
from rollcall.kit.normalise.search_text import SearchTextError
from rollcall.kit.scope import Scope
from rollcall.testing.fixtures import Ingest


@pytest.fixture
def shop(scope_a: Scope, account_a: PosAccount, ingest: Ingest) -> Scope:
    fill(scope_a, account_a, ingest)
    return scope_a


class TestTextsThatCannotBeSearchedFor:
    @pytest.mark.parametrize("text", ["", "   ", "\0", "\u200b", "!!!", "%", "x" * 201])
    def test_are_refused_in_words(self, shop: Scope, text: str) -> None:
        with pytest.raises(SearchTextError):
            search(shop, text, today=TODAY)


HOSTILE = [
    "%", "_", "zo%", "z_e", "\\", "zo\\", "'; drop table customers_posrecord; --", "\0zoe", "zoe\0",
    "\ud800", "zoe\ud800", "\udcff@example.com", "a@b", "1" * 200, "9" * 40,
    "\u0660\u0661\u0663\u0664", "\uff11\uff10\uff14\uff12", "\U0001d7d9\U0001d7d8",
    "treez:1042", ":1042", "1042:", "{}", "00000000-0000-0000-0000-000000000000", "\u202e4310",
    "1e5", "+", "0", "-1", "zoe\n\r\t", "🦊", "İ", "ß", "﷽" * 50, "a " * 100, "null", "None",
    "%" * 200, "_" * 200, "\\" * 200, "\0" * 200, "🦊" * 100, "\u202eoez", "?!.,;:" * 30, "z%%s",
    "{0}",
    " ".join(f"word{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"), "1991-04-17 " * 15,
    " ".join("abcdefghijklmnopqrstuvwxyz" * 4)[:200], "zoe " * 50, "0134 " * 40, "a@b.com " * 20,
    "%(retailer)s", "'||(select 1)||'", "zoe') or 1=1 --", "x" * 200, "ab" * 100,
]  # fmt: skip


class TestHostileTexts:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_find_somebody_or_nobody_or_are_refused(self, shop: Scope, text: str) -> None:
        began = time.monotonic()
        try:
            people = found(shop, text)
        except SearchTextError:
            people = []

        # Far above what it takes, and far below what a slow reading would.
        assert time.monotonic() - began < 1
        assert set(people) <= {"1042", "1043", "1044", "1045"}
        assert PosRecord.objects.scoped(shop).count() == 4

    @pytest.mark.parametrize("text", ["zo%", "%zoe", "_oe", "z%n"])
    def test_wildcards_are_only_punctuation(self, shop: Scope, text: str) -> None:
        wild = {
            "zo%": ["1042", "1043", "1044"],
            "%zoe": ["1042", "1044"],
            "z%n": ["1044"],
        }

        assert sorted(found(shop, text)) == wild.get(text, [])

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(st.text(st.characters(), max_size=60))
    @example("@\ud800.com")
    def test_never_break_it(self, shop: Scope, text: str) -> None:
        try:
            result = search(shop, text, today=TODAY)
        except SearchTextError:
            return
        assert len(result.hits) <= 4
