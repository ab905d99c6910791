"""Values that go in by themselves: contacts of stores and users, and frequent birth dates."""

from __future__ import annotations

import datetime as dt
from typing import Final

import pytest

from rollcall.identity.models import GenericValue
from rollcall.identity.operations.generics import mark_own
from rollcall.identity.operations.pending import match_pending
from rollcall.identity.operations.reconsidering import reconsider, sync_contacts
from rollcall.identity.operations.reopening import work_off_reopenings
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.identity.queries.shared_values import key_of
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.test_shared_values import in_force, mark, phone, two_alike
from rollcall.stores.models import Store

Source = GenericValue.Source


@pytest.fixture(autouse=True)
def _sizes_of_this_test() -> None:
    forget_sizes()


class TestContacts:
    def test_of_stores_and_users_go_in_by_themselves(
        self, shop: MergingShop, store_a: Store, alice: object
    ) -> None:
        Store.objects.scoped(shop.scope).filter(pk=store_a.pk).update(phone="(415) 555-0101")
        two_alike(shop, 1)
        match_pending(shop.scope)

        sync_contacts(shop.scope, now=shop.tick())
        sync_contacts(shop.scope, now=shop.tick())

        rows = GenericValue.objects.scoped(shop.scope).order_by("kind")
        assert [(one.kind, one.source) for one in rows] == [(1, "contact"), (2, "contact")]
        assert work_off_reopenings(shop.scope) == 1

    def test_are_evidence_again_when_they_change(self, shop: MergingShop, store_a: Store) -> None:
        store = Store.objects.scoped(shop.scope).filter(pk=store_a.pk)
        store.update(phone="(415) 555-0101", email="shop@alder.example")
        sync_contacts(shop.scope, now=shop.tick())
        two_alike(shop, 1)
        match_pending(shop.scope)
        assert in_force(shop) == 0
        store.update(phone="(415) 555-0102", email="")

        sync_contacts(shop.scope, now=shop.tick())
        match_pending(shop.scope)

        (row,) = GenericValue.objects.scoped(shop.scope)
        assert row.key == phone(shop, "+14155550102").key
        assert in_force(shop) == 1

    def test_do_not_overrule_a_person(self, shop: MergingShop, store_a: Store) -> None:
        Store.objects.scoped(shop.scope).filter(pk=store_a.pk).update(phone="(415) 555-0101")
        mark_own(shop.scope, phone(shop), people=1, now=shop.tick())

        sync_contacts(shop.scope, now=shop.tick())

        assert GenericValue.objects.scoped(shop.scope).get().is_own is True

    def test_that_are_no_numbers_are_passed_over(self, shop: MergingShop, store_a: Store) -> None:
        Store.objects.scoped(shop.scope).filter(pk=store_a.pk).update(phone="none", email="@")

        sync_contacts(shop.scope, now=shop.tick())

        assert not GenericValue.objects.scoped(shop.scope).exists()


class TestBirthDates:
    BORN: Final = "1980-01-01"

    def born(self, shop: MergingShop, count: int, usual: int = 30) -> None:
        people = {
            f"treez:{number}": {
                "given_name": "Ida",
                "family_name": f"Nord{number}",
                "born_on": self.BORN if number < count else f"{1900 + number}-02-03",
            }
            for number in range(count + usual)
        }
        shop.rows(people)

    def test_are_learned_where_a_system_filled_them_in(self, shop: MergingShop) -> None:
        self.born(shop, 21)

        reconsider(shop.scope, now=shop.tick())

        (row,) = GenericValue.objects.scoped(shop.scope)
        assert (row.kind, row.people) == (30, 21)
        assert row.key == key_of(shop.scope, "born", self.BORN).key

    def test_are_left_alone_below(self, shop: MergingShop) -> None:
        self.born(shop, 20)

        reconsider(shop.scope, now=shop.tick())

        assert not GenericValue.objects.scoped(shop.scope).exists()

    def test_no_longer_veto_when_generic(self, shop: MergingShop) -> None:
        alike = {"given_name": "Nora", "family_name": "Okafor", "email": "nora@example.com",
                 "licence": "D8812345", "licence_state": "CA"}  # fmt: skip
        shop.row("treez:1", **alike, born_on="1988-07-19")
        shop.row("cova:2", **{**alike, "licence": None}, born_on=self.BORN)
        match_pending(shop.scope)
        assert in_force(shop) == 0
        value = key_of(shop.scope, "born", self.BORN)

        mark(shop, value, Source.LEARNED)
        match_pending(shop.scope)

        assert in_force(shop) == 1

    def test_are_forgotten_when_they_have_become_rare(self, shop: MergingShop) -> None:
        self.born(shop, 4)
        mark(shop, key_of(shop.scope, "born", self.BORN), Source.LEARNED)

        reconsider(shop.scope, now=shop.tick() + dt.timedelta(hours=2))

        assert not GenericValue.objects.scoped(shop.scope).exists()
