"""Pages of values that many share: who sees what, what is remembered, and hostile forms."""

from __future__ import annotations

import html

import pytest
from django.test import Client

from rollcall.audit.models import Entry
from rollcall.identity.conditions import watch_reopenings
from rollcall.identity.models import GenericValue, Reopening
from rollcall.identity.operations import reopening
from rollcall.identity.operations.pending import match_pending
from rollcall.identity.operations.reopening import work_off_reopenings
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.identity.queries.shared_values import key_of
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.test_shared_values import SHOPS_PHONE, in_force, mark, phone, two_alike
from rollcall.kit.scope import Role, Scope
from rollcall.stores.models import Membership, User

PAGE = "/people/shared-values/"
LOOK, SAY = f"{PAGE}look/", f"{PAGE}say/"
TYPED = {"kind": "phone", "value": "(415) 555-0101"}


@pytest.fixture(autouse=True)
def _sizes_of_this_test() -> None:
    forget_sizes()


@pytest.fixture
def joined(shop: MergingShop) -> MergingShop:
    two_alike(shop, 1)
    match_pending(shop.scope)
    return shop


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def text(client: Client, path: str = PAGE) -> str:
    return html.unescape(client.get(path).content.decode())


def look(client: Client, **fields: str) -> str:
    answered = client.post(LOOK, {**TYPED, **fields})
    assert answered.status_code == 200
    return html.unescape(answered.content.decode())


def say(client: Client, shop: MergingShop, saying: str, reason: str = "The shop's own.") -> int:
    fields = {"kind": "phone", "key": str(phone(shop).key), "saying": saying, "reason": reason}
    return client.post(SAY, fields).status_code


class TestLooking:
    def test_tells_what_would_be_taken_back_and_changes_nothing(
        self, admin: Client, joined: MergingShop
    ) -> None:
        shown = look(admin)

        assert "Phone: (415) 555-0101" in shown
        assert "1 automatic merge rests on it alone" in shown
        assert not GenericValue.objects.scoped(joined.scope).exists()

    def test_is_audited(self, admin: Client, joined: MergingShop) -> None:
        look(admin)
        text(admin)

        seen = Entry.objects.scoped(joined.scope).order_by("-pk")[:2]
        assert [one.action for one in seen] == [
            "identity.shared_values_viewed",
            "identity.shared_value_viewed",
        ]

    def test_masks_numbers_of_papers(self, admin: Client, shop: MergingShop) -> None:
        shop.row("treez:1", given_name="Ida", licence="D8812345", licence_state="CA")
        match_pending(shop.scope)
        mark(shop, key_of(shop.scope, "licence", "D8812345"))

        shown = text(admin)

        assert "…345" in shown
        assert "D8812345" not in shown

    def test_says_of_what_is_known_from_the_beginning(
        self, admin: Client, shop: MergingShop
    ) -> None:
        assert "Known from the beginning." in look(admin, value="800 555 1212")

    @pytest.mark.parametrize("value", ["", "0000000", "x\0y", "\ufffd", "9" * 5_000, "<b>"])
    def test_of_nothing_is_told_so(self, admin: Client, shop: MergingShop, value: str) -> None:
        answered = admin.post(LOOK, {"kind": "phone", "value": value})

        assert answered.status_code == 302
        assert "type a whole value" in text(admin)

    def test_never_trusts_what_was_typed(self, admin: Client, shop: MergingShop) -> None:
        answered = admin.post(LOOK, {"kind": "email", "value": '"<script>"@example.com'})

        assert b"<script>alert" not in answered.content
        assert b'"<script>"@' not in answered.content


