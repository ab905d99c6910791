from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from rollcall.audit.models import Entry
from rollcall.customers.models import Customer, PosAccount
from rollcall.customers.queries.profile import CustomerNotFoundError, resolve
from rollcall.identity import blockers
from rollcall.identity.blockers import Blocker, People
from rollcall.identity.models import Merge
from rollcall.identity.operations.merging import (
    AlreadyOneError,
    MergeRefusedError,
    merge_people,
)
from rollcall.identity.queries.merges import list_merges
from rollcall.identity.rules.merge_evidence import EvidenceInvalidError
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.kit.scope import Actor, ForbiddenError, Role, Scope, ScopeMissingError
from rollcall.testing.fixtures import NOON


@pytest.fixture
def pair(shop: MergingShop) -> MergingShop:
    shop.row("treez:1", given_name="Ana", email="ana@example.com")
    shop.row("cova:1", given_name="Anna", phone="+14155550101")
    return shop


class TestMergePeople:
    def test_makes_one_person_of_two(self, pair: MergingShop) -> None:
        pair.merge("treez:1", "cova:1")

        ((members, records, values),) = pair.see()
        assert members == set(pair.homes.values())
        assert records == {"treez:1", "cova:1"}
        assert values == {
            "given_name": "Anna",
            "email": "ana@example.com",
            "phone": "+14155550101",
        }

    def test_lets_the_older_one_stand(self, pair: MergingShop) -> None:
        pair.merge("cova:1", "treez:1")

        assert pair.person("cova:1") == pair.homes["treez:1"]

    def test_lets_the_chosen_one_stand(self, pair: MergingShop) -> None:
        pair.merge("treez:1", "cova:1", survivor=pair.home("cova:1"))

        assert pair.person("treez:1") == pair.homes["cova:1"]

    def test_lets_every_id_lead_to_who_stands(self, pair: MergingShop) -> None:
        pair.row("cova:2")
        pair.merge("cova:1", "cova:2")
        pair.merge("treez:1", "cova:2")

        standing = pair.home("treez:1")
        for name in ("cova:1", "cova:2"):
            assert resolve(pair.scope, str(pair.home(name).public_id)) == standing
            assert resolve(pair.scope, name) == standing
            assert pair.home(name).merged_into_id == standing.pk

    def test_takes_a_record_that_arrives_later_by_a_merge_at_the_pos(
        self, pair: MergingShop
    ) -> None:
        pair.merge("treez:1", "cova:1")
        pair.row("treez:2", given_name="Annie")

        pair.row("treez:2", given_name="Annie", merged_into="1")

        ((_, records, _),) = pair.see()
        assert records == {"treez:1", "treez:2", "cova:1"}

    def test_joins_whom_the_pos_merges_with_one_of_them(self, pair: MergingShop) -> None:
        pair.merge("treez:1", "cova:1")
        pair.row("treez:2", given_name="Annie")

        pair.row("treez:1", merged_into="2")

        ((_, records, _),) = pair.see()
        assert records == {"treez:1", "treez:2", "cova:1"}

    def test_refuses_people_who_are_one_already(self, pair: MergingShop) -> None:
        pair.merge("treez:1", "cova:1")

        with pytest.raises(AlreadyOneError):
            pair.merge("cova:1", "treez:1")
        assert Merge.objects.scoped(pair.scope).count() == 1

    def test_refuses_what_others_say_stands_in_the_way(self, pair: MergingShop) -> None:
        asked: list[tuple[People, bool]] = []

        def hold(scope: Scope, people: People, *, parting: bool) -> list[Blocker]:
            asked.append((people, parting))
            return [Blocker(code="legal_hold", words="there is a legal hold")]

        blockers.add_blocker("test", hold)
        try:
            with pytest.raises(MergeRefusedError) as refused:
                pair.merge("treez:1", "cova:1")
        finally:
            blockers.remove_blocker("test")

        assert [one.code for one in refused.value.blockers] == ["legal_hold"]
        assert asked == [([{pair.homes["treez:1"]}, {pair.homes["cova:1"]}], False)]
        assert len(pair.see()) == 2

    def test_needs_a_manager(self, pair: MergingShop) -> None:
        staff = Scope(
            retailer_id=pair.scope.retailer_id,
            actor=Actor(kind="user", id="1"),
            role=Role.STAFF,
        )
        with pytest.raises(ForbiddenError):
            merge_people(
                staff,
                pair.home("treez:1"),
                pair.home("cova:1"),
                reason=Merge.Reason.PERSON,
                now=NOON,
            )

    def test_refuses_people_whom_the_manager_may_not_see(self, pair: MergingShop) -> None:
        elsewhere = Scope(
            retailer_id=pair.scope.retailer_id,
            actor=Actor(kind="user", id="1"),
            role=Role.MANAGER,
            store_ids=frozenset({999}),
        )
        with pytest.raises(CustomerNotFoundError):
            merge_people(
                elsewhere,
                pair.home("treez:1"),
                pair.home("cova:1"),
                reason=Merge.Reason.PERSON,
                now=NOON,
            )

    def test_refuses_people_of_another_retailer(self, pair: MergingShop, scope_b: Scope) -> None:
        stranger = Customer.objects.scoped(scope_b).create()

        with pytest.raises(ScopeMissingError):
            merge_people(
                pair.scope,
                pair.home("treez:1"),
                stranger,
                reason=Merge.Reason.PERSON,
                now=NOON,
            )

    @pytest.mark.parametrize(
        "evidence",
        [
            {"phone": "+14155550101"},
            {"ana@example.com": 3},
            {"name": ["Ana"]},
            {"a": {"b": {"c": {"d": {"e": 1}}}}},
            {"when": NOON},
            {"codes": ["x"] * 500},
        ],
    )
    def test_refuses_evidence_that_may_tell_of_a_person(
        self, pair: MergingShop, evidence: dict[str, object]
    ) -> None:
        with pytest.raises(EvidenceInvalidError):
            pair.merge("treez:1", "cova:1", evidence=evidence)

    def test_tells_the_audit_ids_only(self, pair: MergingShop) -> None:
        merge = pair.merge("treez:1", "cova:1", note="same face", evidence={"phone": 15.9})

        entry = Entry.objects.scoped(pair.scope).get(action="customer.merged")
        first, second = pair.homes["treez:1"], pair.homes["cova:1"]
        assert entry.subject_ids == [first, second, first, second]
        assert entry.context == {"merge": merge.pk, "reason": "person"}

    def test_is_listed_with_the_person_under_every_id(self, pair: MergingShop) -> None:
        merge = pair.merge("treez:1", "cova:1")

        assert list_merges(pair.scope, pair.home("treez:1")) == [merge]
        assert list_merges(pair.scope, pair.home("cova:1")) == [merge]


