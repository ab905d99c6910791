"""Matching everybody at once beside who people are now."""

from __future__ import annotations

import pytest
from django.test import Client

from rollcall.identity.engines import python
from rollcall.identity.models import Decision, GenericValue, Merge, MergeDoubt, Suggestion
from rollcall.identity.operations.deciding import decide
from rollcall.identity.operations.doubting import (
    DoubtNotFoundError,
    count_doubts,
    keep_merge,
    write_doubts,
)
from rollcall.identity.operations.full_pass import FullPass, run_full_pass
from rollcall.identity.operations.generics import mark_generic
from rollcall.identity.operations.pending import match_pending
from rollcall.identity.queries.shared_values import key_of
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.test_matching import NORA, without
from rollcall.kit.scope import ForbiddenError, Role, Scope
from rollcall.stores.models import User


def full_pass(shop: MergingShop, *, write: bool = False) -> FullPass:
    return run_full_pass(shop.scope, python.weigh_records, write=write, now=shop.tick())


class TestFullPass:
    def test_proposes_what_nobody_has_joined_yet(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        shop.row("cova:2", **NORA)

        found = full_pass(shop, write=True)

        assert (found.records, found.people, found.matched) == (2, 2, 1)
        assert (found.joins, found.proposed) == (1, 1)
        assert Suggestion.objects.scoped(shop.scope).get().reasons == ["full_pass"]
        assert shop.person("treez:1") != shop.person("cova:2")

    def test_writes_nothing_unless_asked_to(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        shop.row("cova:2", **NORA)

        assert full_pass(shop).proposed == 0
        assert not Suggestion.objects.scoped(shop.scope).exists()

    def test_agrees_with_what_was_decided_as_records_came(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        shop.row("cova:2", **NORA)
        match_pending(shop.scope)

        found = full_pass(shop, write=True)

        assert (found.people, found.matched, found.joins) == (1, 1, 0)
        assert list(found.parts) == []

    @pytest.mark.parametrize("kind", [Decision.Kind.DIFFERENT, Decision.Kind.HOUSEHOLD])
    def test_obeys_who_said_that_they_are_different(
        self, shop: MergingShop, kind: Decision.Kind
    ) -> None:
        first, second = shop.row("treez:1", **NORA), shop.row("cova:2", **NORA)
        decide(shop.scope, first, second, kind, now=shop.tick())

        found = full_pass(shop, write=True)

        assert (found.matched, found.joins, found.proposed) == (2, 0, 0)

    def test_names_automatic_merges_that_it_would_not_have_made(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        shop.row("cova:2", **NORA)
        match_pending(shop.scope)
        shop.row("cova:2", **without("licence", "email", born_on="1961-01-30", given_name="Amara"))

        found = full_pass(shop)

        assert list(found.parts) == [Merge.objects.scoped(shop.scope).get().pk]
        assert shop.person("treez:1") == shop.person("cova:2")

    def test_leaves_what_a_person_merged(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        shop.row("cova:2", given_name="Amara", family_name="Brandt", born_on="1961-01-30")
        shop.merge("treez:1", "cova:2")

        found = full_pass(shop)

        assert (found.people, found.matched, list(found.parts)) == (1, 1, [])

    def test_judges_what_matching_joined_to_somebody_whom_a_person_merged(
        self, shop: MergingShop
    ) -> None:
        shop.row("treez:1", **NORA)
        shop.row("cova:2", **NORA)
        match_pending(shop.scope)
        shop.row("treez:3", given_name="Amara", family_name="Brandt", born_on="1961-01-30")
        shop.merge("treez:1", "treez:3")
        shop.row("cova:2", **without("licence", "email", born_on="1950-12-24", given_name="Zoe"))

        found = full_pass(shop)

        assert list(found.parts) == [Merge.objects.scoped(shop.scope).earliest("pk").pk]
        assert found.matched == 2

    def test_goes_by_what_was_said_of_values(self, shop: MergingShop) -> None:
        names = {"given_name": "Josefina", "family_name": "Quispebb", "phone": "+14155550101"}
        shop.row("treez:1", **names, born_on="1981-03-04")
        shop.row("cova:2", **names)
        assert full_pass(shop).joins == 1
        match_pending(shop.scope)
        value = key_of(shop.scope, "phone", "+14155550101")
        mark_generic(
            shop.scope, value, people=7, source=GenericValue.Source.PERSON, now=shop.tick()
        )

        assert len(full_pass(shop).parts) == 1

    def test_is_for_managers(self, shop: MergingShop) -> None:
        staff = Scope(
            retailer_id=shop.scope.retailer_id,
            actor=shop.scope.actor,
            role=Role.STAFF,
            store_ids=None,
        )

        with pytest.raises(ForbiddenError):
            run_full_pass(staff, python.weigh_records, write=True, now=shop.tick())


class TestDoubts:
    @pytest.fixture
    def doubted(self, shop: MergingShop) -> Merge:
        shop.row("treez:1", **NORA)
        shop.row("cova:2", **NORA)
        match_pending(shop.scope)
        shop.row("cova:2", **without("licence", "email", born_on="1961-01-30", given_name="Amara"))
        assert full_pass(shop, write=True).doubted == 1
        return Merge.objects.scoped(shop.scope).get()

    def test_are_shown_to_a_manager_and_never_undone_silently(
        self, shop: MergingShop, doubted: Merge, client: Client, alice: User
    ) -> None:
        client.force_login(alice)

        assert "1 merge would not be made today" in client.get("/people/review/").content.decode()
        shown = client.get("/people/review/joined/").content.decode()
        assert f"/merges/{doubted.pk}/undo/" in shown
        assert shop.person("treez:1") == shop.person("cova:2")

    def test_that_are_kept_are_not_asked_about_again(
        self, shop: MergingShop, doubted: Merge, client: Client, alice: User
    ) -> None:
        client.force_login(alice)
        client.post("/people/review/joined/keep/", {"merge": str(doubted.pk)})

        assert full_pass(shop, write=True).doubted == 0
        assert count_doubts(shop.scope) == 0
        assert MergeDoubt.objects.scoped(shop.scope).get().kept_by == f"user:{alice.pk}"

    @pytest.mark.parametrize("merge", ["", "-1", "x", "9" * 40, "1\0"])
    def test_refuse_what_no_form_of_ours_sends(
        self, shop: MergingShop, doubted: Merge, client: Client, alice: User, merge: str
    ) -> None:
        client.force_login(alice)

        assert client.post("/people/review/joined/keep/", {"merge": merge}).status_code == 400

    def test_go_when_the_merge_is_undone_or_the_pass_agrees(
        self, shop: MergingShop, doubted: Merge
    ) -> None:
        write_doubts(shop.scope, [], now=shop.tick())
        assert count_doubts(shop.scope) == 0
        write_doubts(shop.scope, [doubted.pk], now=shop.tick())
        shop.undo(doubted)

        assert count_doubts(shop.scope) == 0

    def test_are_nobody_elses(self, scope_b: Scope, shop: MergingShop, doubted: Merge) -> None:
        assert count_doubts(scope_b) == 0
        with pytest.raises(DoubtNotFoundError):
            keep_merge(scope_b, doubted.pk, now=shop.tick())
