"""Which POS counts, in a browser: by keyboard, without JavaScript, without barriers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import OpenPage
from tests.browser.looking import find_barriers, in_every_look, is_too_wide

from rollcall.customers.models import PosAccount
from rollcall.customers.queries.priorities import get_priorities
from rollcall.kit.scope import Scope
from rollcall.stores.models import User

PAGE = "/customers/priorities/"


@pytest.fixture(autouse=True)
def kinds(scope_a: Scope, account_a: PosAccount) -> None:
    for kind in ("leaflogix", "cova"):
        PosAccount.objects.scoped(scope_a).create(kind=kind, account_key=f"{kind}-7")


class TestThePage:
    def test_is_worked_by_keyboard_without_javascript(
        self, open_page: OpenPage, alice: User, scope_a: Scope
    ) -> None:
        page = open_page(user=alice, javascript=False)
        page.goto("/connections/")
        page.get_by_role("link", name="Which POS counts").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Born on: first 1").focus()
        page.keyboard.type("leaf")
        page.keyboard.press("Tab")
        page.keyboard.type("treez")
        page.get_by_role("button", name="Save").focus()
        page.keyboard.press("Enter")

        expect(page.get_by_text("Saved.")).to_be_visible()
        assert get_priorities(scope_a) == {"born_on": ["leaflogix", "treez"]}

    @in_every_look
    def test_has_no_barriers_and_fits(
        self, open_page: OpenPage, alice: User, scheme: str, width: int, height: int
    ) -> None:
        page = open_page(user=alice, scheme=scheme, width=width, height=height)
        page.goto(PAGE)
        page.get_by_label("Born on: first 1").select_option("cova")
        page.get_by_label("Born on: then 2").select_option("cova")
        assert (find_barriers(page), is_too_wide(page)) == ([], False)

        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Nothing was saved")).to_be_visible()
        assert (find_barriers(page), is_too_wide(page)) == ([], False)
        page.get_by_role("link", name="Born on").click()
        expect(page.get_by_label("Born on: first 1")).to_be_focused()