class TestMerge:
    def test_is_never_deleted(self, pair: MergingShop) -> None:
        merge = pair.merge("treez:1", "cova:1")

        with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
            merge.delete()

    def test_is_never_changed(self, pair: MergingShop) -> None:
        merge = pair.merge("treez:1", "cova:1")
        merge.note = "another"

        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            merge.save()

    def test_is_not_made_again_once_it_was_undone(self, pair: MergingShop) -> None:
        merge = pair.undo(pair.merge("treez:1", "cova:1"))
        merge.undone_at = None

        with pytest.raises(DatabaseError, match="undone, once"), transaction.atomic():
            merge.save()


class TestConsents:
    def test_are_as_strict_as_the_strictest_of_both(self, shop: MergingShop) -> None:
        shop.row("treez:1", email_opt_in=False, sms_opt_in=True, banned=False)
        shop.row("cova:1", email_opt_in=True, sms_opt_in=True, banned=True)
        shop.row("treez:1", email_opt_in=False, sms_opt_in=True, banned=False, city="Reno")

        shop.merge("treez:1", "cova:1")

        assert shop.value("cova:1", "email_opt_in") is False
        assert shop.value("cova:1", "sms_opt_in") is True
        assert shop.value("cova:1", "banned") is True

    def test_are_each_ones_own_again_after_an_unmerge(self, shop: MergingShop) -> None:
        shop.row("treez:1", marketing_opt_in=False)
        shop.row("cova:1", marketing_opt_in=True)
        shop.undo(shop.merge("treez:1", "cova:1"))

        assert shop.value("treez:1", "marketing_opt_in") is False
        assert shop.value("cova:1", "marketing_opt_in") is True

    def test_stay_with_the_newest_word_of_one_person(self, shop: MergingShop) -> None:
        shop.row("treez:1", marketing_opt_in=False)
        shop.edit("treez:1", "marketing_opt_in", True)

        assert shop.value("treez:1", "marketing_opt_in") is True

    def test_are_given_for_both_by_a_yes_that_was_typed_for_both(self, shop: MergingShop) -> None:
        shop.row("treez:1", marketing_opt_in=False)
        shop.row("cova:1", marketing_opt_in=True)
        merge = shop.merge("treez:1", "cova:1")

        shop.edit("cova:1", "marketing_opt_in", True)

        assert shop.value("treez:1", "marketing_opt_in") is True
        shop.undo(merge)
        assert shop.value("treez:1", "marketing_opt_in") is True  # it was typed for who stood
        assert shop.value("cova:1", "marketing_opt_in") is True


class TestEdits:
    def test_of_both_stand_for_the_person_the_newest_first(self, pair: MergingShop) -> None:
        pair.edit("treez:1", "email", "old@example.com")
        pair.edit("cova:1", "email", "new@example.com")

        pair.merge("treez:1", "cova:1")

        assert pair.value("treez:1", "email") == "new@example.com"

    def test_that_are_pinned_stand_first(self, pair: MergingShop) -> None:
        pair.edit("cova:1", "email", "pinned@example.com", pinned=True)
        pair.edit("treez:1", "email", "new@example.com")

        pair.merge("treez:1", "cova:1")

        assert pair.value("treez:1", "email") == "pinned@example.com"

    def test_typed_for_both_stand_above_what_was_pinned_for_one(self, pair: MergingShop) -> None:
        pair.edit("cova:1", "email", "pinned@example.com", pinned=True)
        merge = pair.merge("treez:1", "cova:1")

        pair.edit("treez:1", "email", "typed@example.com")

        assert pair.value("treez:1", "email") == "typed@example.com"
        pair.undo(merge)
        assert pair.value("treez:1", "email") == "typed@example.com"
        assert pair.value("cova:1", "email") == "pinned@example.com"

    def test_keep_the_customer_they_were_made_against(self, pair: MergingShop) -> None:
        edit = pair.edit("cova:1", "email", "typed@example.com")

        pair.merge("treez:1", "cova:1")

        edit.refresh_from_db()
        assert edit.customer_id == pair.homes["cova:1"]
        assert edit.holder_id == pair.homes["treez:1"]


class TestPosMerge:
    def test_moves_the_edits_of_who_was_merged_away(
        self, pair: MergingShop, account_a: PosAccount
    ) -> None:
        pair.row("treez:2")
        pair.edit("treez:2", "nickname", "Nan")

        pair.row("treez:2", merged_into="1")

        assert pair.value("treez:1", "nickname") == "Nan"
        pair.row("treez:2")
        assert pair.value("treez:1", "nickname") is None
        assert pair.value("treez:2", "nickname") == "Nan"
