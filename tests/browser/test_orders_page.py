"""Kiosk orders in a browser: by keyboard, without JavaScript (barriers: ``test_pages``)."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.browser.conftest import OpenPage

from rollcall.customers.models import Customer
from rollcall.customers.operations.account_stores import set_account_stores
from rollcall.kit.scope import Scope
from rollcall.orders.tests.order_shop import place_for
from rollcall.stores.models import Store, User
from rollcall.sync.models import PosConnection
from rollcall.testing.fixtures import Ingest, incoming


class TestAnOrder:
    def test_is_found_attached_and_paid_by_keyboard_without_javascript(
        self,
        open_page: OpenPage,
        bob: User,
        scope_a: Scope,
        store_a: Store,
        connection_a: PosConnection,
        ingest: Ingest,
    ) -> None:
        assert connection_a.account is not None
        set_account_stores(scope_a, connection_a.account.pk, {store_a.pk})
        row = incoming(scope_a, "1042", given_name="Nora", family_name="Okafor")
        ingest(scope_a, connection_a.account, [row])
        order = place_for(scope_a, store_a, Customer.objects.scoped(scope_a).create())
        page = open_page(user=bob, javascript=False)

        page.goto("/orders/")
        page.get_by_label("Find an order").focus()
        page.keyboard.type(order.code)
        page.keyboard.press("Enter")
        page.get_by_role("link", name=order.code).focus()
        page.keyboard.press("Enter")
        page.get_by_label("Find the customer").focus()
        page.keyboard.type("okafor")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Attach to Nora Okafor").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Attached.")).to_be_visible()
        page.get_by_role("button", name="Mark as paid").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Marked as paid.")).to_be_visible()
