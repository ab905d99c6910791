from __future__ import annotations

import pytest

from rollcall.audit.models import Entry
from rollcall.customers.models import PosRecord
from rollcall.identity.models import Decision
from rollcall.identity.operations.deciding import (
    AlreadyWithdrawnError,
    DecisionNotFoundError,
    decide,
    withdraw,
)
from rollcall.identity.operations.merging import AlreadyOneError, MergeRefusedError
from rollcall.identity.queries.decisions import list_decisions
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.kit.scope import Scope
from rollcall.testing.fixtures import NOON

DIFFERENT, HOUSEHOLD, SAME = Decision.Kind.DIFFERENT, Decision.Kind.HOUSEHOLD, Decision.Kind.SAME


@pytest.fixture
def three(shop: MergingShop) -> MergingShop:
    for name in ("treez:1", "cova:1", "cova:2"):
        shop.row(name)
    return shop


def record(shop: MergingShop, name: str) -> PosRecord:
    return shop.links().get(home=shop.homes[name]).record


class TestDecide:
    @pytest.mark.parametrize("kind", [DIFFERENT, HOUSEHOLD])
    def test_keeps_people_from_being_merged(self, three: MergingShop, kind: Decision.Kind) -> None:
        decide(three.scope, three.home("treez:1"), three.home("cova:1"), kind, now=NOON)

        with pytest.raises(MergeRefusedError) as refused:
            three.merge("cova:1", "treez:1")
        assert [one.code for one in refused.value.blockers] == [f"decided_{kind}"]

    def test_keeps_them_apart_whatever_they_were_merged_with(self, three: MergingShop) -> None:
        decide(three.scope, three.home("treez:1"), three.home("cova:1"), DIFFERENT, now=NOON)
        three.merge("cova:1", "cova:2", survivor=three.home("cova:2"))

        with pytest.raises(MergeRefusedError):
            three.merge("cova:2", "treez:1")

    def test_stays_with_a_record_wherever_it_goes(self, three: MergingShop) -> None:
        three.row("cova:3")
        decide(three.scope, record(three, "cova:3"), three.home("treez:1"), DIFFERENT, now=NOON)
        three.row("cova:3", merged_into="2")

        with pytest.raises(MergeRefusedError):
            three.merge("treez:1", "cova:2")
        three.row("cova:3")
        three.merge("treez:1", "cova:2")

    def test_that_they_are_the_same_does_not_stand_in_the_way(self, three: MergingShop) -> None:
        decide(three.scope, three.home("treez:1"), three.home("cova:1"), SAME, now=NOON)

        three.merge("treez:1", "cova:1")

        assert three.person("cova:1") == three.homes["treez:1"]

    def test_refuses_to_part_people_who_are_one(self, three: MergingShop) -> None:
        three.merge("treez:1", "cova:1")

        with pytest.raises(AlreadyOneError):
            decide(three.scope, three.home("treez:1"), three.home("cova:1"), DIFFERENT, now=NOON)

    def test_tells_the_audit(self, three: MergingShop) -> None:
        made = decide(three.scope, three.home("treez:1"), three.home("cova:1"), SAME, now=NOON)

        entry = Entry.objects.scoped(three.scope).get(action="customer.decided")
        assert entry.subject_ids == [three.homes["treez:1"], three.homes["cova:1"]]
        assert entry.context == {"decision": made.pk, "kind": "same"}


class TestWithdraw:
    def test_lets_people_be_merged(self, three: MergingShop) -> None:
        made = decide(three.scope, three.home("treez:1"), three.home("cova:1"), DIFFERENT, now=NOON)

        withdraw(three.scope, made.pk, reason="it was a typing slip", now=NOON)

        three.merge("treez:1", "cova:1")
        (listed,) = list_decisions(three.scope, three.home("cova:1"))
        assert (listed.withdrawn_at, listed.withdraw_reason) == (NOON, "it was a typing slip")

    def test_works_once(self, three: MergingShop) -> None:
        made = decide(three.scope, three.home("treez:1"), three.home("cova:1"), DIFFERENT, now=NOON)
        withdraw(three.scope, made.pk, now=NOON)

        with pytest.raises(AlreadyWithdrawnError):
            withdraw(three.scope, made.pk, now=NOON)

    def test_finds_no_decision_of_another_retailer(
        self, three: MergingShop, scope_b: Scope
    ) -> None:
        made = decide(three.scope, three.home("treez:1"), three.home("cova:1"), DIFFERENT, now=NOON)

        with pytest.raises(DecisionNotFoundError):
            withdraw(scope_b, made.pk, now=NOON)
