"""The inbox in a browser: by keyboard, without JavaScript, without barriers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import OpenPage
from tests.browser.looking import find_barriers, is_too_wide

from rollcall.inbox.models import CallFigures, InboxEvent
from rollcall.inbox.operations.addresses import make_address
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.stores.models import User
from rollcall.sync.models import PosConnection


@pytest.fixture
def event(scope_a: Scope, connection_a: PosConnection) -> InboxEvent:
    """A failed event, in a connection that has something to show everywhere."""
    now = utc_now()
    for _ in range(2):
        make_address(scope_a, connection_a, now=now)
    for outcome in ("received", "refused_malformed"):
        CallFigures.objects.scoped(scope_a).create(
            connection=connection_a, outcome=outcome, calls=1200, last_at=now
        )
    return InboxEvent.objects.scoped(scope_a).create(
        connection=connection_a, kind="customer", external_id="65f0c2a7d1e4b93c0000001c",
        received_at=now, not_before=now, processed_at=now, digest=b"d" * 16, state="failed",
        outcome="internal", attempts=5,
    )  # fmt: skip


class TestTheInbox:
    def test_is_worked_by_keyboard_without_javascript(
        self, open_page: OpenPage, alice: User, event: InboxEvent
    ) -> None:
        page = open_page(user=alice, javascript=False)
        page.goto("/inbox/")

        page.get_by_role("button", name=f"Replay {event.pk}").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("1 event waits again.")).to_be_visible()
        expect(page.get_by_role("cell", name="waiting")).to_be_visible()

        page.get_by_role("button", name="Make a new address").focus()
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("New address of alder-way")
        expect(page.locator(".code")).to_contain_text("/hooks/treez/")

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_has_no_barriers_and_fits_a_phone(
        self, open_page: OpenPage, alice: User, event: InboxEvent, scheme: str
    ) -> None:
        page = open_page(user=alice, scheme=scheme, width=320, height=640)
        page.goto("/inbox/")
        assert (find_barriers(page), is_too_wide(page)) == ([], False)

        page.get_by_role("button", name="Make a new address").click()
        expect(page.locator("h1")).to_have_text("New address of alder-way")
        assert (find_barriers(page), is_too_wide(page)) == ([], False)