class TestSaying:
    def test_that_many_share_it_takes_back_and_is_shown(
        self, admin: Client, joined: MergingShop, alice: User
    ) -> None:
        assert say(admin, joined, "shared") == 302
        work_off_reopenings(joined.scope)

        shown = text(admin)
        assert in_force(joined) == 0
        assert "(415) 555-0101" in shown
        assert "Alice" in shown
        assert "The shop's own." in shown
        assert "1 merge taken back" in shown
        actions = Entry.objects.scoped(joined.scope).values_list("action", "actor")
        assert ("identity.value_marked_generic", f"user:{alice.pk}") in list(actions)

    def test_that_it_is_somebodys_own_stays(self, admin: Client, joined: MergingShop) -> None:
        say(admin, joined, "shared")
        say(admin, joined, "own", reason="A family\0 of nine.")

        row = GenericValue.objects.scoped(joined.scope).get()
        assert (row.is_own, row.reason) == (True, "A family of nine.")
        assert not Reopening.objects.scoped(joined.scope).exists()

    def test_that_counts_decide_forgets_it(self, admin: Client, joined: MergingShop) -> None:
        say(admin, joined, "shared")
        say(admin, joined, "counted")

        assert not GenericValue.objects.scoped(joined.scope).exists()

    @pytest.mark.parametrize(
        "fields",
        [
            {"kind": "phone", "key": "1", "saying": "perhaps"},
            {"kind": "phone", "key": "1"},
            {"kind": "names", "key": "1", "saying": "shared"},
            {"kind": "phone", "key": "9223372036854775808", "saying": "shared"},
            {"kind": "phone", "key": "--1", "saying": "shared"},
            {"kind": "phone", "key": "\u0664", "saying": "shared"},
            {"kind": "phone", "key": "", "saying": "shared"},
            {"kind": "phone", "key": "1" * 4_000, "saying": "own"},
        ],
    )
    def test_refuses_what_no_form_of_ours_sends(
        self, admin: Client, shop: MergingShop, fields: dict[str, str]
    ) -> None:
        assert admin.post(SAY, fields).status_code == 400
        assert not GenericValue.objects.scoped(shop.scope).exists()

    def test_cuts_a_reason_that_is_too_long(self, admin: Client, joined: MergingShop) -> None:
        say(admin, joined, "shared", reason="a" * 100_000)

        assert len(GenericValue.objects.scoped(joined.scope).get().reason) == 500


class TestBrake:
    @pytest.fixture
    def stopped(self, joined: MergingShop, monkeypatch: pytest.MonkeyPatch) -> Reopening:
        monkeypatch.setattr(reopening, "ALWAYS_ALLOWED", 0)
        mark(joined, phone(joined))
        work_off_reopenings(joined.scope)
        return Reopening.objects.scoped(joined.scope).get()

    def test_is_told_on_the_page_and_as_a_notice(
        self, admin: Client, joined: MergingShop, stopped: Reopening
    ) -> None:
        (found,) = watch_reopenings(joined.scope, now=joined.tick())

        assert (found.data, found.page) == ({"merges": 1}, PAGE)
        assert "Nothing was taken back yet." in text(admin)
        assert "Take 1 merge back" in look(admin)

    def test_is_released_by_the_number_that_was_seen(
        self, admin: Client, joined: MergingShop, stopped: Reopening
    ) -> None:
        path, which = f"{PAGE}release/", str(stopped.pk)
        admin.post(path, {"reopening": which, "merges": "2"})
        assert work_off_reopenings(joined.scope) == 0

        admin.post(path, {"reopening": which, "merges": "1"})
        assert work_off_reopenings(joined.scope) == 1
        assert list(watch_reopenings(joined.scope, now=joined.tick())) == []


class TestWho:
    def set_role(self, scope: Scope, user: User, role: Role, *, all_stores: bool) -> None:
        Membership.objects.scoped(scope).filter(user=user).update(
            role=role.value, all_stores=all_stores
        )

    @pytest.mark.parametrize(
        ("role", "all_stores", "status"),
        [(Role.STAFF, True, 403), (Role.MANAGER, False, 403), (Role.MANAGER, True, 200)],
    )
    def test_only_managers_of_all_stores(
        self,
        client: Client,
        joined: MergingShop,
        bob: User,
        role: Role,
        all_stores: bool,
        status: int,
    ) -> None:
        self.set_role(joined.scope, bob, role, all_stores=all_stores)
        client.force_login(bob)

        assert client.get(PAGE).status_code == status
        assert client.post(LOOK, TYPED).status_code == status
        assert say(client, joined, "shared") == (302 if status == 200 else status)

    def test_another_retailer_sees_and_changes_nothing(
        self, client: Client, joined: MergingShop, charlie: User
    ) -> None:
        mark(joined, phone(joined))
        client.force_login(charlie)

        assert "None yet." in text(client)
        assert "It is evidence of who somebody is." in look(client)
        say(client, joined, "own")
        assert GenericValue.objects.scoped(joined.scope).get().is_own is False
        assert SHOPS_PHONE not in text(client)
