"""Who is who for programs: /api/v2 below duplicates, merges and decisions."""

from __future__ import annotations

from typing import Any

import pytest

from rollcall.audit.models import Entry
from rollcall.customers.tests.kiosk_world import fresh_api as fresh_api
from rollcall.identity.models import Decision, Merge, Suggestion
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.merging_shop import shop as shop
from rollcall.identity.tests.review_queue import NORA, take_in_pair
from rollcall.kit.scope import Role, Scope
from rollcall.stores.models import Store
from rollcall.testing.platform_client import PlatformClient

MISSING = "00000000-0000-7000-8000-00000000ffff"


@pytest.fixture
def api(fresh_api: None, scope_a: Scope) -> PlatformClient:
    return PlatformClient.of(scope_a)


@pytest.fixture
def pair(shop: MergingShop) -> dict[str, str]:
    """Two people whom nobody has compared."""
    for name in ("treez:1", "cova:2"):
        shop.row(name, **NORA)
    return {
        "first": str(shop.home("treez:1").public_id),
        "second": str(shop.home("cova:2").public_id),
    }


def audited(scope: Scope, action: str) -> int:
    return Entry.objects.scoped(scope).filter(action=action).count()


class TestDuplicates:
    def test_come_the_strongest_first_page_by_page(
        self, api: PlatformClient, shop: MergingShop
    ) -> None:
        for number, given in ((1, "Nora"), (3, "Vera"), (5, "Lena")):
            one = take_in_pair(shop, number, given=given)
            Suggestion.objects.scoped(shop.scope).filter(pk=one.pk).update(bits=10.0 + number)

        first = api.get("/duplicates?limit=2").json
        second = api.get(f"/duplicates?limit=2&cursor={first['next']}").json

        assert [one["bits"] for one in first["items"]] == [15.0, 13.0]
        assert [one["bits"] for one in second["items"]] == [11.0]
        assert second["next"] is None
        assert audited(shop.scope, "suggestion.listed") == 2

    def test_say_what_speaks_for_and_against(self, api: PlatformClient, shop: MergingShop) -> None:
        one = take_in_pair(shop)

        told = api.get(f"/duplicates/{one.pk}").json

        assert [step["field"] for step in told["evidence_for"]] == [
            *("phone", "family", "given", "email"),
        ]
        assert told["evidence_against"] == [
            {
                "field": "born",
                "label": "Birth date",
                "level": "different",
                "words": "differs",
                "bits": -6.0,
            }
        ]
        assert told["reasons"] == [
            {"code": "born", "words": "Their birth dates contradict each other."}
        ]
        assert told["needed"] == 19.0
        assert told["would_link_if"] == ["born", "licence"]
        assert told["people"][0]["fields"]["phone"] == "+14155550177"
        assert told["people"][0]["record"] == {"kind": "treez", "account": "treez-list", "id": "1"}
        assert audited(shop.scope, "customer.viewed") == 1

    @pytest.mark.parametrize("answer", ["different", "household"])
    def test_are_answered_for_good(
        self, api: PlatformClient, shop: MergingShop, answer: str
    ) -> None:
        one = take_in_pair(shop)

        done = api.post(f"/duplicates/{one.pk}/decision", {"decision": answer})

        decision = Decision.objects.scoped(shop.scope).get()
        assert done.status == 200
        assert done.json == {"id": one.pk, "state": answer, "merge": None, "decision": decision.pk}
        assert decision.actor.startswith("integration:")

    def test_that_are_the_same_are_merged(self, api: PlatformClient, shop: MergingShop) -> None:
        one = take_in_pair(shop)

        done = api.post(f"/duplicates/{one.pk}/decision", {"decision": "same"})

        assert done.json["merge"] == Merge.objects.scoped(shop.scope).get().pk

    def test_are_answered_once(self, api: PlatformClient, shop: MergingShop) -> None:
        one = take_in_pair(shop)
        path = f"/duplicates/{one.pk}/decision"

        first = api.post(path, {"decision": "different"}, once="a")
        again = api.post(path, {"decision": "different"}, once="a")
        other = api.post(path, {"decision": "same"}, once="b")

        assert (first.status, first.json) == (again.status, again.json)
        assert (other.status, other.code) == (409, "already_answered")
        assert other.json["state"] == "different"
        assert Decision.objects.scoped(shop.scope).count() == 1


