"""Orders of POS systems in a browser: the panel, all of them, and one."""

from __future__ import annotations

import datetime as dt

from playwright.sync_api import expect
from tests.browser.conftest import OpenPage
from tests.browser.looking import find_barriers, is_too_wide

from rollcall.customers.models import Customer, PosAccount
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.orders.tests.pos_order import pos_order
from rollcall.stores.models import User
from rollcall.sync.models import PosConnection
from rollcall.testing.fixtures import Ingest, incoming


class TestOrders:
    def test_have_no_barriers_and_fit_a_tablet_and_a_phone(
        self,
        open_page: OpenPage,
        alice: User,
        scope_a: Scope,
        account_a: PosAccount,
        connection_a: PosConnection,
        ingest: Ingest,
    ) -> None:
        ingest(scope_a, account_a, [incoming(scope_a, "1042", given_name="Ana")])
        person = Customer.objects.scoped(scope_a).get()
        statuses = ("completed", "canceled", "", "in_process", "packed_ready", "removed")
        for number in range(8):
            pos_order(
                scope_a, account_a, "1042", connection=connection_a, external_id=f"T-{number}",
                status=statuses[number % 6], placed_at=utc_now() - dt.timedelta(days=number),
            )  # fmt: skip

        page = open_page(user=alice)
        page.goto(f"/customers/{person.public_id}/")
        assert (find_barriers(page), is_too_wide(page)) == ([], False)
        page.get_by_role("link", name="NT-3").press("Enter")
        expect(page.get_by_text("Blueberry Gummies")).to_be_visible()
        assert (find_barriers(page), is_too_wide(page)) == ([], False)

        page = open_page(user=alice, width=390, height=844, scheme="dark")
        page.goto(f"/customers/{person.public_id}/orders/")
        expect(page.get_by_role("link", name="NT-7")).to_be_visible()
        assert (find_barriers(page), is_too_wide(page)) == ([], False)
