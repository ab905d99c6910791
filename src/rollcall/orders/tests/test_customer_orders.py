"""Orders of POS systems, as people, pages and programs see them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from rollcall.audit.models import Entry
from rollcall.customers.models import Customer, PosAccount, PosRecord
from rollcall.customers.operations.account_stores import set_account_stores
from rollcall.customers.tests.kiosk_world import fresh_api as fresh_api
from rollcall.identity.models import Merge
from rollcall.identity.operations.merging import merge_people, undo_merge
from rollcall.kit.scope import Grant, Role, Scope
from rollcall.orders.queries.customer_orders import list_of_person
from rollcall.orders.tests.pos_order import pos_order
from rollcall.stores.models import Store, User
from rollcall.testing.fixtures import NOON, Ingest, incoming, make_account
from rollcall.testing.platform_client import PlatformClient

LATER = NOON + dt.timedelta(hours=1)


@pytest.fixture
def ana(scope_a: Scope, account_a: PosAccount, store_a: Store, ingest: Ingest) -> Customer:
    """Has an order at Treez; the list serves store A."""
    set_account_stores(scope_a, account_a.pk, {store_a.pk})
    return person(scope_a, account_a, ingest, "1042", given_name="Ana", family_name="Reyes")


def person(
    scope: Scope, account: PosAccount, ingest: Ingest, external_id: str, **given: str
) -> Customer:
    ingest(scope, account, [incoming(scope, external_id, **given)])
    record = PosRecord.objects.scoped(scope).select_related("link__customer")
    return record.get(account=account, external_id=external_id).link.customer


def numbers(scope: Scope, customer: Customer) -> list[str]:
    return [one.external_id for one in list_of_person(scope, customer, limit=10)]


class TestAPersonsOrders:
    def test_are_those_of_all_their_records_and_follow_merge_and_undoing(
        self, scope_a: Scope, account_a: PosAccount, ana: Customer, ingest: Ingest
    ) -> None:
        cova = make_account(scope_a, kind="cova", account_key="c1")
        other = person(scope_a, cova, ingest, "9", given_name="Ana")
        pos_order(scope_a, account_a, "1042", external_id="old")
        pos_order(scope_a, cova, "9", external_id="new", placed_at=LATER)
        pos_order(scope_a, cova, "1042", external_id="of somebody else")
        assert (numbers(scope_a, ana), numbers(scope_a, other)) == (["old"], ["new"])

        merge = merge_people(scope_a, ana, other, reason=Merge.Reason.PERSON, now=LATER)
        survivor = Customer.objects.scoped(scope_a).get(pk=merge.survivor_id)
        assert numbers(scope_a, survivor) == ["new", "old"]

        undo_merge(scope_a, merge.pk, now=LATER)
        assert (numbers(scope_a, ana), numbers(scope_a, other)) == (["old"], ["new"])


@pytest.mark.usefixtures("fresh_api")
class TestPrograms:
    def test_read_a_persons_orders_page_by_page(
        self, scope_a: Scope, account_a: PosAccount, ana: Customer
    ) -> None:
        for number in range(3):
            pos_order(scope_a, account_a, "1042", external_id=f"T-{number}")
        api = PlatformClient.of(scope_a, role=Role.STAFF, grants=[Grant.READ_ORDERS])
        path = f"/customers/{ana.public_id}/orders"

        first = api.get(f"{path}?limit=2").json
        second = api.get(f"{path}?limit=2&cursor={first['next']}").json

        assert [one["external_id"] for one in first["items"]] == ["T-2", "T-1"]
        assert [one["external_id"] for one in second["items"]] == ["T-0"]
        assert second["next"] is None
        assert api.get(f"{path}?cursor=MTA0Mg").status == 422
        assert Entry.objects.scoped(scope_a).filter(action="customer.orders_viewed").count() == 2

    def test_read_one_order_with_lines_history_and_person(
        self, scope_a: Scope, account_a: PosAccount, ana: Customer
    ) -> None:
        order = pos_order(scope_a, account_a, "1042")
        api = PlatformClient.of(scope_a, role=Role.STAFF, grants=[Grant.READ_ORDERS])

        told = api.get(f"/orders/{order.public_id}").json

        assert told["customer_id"] == str(ana.public_id)
        assert (told["amount"], told["status"], told["pos_status"]) == (
            "1204.50", "in_process", "IN_PROCESS",
        )  # fmt: skip
        assert told["lines"] == [
            {"product_id": "5002", "sku": "BB-GUM", "name": "Blueberry Gummies",
             "quantity": "1.5", "price": "18.50"}
        ]  # fmt: skip
        assert [one["status"] for one in told["history"]] == ["in_process"]
        assert [api.get(f"/orders/{one}").status for one in ("1", "%00", "x" * 300)] == [404] * 3

    def test_of_other_stores_and_retailers_see_nothing(
        self, scope_a: Scope, scope_b: Scope, account_a: PosAccount, ana: Customer, store_a: Store
    ) -> None:
        order = pos_order(scope_a, account_a, "1042")
        elsewhere = Store.objects.scoped(scope_a).create(
            slug="birch-st", name="Birch St", time_zone="UTC", jurisdiction="US-CA"
        )
        at_a = PlatformClient.of(scope_a, stores=[store_a])
        others = [PlatformClient.of(scope_a, stores=[elsewhere]), PlatformClient.of(scope_b)]
        paths = (f"/orders/{order.public_id}", f"/customers/{ana.public_id}/orders")

        assert [at_a.get(path).status for path in paths] == [200, 200]
        assert [api.get(path).status for api in others for path in paths] == [404] * 4


class TestPages:
    def test_show_orders_to_staff_of_the_store(
        self, client: Client, scope_a: Scope, account_a: PosAccount, ana: Customer, bob: User
    ) -> None:
        order = pos_order(scope_a, account_a, "1042")
        for number in range(6):
            pos_order(
                scope_a, account_a, "1042", external_id=f"<b>{number}", placed_at=LATER,
                status="completed",
            )  # fmt: skip
        client.force_login(bob)

        panel = client.get(f"/customers/{ana.public_id}/").content.decode()
        page = client.get(f"/customers/{ana.public_id}/orders/").content.decode()
        one = client.get(f"/pos-orders/{order.public_id}/").content.decode()

        assert "All orders" in panel
        assert "NT-1" not in panel
        assert "N&lt;b&gt;5" in panel
        assert "NT-1" in page
        assert "$1,204.50" in page
        assert "Blueberry Gummies" in one
        assert "$18.50" in one
        assert "Ana Reyes" in one
