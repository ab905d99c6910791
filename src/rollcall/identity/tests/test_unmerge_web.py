from __future__ import annotations

import pytest
from django.test import Client

from rollcall.customers.models import AccountStore
from rollcall.identity import blockers
from rollcall.identity.blockers import Blocker, People
from rollcall.identity.models import Decision, Merge
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.kit.scope import Scope
from rollcall.stores.models import Store, User


@pytest.fixture
def merge(shop: MergingShop) -> Merge:
    shop.row("treez:1", given_name="Ana", family_name="Reyes")
    shop.row("cova:1", given_name="Bea", family_name="Reyes")
    return shop.merge("treez:1", "cova:1", note="same face")


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def page_of(client: Client, shop: MergingShop, name: str) -> str:
    address = f"/customers/{shop.home(name).public_id}/"
    return client.get(address, follow=True).content.decode()


class TestPanel:
    def test_tells_of_merges_and_leads_to_their_undoing(
        self, admin: Client, shop: MergingShop, merge: Merge
    ) -> None:
        text = page_of(admin, shop, "cova:1")

        assert "same face" in text
        assert f"/merges/{merge.pk}/undo/" in text

    def test_offers_staff_no_undoing(
        self, client: Client, bob: User, shop: MergingShop, merge: Merge, store_a: Store
    ) -> None:
        AccountStore.objects.scoped(shop.scope).create(
            account=shop.accounts["treez"], store=store_a
        )
        client.force_login(bob)

        text = page_of(client, shop, "treez:1")

        assert "same face" in text
        assert "/undo/" not in text
        assert client.post(f"/merges/{merge.pk}/undo/").status_code == 403

    def test_tells_of_undone_ones_too(self, admin: Client, shop: MergingShop, merge: Merge) -> None:
        shop.undo(merge, reason="twins")

        text = page_of(admin, shop, "cova:1")

        assert "twins" in text
        assert "/undo/" not in text


class TestUndoPage:
    def test_shows_what_changes_for_each(self, admin: Client, merge: Merge) -> None:
        text = admin.get(f"/merges/{merge.pk}/undo/").content.decode()

        assert text.count("Ana") == 1
        assert "Person 2" in text
        assert "Nothing changes for them" in text

    def test_undoes_and_remembers_that_they_are_different(
        self, admin: Client, shop: MergingShop, merge: Merge
    ) -> None:
        answer = admin.post(
            f"/merges/{merge.pk}/undo/", {"reason": "twins", "different": "yes"}, follow=True
        )

        assert "Everybody has their own again" in answer.content.decode()
        assert shop.person("cova:1") == shop.homes["cova:1"]
        assert Decision.objects.scoped(shop.scope).get().note == "twins"

    def test_says_what_stands_in_the_way(
        self, admin: Client, shop: MergingShop, merge: Merge
    ) -> None:
        def hold(scope: Scope, people: People, *, parting: bool) -> list[Blocker]:
            return [Blocker(code="legal_hold", words="there is a legal hold")]

        blockers.add_blocker("test", hold)
        try:
            answer = admin.post(f"/merges/{merge.pk}/undo/", follow=True)
        finally:
            blockers.remove_blocker("test")

        assert "there is a legal hold" in answer.content.decode()
        assert shop.person("cova:1") == shop.homes["treez:1"]

    def test_says_when_it_was_undone_before(
        self, admin: Client, shop: MergingShop, merge: Merge
    ) -> None:
        shop.undo(merge)

        answer = admin.post(f"/merges/{merge.pk}/undo/", follow=True)

        assert "It was undone before" in answer.content.decode()

    def test_does_not_know_merges_of_another_retailer(
        self, client: Client, charlie: User, merge: Merge
    ) -> None:
        client.force_login(charlie)

        assert client.get(f"/merges/{merge.pk}/undo/").status_code == 404
