"""The page of how careful matching is: who sees it, who changes it, and what it says."""

from __future__ import annotations

import pytest
from django.test import Client

from rollcall.identity.models import Decision, MatchSettings, Merge, Suggestion
from rollcall.identity.operations.match_settings import set_match_settings
from rollcall.identity.operations.pending import match_pending
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.identity.rules.caution import Caution
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.test_matching import NORA
from rollcall.kit.scope import Role, Scope
from rollcall.stores.models import Membership, User

PAGE, SAVE, DOUBTS = "/people/matching/", "/people/matching/save/", "/people/matching/merges/"
OFF = {"links": "no", "link_bits": "0", "review_bits": "0"}


@pytest.fixture(autouse=True)
def _sizes_of_this_test() -> None:
    forget_sizes()


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def merge(shop: MergingShop) -> Merge:
    """Made by matching."""
    shop.row("treez:1", **NORA)
    shop.row("cova:2", **NORA)
    match_pending(shop.scope)
    return Merge.objects.scoped(shop.scope).get()


def become(alice: User, scope: Scope, role: Role) -> None:
    Membership.objects.scoped(scope).filter(user=alice).update(role=role)


def move(alice: User, scope: Scope) -> None:
    """Let her work for that retailer alone."""
    Membership.objects.across_retailers(reason="a test").filter(user=alice).delete()
    Membership.objects.scoped(scope).create(user=alice, role=Role.ADMIN)


def text(client: Client, page: str = PAGE, **given: str) -> str:
    answered = client.get(page, given)
    assert answered.status_code == 200
    return answered.content.decode()


def save(client: Client, **given: str) -> str:
    answered = client.post(SAVE, {**OFF, "reason": "a trial", "seen": "", **given}, follow=True)
    return answered.content.decode()


class TestPage:
    def test_shows_what_is_shipped(self, admin: Client, scope_a: Scope) -> None:
        shown = text(admin)

        assert "from 16.3 bits" in shown
        assert "as shipped" in shown

    def test_shows_what_would_change(self, admin: Client, shop: MergingShop, merge: Merge) -> None:
        shown = text(admin, **OFF)

        assert "Nothing would be linked by itself." in shown
        assert "1 would have gone to review" in shown
        assert f"/merges/{merge.pk}/undo/" in shown
        assert not MatchSettings.objects.scoped(shop.scope).exists()

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"link_bits": "nan"}, "say a number of bits from -3 to +20"),
            ({"link_bits": "inf"}, "say a number of bits from -3 to +20"),
            ({"link_bits": "1e999"}, "say a number of bits from -3 to +20"),
            ({"link_bits": "-3.1"}, "say a number of bits from -3 to +20"),
            ({"link_bits": "<b>"}, "Say a number."),
            ({"link_bits": "9" * 100_000}, "say a number of bits from -3 to +20"),
            ({"review_bits": "4.1"}, "at most +4.0"),
        ],
    )
    def test_says_what_is_wrong_at_its_field(
        self, admin: Client, scope_a: Scope, typed: dict[str, str], words: str
    ) -> None:
        given = {"links": "yes", "link_bits": "0", "review_bits": "0", **typed}
        is_huge = len(given["link_bits"]) > 1000
        shown = save(admin, **given) if is_huge else text(admin, **given)

        assert words in shown
        assert 'aria-invalid="true"' in shown
        assert "What would change" not in shown.split("Try other settings")[1]

    def test_is_seen_and_not_changed_by_managers(
        self, admin: Client, alice: User, scope_a: Scope
    ) -> None:
        become(alice, scope_a, Role.MANAGER)

        assert "An admin can save this." in text(admin, **OFF)
        assert admin.post(SAVE, {**OFF, "reason": "a", "seen": ""}).status_code == 403
        assert not MatchSettings.objects.scoped(scope_a).exists()

    def test_is_hidden_from_staff(self, admin: Client, alice: User, scope_a: Scope) -> None:
        become(alice, scope_a, Role.STAFF)

        assert admin.get(PAGE).status_code == 403
        assert admin.get(DOUBTS).status_code == 403


