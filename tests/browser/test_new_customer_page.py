"""Registering somebody, in a browser: while typing, by keyboard, without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import OpenPage
from tests.browser.looking import find_barriers, in_every_look, is_too_wide

from rollcall.customers.models import Customer, PosAccount
from rollcall.customers.operations.account_stores import set_account_stores
from rollcall.identity.operations.matching import write_match_keys
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.kit.scope import Scope
from rollcall.stores.models import Store, User
from rollcall.testing.fixtures import Ingest, incoming

PAGE = "/people/new/"


@pytest.fixture(autouse=True)
def ana(scope_a: Scope, store_a: Store, account_a: PosAccount, ingest: Ingest) -> None:
    forget_sizes()
    set_account_stores(scope_a, account_a.pk, {store_a.pk})
    row = incoming(
        scope_a,
        "1042",
        given_name="Ana",
        family_name="Ramirez",
        born_on="1990-03-14",
        phone="+14155550132",
        email="ana@example.com",
    )
    taken = ingest(scope_a, account_a, [row])
    write_match_keys(scope_a, list(taken.record_ids.values()))


def type_ana(page: Page) -> None:
    page.get_by_label("Given name").focus()
    for text in ("Ana", "Ramirez", "3/14/1990", "415 555 0132"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")


class TestThePage:
    def test_shows_likely_matches_while_one_types(self, open_page: OpenPage, bob: User) -> None:
        page = open_page(user=bob)
        page.goto("/customers/")
        page.get_by_role("link", name="New customer").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("appears here while you type")).to_be_visible()
        type_ana(page)

        expect(page.get_by_role("heading", name="Ana Ramirez")).to_be_visible()
        expect(page.locator("#announcer")).to_have_text(
            "This person is known already, as it seems."
        )
        page.get_by_role("link", name="This is them: Ana Ramirez").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Ana Ramirez", level=1)).to_be_visible()

    def test_makes_somebody_anyway_by_keyboard_without_javascript(
        self, open_page: OpenPage, bob: User, scope_a: Scope
    ) -> None:
        page = open_page(user=bob, javascript=False)
        page.goto(PAGE)
        type_ana(page)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Nobody was made yet.")).to_be_visible()
        page.get_by_role("button", name="Create anyway").focus()
        page.keyboard.press("Enter")

        expect(page.get_by_text("Registered.")).to_be_visible()
        assert Customer.objects.scoped(scope_a).filter(merged_into__isnull=True).count() == 2

    @in_every_look
    def test_has_no_barriers_and_fits(
        self, open_page: OpenPage, bob: User, scheme: str, width: int, height: int
    ) -> None:
        page = open_page(user=bob, scheme=scheme, width=width, height=height)
        page.goto(PAGE)
        page.locator("summary", has_text="More").click()
        assert (find_barriers(page), is_too_wide(page)) == ([], False)

        page.get_by_label("Phone").fill("12")
        page.get_by_role("button", name="Create", exact=True).click()
        expect(page.get_by_text("Nothing was saved")).to_be_visible()
        assert (find_barriers(page), is_too_wide(page)) == ([], False)

        page.get_by_label("Phone").fill("")
        type_ana(page)
        expect(page.get_by_role("heading", name="Ana Ramirez")).to_be_visible()
        assert (find_barriers(page), is_too_wide(page)) == ([], False)
