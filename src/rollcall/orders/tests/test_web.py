"""The pages of kiosk orders: what they show to whom, and what people do there."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from rollcall.audit.models import Entry
from rollcall.customers.models import Customer
from rollcall.orders.models import KioskOrder
from rollcall.orders.tests.order_shop import OrderShop
from rollcall.orders.tests.order_shop import quick_api as quick_api
from rollcall.orders.tests.order_shop import shop as shop
from rollcall.orders.web import kiosk_orders, products
from rollcall.stores.models import Membership, Store, User


@pytest.fixture
def staff(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def text(client: Client, path: str, **posted: str) -> str:
    answer = client.post(path, posted) if posted else client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def holder(order: KioskOrder, shop: OrderShop) -> Customer | None:
    return KioskOrder.objects.scoped(shop.scope).select_related("holder").get(pk=order.pk).holder


class TestTheList:
    def test_shows_code_name_state_and_amount(self, staff: Client, shop: OrderShop) -> None:
        order = shop.order()

        shown = text(staff, "/orders/")

        assert f'href="/orders/{order.uuid}/">{order.code}</a>' in shown
        assert "Nora Okafor" in shown
        assert "not paid" in shown
        assert "$69.70" in shown

    def test_is_narrowed_down_and_goes_on(
        self, staff: Client, shop: OrderShop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old, new = shop.order(), shop.order()
        staff.post(f"/orders/{old.uuid}/paid/", {"do": "paid"})
        monkeypatch.setattr(kiosk_orders, "_MOST", 1)

        assert old.code not in text(staff, "/orders/")
        assert old.code in text(staff, f"/orders/?before={new.pk}")
        assert new.code not in text(staff, "/orders/?state=paid")
        assert new.code in text(staff, "/orders/?state=bogus&before=x")

    def test_shows_only_the_stores_that_one_works_in(
        self, staff: Client, shop: OrderShop, bob: User
    ) -> None:
        order = shop.order()
        birch = Store.objects.scoped(shop.scope).create(
            slug="birch", name="Birch", time_zone="America/Denver", jurisdiction="US-CO"
        )
        stores = Membership.objects.scoped(shop.scope).get(user=bob).stores
        stores.remove(shop.store)
        stores.add(birch)

        assert "Okafor" not in text(staff, "/orders/")
        assert "Okafor" not in text(staff, "/orders/find/", text=order.code)
        for path in ("", "attach/", "detach/", "paid/"):
            posted = staff.post(f"/orders/{order.uuid}/{path}", {"person": shop.ana.public_id})
            assert posted.status_code == 404
        assert holder(order, shop) is None


class TestFinding:
    def test_works_by_code_name_and_customer(self, staff: Client, shop: OrderShop) -> None:
        mine, other = shop.order(), shop.order(first_name="Zoë", last_name="D'Arcy")
        staff.post(f"/orders/{mine.uuid}/attach/", {"person": shop.ana.public_id})

        for words, found in (
            (mine.code, mine),
            (str(other.uuid)[:13], other),
            ("zoe darcy", other),
            ("ana reyes", mine),
            ("0134", mine),
        ):
            shown = text(staff, "/orders/find/", text=words)
            missed = other if found is mine else mine
            assert (f"/orders/{found.uuid}/" in shown, f"/orders/{missed.uuid}/" in shown) == (
                True,
                False,
            ), words

    def test_says_so_when_there_is_none(self, staff: Client, shop: OrderShop) -> None:
        shop.order()

        for words in ("nobody at all", "ffffffffffff", "\x00", "%", "<script>"):
            assert "No such order" in text(staff, "/orders/find/", text=words)
        assert staff.post("/orders/find/", {"text": " "}).status_code == 302
        assert staff.get("/orders/find/").status_code == 302


class TestOneOrder:
    def test_shows_lines_and_is_audited(self, staff: Client, shop: OrderShop) -> None:
        order = shop.order()

        shown = text(staff, f"/orders/{order.uuid}/")

        for word in ("Blue Dream", "3.5 g", "GM-10", "$24.70", "Front door", "Nora Okafor"):
            assert word in shown
        viewed = Entry.objects.scoped(shop.scope).get(action="kiosk_order.viewed")
        assert (viewed.subject_ids, viewed.fields) == ([order.pk], ["name"])

    def test_is_attached_detached_and_brought_back(self, staff: Client, shop: OrderShop) -> None:
        order = shop.order()
        path = f"/orders/{order.uuid}/"
        offered = text(staff, path, text="ana")
        assert f'name="person" value="{shop.ana.public_id}"' in offered

        staff.post(f"{path}attach/", {"person": shop.ana.public_id})
        tied = text(staff, path)
        staff.post(f"{path}detach/")
        parted = text(staff, path)
        staff.post(f"{path}attach/", {"person": shop.ana.public_id})

        assert "Ana Reyes" in tied
        assert "Back to this" not in tied
        assert "Back to this" in parted
        assert "Nobody&#x27;s yet." in parted or "Nobody's yet." in parted
        assert holder(order, shop) == shop.ana
        assert "by Bob" in text(staff, path)

    def test_offers_whoever_has_the_name(self, staff: Client, shop: OrderShop) -> None:
        order = shop.order(first_name="Ana", last_name="Reyes")

        assert "It may be one of these" in text(staff, f"/orders/{order.uuid}/")

    def test_attaches_nobody_who_is_not_there(
        self, staff: Client, shop: OrderShop, charlie: User
    ) -> None:
        order = shop.order()
        path = f"/orders/{order.uuid}/attach/"
        stranger = Customer.objects.scoped(shop.scope).create()

        for person in ("", "x", "00000000-0000-4000-8000-00000000ffff", stranger.public_id):
            assert staff.post(path, {"person": person}).status_code == 404
        assert holder(order, shop) is None

    def test_is_marked_as_paid_and_not_paid(self, staff: Client, shop: OrderShop) -> None:
        path = f"/orders/{shop.order().uuid}/"

        staff.post(f"{path}paid/", {"do": "paid"})
        paid = text(staff, path)
        staff.post(f"{path}paid/", {"do": "unpaid"})

        assert "Mark as not paid" in paid
        assert "Mark as paid" in text(staff, path)


class TestProducts:
    def test_are_shown_with_prices_store_by_store(
        self, client: Client, alice: User, shop: OrderShop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client.force_login(alice)
        Store.objects.scoped(shop.scope).create(
            slug="birch", name="Birch", time_zone="America/Denver", jurisdiction="US-CO"
        )
        monkeypatch.setattr(products, "_MOST", 1)

        first = text(client, "/orders/products/?store=alder-way")
        more = re.findall(r"after=(\d+)", first)[0]

        for word in ("What Alder Way sells", "Blue Dream", "BD-035", "7 g", "$80.10"):
            assert word in first
        assert "GM-10" not in first
        assert "GM-10" in text(client, f"/orders/products/?store=alder-way&after={more}")
        assert "Nothing yet" in text(client, "/orders/products/?store=birch&after=x")


class TestThePersonsPage:
    def test_shows_their_orders(self, staff: Client, shop: OrderShop) -> None:
        path = f"/customers/{shop.ana.public_id}/"
        assert "Kiosk orders" not in text(staff, path)
        order = shop.order()
        staff.post(f"/orders/{order.uuid}/attach/", {"person": shop.ana.public_id})

        shown = text(staff, path)

        assert "Kiosk orders" in shown
        assert f'href="/orders/{order.uuid}/"' in shown
