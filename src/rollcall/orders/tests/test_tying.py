"""Whose an order is: said, changed, taken back, and kept through merges."""

from __future__ import annotations

import uuid

import pytest

from rollcall.audit.models import Entry
from rollcall.customers.models import Customer
from rollcall.identity.blockers import find_consequences
from rollcall.identity.models import Merge
from rollcall.identity.operations.merging import merge_people, undo_merge
from rollcall.kit.scope import ForbiddenError, Role, Scope, ScopeMissingError
from rollcall.orders.models import KioskOrder
from rollcall.orders.operations.paying import set_paid
from rollcall.orders.operations.tying import tie_order
from rollcall.orders.queries.kiosk_orders import KioskOrderNotFoundError, list_of_person, list_ties
from rollcall.orders.tests.order_shop import OrderShop
from rollcall.orders.tests.order_shop import quick_api as quick_api
from rollcall.orders.tests.order_shop import shop as shop
from rollcall.testing.fixtures import NOON


@pytest.fixture
def ben(shop: OrderShop) -> Customer:
    return Customer.objects.scoped(shop.scope).create()


def held(order: KioskOrder, scope: Scope) -> tuple[int | None, int | None]:
    row = KioskOrder.objects.scoped(scope).get(pk=order.pk)
    return row.customer_id, row.holder_id


class TestTying:
    def test_remembers_whose_it_was(self, shop: OrderShop, ben: Customer) -> None:
        order = shop.order()
        staff = shop.as_role(Role.STAFF)
        for customer in (shop.ana, ben, None, shop.ana):
            assert tie_order(staff, order.uuid, customer, now=NOON)

        ties = [tie.customer_id for tie in list_ties(staff, order)]
        assert ties == [shop.ana.pk, None, ben.pk, shop.ana.pk]
        assert held(order, shop.scope) == (shop.ana.pk, shop.ana.pk)

    def test_is_audited_with_both_people(self, shop: OrderShop, ben: Customer) -> None:
        order = shop.order()
        for customer in (shop.ana, ben, None):
            tie_order(shop.scope, order.uuid, customer, now=NOON)

        told = Entry.objects.scoped(shop.scope).filter(subject_kind="customer")
        told = told.filter(action__startswith="kiosk_order.").order_by("pk")
        assert list(told.values_list("action", "subject_ids")) == [
            ("kiosk_order.attached", [shop.ana.pk]),
            ("kiosk_order.attached", [ben.pk, shop.ana.pk]),
            ("kiosk_order.detached", [ben.pk]),
        ]

    def test_twice_is_once(self, shop: OrderShop) -> None:
        order = shop.order()

        first, second = (tie_order(shop.scope, order.uuid, shop.ana, now=NOON) for _ in range(2))

        assert (first, second, len(list_ties(shop.scope, order))) == (True, False, 1)

    def test_is_refused_to_kiosks_other_stores_and_other_retailers(
        self, shop: OrderShop, scope_b: Scope
    ) -> None:
        order = shop.order()
        elsewhere = Scope(
            retailer_id=shop.scope.retailer_id,
            actor=shop.scope.actor,
            role=Role.STAFF,
            store_ids=frozenset(),
        )

        with pytest.raises(ForbiddenError):
            tie_order(shop.as_role(Role.KIOSK), order.uuid, shop.ana, now=NOON)
        with pytest.raises(KioskOrderNotFoundError):
            tie_order(elsewhere, order.uuid, shop.ana, now=NOON)
        with pytest.raises(ScopeMissingError):
            tie_order(scope_b, order.uuid, shop.ana, now=NOON)
        with pytest.raises(KioskOrderNotFoundError):
            tie_order(shop.scope, uuid.uuid4(), shop.ana, now=NOON)
        assert held(order, shop.scope) == (None, None)


class TestMerging:
    def test_takes_orders_along_and_undoing_brings_them_back(
        self, shop: OrderShop, ben: Customer
    ) -> None:
        first, second = shop.order(), shop.order()
        tie_order(shop.scope, first.uuid, shop.ana, now=NOON)
        tie_order(shop.scope, second.uuid, ben, now=NOON)
        merge = merge_people(
            shop.scope, shop.ana, ben, reason=Merge.Reason.PERSON, survivor=shop.ana, now=NOON
        )
        merged = [one.pk for one in list_of_person(shop.scope, shop.ana, limit=9)]

        undo_merge(shop.scope, merge.pk, now=NOON)

        assert merged == [second.pk, first.pk]
        assert held(first, shop.scope) == (shop.ana.pk, shop.ana.pk)
        assert held(second, shop.scope) == (ben.pk, ben.pk)

    def test_is_followed_by_what_is_tied_later(self, shop: OrderShop, ben: Customer) -> None:
        order = shop.order()
        merge = merge_people(
            shop.scope, shop.ana, ben, reason=Merge.Reason.PERSON, survivor=shop.ana, now=NOON
        )

        tie_order(shop.scope, order.uuid, ben, now=NOON)

        assert held(order, shop.scope) == (ben.pk, shop.ana.pk)
        undo_merge(shop.scope, merge.pk, now=NOON)
        assert held(order, shop.scope) == (ben.pk, ben.pk)

    def test_tells_of_the_orders_before(self, shop: OrderShop, ben: Customer) -> None:
        order = shop.order()
        tie_order(shop.scope, order.uuid, ben, now=NOON)

        told = find_consequences(shop.scope, [{shop.ana.pk}, {ben.pk}], parting=False)

        assert [(one.code, one.customer_id, one.count) for one in told] == [
            ("kiosk_orders", ben.pk, 1)
        ]


class TestPaying:
    def test_keeps_the_first_moment_and_can_be_taken_back(self, shop: OrderShop) -> None:
        order = shop.order()
        staff = shop.as_role(Role.STAFF)

        set_paid(staff, order.uuid, paid=True, now=NOON)
        again = set_paid(staff, order.uuid, paid=True, now=NOON.replace(hour=13))
        assert again.paid_at == NOON
        assert set_paid(staff, order.uuid, paid=False, now=NOON).paid_at is None

        told = Entry.objects.scoped(shop.scope).filter(fields=["paid"]).order_by("pk")
        assert list(told.values_list("action", flat=True)) == [
            "kiosk_order.paid",
            "kiosk_order.unpaid",
        ]
