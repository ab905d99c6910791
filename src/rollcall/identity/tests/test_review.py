"""Answering the review queue: what each answer does, who may, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from rollcall.audit.models import Entry
from rollcall.customers.models import AccountStore
from rollcall.identity.blockers import Blocker, add_blocker, remove_blocker
from rollcall.identity.models import Decision, Merge, Suggestion
from rollcall.identity.operations.merging import AlreadyOneError, MergeRefusedError
from rollcall.identity.operations.reviewing import (
    AlreadyAnsweredError,
    Answer,
    NotAnsweredError,
    answer,
    take_back,
    view_pair,
)
from rollcall.identity.operations.suggesting import Found, replace_suggestions
from rollcall.identity.queries.suggestions import (
    SuggestionNotFoundError,
    count_open,
    list_open,
    open_pair,
    place_of,
)
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.review_queue import suggest, take_in_pair
from rollcall.kit.scope import ForbiddenError, Role, Scope
from rollcall.stores.models import Store

State = Suggestion.State


@pytest.fixture
def pair(shop: MergingShop) -> Suggestion:
    return take_in_pair(shop)


@pytest.fixture
def held() -> Iterator[None]:
    def find(scope: Scope, people: object, *, parting: bool) -> list[Blocker]:
        return [Blocker(code="legal_hold", words="there is a legal hold")]

    add_blocker("test", find)
    yield
    remove_blocker("test")


def state_of(suggestion: Suggestion) -> str:
    suggestion.refresh_from_db()
    return suggestion.state


def _serve(shop: MergingShop, store: Store, kind: str) -> None:
    AccountStore.objects.scoped(shop.scope).create(account=shop.accounts[kind], store=store)


def say(shop: MergingShop, suggestion: Suggestion, state: Suggestion.State) -> Answer:
    return answer(shop.scope, suggestion.pk, state, now=shop.tick())


class TestSame:
    def test_merges_with_the_evidence_of_the_suggestion(
        self, shop: MergingShop, pair: Suggestion
    ) -> None:
        answered = say(shop, pair, State.SAME)

        merge = Merge.objects.scoped(shop.scope).get(pk=answered.merge_id or 0)
        assert merge.reason == Merge.Reason.PERSON
        assert merge.evidence == {**pair.evidence, "suggestion": pair.pk}
        assert shop.person("treez:1") == shop.person("cova:2")
        assert state_of(pair) == State.SAME
        assert (pair.decided_by, pair.decided_at) == (str(shop.scope.actor), merge.at)

    def test_is_audited(self, shop: MergingShop, pair: Suggestion) -> None:
        say(shop, pair, State.SAME)

        assert Entry.objects.scoped(shop.scope).filter(action="customer.merged").count() == 1

    def test_changes_nothing_where_something_stands_in_the_way(
        self, shop: MergingShop, pair: Suggestion, held: None
    ) -> None:
        with pytest.raises(MergeRefusedError) as refused:
            say(shop, pair, State.SAME)

        assert [one.words for one in refused.value.blockers] == ["there is a legal hold"]
        assert state_of(pair) == State.OPEN
        assert not Merge.objects.scoped(shop.scope).exists()

    def test_answers_every_suggestion_about_the_two(
        self, shop: MergingShop, pair: Suggestion
    ) -> None:
        shop.row("cova:3", given_name="Norah", family_name="Okafor")
        shop.merge("treez:1", "cova:3")
        again = suggest(shop, "cova:2", "cova:3")

        say(shop, pair, State.SAME)

        assert state_of(again) == State.SAME
        assert count_open(shop.scope) == 0


class TestDifferentAndHousehold:
    @pytest.mark.parametrize("state", [State.DIFFERENT, State.HOUSEHOLD])
    def test_are_remembered_of_the_two_records(
        self, shop: MergingShop, pair: Suggestion, state: Suggestion.State
    ) -> None:
        answered = say(shop, pair, state)

        decision = Decision.objects.scoped(shop.scope).get(pk=answered.decision_id or 0)
        assert decision.kind == state
        assert {decision.first_record_id, decision.second_record_id} == {
            pair.first_id,
            pair.second_id,
        }
        assert state_of(pair) == state
        with pytest.raises(MergeRefusedError):
            shop.merge("treez:1", "cova:2")

    def test_are_refused_for_people_who_are_one_by_now(
        self, shop: MergingShop, pair: Suggestion
    ) -> None:
        shop.merge("treez:1", "cova:2")

        with pytest.raises(AlreadyOneError):
            say(shop, pair, State.DIFFERENT)

        assert count_open(shop.scope) == 0


class TestAnswers:
    def test_count_once(self, shop: MergingShop, pair: Suggestion) -> None:
        say(shop, pair, State.HOUSEHOLD)

        with pytest.raises(AlreadyAnsweredError) as refused:
            say(shop, pair, State.SAME)

        assert refused.value.state == State.HOUSEHOLD
        assert not Merge.objects.scoped(shop.scope).exists()

    def test_are_not_for_staff(self, shop: MergingShop, pair: Suggestion) -> None:
        staff = replace(shop.scope, role=Role.STAFF)

        with pytest.raises(ForbiddenError):
            answer(staff, pair.pk, State.SAME, now=shop.tick())
        with pytest.raises(ForbiddenError):
            view_pair(staff, pair.pk)

    def test_are_not_for_other_retailers(
        self, shop: MergingShop, pair: Suggestion, scope_b: Scope
    ) -> None:
        with pytest.raises(SuggestionNotFoundError):
            answer(scope_b, pair.pk, State.SAME, now=shop.tick())

        assert list_open(scope_b) == []

    def test_are_only_what_a_person_can_say(self, shop: MergingShop, pair: Suggestion) -> None:
        with pytest.raises(ValueError, match="no answer"):
            say(shop, pair, State.SUPERSEDED)


class TestTakingBack:
    @pytest.mark.parametrize("state", [State.SAME, State.DIFFERENT, State.HOUSEHOLD])
    def test_asks_again(self, shop: MergingShop, pair: Suggestion, state: Suggestion.State) -> None:
        before = shop.see()
        answered = say(shop, pair, state)

        take_back(shop.scope, answered, now=shop.tick())

        assert shop.see() == before
        assert state_of(pair) == State.OPEN
        assert (pair.decided_by, pair.decided_at) == ("", None)
        say(shop, pair, State.SAME)

    def test_is_done_once(self, shop: MergingShop, pair: Suggestion) -> None:
        answered = say(shop, pair, State.DIFFERENT)
        take_back(shop.scope, answered, now=shop.tick())

        with pytest.raises(NotAnsweredError):
            take_back(shop.scope, answered, now=shop.tick())

    def test_keeps_what_matching_has_asked_meanwhile(
        self, shop: MergingShop, pair: Suggestion
    ) -> None:
        answered = say(shop, pair, State.DIFFERENT)
        suggest(shop, "treez:1", "cova:2")

        take_back(shop.scope, answered, now=shop.tick())

        assert state_of(pair) == State.DIFFERENT
        assert count_open(shop.scope) == 1


class TestQueue:
    def test_gives_the_strongest_first_page_by_page(self, shop: MergingShop) -> None:
        for number in range(1, 7):
            shop.row(f"treez:{number}", given_name="Nora", family_name=f"Okafor{number}")
        bits = {"2": 14.0, "3": 17.5, "4": 14.0, "5": 18.0, "6": 15.0}
        for other, strength in bits.items():
            suggest(shop, "treez:1", f"treez:{other}", bits=strength)

        pages, after = [], None
        while page := list_open(shop.scope, after=after, limit=2):
            pages.append([one.second.external_id for one in page])
            after = place_of(page[-1])

        assert pages == [["5", "3"], ["6", "2"], ["4"]]
        assert count_open(shop.scope) == 5

    def test_leaves_out_people_whom_the_scope_may_not_see(
        self, shop: MergingShop, pair: Suggestion, store_a: Store
    ) -> None:
        elsewhere = replace(shop.scope, role=Role.MANAGER, store_ids=frozenset({store_a.pk}))

        assert list_open(elsewhere) == []
        assert count_open(elsewhere) == 0
        with pytest.raises(SuggestionNotFoundError):
            answer(elsewhere, pair.pk, State.SAME, now=shop.tick())
        assert state_of(pair) == State.OPEN

    def test_tells_how_many_others_share_a_value(self, shop: MergingShop, pair: Suggestion) -> None:
        shop.row("treez:3", given_name="Amara", phone="+14155550177")

        assert open_pair(shop.scope, pair.pk).sharing == {"phone": 1}

    def test_is_shown_to_those_of_a_store_that_both_lists_serve(
        self, shop: MergingShop, pair: Suggestion, store_a: Store
    ) -> None:
        here = replace(shop.scope, role=Role.MANAGER, store_ids=frozenset({store_a.pk}))
        _serve(shop, store_a, "treez")
        assert list_open(here) == []

        _serve(shop, store_a, "cova")

        assert [one.pk for one in list_open(here)] == [pair.pk]
        assert [side.stores for side in view_pair(here, pair.pk).sides] == [[store_a.name]] * 2

    def test_reads_of_a_pair_are_audited(self, shop: MergingShop, pair: Suggestion) -> None:
        seen = view_pair(shop.scope, pair.pk)

        entry = Entry.objects.scoped(shop.scope).get(action="customer.viewed")
        assert entry.subject_ids == [side.customer.pk for side in seen.sides]
        assert entry.context == {"suggestion": pair.pk}


def test_matching_keeps_what_was_answered(shop: MergingShop, pair: Suggestion) -> None:
    say(shop, pair, State.DIFFERENT)
    people = (shop.person("treez:1"), shop.person("cova:2"))
    found = Found(
        records=(pair.first_id, pair.second_id),
        people=people,
        bits=18.0,
        reasons=("bits",),
        evidence=pair.evidence,
    )

    replace_suggestions(shop.scope, [pair.first_id], [found], now=shop.tick())

    assert count_open(shop.scope) == 0