class TestMerges:
    def test_are_previewed_without_writing(
        self, api: PlatformClient, shop: MergingShop, pair: dict[str, str]
    ) -> None:
        told = api.post("/merges/preview", {**pair, "survivor": pair["second"]}).json

        assert told["after"]["id"] == pair["second"]
        assert set(told["after"]["ids"]) == set(pair.values())
        assert [one["id"] for one in told["before"]] == list(pair.values())
        assert told["blockers"] == []
        phone = next(one for one in told["fields"] if one["field"] == "phone")
        assert phone["before"] == ["+14155550177"] * 2
        assert not Merge.objects.scoped(shop.scope).exists()
        assert audited(shop.scope, "customer.merge_previewed") == 1

    def test_are_made_and_undone(
        self, api: PlatformClient, shop: MergingShop, pair: dict[str, str]
    ) -> None:
        made = api.post("/merges", {**pair, "survivor": pair["second"], "note": "At the counter"})
        merge_id = made.json["id"]
        preview = api.post(f"/merges/{merge_id}/undo/preview").json
        undone = api.post(f"/merges/{merge_id}/undo", {"reason": "Twins", "are_different": True})
        again = api.post(f"/merges/{merge_id}/undo")
        refused = api.post("/merges", pair)

        assert made.status == 201
        assert (made.json["survivor"], made.json["absorbed"]) == (pair["second"], pair["first"])
        assert made.json["note"] == "At the counter"
        assert {one["id"] for one in preview["after"]} == set(pair.values())
        assert undone.json["undo_reason"] == "Twins"
        assert (again.status, again.code) == (409, "already_undone")
        assert (refused.status, refused.code) == (409, "in_the_way")
        assert [one["code"] for one in refused.json["blockers"]] == ["decided_different"]

    def test_are_made_once_for_a_key(
        self, api: PlatformClient, shop: MergingShop, pair: dict[str, str]
    ) -> None:
        first, again = (api.post("/merges", pair, once="k") for _ in range(2))
        other = api.post("/merges", {**pair, "note": "else"}, once="k")
        elsewhere = api.post("/merges/preview", pair, once="k")
        without = api.post("/merges", pair)

        assert (first.status, first.json) == (again.status, again.json)
        assert (other.status, other.code) == (422, "idempotency_key_reused")
        assert elsewhere.status == 200
        assert (without.status, without.code) == (409, "already_one")
        assert Merge.objects.scoped(shop.scope).count() == 1

    def test_that_were_refused_may_be_asked_again_under_another_key(
        self, api: PlatformClient, shop: MergingShop, pair: dict[str, str]
    ) -> None:
        api.post("/decisions", {**pair, "kind": "different"})
        refused = api.post("/merges", pair, once="k")
        decision = Decision.objects.scoped(shop.scope).get()
        api.post(f"/decisions/{decision.pk}/withdraw")

        assert refused.status == 409
        assert api.post("/merges", pair, once="k").body == refused.body
        assert api.post("/merges", pair, once="l").status == 201

    def test_of_another_program_keep_their_keys_apart(
        self, api: PlatformClient, shop: MergingShop, pair: dict[str, str]
    ) -> None:
        api.post("/merges", pair, once="k")

        assert PlatformClient.of(shop.scope).post("/merges", pair, once="k").code == "already_one"

    def test_are_listed_the_newest_first(self, api: PlatformClient, shop: MergingShop) -> None:
        for number in range(4):
            shop.row(f"treez:{number}", **NORA)
        made = [shop.merge("treez:0", f"treez:{number}").pk for number in (1, 2, 3)]

        first = api.get("/merges?limit=2").json
        second = api.get(f"/merges?limit=2&cursor={first['next']}").json

        assert [one["id"] for one in first["items"] + second["items"]] == made[::-1]
        assert api.get(f"/merges/{made[0]}").json == second["items"][0]

    @pytest.mark.parametrize(
        ("sent", "errors"),
        [
            ({}, {"first": ["is required"], "second": ["is required"]}),
            (
                {"first": 1, "second": "x"},
                {"first": ["is not a text"], "second": ["is not an id of ours"]},
            ),
            (
                {"first": MISSING, "second": MISSING},
                {"first": ["is nobody's id"], "second": ["is nobody's id"]},
            ),
        ],
    )
    def test_of_nobody_are_refused(
        self, api: PlatformClient, sent: dict[str, Any], errors: dict[str, list[str]]
    ) -> None:
        reply = api.post("/merges", sent)

        assert (reply.status, reply.code) == (422, "invalid")
        assert reply.json["errors"] == errors

    def test_do_not_let_a_third_person_survive(
        self, api: PlatformClient, shop: MergingShop, pair: dict[str, str]
    ) -> None:
        shop.row("treez:9", **NORA)
        third = str(shop.home("treez:9").public_id)

        reply = api.post("/merges", {**pair, "survivor": third})

        assert reply.json["errors"] == {"survivor": ["is none of the two"]}


