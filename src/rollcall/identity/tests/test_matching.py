"""Deciding who is who as records come: linked, left to a person, or nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from rollcall.customers.models import PosRecord
from rollcall.customers.queries.profile import resolve
from rollcall.identity.models import (
    Decision,
    GenericValue,
    MatchKey,
    Merge,
    PendingMatch,
    Suggestion,
)
from rollcall.identity.operations.deciding import decide
from rollcall.identity.operations.pending import match_pending
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope

NORA = {
    "given_name": "Nora",
    "family_name": "Okafor",
    "born_on": "1988-07-19",
    "phone": "+14155550177",
    "email": "nora.okafor@example.com",
    "licence": "D8812345",
    "licence_state": "CA",
    "street": "12 Alder Way",
    "zip": "94110",
}


@pytest.fixture(autouse=True)
def _sizes_of_this_test() -> None:
    forget_sizes()


def without(*names: str, **values: Any) -> dict[str, Any]:
    return {name: value for name, value in {**NORA, **values}.items() if name not in names}


def matched(shop: MergingShop) -> int:
    return match_pending(shop.scope)


def suggestions(scope: Scope) -> list[tuple[str, list[str]]]:
    found = Suggestion.objects.scoped(scope).filter(state=Suggestion.State.OPEN).order_by("pk")
    return [
        (f"{one.first.external_id}-{one.second.external_id}", one.reasons)
        for one in found.select_related("first", "second")
    ]


class TestLinking:
    def test_makes_one_person_of_two_records_that_agree(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        shop.row("cova:2", **without("street", "zip"))

        assert matched(shop) == 2

        assert shop.person("treez:1") == shop.person("cova:2")
        (merge,) = Merge.objects.scoped(shop.scope)
        assert merge.reason == Merge.Reason.AUTOMATIC
        assert merge.evidence["bits"] > 20
        assert {part["field"]: part["level"] for part in merge.evidence["parts"]}[
            "licence"
        ] == "exact"

    def test_is_done_once(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        shop.row("cova:2", **NORA)
        matched(shop)
        shop.row("cova:2", **{**NORA, "email": "nora@example.org"})

        assert matched(shop) == 1

        assert Merge.objects.scoped(shop.scope).count() == 1
        assert not PendingMatch.objects.scoped(shop.scope).exists()

    def test_keeps_no_value_of_a_person_with_it(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        shop.row("cova:2", **NORA)
        matched(shop)

        kept = str(Merge.objects.scoped(shop.scope).get().evidence).lower()

        for value in ("nora", "okafor", "1988", "4155550177", "d8812345", "alder"):
            assert value not in kept

    def test_leaves_strangers_alone(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        shop.row(
            "cova:2",
            given_name="Elias",
            family_name="Brandt",
            born_on="1970-02-03",
            phone="+14155550111",
        )

        matched(shop)

        assert shop.person("treez:1") != shop.person("cova:2")
        assert suggestions(shop.scope) == []

    def test_never_goes_by_a_phone_and_an_address_alone(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        shop.row(
            "cova:2",
            given_name="Samuel",
            **without("given_name", "born_on", "licence", "licence_state", "email"),
        )

        matched(shop)

        assert shop.person("treez:1") != shop.person("cova:2")

    def test_never_fuses_twins(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        shop.row(
            "cova:2",
            given_name="Amara",
            licence="D8812399",
            **without("given_name", "licence", "email"),
        )

        matched(shop)

        assert shop.person("treez:1") != shop.person("cova:2")

    def test_leaves_another_birth_date_to_a_person(self, shop: MergingShop) -> None:
        shop.row("treez:1", **without("licence"))
        shop.row("cova:2", **without("licence", born_on="1961-01-30"))

        matched(shop)

        assert shop.person("treez:1") != shop.person("cova:2")
        assert suggestions(shop.scope) == [("1-2", ["born"])]


class TestDecisions:
    @pytest.mark.parametrize("kind", [Decision.Kind.DIFFERENT, Decision.Kind.HOUSEHOLD])
    def test_are_obeyed_however_much_agrees(self, shop: MergingShop, kind: Decision.Kind) -> None:
        first, second = shop.row("treez:1", **NORA), shop.row("cova:2", **NORA)
        decide(shop.scope, first, second, kind, now=shop.tick())

        matched(shop)

        assert shop.person("treez:1") != shop.person("cova:2")
        assert suggestions(shop.scope) == []

    def test_hold_when_a_merge_was_taken_back(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        shop.row("cova:2", **NORA)
        matched(shop)
        shop.undo(Merge.objects.scoped(shop.scope).get(), are_different=True)
        shop.row("cova:2", **{**NORA, "email": "nora@example.org"})

        matched(shop)

        assert shop.person("treez:1") != shop.person("cova:2")


class TestSuggestions:
    def test_go_when_the_records_no_longer_agree(self, shop: MergingShop) -> None:
        shop.row("treez:1", **without("licence"))
        shop.row("cova:2", **without("licence", born_on="1961-01-30"))
        matched(shop)
        shop.row(
            "cova:2",
            given_name="Elias",
            family_name="Brandt",
            born_on="1961-01-30",
            phone="+14155550111",
            email=None,
            street=None,
            zip=None,
        )

        matched(shop)

        assert suggestions(shop.scope) == []

    def test_say_what_would_make_it_a_link(self, shop: MergingShop) -> None:
        shop.row("treez:1", **without("licence"))
        shop.row("cova:2", **without("licence", born_on="1961-01-30"))
        matched(shop)

        (found,) = Suggestion.objects.scoped(shop.scope)

        assert "born" in found.evidence["would_link_if"]


class TestGenericValues:
    def people(self, shop: MergingShop, count: int) -> None:
        names = ["Ada", "Ben", "Cleo", "Dov", "Eva", "Finn", "Gus", "Hana", "Ivo", "Jade"]
        for number, given in enumerate(names[:count]):
            shop.row(
                f"treez:{number}",
                given_name=given,
                family_name=f"Family{chr(97 + number) * 3}",
                born_on=f"19{60 + number}-03-0{number + 1}",
                phone="+14155550100",
            )

    def test_are_learned_when_too_many_share_one(self, shop: MergingShop) -> None:
        self.people(shop, 6)
        matched(shop)
        assert not GenericValue.objects.scoped(shop.scope).exists()

        self.people(shop, 8)
        matched(shop)

        (value,) = GenericValue.objects.scoped(shop.scope)
        assert (value.source, value.people) == ("learned", 8)
        assert suggestions(shop.scope) == []


class TestKeys:
    def test_are_rewritten_where_they_differ(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        matched(shop)
        before = set(MatchKey.objects.scoped(shop.scope).values_list("key", flat=True))
        shop.row("treez:1", **{**NORA, "email": "other@example.com"})

        matched(shop)

        after = set(MatchKey.objects.scoped(shop.scope).values_list("key", flat=True))
        assert len(before - after) == len(after - before) == 1

    def test_are_nobody_elses_in_another_retailer(self, shop: MergingShop, scope_b: Scope) -> None:
        shop.row("treez:1", **NORA)
        matched(shop)

        assert not MatchKey.objects.scoped(scope_b).exists()
        assert match_pending(scope_b) == 0


class TestPending:
    def test_waits_for_every_record_that_is_written(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        shop.row("treez:2", given_name="Elias")

        assert PendingMatch.objects.scoped(shop.scope).count() == 2

    def test_resolves_both_ids_afterwards(self, shop: MergingShop) -> None:
        one, other = shop.row("treez:1", **NORA), shop.row("cova:2", **NORA)
        matched(shop)

        found = {resolve(shop.scope, str(held.public_id)).pk for held in (one, other)}

        assert len(found) == 1

    def test_one_that_cannot_be_read_holds_up_nobody_else(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        shop.row("cova:2", **NORA)
        shop.row("treez:3", given_name="Elias")
        broken = PosRecord.objects.scoped(shop.scope).get(external_id="3")
        PosRecord.objects.scoped(shop.scope).filter(pk=broken.pk).update(sealed_fields=b"broken")

        assert matched(shop) == 2

        assert shop.person("treez:1") == shop.person("cova:2")
        (left,) = PendingMatch.objects.scoped(shop.scope)
        assert left.record_id == broken.pk
        assert left.not_before is not None
        assert matched(shop) == 0

    def test_one_that_was_set_aside_is_due_when_it_changes(self, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        PendingMatch.objects.scoped(shop.scope).update(not_before=utc_now() + dt.timedelta(hours=1))
        assert matched(shop) == 0

        shop.row("treez:1", **{**NORA, "email": "other@example.com"})

        assert matched(shop) == 1
