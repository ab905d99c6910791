"""Households: several people who stay several people."""

from __future__ import annotations

import pytest

from rollcall.identity.models import Decision, Merge
from rollcall.identity.operations.deciding import decide, withdraw
from rollcall.identity.operations.households import AlreadyLinkedError, link_household
from rollcall.identity.operations.merging import AlreadyOneError, MergeRefusedError
from rollcall.identity.queries.households import list_household
from rollcall.identity.queries.sharing import find_sharing
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.kit.scope import Scope, ScopeMissingError


@pytest.fixture
def family(shop: MergingShop) -> MergingShop:
    for name, given in (("treez:1", "Nora"), ("cova:2", "Chidi"), ("treez:3", "Ife")):
        shop.row(name, given_name=given, family_name="Okafor", phone="+14155550177")
    return shop


def link(shop: MergingShop, first: str, second: str) -> Decision:
    return link_household(shop.scope, shop.home(first), shop.home(second), now=shop.tick())


def household(shop: MergingShop, name: str) -> dict[str, bool]:
    """Name → whether it was said of the two themselves."""
    found = list_household(shop.scope, shop.home(name))
    return {one.person.name: one.decision is not None for one in found}


class TestHousehold:
    def test_is_seen_from_both_sides_and_merges_nobody(self, family: MergingShop) -> None:
        link(family, "treez:1", "cova:2")

        assert household(family, "treez:1") == {"Chidi Okafor": True}
        assert household(family, "cova:2") == {"Nora Okafor": True}
        assert not Merge.objects.scoped(family.scope).exists()
        with pytest.raises(MergeRefusedError):
            family.merge("treez:1", "cova:2")

    def test_reaches_through_others(self, family: MergingShop) -> None:
        link(family, "treez:1", "cova:2")
        link(family, "cova:2", "treez:3")

        assert household(family, "treez:1") == {"Chidi Okafor": True, "Ife Okafor": False}

    def test_ends_when_it_is_withdrawn(self, family: MergingShop) -> None:
        decision = link(family, "treez:1", "cova:2")

        withdraw(family.scope, decision.pk, now=family.tick())

        assert household(family, "treez:1") == {}
        assert link(family, "treez:1", "cova:2").pk != decision.pk

    def test_follows_merges_and_their_undoing(self, family: MergingShop) -> None:
        link(family, "cova:2", "treez:3")
        family.row("cova:9", given_name="Ife", family_name="Okafor-Hale")

        merge = family.merge("cova:9", "treez:3", survivor=family.home("cova:9"))
        (member,) = list_household(family.scope, family.home("cova:2"))
        assert member.person.customer_id == family.home("cova:9").pk

        family.undo(merge)
        (member,) = list_household(family.scope, family.home("cova:2"))
        assert member.person.customer_id == family.home("treez:3").pk

    def test_knows_what_was_said_of_records(self, family: MergingShop) -> None:
        links = family.links().select_related("record")
        first, second = (links.get(home=family.home(name)).record for name in ("treez:1", "cova:2"))

        decide(family.scope, first, second, Decision.Kind.HOUSEHOLD, now=family.tick())

        assert household(family, "treez:1") == {"Chidi Okafor": True}
        with pytest.raises(AlreadyLinkedError):
            link(family, "treez:1", "cova:2")

    def test_is_not_of_one_person(self, family: MergingShop) -> None:
        family.merge("treez:1", "cova:2")

        with pytest.raises(AlreadyOneError):
            link(family, "treez:1", "cova:2")

    def test_knows_nobody_of_another_retailer(self, family: MergingShop, scope_b: Scope) -> None:
        with pytest.raises(ScopeMissingError):
            link_household(
                scope_b, family.home("treez:1"), family.home("cova:2"), now=family.tick()
            )


class TestSharing:
    def test_counts_and_names_the_others(self, family: MergingShop) -> None:
        (shared,) = find_sharing(family.scope, family.home("treez:1"))

        assert (shared.field, shared.count) == ("phone", 2)
        assert {one.name for one in shared.people} == {"Chidi Okafor", "Ife Okafor"}

    def test_says_nothing_where_nobody_shares(self, shop: MergingShop) -> None:
        shop.row("treez:1", given_name="Nora", phone="+14155550177")

        assert find_sharing(shop.scope, shop.home("treez:1")) == []
