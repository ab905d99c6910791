"""Merges that one round of matching wants: checked one after another, written together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rollcall.audit.models import Entry
from rollcall.identity.blockers import Blocker, People, add_blocker, remove_blocker
from rollcall.identity.models import Decision, Merge
from rollcall.identity.operations.deciding import decide
from rollcall.identity.operations.pending import match_pending
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.identity.tests.merging_rows import ELIAS, NORA, nora, open_reasons, pairs, people
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.kit.scope import Scope


@pytest.fixture(autouse=True)
def _sizes_of_this_test() -> Iterator[None]:
    forget_sizes()
    yield
    remove_blocker("test")


class TestChain:
    def test_becomes_one_person_with_a_merge_for_each_link(self, shop: MergingShop) -> None:
        for name in ("treez:1", "cova:2", "treez:3"):
            shop.row(name, **NORA)

        assert match_pending(shop.scope) == 3

        assert len(set(people(shop).values())) == 1
        first, second, third = (shop.homes[one] for one in ("treez:1", "cova:2", "treez:3"))
        merges = list(Merge.objects.scoped(shop.scope).order_by("pk"))
        assert [(one.survivor_id, one.absorbed_id) for one in merges] == [
            (first, second),
            (first, third),
        ]
        assert all(one.evidence["bits"] > 20 for one in merges)
        told = Entry.objects.scoped(shop.scope).filter(action="customer.merged").order_by("pk")
        assert [entry.subject_ids[2:] for entry in told] == [
            sorted([first, second]),
            sorted([first, second, third]),
        ]
        assert [entry.context["merge"] for entry in told] == [one.pk for one in merges]

    def test_is_refused_where_an_earlier_merge_of_the_batch_contradicts(
        self, shop: MergingShop
    ) -> None:
        shop.row("treez:1", **nora("licence"))
        shop.row("cova:2", **nora("licence", "born_on"))
        shop.row("treez:3", **nora("licence", born_on="1961-01-30"))

        match_pending(shop.scope)

        assert shop.person("treez:1") == shop.person("cova:2") != shop.person("treez:3")
        assert open_reasons(shop) == [["born"]]

    def test_obeys_a_decision_about_somebody_merged_just_before(self, shop: MergingShop) -> None:
        first, _, third = (shop.row(one, **NORA) for one in ("treez:1", "cova:2", "treez:3"))
        decide(shop.scope, first, third, Decision.Kind.DIFFERENT, now=shop.tick())

        match_pending(shop.scope)

        assert shop.person("treez:1") == shop.person("cova:2") != shop.person("treez:3")
        assert open_reasons(shop) == []

    def test_can_be_undone_link_by_link(self, shop: MergingShop) -> None:
        for name in ("treez:1", "cova:2", "treez:3"):
            shop.row(name, **NORA)
        match_pending(shop.scope)

        shop.undo(Merge.objects.scoped(shop.scope).order_by("pk")[0])

        assert shop.person("treez:1") == shop.person("treez:3") != shop.person("cova:2")


class TestBlocker:
    def test_keeps_one_pair_apart_and_no_other(self, shop: MergingShop) -> None:
        for name in ("treez:1", "cova:2"):
            shop.row(name, **NORA)
        for name in ("treez:3", "cova:4"):
            shop.row(name, **ELIAS)

        def find(scope: Scope, people: People, *, parting: bool) -> list[Blocker]:
            if any(shop.homes["cova:2"] in one for one in people):
                return [Blocker(code="legal_hold", words="there is a legal hold")]
            return []

        add_blocker("test", find)

        match_pending(shop.scope)

        assert shop.person("treez:1") != shop.person("cova:2")
        assert shop.person("treez:3") == shop.person("cova:4")
        assert open_reasons(shop) == [["legal_hold"]]

    def test_with_a_screen_is_asked_about_those_whom_it_named(self, shop: MergingShop) -> None:
        for name in ("treez:1", "cova:2"):
            shop.row(name, **NORA)
        for name in ("treez:3", "cova:4"):
            shop.row(name, **ELIAS)
        asked: list[People] = []

        def find(scope: Scope, people: People, *, parting: bool) -> list[Blocker]:
            asked.append(people)
            return []

        add_blocker("test", find, screen=lambda _, ids: ids & {shop.homes["cova:4"]})

        match_pending(shop.scope)

        assert asked == [[{shop.homes["treez:3"]}, {shop.homes["cova:4"]}]]


class TestStatements:
    def count(self, shop: MergingShop) -> int:
        with CaptureQueriesContext(connection) as seen:
            match_pending(shop.scope)
        return len(seen)

    def test_are_as_many_for_eight_merges_as_for_two(self, shop: MergingShop) -> None:
        shop.rows(pairs(1))
        match_pending(shop.scope)  # what is read once is read
        shop.rows(pairs(2, first=1))
        few = self.count(shop)
        shop.rows(pairs(8, first=3))

        many = self.count(shop)

        assert Merge.objects.scoped(shop.scope).count() == 11
        assert many == few
