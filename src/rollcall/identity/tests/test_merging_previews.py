from __future__ import annotations

import pytest

from rollcall.identity.models import Decision, Merge
from rollcall.identity.operations.deciding import decide
from rollcall.identity.queries.previews import MergePreview, preview_merge, preview_unmerge
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.testing.fixtures import NOON


@pytest.fixture
def pair(shop: MergingShop) -> MergingShop:
    shop.row("treez:1", given_name="Ana", email="a@example.com", sms_opt_in=False)
    shop.row("cova:1", given_name="Anna", email="a@example.com", sms_opt_in=True, city="Reno")
    return shop


def preview(shop: MergingShop, first: str = "treez:1", second: str = "cova:1") -> MergePreview:
    return preview_merge(shop.scope, shop.home(first), shop.home(second))


class TestPreviewMerge:
    def test_says_of_every_field_what_will_stand_and_why(self, pair: MergingShop) -> None:
        pair.edit("treez:1", "nickname", "Nan", pinned=True)
        pair.edit("cova:1", "nickname", "Annie")

        told = {one.name: (*one.before, one.after, one.why) for one in preview(pair).fields}

        assert told == {
            "given_name": ("Ana", "Anna", "Anna", "newest"),
            "nickname": ("Nan", "Annie", "Nan", "pinned"),
            "email": ("a@example.com", "a@example.com", "a@example.com", "agreed"),
            "sms_opt_in": (False, True, False, "strictest"),
            "city": (None, "Reno", "Reno", "alone"),
        }

    def test_is_what_a_merge_does(self, pair: MergingShop) -> None:
        pair.edit("treez:1", "email", "typed@example.com")
        told = preview(pair)

        pair.merge("treez:1", "cova:1")

        ((members, records, values),) = pair.see()
        assert {one.name: one.after for one in told.fields} == values
        assert told.after.members == members
        assert {f"{one.kind}:{one.external_id}" for one in told.after.records} == records
        assert told.after.customer_id == pair.person("cova:1")

    def test_changes_nothing(self, pair: MergingShop) -> None:
        before = pair.see()

        preview(pair)

        assert pair.see() == before
        assert not Merge.objects.scoped(pair.scope).exists()

    def test_names_records_lists_edits_and_ids_of_each_side(self, pair: MergingShop) -> None:
        pair.edit("cova:1", "city", "Elko")

        told = preview(pair)

        assert [side.accounts for side in told.before] == [
            ["treez:treez-list"],
            ["cova:cova-list"],
        ]
        assert [side.edits for side in told.before] == [0, 1]
        assert told.after.ids == [
            pair.home("treez:1").public_id,
            pair.home("cova:1").public_id,
        ]

    def test_names_what_stands_in_the_way(self, pair: MergingShop) -> None:
        decide(
            pair.scope,
            pair.home("treez:1"),
            pair.home("cova:1"),
            Decision.Kind.HOUSEHOLD,
            now=NOON,
        )

        assert [one.code for one in preview(pair).blockers] == ["decided_household"]

    def test_says_that_they_are_one_already(self, pair: MergingShop) -> None:
        pair.merge("treez:1", "cova:1")

        assert [one.code for one in preview(pair).blockers] == ["already_one"]

    def test_lists_wishes_of_which_the_strictest_stands(self, pair: MergingShop) -> None:
        assert [one.name for one in preview(pair).consents] == ["sms_opt_in"]


class TestPreviewUnmerge:
    def test_is_what_an_unmerge_does(self, pair: MergingShop) -> None:
        pair.edit("cova:1", "email", "typed@example.com", pinned=True)
        merge = pair.merge("treez:1", "cova:1")
        pair.edit("cova:1", "email", "both@example.com")
        told = preview_unmerge(pair.scope, merge)

        pair.undo(merge)

        seen = {members: values for members, _, values in pair.see()}
        assert {side.members for side in told.after} == seen.keys()
        for side, fields in zip(told.after, told.fields, strict=True):
            after = {one.name: one.after for one in fields if one.why != "none"}
            assert after == seen[side.members]

    def test_says_what_each_loses(self, pair: MergingShop) -> None:
        merge = pair.merge("treez:1", "cova:1")

        told = preview_unmerge(pair.scope, merge)

        ana = {one.name: (*one.before, one.after) for one in told.fields[0]}
        assert ana["city"] == ("Reno", None)
        assert ana["given_name"] == ("Anna", "Ana")

    def test_says_that_it_was_undone(self, pair: MergingShop) -> None:
        merge = pair.undo(pair.merge("treez:1", "cova:1"))

        assert [one.code for one in preview_unmerge(pair.scope, merge).blockers] == [
            "already_undone"
        ]
