"""What people do in a browser: sign in, find somebody, watch a sync."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import OpenPage
from tests.browser.looking import find_barriers, is_too_wide
from tests.browser.shop import fill, make_run

from rollcall.customers.models import PosAccount
from rollcall.customers.panels import find_changer, set_changer
from rollcall.kit.scope import Scope
from rollcall.registration.operations.changing import change_person
from rollcall.stores.models import User
from rollcall.sync.models import CustomerSync, PosConnection
from rollcall.testing.fixtures import PASSWORD
from rollcall.testing.thorough import only_thorough


@pytest.fixture
def pages(
    scope_a: Scope, connection_a: PosConnection, account_a: PosAccount
) -> Iterator[list[str]]:
    """The addresses of a shop that has something to show on every page."""
    before = find_changer()
    set_changer(change_person)
    yield fill(scope_a, connection_a, account_a)
    set_changer(before)


class TestSignInAndSearch:
    def test_work_by_keyboard_alone(
        self, open_page: OpenPage, alice: User, pages: list[str]
    ) -> None:
        page = open_page()
        page.goto("/")
        keyboard = page.keyboard
        page.locator("[name=login]").focus()
        keyboard.type(alice.email)
        keyboard.press("Tab")
        keyboard.type(PASSWORD)
        keyboard.press("Enter")
        page.wait_for_url("**/customers/")

        keyboard.type("ana")
        keyboard.press("Enter")
        expect(page.locator(".hit")).to_have_count(2)
        expect(page.locator("#announcer")).to_have_text("2 people found")
        keyboard.press("ArrowDown")
        keyboard.press("ArrowDown")
        keyboard.press("ArrowUp")
        keyboard.press("Enter")

        expect(page.locator("h1")).to_have_text(re.compile("Ana Reyes|Anatole Brandt"))
        assert "ana" not in page.url

    def test_show_where_the_focus_is(
        self, open_page: OpenPage, alice: User, pages: list[str]
    ) -> None:
        page = open_page(user=alice)
        for path in pages:
            page.goto(path)
            seen = set()
            for _ in range(60):
                page.keyboard.press("Tab")
                name, outline = page.evaluate(
                    """() => {
                        const one = document.activeElement;
                        const style = getComputedStyle(one);
                        const after = getComputedStyle(one, "::after");
                        const shown = [style, after].some(
                            (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2);
                        return [one.tagName, shown];
                    }"""
                )
                if name == "BODY":
                    break
                seen.add(name)
                assert outline, f"{name} on {path} shows no focus"
            assert seen, path

    def test_leave_the_menu_with_escape(
        self, open_page: OpenPage, alice: User, pages: list[str]
    ) -> None:
        page = open_page(user=alice)
        page.goto("/customers/")
        page.locator(".account summary").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()

        page.keyboard.press("Escape")

        expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
        expect(page.locator(".account summary")).to_be_focused()

    def test_work_without_javascript(
        self, open_page: OpenPage, alice: User, pages: list[str]
    ) -> None:
        page = open_page(user=alice, javascript=False)
        page.goto("/customers/")
        page.fill("#search-text", "reyes")
        page.click("button:has-text('Search')")

        expect(page.locator(".hit")).to_have_count(1)
        page.click(".hit a")
        expect(page.locator("h1")).to_have_text("Ana Reyes")

    def test_say_so_when_nobody_is_found(
        self, open_page: OpenPage, alice: User, pages: list[str]
    ) -> None:
        page = open_page(user=alice)
        page.goto("/customers/")
        page.fill("#search-text", "zzzz")
        page.keyboard.press("Enter")

        expect(page.locator("#announcer")).to_have_text(re.compile("Nobody was found"))


class TestRunPage:
    def test_follows_the_run_and_stops_when_it_has_ended(
        self, open_page: OpenPage, alice: User, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        run = make_run(scope_a, connection_a, state="in_progress", phase="full", rows_read=250)
        runs = CustomerSync.objects.scoped(scope_a).filter(pk=run.pk)
        page = open_page(user=alice)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"/runs/{run.pk}/")
        expect(page.get_by_role("progressbar")).to_have_attribute("value", "25")

        runs.update(rows_read=500)
        expect(page.get_by_role("progressbar")).to_have_attribute("value", "50")
        runs.update(state="finished", phase="done", finished_at=run.progress_at)
        expect(page.locator("#progress h2")).to_have_text("Finished")
        expect(page.locator("#announcer")).to_have_text("finished")

        asked.clear()
        page.wait_for_timeout(1_500)
        assert asked == []

    def test_leaves_for_the_sign_in_page_when_the_session_ends(
        self, open_page: OpenPage, alice: User, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        run = make_run(scope_a, connection_a, state="in_progress", phase="full")
        page = open_page(user=alice)
        page.goto(f"/runs/{run.pk}/")

        page.context.clear_cookies()

        page.wait_for_url("**/sign-in/")


class TestEveryPage:
    @only_thorough
    def test_has_no_barriers(self, open_page: OpenPage, alice: User, pages: list[str]) -> None:
        page = open_page(user=alice)
        for path in pages:
            page.goto(path)
            assert find_barriers(page) == [], path

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_has_no_barriers_when_things_are_open(
        self, open_page: OpenPage, alice: User, pages: list[str], scheme: str
    ) -> None:
        page = open_page(user=alice, scheme=scheme)
        for path in pages:
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert find_barriers(page) == [], path

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_has_no_barriers_with_results_and_at_the_door(
        self, open_page: OpenPage, alice: User, pages: list[str], scheme: str
    ) -> None:
        page = open_page(scheme=scheme)
        page.goto("/sign-in/")
        assert find_barriers(page) == []
        page = open_page(user=alice, scheme=scheme)
        page.goto("/customers/")
        page.fill("#search-text", "ana")
        page.keyboard.press("Enter")
        expect(page.locator(".hit")).to_have_count(2)
        assert find_barriers(page) == []

    def test_fits_the_screen(self, open_page: OpenPage, alice: User, pages: list[str]) -> None:
        page = open_page(user=alice)
        for path in pages:
            page.goto(path)
            for width in (1024, 390, 320):
                page.set_viewport_size({"width": width, "height": 640})
                assert not is_too_wide(page), (path, width)

    def test_has_targets_that_a_finger_can_hit(
        self, open_page: OpenPage, alice: User, pages: list[str]
    ) -> None:
        page = open_page(user=alice, width=390, height=844)
        for path in pages:
            page.goto(path)
            small = page.evaluate(
                """() => [...document.querySelectorAll("button, summary, select, input, .button")]
                    .filter((one) => one.checkVisibility() && one.type !== "hidden")
                    .filter((one) => one.getBoundingClientRect().height < 24)
                    .map((one) => one.outerHTML)"""
            )
            assert small == [], path


class TestTheCheckItself:
    def test_finds_a_barrier_that_is_there(
        self, open_page: OpenPage, alice: User, pages: list[str]
    ) -> None:
        page = open_page(user=alice)
        page.goto("/customers/")
        page.evaluate("document.querySelector('label[for=search-text]').remove()")
        page.evaluate("document.querySelector('#search-text').removeAttribute('placeholder')")

        found = {line.partition(":")[0] for line in find_barriers(page)}
        assert found == {"label", "label-title-only"}
