"""Taking an order at a kiosk: one transaction, priced by what the store sells."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson
from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer
from rollcall.customers.operations.settling import lock_person
from rollcall.customers.queries.profile import AmbiguousIdError, CustomerNotFoundError, resolve
from rollcall.kit.scope import ForbiddenError, Role, Scope, require
from rollcall.orders.models import KioskOrder, KioskOrderLine, ProductValue, StoreProduct
from rollcall.orders.operations.tying import note_tie
from rollcall.orders.queries.kiosk_orders import TypedName, name_key
from rollcall.orders.queries.products import find_sold
from rollcall.orders.rules import contexts
from rollcall.orders.rules.kiosk_bodies import LineSaid, OrderSaid
from rollcall.orders.rules.money import MOST
from rollcall.stores.models import Kiosk
from rollcall.stores.queries import get_keys


class OrderRefusedError(ValueError):
    """The order names what the store does not sell, or nobody; nothing was written.

    :param errors: member of the body → what is wrong; skus are named, values of people are not.
    """

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("an order was refused")
        self.errors = errors


class AmountDiffersError(ValueError):
    """The kiosk's total is not what the lines come to; nothing was written."""

    def __init__(self, *, sent: Decimal, computed: Decimal) -> None:
        super().__init__("the amount is not the sum of the lines")
        self.sent = sent
        self.computed = computed


@transaction.atomic
def place_order(scope: Scope, kiosk: Kiosk, said: OrderSaid, *, now: dt.datetime) -> KioskOrder:
    """Keep an order with the prices of this moment, unpaid.

    A total that differs is refused rather than corrected: the shopper was shown a price at the
    kiosk, and would be asked for another one at the till.

    :param kiosk: who asks; the store and the retailer are its own.
    :raises ForbiddenError: the kiosk is in none of the scope's stores.
    :raises OrderRefusedError: an unknown sku or price, or an id that is nobody's.
    :raises AmountDiffersError: the total is another one.
    """
    require(scope, Role.KIOSK)
    if scope.store_ids is not None and kiosk.store_id not in scope.store_ids:
        raise ForbiddenError("this needs the kiosk's store")
    customer = _customer(scope, said.customer_id)
    lines = _price(said.lines, find_sold(scope, kiosk.store_id, {one.sku for one in said.lines}))
    amount = sum((line.price * line.quantity for line in lines), Decimal(0))
    if amount > MOST:
        raise OrderRefusedError({"products": ["come to too large an amount"]})
    if amount != said.amount:
        raise AmountDiffersError(sent=said.amount, computed=amount)
    holder_id = None if customer is None else lock_person(scope, customer.pk)
    order = _keep(scope, kiosk, said, amount=amount, now=now)
    for line in lines:
        line.retailer_id, line.order = scope.retailer_id, order
    KioskOrderLine.objects.scoped(scope).bulk_create(lines)
    audit.record(
        scope,
        "kiosk_order.placed",
        subject_kind="kiosk_order",
        subject_ids=[order.pk],
        context={"lines": len(lines)},
    )
    if customer is not None:
        note_tie(scope, order, customer.pk, holder_id, now=now)
    return order


def _keep(
    scope: Scope, kiosk: Kiosk, said: OrderSaid, *, amount: Decimal, now: dt.datetime
) -> KioskOrder:
    code = uuid.uuid4()
    name = TypedName(first=said.first_name, last=said.last_name)
    return KioskOrder.objects.scoped(scope).create(
        uuid=code,
        store_id=kiosk.store_id,
        kiosk=kiosk,
        sealed_name=get_keys(scope).seal(
            orjson.dumps([name.first, name.last]), context=contexts.kiosk_order_name(code)
        ),
        name_key=name_key(scope, name.whole),
        **_contact(scope, code, said),
        amount=amount,
        placed_at=now,
    )


def _contact(scope: Scope, code: uuid.UUID, said: OrderSaid) -> dict[str, Any]:
    """A guest's contact, sealed and findable; of somebody known nothing more is needed."""
    if said.customer_id or not (said.phone or said.email):
        return {}
    keys = get_keys(scope)
    plain = orjson.dumps({"phone": said.phone, "email": said.email})
    return {
        "sealed_contact": keys.seal(plain, context=contexts.kiosk_order_contact(code)),
        "phone_key": keys.blind("phone", said.phone) if said.phone else None,
        "email_key": keys.blind("email", said.email) if said.email else None,
    }


def _customer(scope: Scope, customer_id: str) -> Customer | None:
    if not customer_id:
        return None
    try:
        return resolve(scope, customer_id)
    except CustomerNotFoundError as error:
        raise OrderRefusedError({"customer_id": ["not found"]}) from error
    except AmbiguousIdError as error:
        words = "is several customers' id; send Rollcall's"
        raise OrderRefusedError({"customer_id": [words]}) from error


def _price(lines: Sequence[LineSaid], sold: Mapping[str, StoreProduct]) -> list[KioskOrderLine]:
    errors: dict[str, list[str]] = {}
    priced = []
    for place, line in enumerate(lines):
        product = sold.get(line.sku)
        if product is None:
            words = f"not found: this store sells no {line.sku}"
            errors[f"products.{place}.sku"] = [words]
            continue
        value = _value(product, line)
        if isinstance(value, str):
            errors[f"products.{place}.product_value_id"] = [value]
            continue
        priced.append(_line(line, place, product, value))
    if errors:
        raise OrderRefusedError(errors)
    return priced


def _value(product: StoreProduct, line: LineSaid) -> ProductValue | str:
    """The price that is meant, or what is wrong with how it is named."""
    values = list(product.values.all())
    if not line.value_id:
        return values[0] if len(values) == 1 else "can't be blank"
    found = next((one for one in values if one.external_id == line.value_id), None)
    return found or "not found"


def _line(said: LineSaid, place: int, product: StoreProduct, value: ProductValue) -> KioskOrderLine:
    return KioskOrderLine(
        product=product,
        place=place,
        sku=product.sku,
        name=product.name,
        value_id=value.external_id,
        value_name=value.name,
        price=value.value,
        quantity=said.quantity,
    )
