from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from rollcall.audit.models import Entry
from rollcall.customers import panels
from rollcall.identity import blockers
from rollcall.identity.blockers import Blocker, People
from rollcall.identity.models import Decision, Merge
from rollcall.identity.operations.merging import (
    AlreadyUndoneError,
    MergeRefusedError,
    undo_merge,
)
from rollcall.identity.queries.merges import MergeNotFoundError
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.kit.scope import Actor, ForbiddenError, Role, Scope
from rollcall.testing.fixtures import NOON


@pytest.fixture(autouse=True)
def no_changer() -> Iterator[None]:
    """Nothing above writes to a POS here."""
    before = panels.find_changer()
    panels.set_changer(None)
    yield
    panels.set_changer(before)


@pytest.fixture
def pair(shop: MergingShop) -> MergingShop:
    shop.row("treez:1", given_name="Ana", email="ana@example.com")
    shop.row("cova:1", given_name="Anna", phone="+14155550101")
    return shop


class TestUndoMerge:
    def test_gives_everybody_back_what_was_theirs(self, pair: MergingShop) -> None:
        before = pair.see()

        pair.undo(pair.merge("treez:1", "cova:1"))

        assert pair.see() == before

    def test_keeps_what_was_synced_meanwhile_with_its_record(self, pair: MergingShop) -> None:
        merge = pair.merge("treez:1", "cova:1")
        pair.row("cova:1", given_name="Annika")

        pair.undo(merge)

        assert pair.value("cova:1", "given_name") == "Annika"
        assert pair.value("treez:1", "given_name") == "Ana"

    def test_leaves_later_merges_as_they_are(self, pair: MergingShop) -> None:
        pair.row("cova:2")
        first = pair.merge("treez:1", "cova:1")
        pair.merge("cova:1", "cova:2")

        pair.undo(first)

        assert pair.person("cova:2") == pair.person("cova:1") == pair.homes["cova:1"]
        assert pair.person("treez:1") == pair.homes["treez:1"]

    def test_does_not_part_whom_the_pos_has_merged_since(self, pair: MergingShop) -> None:
        pair.row("treez:2")
        merge = pair.merge("treez:1", "treez:2")
        pair.row("treez:2", merged_into="1")

        pair.undo(merge)

        assert pair.person("treez:2") == pair.person("treez:1")
        pair.row("treez:2")
        assert pair.person("treez:2") == pair.homes["treez:2"]

    def test_works_once(self, pair: MergingShop) -> None:
        merge = pair.undo(pair.merge("treez:1", "cova:1"))

        with pytest.raises(AlreadyUndoneError):
            pair.undo(merge)

    def test_can_remember_that_they_are_different_people(self, pair: MergingShop) -> None:
        pair.undo(pair.merge("treez:1", "cova:1"), are_different=True, reason="twins")

        decision = Decision.objects.scoped(pair.scope).get()
        assert (decision.kind, decision.note) == ("different", "twins")
        with pytest.raises(MergeRefusedError) as refused:
            pair.merge("cova:1", "treez:1")
        assert [one.code for one in refused.value.blockers] == ["decided_different"]

    def test_refuses_what_others_say_stands_in_the_way(self, pair: MergingShop) -> None:
        merge = pair.merge("treez:1", "cova:1")
        asked: list[tuple[People, bool]] = []

        def hold(scope: Scope, people: People, *, parting: bool) -> list[Blocker]:
            asked.append((people, parting))
            return [Blocker(code="erasure_pending", words="they are being erased")]

        blockers.add_blocker("test", hold)
        try:
            with pytest.raises(MergeRefusedError):
                pair.undo(merge)
        finally:
            blockers.remove_blocker("test")

        assert asked == [([{pair.homes["treez:1"]}, {pair.homes["cova:1"]}], True)]
        assert len(pair.see()) == 1

    def test_tells_the_audit_all_ids(self, pair: MergingShop) -> None:
        merge = pair.undo(pair.merge("treez:1", "cova:1"))

        entry = Entry.objects.scoped(pair.scope).get(action="customer.unmerged")
        first, second = pair.homes["treez:1"], pair.homes["cova:1"]
        assert entry.subject_ids == [first, second, first, second]
        assert entry.context == {"merge": merge.pk, "reason": "person"}

    def test_needs_a_manager(self, pair: MergingShop) -> None:
        merge = pair.merge("treez:1", "cova:1")
        staff = Scope(
            retailer_id=pair.scope.retailer_id,
            actor=Actor(kind="user", id="1"),
            role=Role.STAFF,
        )
        with pytest.raises(ForbiddenError):
            undo_merge(staff, merge.pk, now=NOON)

    def test_finds_no_merge_of_another_retailer(self, pair: MergingShop, scope_b: Scope) -> None:
        merge = pair.merge("treez:1", "cova:1")

        with pytest.raises(MergeNotFoundError):
            undo_merge(scope_b, merge.pk, now=NOON)

    def test_takes_less_than_a_second_with_a_hundred_merges_behind_it(
        self, pair: MergingShop
    ) -> None:
        first = pair.merge("treez:1", "cova:1")
        for number in range(2, 102):
            pair.row(f"cova:{number}")
            pair.merge("treez:1", f"cova:{number}", reason=Merge.Reason.AUTOMATIC)

        began = time.perf_counter()
        pair.undo(first)

        assert time.perf_counter() - began < 1


class TestWithdrawals:
    def test_typed_for_both_stay_with_both(self, pair: MergingShop) -> None:
        merge = pair.merge("treez:1", "cova:1")
        pair.edit("cova:1", "sms_opt_in", False)

        pair.undo(merge)

        assert pair.value("treez:1", "sms_opt_in") is False
        assert pair.value("cova:1", "sms_opt_in") is False

    def test_of_one_before_the_merge_stay_with_that_one(self, pair: MergingShop) -> None:
        pair.edit("cova:1", "sms_opt_in", False)

        pair.undo(pair.merge("treez:1", "cova:1"))

        assert pair.value("treez:1", "sms_opt_in") is None
        assert pair.value("cova:1", "sms_opt_in") is False

    def test_that_were_taken_back_for_both_do_not(self, pair: MergingShop) -> None:
        merge = pair.merge("treez:1", "cova:1")
        pair.edit("cova:1", "sms_opt_in", False)
        pair.edit("cova:1", "sms_opt_in", True)

        pair.undo(merge)

        assert pair.value("cova:1", "sms_opt_in") is None

    def test_stay_with_all_of_three_who_are_parted_one_by_one(self, pair: MergingShop) -> None:
        pair.row("cova:2")
        first, second = pair.merge("treez:1", "cova:1"), pair.merge("cova:1", "cova:2")
        pair.edit("cova:2", "banned", True, pinned=True)

        pair.undo(first)
        pair.undo(second)

        assert [pair.value(name, "banned") for name in ("treez:1", "cova:1", "cova:2")] == [
            True, True, True,
        ]  # fmt: skip

    def test_are_said_to_whatever_changes_people(self, pair: MergingShop) -> None:
        told: list[tuple[int, dict[str, object], frozenset[str]]] = []

        class Changed:
            entries = ()

        def change(_scope, customer, changes, *, status="", pinned, now):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  # stands for the folder above
            told.append((customer.pk, dict(changes), pinned))
            return Changed()

        merge = pair.merge("treez:1", "cova:1")
        pair.edit("cova:1", "sms_opt_in", False, pinned=True)
        panels.set_changer(change)
        try:
            pair.undo(merge)
        finally:
            panels.set_changer(None)

        assert told == [(pair.homes["cova:1"], {"sms_opt_in": False}, frozenset({"sms_opt_in"}))]