class TestDecisions:
    def test_are_made_listed_and_withdrawn(
        self, api: PlatformClient, shop: MergingShop, pair: dict[str, str]
    ) -> None:
        sent = {**pair, "kind": "household", "note": "Sisters"}
        first, again = (api.post("/decisions", sent, once="k") for _ in range(2))
        path = f"/decisions/{first.json['id']}/withdraw"
        withdrawn = api.post(path, {"reason": "One person after all"})

        assert first.status == again.status == 201
        assert [one["id"] for one in first.json["people"]] == list(pair.values())
        assert withdrawn.json["withdraw_reason"] == "One person after all"
        assert api.get("/decisions").json == {"items": [withdrawn.json], "next": None}
        assert api.post(path).code == "already_withdrawn"

    def test_of_one_person_are_refused(self, api: PlatformClient, pair: dict[str, str]) -> None:
        same = {**pair, "second": pair["first"]}

        assert api.post("/decisions", {**same, "kind": "different"}).code == "already_one"


class TestStores:
    def test_of_others_are_not_seen(
        self, fresh_api: None, shop: MergingShop, store_a: Store
    ) -> None:
        one = take_in_pair(shop)
        merge = shop.merge("treez:1", "cova:2")
        ids = {
            "first": str(shop.home("treez:1").public_id),
            "second": str(shop.home("cova:2").public_id),
        }
        api = PlatformClient.of(shop.scope, stores=[store_a])

        assert api.get("/merges").json["items"] == []
        assert api.get("/duplicates").json["items"] == []
        assert api.get("/decisions").json["items"] == []
        for path in (f"/merges/{merge.pk}", f"/duplicates/{one.pk}"):
            assert api.get(path).status == 404
        for path in (
            *(f"/merges/{merge.pk}/undo", f"/merges/{merge.pk}/undo/preview"),
            f"/duplicates/{one.pk}/decision",
        ):
            assert api.post(path, {"decision": "same"} if "decision" in path else {}).status == 404
        assert api.post("/merges", ids).status == 422
        assert api.post("/decisions", {**ids, "kind": "same"}).status == 422
        merge.refresh_from_db()
        assert merge.undone_at is None


class TestRoles:
    def test_below_manager_see_nothing(self, fresh_api: None, scope_a: Scope) -> None:
        api = PlatformClient.of(scope_a, role=Role.STAFF)

        assert api.get("/duplicates").code == "forbidden"
        assert api.get("/duplicates").json["detail"] == "This needs a key with the role manager."
