"""The outbox in a browser: it follows what happens, keeps the focus, and says what is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from playwright.sync_api import expect
from tests.browser.conftest import OpenPage
from tests.browser.looking import find_barriers
from tests.browser.shop import fill_outbox

from rollcall.customers.models import Customer
from rollcall.customers.panels import find_changer, set_changer
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.tests.entries import connect, take_in
from rollcall.registration.operations.changing import change_person
from rollcall.stores.models import Store, User
from rollcall.sync.models import PosConnection


@pytest.fixture
def connection(scope_a: Scope, store_a: Store) -> PosConnection:
    return connect(scope_a, store_a)


@pytest.fixture
def ana(scope_a: Scope, connection: PosConnection) -> Iterator[Customer]:
    before = find_changer()
    set_changer(change_person)
    yield take_in(scope_a, connection)
    set_changer(before)


@pytest.fixture
def held(scope_a: Scope, connection: PosConnection, ana: Customer) -> OutboxEntry:
    with transaction.atomic():
        return fill_outbox(scope_a, ana, connection)[0]


class TestEntryPage:
    def test_follows_the_entry_and_stops_when_it_is_over(
        self, open_page: OpenPage, alice: User, scope_a: Scope, held: OutboxEntry
    ) -> None:
        entries = OutboxEntry.objects.scoped(scope_a).filter(pk=held.pk)
        page = open_page(user=alice)
        page.goto(f"/outbox/{held.pk}/")
        page.fill("#field-phone", "415 555 0188")
        expect(page.locator("#entry-state .title .chip")).to_contain_text("held")

        entries.update(state="sending", attempts=1)
        expect(page.locator("#entry-state .title .chip")).to_contain_text("being sent")
        assert page.locator("#field-phone").input_value() == "415 555 0188"
        entries.update(state="delivered", closed_at=utc_now(), decisions={"phone": "sent"})
        expect(page.locator("#entry-state")).to_contain_text("The POS holds it now.")
        expect(page.locator("#announcer")).to_have_text("delivered")

        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.wait_for_timeout(2_500)
        assert asked == []

    def test_says_what_is_wrong_without_barriers(
        self, open_page: OpenPage, alice: User, held: OutboxEntry
    ) -> None:
        page = open_page(user=alice, width=390, height=844)
        page.goto(f"/outbox/{held.pk}/")
        page.fill("#field-phone", "12")
        page.click("text=Mend and send")

        expect(page.locator("#field-phone-error")).to_have_text("Phone is not a phone number")
        assert find_barriers(page) == []
        page.get_by_role("link", name="Phone is not a phone number").press("Enter")
        expect(page.locator("#field-phone")).to_be_in_viewport()


class TestList:
    def test_keeps_the_focus_when_it_refreshes(
        self, open_page: OpenPage, alice: User, scope_a: Scope, held: OutboxEntry
    ) -> None:
        page = open_page(user=alice)
        page.goto("/outbox/")
        link = page.locator(f"#entry-{held.pk}")
        link.focus()

        OutboxEntry.objects.scoped(scope_a).filter(pk=held.pk).update(state="dead")

        expect(page.locator("#outbox-rows")).to_contain_text("given up", timeout=8_000)
        expect(link).to_be_focused()


class TestEditing:
    def test_shows_on_the_page_what_is_on_its_way(
        self, open_page: OpenPage, bob: User, ana: Customer
    ) -> None:
        page = open_page(user=bob, width=1024, height=768)
        page.goto(f"/customers/{ana.public_id}/")
        page.click("text=Edit")
        page.fill("#field-phone", "12")
        page.fill("#field-email", "nobody")
        page.click("button:has-text('Save')")
        expect(page.locator("#field-email-error")).to_have_text("E-mail is not an e-mail address")
        assert find_barriers(page) == []

        page.fill("#field-phone", "(415) 555-0188")
        page.fill("#field-email", "")
        page.click("button:has-text('Save')")

        expect(page.locator("h1")).to_have_text("Ana Reyes")
        expect(page.locator("#field-phone .value")).to_contain_text("(415) 555-0188")
        expect(page.locator("#outbox-panel")).to_contain_text("alder-way: Phone")
        page.click("text=History")
        expect(page.locator("tbody")).to_contain_text("on its way to the POS")
