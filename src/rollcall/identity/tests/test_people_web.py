"""Pages of who somebody is: explanation, household, plans for a POS, what a merge would change."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from rollcall.audit.models import Entry
from rollcall.customers.models import AccountStore
from rollcall.identity.models import Decision, Merge, PosMergePlan, Suggestion
from rollcall.identity.queries.suggestions import find_next
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.review_queue import EVIDENCE, NORA, take_in_pair
from rollcall.kit.scope import Role
from rollcall.stores.models import Membership, Store, User

NOBODY = uuid.UUID(int=7)
#: As matching keeps it of a pair that was linked by itself.
LINKED = {
    "model": "model-1",
    "bits": 25.4,
    "capped": 0.0,
    "short": -6.4,
    "vetoes": [],
    "would_link_if": [],
    "parts": [
        {"field": "given", "level": "exact", "bits": 7.1},
        {"field": "family", "level": "exact", "bits": 9.0},
        {"field": "phone", "level": "exact", "bits": 9.3},
    ],
}


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def manager(client: Client, bob: User, shop: MergingShop, store_a: Store) -> Client:
    """Bob as a manager of one store, which has the treez list only."""
    Membership.objects.scoped(shop.scope).filter(user=bob).update(role=Role.MANAGER.value)
    AccountStore.objects.scoped(shop.scope).create(account=shop.accounts["treez"], store=store_a)
    client.force_login(bob)
    return client


@pytest.fixture
def nora(shop: MergingShop) -> MergingShop:
    """Nora twice at treez and once at cova; Chidi shares her phone and street."""
    for name in ("treez:1", "treez:2", "cova:3"):
        shop.row(name, **NORA)
    shop.row("treez:8", **{**NORA, "given_name": "Chidi", "born_on": "1990-01-02", "email": None})
    shop.merge("treez:1", "treez:2", note="she said so")
    records = [shop.links().get(home=shop.home(one)).record_id for one in ("treez:1", "cova:3")]
    shop.merge(
        "treez:1",
        "cova:3",
        reason=Merge.Reason.AUTOMATIC,
        evidence={**LINKED, "records": records},
    )
    return shop


def page(shop: MergingShop, name: str, below: str) -> str:
    return f"/customers/{shop.home(name).public_id}/{below}"


def read(client: Client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


class TestExplanation:
    def test_tells_how_records_came_together(self, admin: Client, nora: MergingShop) -> None:
        shown = read(admin, page(nora, "treez:1", "identity/"))

        assert "by matching" in shown
        assert "by a person" in shown
        assert "she said so" in shown
        assert '<text x="0" y="15">Phone: the same</text>' in shown
        assert "together +25.4 bits, pairs are linked from +19.0" in shown
        assert "not have been linked by itself: Given name, Family name, Phone." in shown
        assert shown.count("Undo merge") == 2
        assert "No evidence was kept: somebody knew." in shown

    def test_names_who_shares_the_phone(self, admin: Client, nora: MergingShop) -> None:
        shown = read(admin, page(nora, "treez:1", "identity/"))

        assert "<strong>Phone</strong>: 1 other person" in shown
        assert "Chidi Okafor" in shown

    def test_is_audited_with_whom_it_named(self, admin: Client, nora: MergingShop) -> None:
        read(admin, page(nora, "treez:1", "identity/"))

        seen = Entry.objects.scoped(nora.scope).get(action="customer.identity_viewed")
        assert seen.subject_ids == [nora.home("treez:1").pk, nora.home("treez:8").pk]

    def test_says_what_the_pos_itself_joined(self, admin: Client, nora: MergingShop) -> None:
        nora.row("treez:2", **NORA, merged_into="1")

        assert "merged at the POS itself" in read(admin, page(nora, "treez:1", "identity/"))

    def test_leads_merged_ids_to_who_stands_now(self, admin: Client, nora: MergingShop) -> None:
        answered = admin.get(page(nora, "cova:3", "identity/"))

        assert answered["Location"] == page(nora, "treez:1", "identity/")

    def test_hides_evidence_about_records_of_other_stores(
        self, manager: Client, nora: MergingShop
    ) -> None:
        shown = read(manager, page(nora, "treez:1", "identity/"))

        assert "1 more record is of a store that you do not see." in shown
        assert "The evidence is about a record of a store that you do not see." in shown
        assert "+25.4" not in shown
        assert "cova" not in shown

    @pytest.mark.parametrize(
        "evidence", [{"parts": [{"field": "x"}]}, {"parts": 7}, {"records": "x", "parts": [[]]}]
    )
    def test_stands_evidence_of_another_shape(
        self, admin: Client, shop: MergingShop, evidence: dict[str, object]
    ) -> None:
        for name in ("treez:1", "cova:3"):
            shop.row(name, **NORA)
        shop.merge("treez:1", "cova:3", reason=Merge.Reason.IMPORT, evidence=evidence)

        assert "No evidence was kept" in read(admin, page(shop, "treez:1", "identity/"))


@pytest.mark.parametrize("below", ["identity/", "pos-merges/"])
class TestWhoMaySee:
    def test_is_nobody_of_another_retailer(
        self, client: Client, charlie: User, nora: MergingShop, below: str
    ) -> None:
        client.force_login(charlie)

        assert client.get(page(nora, "treez:1", below)).status_code == 404
        assert client.post(page(nora, "treez:1", "household/"), {"other": "1"}).status_code == 404

    def test_is_no_staff(self, client: Client, bob: User, nora: MergingShop, below: str) -> None:
        client.force_login(bob)

        assert client.get(page(nora, "treez:1", below)).status_code == 403

    def test_is_told_of_nobody_who_is_not_there(
        self, admin: Client, nora: MergingShop, below: str
    ) -> None:
        assert admin.get(f"/customers/{NOBODY}/{below}").status_code == 404


class TestHousehold:
    def test_is_said_from_the_page_and_taken_back(self, admin: Client, nora: MergingShop) -> None:
        chidi = nora.home("treez:8")
        mine = page(nora, "treez:1", "")
        assert "They share a phone, e-mail or address:" in read(admin, mine)

        admin.post(f"{mine}household/", {"other": "treez:8"})
        assert "Not of one household" in read(admin, mine)
        assert "Nora Okafor" in read(admin, page(nora, "treez:8", ""))

        decision = Decision.objects.scoped(nora.scope).get()
        admin.post(f"/households/{decision.pk}/withdraw/", {"back": str(chidi.public_id)})
        assert "Not of one household" not in read(admin, mine)

    @pytest.mark.parametrize(
        ("other", "words"),
        [
            ("treez:1", "This is the same person."),
            ("", "Nobody whom you may see has this id."),
            ("\x00", "Nobody whom you may see has this id."),
            ("9" * 400, "Nobody whom you may see has this id."),
        ],
    )
    def test_says_what_is_wrong(
        self, admin: Client, nora: MergingShop, other: str, words: str
    ) -> None:
        answered = admin.post(page(nora, "treez:1", "household/"), {"other": other}, follow=True)

        assert words in answered.content.decode()
        assert not Decision.objects.scoped(nora.scope).exists()

    def test_is_not_said_of_people_of_other_stores(
        self, manager: Client, nora: MergingShop
    ) -> None:
        nora.row("cova:77", given_name="Ife")

        manager.post(page(nora, "treez:1", "household/"), {"other": "cova:77"})

        assert not Decision.objects.scoped(nora.scope).exists()

    @pytest.mark.parametrize("number", [999_999, 10**40])
    def test_withdraws_nothing_that_is_not_there(
        self, admin: Client, nora: MergingShop, number: int
    ) -> None:
        assert admin.post(f"/households/{number}/withdraw/").status_code == 404


class TestPlans:
    def test_are_made_and_listed_without_names(self, admin: Client, nora: MergingShop) -> None:
        path = page(nora, "treez:1", "pos-merges/")
        kept = nora.links().get(home=nora.home("treez:1")).record_id

        admin.post(path, {"kept": str(kept)})

        plan = PosMergePlan.objects.scoped(nora.scope).get()
        shown = read(admin, "/people/pos-merges/")
        assert "Treez: merge 2 into 1" in shown
        assert "Okafor" not in shown
        admin.post(f"/people/pos-merges/{plan.pk}/", {"state": "to_do", "from": "person"})
        assert "to do" in read(admin, path)

    @pytest.mark.parametrize(
        ("kept", "status"), [("", 400), ("x", 400), ("²", 400), ("9" * 40, 400), ("999999", 404)]
    )
    def test_refuse_what_is_no_record(
        self, admin: Client, nora: MergingShop, kept: str, status: int
    ) -> None:
        path = page(nora, "treez:1", "pos-merges/")

        assert admin.post(path, {"kept": kept}).status_code == status
        assert not PosMergePlan.objects.scoped(nora.scope).exists()

    @pytest.mark.parametrize(
        ("number", "state", "status"), [(1, "seen_done", 404), (10**30, "to_do", 404)]
    )
    def test_refuse_what_is_no_step(
        self, admin: Client, nora: MergingShop, number: int, state: str, status: int
    ) -> None:
        answered = admin.post(f"/people/pos-merges/{number}/", {"state": state})

        assert answered.status_code == status


class TestPreview:
    def test_tells_what_would_change(self, admin: Client, shop: MergingShop) -> None:
        pair = take_in_pair(shop, sms_opt_in=False)

        path = f"/people/review/{pair.pk}/preview/"
        shown = " ".join(admin.get(path, headers={"HX-Request": "true"}).content.decode().split())

        assert "Values that change" in shown
        assert "The strictest stands:</strong> Texts allowed: No" in shown
        assert "treez-list · treez 1" in shown
        assert "<html" not in shown
        assert not Merge.objects.scoped(shop.scope).exists()
        assert Entry.objects.scoped(shop.scope).filter(action="customer.merge_previewed").exists()
        assert "<html" in admin.get(path).content.decode()

    @pytest.mark.parametrize("number", [999_999, 10**40])
    def test_is_of_nothing_that_is_not_there(
        self, admin: Client, shop: MergingShop, number: int
    ) -> None:
        assert admin.get(f"/people/review/{number}/preview/").status_code == 404


class TestOrder:
    def test_shows_of_equals_first_where_more_is_at_stake(self, shop: MergingShop) -> None:
        take_in_pair(shop, 1)
        busy = take_in_pair(shop, 11, given="Amara")
        shop.row("treez:19", given_name="Amara")
        shop.merge("treez:11", "treez:19")
        Suggestion.objects.scoped(shop.scope).filter(pk=busy.pk).update(bits=EVIDENCE["bits"] - 0.5)

        assert find_next(shop.scope) == busy

    def test_shows_what_is_clearly_stronger_before_all_others(self, shop: MergingShop) -> None:
        strong = take_in_pair(shop, 1)
        weak = take_in_pair(shop, 11, given="Amara")
        Suggestion.objects.scoped(shop.scope).filter(pk=weak.pk).update(bits=EVIDENCE["bits"] - 2)

        assert find_next(shop.scope) == strong
        assert find_next(shop.scope, without=[strong.pk]) == weak
        assert find_next(shop.scope, without=[strong.pk, weak.pk]) is None
