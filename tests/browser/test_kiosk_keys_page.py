"""Saying how far a kiosk's key is trusted, in a browser."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import expect
from tests.browser.conftest import OpenPage
from tests.browser.looking import find_barriers, is_too_wide

from rollcall.kit.scope import Scope
from rollcall.stores.models import KioskKey, Store, User
from rollcall.stores.operations import mint_key, save_kiosk
from rollcall.testing.fixtures import NOON


class TestTheKioskKeys:
    def test_are_trusted_for_a_while_by_whoever_read_the_warning(
        self, open_page: OpenPage, alice: User, scope_a: Scope, store_a: Store
    ) -> None:
        kiosk = save_kiosk(scope_a, catalog_id="alder-1", name="Front door", store=store_a).row
        part = mint_key(scope_a, kiosk, now=NOON).row.public_part
        page = open_page(user=alice)
        page.goto("/kiosk-keys/")
        page.get_by_role("link", name=part).click()
        page.get_by_label("Profile").select_option("legacy")
        page.get_by_label("Why?").fill("The kiosk of the system before")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Read the warning")
        assert find_barriers(page) == []
        page.get_by_label("I have read the warning").check()
        page.get_by_role("button", name="Save").click()
        expect(page.locator("table")).to_contain_text("legacy until")
        assert KioskKey.objects.scoped(scope_a).get().profile == "legacy"

        for scheme, width in (("light", 1024), ("dark", 390)):
            other = open_page(user=alice, scheme=scheme, width=width)
            for path in ("/kiosk-keys/", f"/kiosk-keys/{part}/"):
                other.goto(path)
                assert find_barriers(other) == []
                assert not is_too_wide(other)
                if folder := os.environ.get("ROLLCALL_SCREENSHOTS"):
                    name = f"keys-{scheme}-{len(path)}.png"
                    other.screenshot(path=Path(folder) / name, full_page=True)
