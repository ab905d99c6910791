"""Taking turns at a shared tablet, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import OpenPage
from tests.browser.looking import find_barriers, in_every_look, is_too_wide, photograph

from rollcall.access.operations.pins import set_pin
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.stores.models import Store, User
from rollcall.testing.fixtures import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def look_at(page: Page, name: str) -> None:
    assert find_barriers(page) == [], name
    assert not is_too_wide(page), name
    photograph(page, name)


def sign_in(page: Page, user: User) -> None:
    page.locator("[name=login]").fill(user.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/")


class TestASharedTablet:
    @in_every_look
    def test_is_set_up_and_taken_in_turns(
        self,
        open_page: OpenPage,
        scope_a: Scope,
        store_a: Store,
        alice: User,
        bob: User,
        width: int,
        height: int,
        scheme: str,
    ) -> None:
        set_pin(scope_a, alice, "538027", now=utc_now())
        look = f"{width}-{scheme}"
        page = open_page(user=alice, width=width, height=height, scheme=scheme)
        page.goto("/tablets/")
        look_at(page, f"tablets-{look}")
        page.get_by_label("What it is called").fill("Counter 1")
        page.get_by_role("button", name="Make it a shared tablet").click()
        page.wait_for_url("**/switch/")
        look_at(page, f"switch-empty-{look}")

        page.get_by_role("link", name="Sign in").click()
        sign_in(page, bob)
        page.goto("/security/pin/")
        look_at(page, f"pin-{look}")
        page.get_by_label("PIN, six digits").fill("274918")
        page.get_by_label("Once more").fill("274918")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("Saved")
        page.get_by_role("button", name="Next person").click()
        page.get_by_role("link", name="Somebody else").click()
        sign_in(page, alice)
        look_at(page, f"shared-{look}")
        page.get_by_role("button", name="Next person").click()
        look_at(page, f"switch-{look}")

        # By keyboard alone: one wrong PIN, then the right one.
        page.get_by_role("link", name="Bob").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label("PIN")).to_be_focused()
        page.keyboard.type("111111")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("4 tries are left")
        look_at(page, f"switch-pin-{look}")
        page.keyboard.type("274918")
        page.keyboard.press("Enter")
        page.wait_for_url("**/customers/")

        page.locator(".account summary").click()
        expect(page.locator(".account .menu")).to_contain_text("bob@example.com")
