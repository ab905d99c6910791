"""The review queue in a browser: by keys alone, without JavaScript, in both schemes and widths."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import OpenPage
from tests.browser.looking import find_barriers, in_every_look, is_too_wide, photograph

from rollcall.identity.models import Suggestion
from rollcall.identity.tests.merging_shop import MergingShop, open_shop
from rollcall.identity.tests.review_queue import take_in_pair
from rollcall.kit.scope import Scope
from rollcall.stores.models import User

#: The page takes no key this soon after a pair has appeared.
SETTLED_MS = 300
OPEN_ALL = "document.querySelectorAll('#review details').forEach(one => one.open = true)"
#: Presses D as soon as the next pair is there.
AGAIN_AT_ONCE = """
document.addEventListener("htmx:afterSettle", () => {
    const key = new KeyboardEvent("keydown", { key: "d", bubbles: true });
    document.getElementById("review").dispatchEvent(key);
    document.body.dataset.pressed = "yes";
}, { once: true })
"""
NAMES = ("Nora", "Amara", "Chidi", "Ife")


@pytest.fixture
def shop(scope_a: Scope) -> MergingShop:
    return open_shop(scope_a)


@pytest.fixture
def queue(shop: MergingShop) -> list[Suggestion]:
    """Pairs in the order in which they are shown."""
    return [take_in_pair(shop, 1 + 10 * place, given=name) for place, name in enumerate(NAMES)]


def states(scope: Scope) -> list[str]:
    found = Suggestion.objects.scoped(scope).order_by("pk")
    return list(found.values_list("state", flat=True))


def press(page: Page, key: str) -> None:
    page.wait_for_timeout(SETTLED_MS)
    page.keyboard.press(key)


class TestKeys:
    def test_answer_pair_after_pair(
        self, open_page: OpenPage, alice: User, scope_a: Scope, queue: list[Suggestion]
    ) -> None:
        page = open_page(user=alice)
        page.goto("/people/review/")
        expect(page.locator("#review")).to_be_focused()
        for key, name, left in (("s", "Amara", 3), ("d", "Chidi", 2), ("h", "Ife", 1)):
            press(page, key)
            expect(page.locator(".compare").first).to_contain_text(name)
            expect(page.locator("#announcer")).to_have_text(re.compile(f"{name}.*{left} left"))
            expect(page.locator("#review")).to_be_focused()
        assert states(scope_a) == ["same", "different", "household", "open"]

        press(page, "u")
        expect(page.locator("#review")).to_contain_text("Taken back; here is the pair.")
        expect(page.locator(".compare").first).to_contain_text("Chidi")
        expect(page.locator("#review")).to_be_focused()
        assert states(scope_a) == ["same", "different", "open", "open"]

        press(page, "k")
        expect(page.locator(".compare").first).to_contain_text("Ife")
        press(page, "s")
        expect(page.locator(".compare").first).to_contain_text("Chidi")
        press(page, "d")
        expect(page.locator("#review")).to_contain_text("Nothing is left to review.")
        assert page.url.endswith("/people/review/")

    def test_that_come_twice_answer_once(
        self, open_page: OpenPage, alice: User, scope_a: Scope, queue: list[Suggestion]
    ) -> None:
        page = open_page(user=alice)
        page.goto("/people/review/")
        page.evaluate(AGAIN_AT_ONCE)
        press(page, "d")
        page.keyboard.press("d")
        expect(page.locator(".compare").first).to_contain_text("Amara")
        expect(page.locator("body")).to_have_attribute("data-pressed", "yes")
        page.wait_for_timeout(SETTLED_MS)

        assert states(scope_a) == ["different", "open", "open", "open"]

    def test_do_nothing_outside_the_pair(
        self, open_page: OpenPage, alice: User, scope_a: Scope, queue: list[Suggestion]
    ) -> None:
        page = open_page(user=alice)
        page.goto("/people/review/")
        page.locator(".account summary").focus()
        press(page, "s")
        page.locator("#review").focus()
        press(page, "Control+s")
        page.wait_for_timeout(SETTLED_MS)

        assert states(scope_a) == ["open"] * 4

    def test_reach_the_buttons_by_tab_and_keep_the_focus_there(
        self, open_page: OpenPage, alice: User, scope_a: Scope, queue: list[Suggestion]
    ) -> None:
        page = open_page(user=alice)
        page.goto("/people/review/")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.locator("#answer-different")).to_be_focused()
        page.keyboard.press("Enter")

        expect(page.locator(".compare").first).to_contain_text("Amara")
        expect(page.locator("#answer-different")).to_be_focused()
        assert states(scope_a) == ["different", "open", "open", "open"]


class TestWithoutJavaScript:
    def test_answers_and_takes_back(
        self, open_page: OpenPage, alice: User, scope_a: Scope, queue: list[Suggestion]
    ) -> None:
        page = open_page(user=alice, javascript=False)
        page.goto("/people/review/")
        expect(page.locator("kbd").first).to_be_hidden()
        page.click("#answer-same")
        expect(page.locator(".last")).to_contain_text("the two are merged")
        page.click("#answer-undo")

        expect(page.locator("#messages")).to_contain_text("Taken back")
        expect(page.locator(".compare").first).to_contain_text("Nora")
        assert states(scope_a) == ["open"] * 4


@in_every_look
class TestLook:
    def test_has_no_barriers_and_fits(
        self,
        open_page: OpenPage,
        alice: User,
        shop: MergingShop,
        queue: list[Suggestion],
        scheme: str,
        width: int,
        height: int,
    ) -> None:
        shop.row("cova:900", given_name="Norah", family_name="Okafor", groups=["Locals"])
        shop.merge("treez:1", "cova:900")
        page = open_page(user=alice, scheme=scheme, width=width, height=height)
        page.goto("/people/review/")
        page.evaluate(OPEN_ALL)
        expect(page.locator(".more")).to_contain_text("Locals")
        photograph(page, f"review-first-{scheme}-{width}")
        assert find_barriers(page) == []
        assert not is_too_wide(page)

        page.click("#answer-household")
        expect(page.locator(".last")).to_contain_text("remembered")
        photograph(page, f"review-{scheme}-{width}")

        assert find_barriers(page) == []
        assert not is_too_wide(page)

    def test_has_no_barriers_when_nothing_is_left(
        self,
        open_page: OpenPage,
        alice: User,
        shop: MergingShop,
        scheme: str,
        width: int,
        height: int,
    ) -> None:
        page = open_page(user=alice, scheme=scheme, width=width, height=height)
        page.goto("/people/review/")

        assert find_barriers(page) == []
        assert not is_too_wide(page)
