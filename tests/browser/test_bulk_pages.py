"""Settings of matching, and bulk accepts, in a browser: live, by keyboard, without barriers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import OpenPage
from tests.browser.looking import find_barriers, in_every_look, is_too_wide, photograph

from rollcall.identity.models import BulkAccept, MatchSettings, Merge
from rollcall.identity.operations import bulk_working
from rollcall.identity.operations.bulk_working import do_some, work_on
from rollcall.identity.operations.pending import match_pending
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.identity.tests.bulk_shop import pair
from rollcall.identity.tests.merging_shop import MergingShop, open_shop
from rollcall.identity.tests.test_matching import NORA
from rollcall.kit.scope import Scope
from rollcall.stores.models import User

BULK, MATCHING = "/people/review/bulk/", "/people/matching/"
OFF = "?links=no&link_bits=0&review_bits=0"


@pytest.fixture
def shop(scope_a: Scope) -> MergingShop:
    forget_sizes()
    shop = open_shop(scope_a)
    shop.row("treez:70", **NORA)
    shop.row("cova:70", **NORA)
    match_pending(scope_a)
    for number in (1, 2, 3):
        pair(shop, number)
    return shop


def look(page: Page, name: str) -> None:
    photograph(page, name)
    assert find_barriers(page) == []
    assert not is_too_wide(page)


class TestBulkAccept:
    def test_is_chosen_started_and_undone_without_javascript(
        self, open_page: OpenPage, alice: User, shop: MergingShop
    ) -> None:
        page = open_page(user=alice, javascript=False)
        page.goto("/people/review/")
        page.get_by_role("link", name="Accept many at once").click()
        page.get_by_label("At least so many bits").fill("10")
        page.get_by_role("button", name="Dry run").click()
        page.get_by_label("Type the number of pairs (3) to start").fill("3")
        page.get_by_role("button", name="Accept all of them").click()
        expect(page.locator("#bulk")).to_contain_text("0 of 3")
        run = BulkAccept.objects.scoped(shop.scope).get()
        work_on(shop.scope.retailer_id, run.pk)
        page.reload()
        expect(page.locator("#bulk")).to_contain_text("3 of 3")
        page.get_by_text("Undo this run").click()
        page.get_by_role("button", name="Undo 3 merges").click()
        work_on(shop.scope.retailer_id, run.pk)
        page.reload()

        expect(page.locator("#bulk")).to_contain_text("Undone")
        in_force = Merge.objects.scoped(shop.scope).filter(undone_at__isnull=True)
        assert [merge.reason for merge in in_force] == ["automatic"]

    def test_is_followed_live_and_paused(
        self,
        open_page: OpenPage,
        alice: User,
        shop: MergingShop,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(bulk_working, "CHUNK", 2)
        page = open_page(user=alice)
        page.goto(BULK)
        page.get_by_label("At least so many bits").fill("10")
        page.get_by_role("button", name="Dry run").click()
        page.locator("#confirmed").fill("3")
        page.get_by_role("button", name="Accept all of them").click()
        run = BulkAccept.objects.scoped(shop.scope).get()
        do_some(shop.scope.retailer_id, run.pk)
        expect(page.locator("#bulk")).to_contain_text("2 of 3")
        page.locator("#bulk-pause").click()
        expect(page.locator("#bulk-resume")).to_be_visible()
        assert do_some(shop.scope.retailer_id, run.pk) is False
        page.locator("#bulk-resume").click()
        work_on(shop.scope.retailer_id, run.pk)

        expect(page.locator("#bulk")).to_contain_text("3 of 3")


class TestMatching:
    def test_is_tried_and_saved_by_keyboard(
        self, open_page: OpenPage, alice: User, shop: MergingShop
    ) -> None:
        page = open_page(user=alice)
        page.goto(MATCHING)
        page.get_by_label("More bits for a link").fill("2.5")
        page.keyboard.press("Enter")
        expect(page.locator("#proposal")).to_contain_text("Linked by itself from 18.8 bits")
        page.get_by_label("Why?").fill("a trial")
        page.keyboard.press("Enter")

        expect(page.locator("#messages")).to_contain_text("Nobody was merged or parted")
        assert MatchSettings.objects.scoped(shop.scope).get().link_bits == 2.5


@in_every_look
class TestLook:
    def test_has_no_barriers_and_fits(
        self,
        open_page: OpenPage,
        alice: User,
        shop: MergingShop,
        scheme: str,
        width: int,
        height: int,
    ) -> None:
        page = open_page(user=alice, scheme=scheme, width=width, height=height)
        page.goto(MATCHING + OFF)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        look(page, f"matching-{scheme}-{width}")
        page.get_by_label("Why?").fill("a trial")
        page.get_by_role("button", name="Save").click()
        look(page, f"matching-saved-{scheme}-{width}")
        page.goto(f"{MATCHING}?links=yes&link_bits=nan&review_bits=0")
        look(page, f"matching-wrong-{scheme}-{width}")
        page.goto(f"{MATCHING}merges/")
        look(page, f"doubts-{scheme}-{width}")
        page.goto(BULK)
        page.get_by_label("At least so many bits").fill("10")
        look(page, f"bulk-{scheme}-{width}")
        page.get_by_role("button", name="Dry run").click()
        look(page, f"bulk-dry-{scheme}-{width}")
        page.locator("#confirmed").fill("3")
        page.get_by_role("button", name="Accept all of them").click()
        look(page, f"bulk-running-{scheme}-{width}")
        work_on(shop.scope.retailer_id, BulkAccept.objects.scoped(shop.scope).get().pk)
        page.reload()
        look(page, f"bulk-done-{scheme}-{width}")
