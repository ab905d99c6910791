"""Connecting a store in a browser: by keyboard alone, without barriers, keys never come back."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import OpenPage
from tests.browser.looking import find_barriers, in_every_look

from rollcall.api import database as api_database
from rollcall.kit.scope import Scope
from rollcall.pos.registry import connector
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.running import RunningSimulator, running
from rollcall.stores.models import Store, User
from rollcall.sync.models import PosConnection
from rollcall.sync.operations.connections import save_connection
from rollcall.testing.fixtures import NOON

SHOTS = os.environ.get("ROLLCALL_SHOTS", "")


@pytest.fixture(autouse=True)
def _end_sessions_of_the_api() -> Iterator[None]:
    yield
    api_database.close()


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    options = SimulatorOptions(state=tmp_path / "pos.sqlite", people=12, no_limits=True)
    with running("flowhub", options) as one:
        yield one


@pytest.fixture
def connected(scope_a: Scope, store_a: Store, simulator: RunningSimulator) -> PosConnection:
    return save_connection(
        scope_a,
        slug="alder-way-flowhub",
        kind="flowhub",
        stores=[store_a],
        time_zone=store_a.time_zone,
        settings=connector("flowhub").settings_model.model_validate(simulator.settings),
        now=NOON,
    ).row


def type_settings(page: Page, settings: dict[str, object]) -> None:
    for name in ("client_id", "api_key", "store_id"):
        page.fill(f"#field-{name}", str(settings[name]))
    page.click("summary:has-text('Further settings')")
    page.fill("#field-base_url", str(settings["base_url"]))


class TestConnectingByHand:
    def test_works_by_keyboard_alone(
        self,
        open_page: OpenPage,
        alice: User,
        scope_a: Scope,
        store_a: Store,
        simulator: RunningSimulator,
    ) -> None:
        page = open_page(user=alice)
        keyboard = page.keyboard
        page.goto("/connections/new/")
        page.get_by_role("link", name="Flowhub").focus()
        keyboard.press("Enter")
        page.wait_for_url("**/connections/new/flowhub/")
        page.locator("#field-api_key").focus()
        keyboard.press("Enter")
        expect(page.locator("#announcer")).to_have_text("3 things need a correction")
        expect(page.locator("#field-api_key-error")).to_have_text("API key is needed.")
        expect(page.locator("#field-api_key")).to_be_focused()

        given = simulator.settings
        page.locator("#field-client_id").focus()
        keyboard.type(str(given["client_id"]))
        keyboard.press("Tab")
        keyboard.type(str(given["api_key"]))
        keyboard.press("Tab")
        keyboard.type(str(given["store_id"]))
        keyboard.press("Tab")
        keyboard.press("Enter")
        keyboard.press("Tab")
        keyboard.press("Control+A")
        keyboard.type(str(given["base_url"]))
        keyboard.press("Enter")
        expect(page.locator("#announcer")).to_have_text("It works.")
        expect(page.locator("#field-api_key-error")).to_be_empty()
        page.get_by_role("button", name="Save and start the first sync").focus()
        keyboard.press("Enter")

        page.wait_for_url("**/connections/alder-way-flowhub/")
        expect(page.locator("#messages")).to_contain_text("The connection only reads")
        assert PosConnection.objects.scoped(scope_a).count() == 1

    def test_works_without_javascript(
        self, open_page: OpenPage, alice: User, store_a: Store, simulator: RunningSimulator
    ) -> None:
        page = open_page(user=alice, javascript=False)
        page.goto("/connections/new/flowhub/")
        type_settings(page, simulator.settings)

        page.click("button:has-text('Try the connection')")

        expect(page.locator("#result")).to_contain_text("It works.")
        expect(page.locator("#field-api_key")).to_have_value("")
        page.fill("#field-api_key", str(simulator.settings["api_key"]))
        page.click("button:has-text('Save and start')")
        page.wait_for_url("**/connections/alder-way-flowhub/")

    def test_shows_kept_keys_to_nobody(
        self, open_page: OpenPage, alice: User, connected: PosConnection
    ) -> None:
        page = open_page(user=alice)
        page.goto("/connections/alder-way-flowhub/settings/")

        expect(page.locator("#field-api_key")).to_have_value("")
        assert page.get_attribute("#field-api_key", "placeholder") == "kept; type to replace"
        page.click("button:has-text('Try the connection')")
        expect(page.locator("#result")).to_contain_text("It works.")


@in_every_look
class TestThePages:
    def test_have_no_barriers_and_fit(
        self,
        open_page: OpenPage,
        alice: User,
        connected: PosConnection,
        simulator: RunningSimulator,
        scheme: str,
        width: int,
        height: int,
    ) -> None:
        page = open_page(user=alice, scheme=scheme, width=width, height=height)
        page.goto("/connections/new/")
        check(page, f"choose_{scheme}_{width}", width)
        page.goto("/connections/new/flowhub/")
        page.click("button:has-text('Try the connection')")
        expect(page.locator("#result .error")).to_be_visible()
        check(page, f"wrong_{scheme}_{width}", width)
        type_settings(page, {**simulator.settings, "api_key": "no-such-key"})
        page.click("button:has-text('Try the connection')")
        expect(page.locator("#result")).to_contain_text("does not accept these credentials")
        check(page, f"refused_{scheme}_{width}", width)
        page.goto("/connections/alder-way-flowhub/settings/")
        page.click("summary:has-text('Further settings')")
        page.click("button:has-text('Try the connection')")
        expect(page.locator("#result")).to_contain_text("It works.")
        check(page, f"held_{scheme}_{width}", width)


def check(page: Page, name: str, width: int) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
    assert find_barriers(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, summary, select, input, textarea, .button")]
            .filter((one) => one.checkVisibility() && one.type !== "hidden")
            .filter((one) => one.getBoundingClientRect().height < 24)
            .map((one) => one.outerHTML)"""
    )
    assert small == [], name
    assert not re.search(r"simulated-api-key|no-such-key", page.content()), name
