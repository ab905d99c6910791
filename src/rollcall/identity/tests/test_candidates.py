"""Who somebody may be who is about to be registered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rollcall.identity.models import SaidNew
from rollcall.identity.operations.matching import compare_records, write_match_keys
from rollcall.identity.queries.candidates import find_candidates
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.identity.queries.said_new import was_said_new
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.merging_shop import shop as shop
from rollcall.identity.tests.review_queue import NORA
from rollcall.kit.scope import Scope
from rollcall.stores.models import Store
from rollcall.testing.fixtures import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sizes() -> Iterator[None]:
    forget_sizes()
    yield
    forget_sizes()


def know(shop: MergingShop, name: str, **values: Any) -> None:
    """Take somebody over and write their keys, without comparing them."""
    shop.row(name, **{**NORA, **values})
    ids = list(shop.links().values_list("record", flat=True))
    write_match_keys(shop.scope, ids)


class TestFindCandidates:
    def test_finds_whom_matching_would_link(self, shop: MergingShop) -> None:
        know(shop, "treez:1")

        (one,) = find_candidates(shop.scope, NORA)

        assert one.customer == shop.home("treez:1")
        assert one.is_sure
        assert ("born", "exact") in {(part.field, part.level) for part in one.parts}

    def test_is_less_sure_of_what_a_person_should_see(self, shop: MergingShop) -> None:
        know(shop, "treez:1")

        (one,) = find_candidates(shop.scope, {**NORA, "born_on": "1961-01-30"})

        assert not one.is_sure

    def test_names_everybody_once_the_likeliest_first(self, shop: MergingShop) -> None:
        know(shop, "treez:1", born_on="1961-01-30")
        know(shop, "treez:2")
        know(shop, "cova:3")
        shop.merge("treez:2", "cova:3")

        found = find_candidates(shop.scope, NORA)

        assert [one.customer for one in found] == [shop.home("treez:2"), shop.home("treez:1")]

    def test_names_no_more_than_wanted(self, shop: MergingShop) -> None:
        for number in range(4):
            know(shop, f"treez:{number}", licence=f"D000000{number}")

        assert len(find_candidates(shop.scope, NORA, most=2)) == 2

    @pytest.mark.parametrize(
        "fields", [{}, {"given_name": "Nora"}, {"phone": "none"}, {"email": "none@none.com"}]
    )
    def test_finds_nobody_by_what_says_nothing(
        self, shop: MergingShop, fields: dict[str, str]
    ) -> None:
        know(shop, "treez:1")

        assert find_candidates(shop.scope, fields) == []

    def test_shows_nobody_of_other_stores(
        self, shop: MergingShop, scope_a: Scope, store_a: Store
    ) -> None:
        know(shop, "treez:1")
        limited = Scope(
            retailer_id=scope_a.retailer_id,
            actor=scope_a.actor,
            role=scope_a.role,
            store_ids=frozenset({store_a.pk}),
        )

        assert find_candidates(limited, NORA) == []

    def test_shows_nobody_of_other_retailers(self, shop: MergingShop, scope_b: Scope) -> None:
        know(shop, "treez:1")

        assert find_candidates(scope_b, NORA) == []

    def test_only_reads(self, shop: MergingShop) -> None:
        know(shop, "treez:1")
        with CaptureQueriesContext(
            connection,
        ) as said:
            find_candidates(shop.scope, NORA)

        assert {one["sql"].split()[0].lower() for one in said.captured_queries} == {"select"}
        assert len(said.captured_queries) <= 8


class TestWasSaidNew:
    def test_follows_both_people(self, shop: MergingShop) -> None:
        for name in ("treez:1", "treez:2", "cova:3", "cova:4"):
            shop.row(name, **NORA)
        first, second = shop.home("treez:1"), shop.home("treez:2")
        SaidNew.objects.scoped(shop.scope).create(
            newcomer=first, other=second, at=NOON, actor="user:1"
        )
        shop.merge("treez:1", "cova:3", survivor=shop.home("cova:3"))

        assert was_said_new(shop.scope, second.pk, shop.person("treez:1"))
        assert not was_said_new(shop.scope, second.pk, shop.person("cova:4"))
        assert not was_said_new(shop.scope, shop.person("treez:1"), shop.person("cova:4"))

    def test_keeps_a_third_record_from_joining_the_two(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        shop.row("treez:2", **NORA)
        SaidNew.objects.scoped(shop.scope).create(
            newcomer=shop.home("treez:1"), other=shop.home("treez:2"), at=NOON, actor="user:1"
        )
        shop.row("cova:3", **NORA)
        ids = list(shop.links().values_list("record", flat=True))

        compare_records(shop.scope, write_match_keys(shop.scope, ids), now=NOON)

        assert shop.person("treez:1") != shop.person("treez:2")
        assert shop.person("cova:3") in (shop.person("treez:1"), shop.person("treez:2"))
