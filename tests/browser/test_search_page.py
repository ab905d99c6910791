"""The search page in a browser: results while typing, by keyboard alone, on tablet and phone."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from tests.browser.conftest import OpenPage
from tests.browser.looking import find_barriers

from rollcall.customers.models import AccountStore, PosAccount
from rollcall.customers.operations.ingest import take_over
from rollcall.customers.operations.presence import mark_gone
from rollcall.kit.scope import Scope
from rollcall.stores.models import Store, User
from rollcall.testing.fixtures import NOON, incoming

SCREENS = [(1024, 768), (768, 1024), (390, 844), (320, 640)]


@pytest.fixture(autouse=True)
def people(scope_a: Scope, account_a: PosAccount, store_a: Store) -> None:
    """People who share names, one who is banned, one who is gone, and a crowd of Reeds."""
    AccountStore.objects.scoped(scope_a).create(account=account_a, store=store_a)
    visit = "2026-11-18T17:05:40Z"
    rows = [
        incoming(
            scope_a, "1042", given_name="Maria", family_name="García-López", born_on="1988-04-17",
            phone="+14155550142", email="maria.garcia@example.com", last_visit_at=visit,
        ),
        incoming(
            scope_a, "1043", given_name="Mario", family_name="Garza", born_on="1975-01-02",
            phone="+15105550142", banned=True,
        ),
        incoming(scope_a, "1044", given_name="Robert", family_name="Smith", born_on="1990-05-06"),
        incoming(scope_a, "1045", given_name="Marta", family_name="Garland", status="inactive"),
        *(
            incoming(scope_a, f"R{n}", given_name="Kim", family_name="Reed", born_on=f"19{n}-01-01")
            for n in range(70, 80)
        ),
    ]  # fmt: skip
    with transaction.atomic():
        made = take_over(scope_a, account_a, rows, now=NOON, sync_id=None)
    mark_gone(scope_a, [made.record_ids["R79"]], now=NOON)


@pytest.fixture
def search_page(open_page: OpenPage, bob: User) -> Page:
    return start(open_page(user=bob))


def start(page: Page) -> Page:
    page.goto("/customers/")
    expect(page.locator("#search-text")).to_be_focused()
    return page


class TestTyping:
    def test_shows_results_without_being_asked(self, search_page: Page) -> None:
        search_page.keyboard.type("mar gar", delay=30)

        expect(search_page.locator(".hit")).to_have_count(3)
        expect(search_page.locator("#announcer")).to_have_text("3 people found")
        expect(search_page.locator("#search-text")).to_be_focused()
        assert search_page.url.endswith("/customers/")

    def test_asks_once_for_what_is_typed_quickly(self, search_page: Page) -> None:
        asked: list[str] = []
        search_page.on("request", lambda request: asked.append(request.url))

        # In one go: a busy machine may pause between two keys as long as a person does.
        search_page.evaluate(
            """() => {
                const box = document.querySelector("#search-text");
                for (const letter of "maria garcia") {
                    box.value += letter;
                    box.dispatchEvent(new Event("input", {bubbles: true}));
                }
            }"""
        )
        expect(search_page.locator(".hit")).to_have_count(1)
        search_page.wait_for_timeout(400)

        asked = [url for url in asked if "/static/" not in url]
        assert len(asked) == 1
        assert not re.search("maria|garcia", " ".join(asked))

    def test_shows_the_answer_to_what_stands_there_last(self, search_page: Page) -> None:
        search_page.keyboard.type("reed")
        search_page.wait_for_timeout(260)
        search_page.fill("#search-text", "robert")

        expect(search_page.locator(".hit h3")).to_have_text(["Robert Smith"])

    def test_says_how_to_narrow_down(self, search_page: Page) -> None:
        search_page.keyboard.type("reed")

        expect(search_page.locator(".hit")).to_have_count(8)
        expect(search_page.locator("#results h2")).to_have_text(
            "More than 8 people fit: narrow it down"
        )
        search_page.keyboard.type(" 1975-01-01")
        expect(search_page.locator(".hit")).to_have_count(1)

    def test_says_why_somebody_was_found(self, search_page: Page) -> None:
        search_page.keyboard.type("bob smtih")

        expect(search_page.locator(".hit p")).to_have_text(
            "“bob” may be Robert, “smtih” read as Smith."
        )

    def test_takes_the_results_away_with_the_text(self, search_page: Page) -> None:
        search_page.keyboard.type("reed")
        expect(search_page.locator(".hit")).to_have_count(8)

        search_page.keyboard.press("Escape")

        expect(search_page.locator("#search-text")).to_have_value("")
        expect(search_page.locator(".hit")).to_have_count(0)

    def test_searches_at_once_with_enter(self, search_page: Page) -> None:
        search_page.keyboard.type("0142")
        search_page.keyboard.press("Enter")

        expect(search_page.locator(".hit")).to_have_count(2)
        expect(search_page.locator("#search-text")).to_be_focused()


class TestKeys:
    def test_lead_through_the_results_to_a_person_and_back(self, search_page: Page) -> None:
        keyboard = search_page.keyboard
        keyboard.type("mar gar")
        expect(search_page.locator(".hit")).to_have_count(3)
        names = search_page.locator(".hit h3 a")

        keyboard.press("ArrowDown")
        expect(names.nth(0)).to_be_focused()
        keyboard.press("ArrowDown")
        expect(names.nth(1)).to_be_focused()
        keyboard.press("ArrowUp")
        keyboard.press("ArrowUp")
        expect(search_page.locator("#search-text")).to_be_focused()
        keyboard.press("ArrowDown")
        keyboard.press("Enter")
        expect(search_page.locator("h1")).to_have_text("Maria García-López")
        assert not re.search("mar|gar", search_page.url)

        search_page.get_by_role("link", name="Back to the results").press("Enter")
        expect(search_page.locator("#search-text")).to_have_value("mar gar")
        expect(search_page.locator(".hit")).to_have_count(3)

    def test_show_where_the_focus_is(self, search_page: Page) -> None:
        search_page.keyboard.type("mar gar")
        expect(search_page.locator(".hit")).to_have_count(3)
        search_page.keyboard.press("ArrowDown")

        outline = search_page.evaluate(
            "getComputedStyle(document.activeElement, '::after').outlineWidth"
        )
        assert float(outline.removesuffix("px")) >= 2

    def test_lead_back_to_the_box_with_escape(self, search_page: Page) -> None:
        search_page.keyboard.type("mar gar")
        expect(search_page.locator(".hit")).to_have_count(3)
        search_page.keyboard.press("ArrowDown")
        search_page.keyboard.press("Escape")
        expect(search_page.locator("#search-text")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
class TestEveryScreen:
    @pytest.mark.parametrize("text", ["mar gar", "reed", "bob smtih", "smith 1950-01-01", "zzzz"])
    def test_has_no_barriers_and_fits(
        self, open_page: OpenPage, bob: User, scheme: str, text: str
    ) -> None:
        page = start(open_page(user=bob, scheme=scheme))
        page.keyboard.type(text)
        expect(page.locator("#announcer")).not_to_be_empty()

        assert find_barriers(page) == []
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width

    def test_shows_a_person_without_barriers(
        self, open_page: OpenPage, bob: User, scheme: str
    ) -> None:
        page = start(open_page(user=bob, scheme=scheme, width=390, height=844))
        page.keyboard.type("garza")
        page.locator(".hit a").click()
        expect(page.locator("h1")).to_have_text("Mario Garza")

        assert find_barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
