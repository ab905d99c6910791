"""The pages of values that many share, in both schemes and widths."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.browser.conftest import OpenPage
from tests.browser.looking import find_barriers, in_every_look, is_too_wide

from rollcall.identity.models import GenericValue, Merge
from rollcall.identity.operations import reopening
from rollcall.identity.operations.doubting import count_doubts, write_doubts
from rollcall.identity.operations.generics import mark_generic, mark_own
from rollcall.identity.operations.pending import match_pending
from rollcall.identity.operations.reopening import work_off_reopenings
from rollcall.identity.queries.shared_values import key_of
from rollcall.identity.tests.merging_shop import MergingShop, open_shop
from rollcall.identity.tests.test_shared_values import mark, phone, two_alike
from rollcall.kit.scope import Scope
from rollcall.stores.models import User


@pytest.fixture
def shop(scope_a: Scope, monkeypatch: pytest.MonkeyPatch) -> MergingShop:
    """A phone that holds too much together, a licence that was marked, a family's mailbox."""
    shop = open_shop(scope_a)
    two_alike(shop, 1)
    two_alike(shop, 2)
    shop.row("treez:8", given_name="Ida", licence="D8812345", licence_state="CA")
    shop.row("treez:9", given_name="Olu", email="the.okafors@example.com")
    match_pending(scope_a)
    monkeypatch.setattr(reopening, "ALWAYS_ALLOWED", 1)
    mark(shop, phone(shop), GenericValue.Source.LEARNED)
    licence = key_of(scope_a, "licence", "D8812345")
    mark_generic(
        scope_a,
        licence,
        people=5,
        source=GenericValue.Source.PERSON,
        reason="A sample card from the drawer.",
        now=shop.tick(),
    )
    mailbox = key_of(scope_a, "email", "the.okafors@example.com")
    mark_own(scope_a, mailbox, people=8, reason="A large family.", now=shop.tick())
    work_off_reopenings(scope_a)
    return shop


@in_every_look
def test_can_be_used_by_everybody(
    open_page: OpenPage, alice: User, shop: MergingShop, scheme: str, width: int, height: int
) -> None:
    page = open_page(user=alice, width=width, height=height, scheme=scheme)
    page.goto("/people/shared-values/")
    for name in ("list", "look"):
        if name == "look":
            page.locator("form button.calm").last.click()
        page.wait_for_load_state()
        if folder := os.environ.get("ROLLCALL_SCREENSHOTS"):
            path = Path(folder) / f"shared-values-{name}-{scheme}-{width}.png"
            page.screenshot(path=path, full_page=True)
        assert find_barriers(page) == []
        assert not is_too_wide(page)


@in_every_look
def test_doubted_merges_can_be_kept_by_everybody(
    open_page: OpenPage, alice: User, shop: MergingShop, scheme: str, width: int, height: int
) -> None:
    merges = Merge.objects.scoped(shop.scope).values_list("pk", flat=True)
    write_doubts(shop.scope, list(merges), now=shop.tick())
    page = open_page(user=alice, width=width, height=height, scheme=scheme)
    page.goto("/people/review/")
    assert find_barriers(page) == []
    page.get_by_role("link", name="2 merges would not be made today").click()
    page.wait_for_url("**/people/review/joined/")
    if folder := os.environ.get("ROLLCALL_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"doubts-{scheme}-{width}.png", full_page=True)
    assert find_barriers(page) == []
    assert not is_too_wide(page)
    page.get_by_role("button", name="Keep").first.click()
    page.wait_for_load_state()

    assert count_doubts(shop.scope) == 1


def test_says_by_keys_alone(open_page: OpenPage, alice: User, shop: MergingShop) -> None:
    page = open_page(user=alice)
    page.goto("/people/shared-values/")
    page.locator("#kind").focus()
    page.keyboard.press("Tab")
    page.keyboard.type("(415) 555-0101")
    page.keyboard.press("Enter")
    page.locator("#reason").focus()
    page.keyboard.type("It is hers.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/shared-values/")

    row = GenericValue.objects.scoped(shop.scope).get(key=phone(shop).key)
    assert (row.is_own, row.reason) == (True, "It is hers.")
