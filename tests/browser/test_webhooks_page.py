"""The pages of webhooks in a browser: by keyboard, without JavaScript, without barriers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import OpenPage
from tests.browser.looking import find_barriers, is_too_wide

from rollcall.events.models import Webhook, WebhookDelivery
from rollcall.events.operations.gathering import put_deliveries
from rollcall.events.operations.subscribing import create_webhook
from rollcall.events.queries.feed import Event
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.stores.models import User


@pytest.fixture
def webhook(scope_a: Scope) -> Webhook:
    """A webhook that fails, with something to show everywhere."""
    now = utc_now()
    url = "https://loyalty.example.com/rollcall/" + "a-long-path/" * 6
    made = create_webhook(scope_a, url=url, name="Loyalty", types=["customer.merged"], now=now)
    events = [
        Event(id=f"evt_812{number}_0", type="customer.merged", at=now, data={})
        for number in range(3)
    ]
    put_deliveries(scope_a, made.webhook, events, now=now)
    deliveries = WebhookDelivery.objects.scoped(scope_a)
    deliveries.filter(event_id="evt_8120_0").update(state="dead", finished_at=now, code="http_503")
    Webhook.objects.scoped(scope_a).update(
        failures=6, failing_since=now, last_code="timed_out", delivered=1204, last_delivered_at=now
    )
    return made.webhook


class TestWebhooks:
    def test_are_made_and_tried_by_keyboard_without_javascript(
        self, open_page: OpenPage, alice: User
    ) -> None:
        page = open_page(user=alice, javascript=False)
        page.goto("/connections/")
        page.get_by_text("Alder Group").click()
        page.get_by_role("link", name="Webhooks").click()
        page.get_by_role("link", name="Add a webhook").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Address to call").fill("https://hooks.example.com/")
        page.get_by_label("customer.merged").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Add it").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".code")).to_contain_text("whsec_")

        page.get_by_role("link", name="Done").click()
        page.get_by_role("button", name="Send a test").focus()
        page.keyboard.press("Enter")

        expect(page.get_by_text("A test event is on its way.")).to_be_visible()
        expect(page.get_by_role("cell", name="webhook.test")).to_be_visible()

    def test_have_no_barriers_and_fit_a_phone(
        self, open_page: OpenPage, alice: User, webhook: Webhook
    ) -> None:
        walks = {
            ("light", 390, 844): ("new/", f"{webhook.pk}/"),
            ("dark", 1024, 768): ("", f"{webhook.pk}/"),
        }
        for (scheme, width, height), paths in walks.items():
            page = open_page(user=alice, scheme=scheme, width=width, height=height)
            for path in paths:
                page.goto(f"/webhooks/{path}")
                assert (path, find_barriers(page), is_too_wide(page)) == (path, [], False)