class TestSaving:
    def test_merges_and_parts_nobody_and_says_what_follows(
        self, admin: Client, shop: MergingShop, merge: Merge
    ) -> None:
        shown = save(admin)

        assert "Saved. Nobody was merged or parted by it." in shown
        assert "1 automatic merge would not be made today." in shown
        assert "a trial" in shown
        merge.refresh_from_db()
        assert merge.undone_at is None

    def test_offers_what_would_be_linked_now(self, admin: Client, shop: MergingShop) -> None:
        save(admin)
        shop.row("treez:1", **NORA)
        shop.row("cova:2", **NORA)
        match_pending(shop.scope)
        seen = str(MatchSettings.objects.scoped(shop.scope).get().pk)
        shown = save(admin, links="yes", seen=seen)

        assert "1 waiting suggestion would be linked by itself today." in shown
        assert "/people/review/bulk/?linkable=yes" in shown
        assert Suggestion.objects.scoped(shop.scope).get().state == "open"

    def test_takes_a_day_to_come(self, admin: Client, scope_a: Scope) -> None:
        assert "within a year" in save(admin, **{"from": "2999-01-01"})
        assert "within a year" in save(admin, **{"from": "2001-01-01"})
        assert not MatchSettings.objects.scoped(scope_a).exists()

    @pytest.mark.parametrize("day", ["2026-13-01", "tomorrow", "2026-02-30"])
    def test_refuses_what_is_no_day(self, admin: Client, scope_a: Scope, day: str) -> None:
        assert admin.post(SAVE, {**OFF, "reason": "a", "from": day}).status_code == 400

    def test_wants_a_reason(self, admin: Client, scope_a: Scope) -> None:
        assert "Nothing was saved: say why." in save(admin, reason=" ")

    def test_tells_that_somebody_was_quicker(self, admin: Client, shop: MergingShop) -> None:
        set_match_settings(
            shop.scope, Caution(link_bits=1), reason="why", seen=None, now=shop.tick()
        )

        assert "somebody has changed the settings meanwhile" in save(admin)

    @pytest.mark.parametrize("seen", ["-1", "1e3", "٣", "9" * 40])
    def test_refuses_made_up_versions(self, admin: Client, scope_a: Scope, seen: str) -> None:
        assert admin.post(SAVE, {**OFF, "reason": "a", "seen": seen}).status_code == 400

    def test_says_what_is_wrong(self, admin: Client, scope_a: Scope) -> None:
        assert "say a number of bits" in save(admin, link_bits="99")


class TestDoubts:
    def test_names_merges_until_somebody_keeps_them(
        self, admin: Client, shop: MergingShop, merge: Merge
    ) -> None:
        save(admin)
        assert f"Undo merge {merge.pk}" in text(admin, DOUBTS)

        kept = admin.post(f"{DOUBTS}{merge.pk}/keep/", follow=True).content.decode()

        assert "There are none" in kept
        assert Decision.objects.scoped(shop.scope).get().kind == Decision.Kind.SAME
        assert "automatic merge would not be made" not in text(admin)

    def test_keeps_nothing_of_other_retailers(
        self, admin: Client, alice: User, merge: Merge, scope_b: Scope
    ) -> None:
        move(alice, scope_b)

        assert admin.post(f"{DOUBTS}{merge.pk}/keep/").status_code == 404

    def test_keeps_only_what_tells_of_two_records(self, admin: Client, shop: MergingShop) -> None:
        shop.row("treez:1", **NORA)
        shop.row("cova:2", **NORA)
        merge = shop.merge("treez:1", "cova:2", evidence={"records": [1]})

        assert admin.post(f"{DOUBTS}{merge.pk}/keep/").status_code == 404
