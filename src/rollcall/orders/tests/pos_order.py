"""An order of a POS, as a reading would have written it; for tests that start no simulator."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import orjson

from rollcall.customers.models import PosAccount
from rollcall.customers.rules.packing import pack_raw
from rollcall.kit.scope import Scope
from rollcall.orders.models import CustomerOrder, OrderStatusChange
from rollcall.orders.rules.customer_orders import lines_as_json, order_payload
from rollcall.pos.orders import OrderLine
from rollcall.stores.queries import get_keys
from rollcall.sync.models import PosConnection
from rollcall.testing.fixtures import NOON

GUMMIES = OrderLine(
    product_id="5002", sku="BB-GUM", name="Blueberry Gummies", quantity=Decimal("1.5"),
    price=Decimal("18.50"),
)  # fmt: skip


def pos_order(
    scope: Scope,
    account: PosAccount,
    customer_id: str,
    *,
    connection: PosConnection | None = None,
    external_id: str = "T-1",
    placed_at: dt.datetime = NOON,
    status: str = "in_process",
) -> CustomerOrder:
    """Write one order of a customer's."""
    payload = pack_raw(orjson.dumps({"lines": lines_as_json([GUMMIES]), "raw": {}}))
    order = CustomerOrder.objects.scoped(scope).create(
        account=account,
        connection=connection or _connection(scope, account),
        external_id=external_id,
        customer_external_id=customer_id,
        number=f"N{external_id}",
        status=status,
        status_raw=status.upper(),
        placed_at=placed_at,
        pos_updated_at=placed_at,
        amount=Decimal("1204.50"),
        content_hash=b"hash",
        sealed_payload=get_keys(scope).seal(
            payload, context=order_payload(account.pk, external_id)
        ),
        first_seen_at=NOON,
        changed_at=NOON,
    )
    OrderStatusChange.objects.scoped(scope).create(
        order=order, status=status, status_raw=status.upper(), at=placed_at, seen_at=NOON
    )
    return order


def _connection(scope: Scope, account: PosAccount) -> PosConnection:
    found, _ = PosConnection.objects.scoped(scope).get_or_create(
        retailer_id=scope.retailer_id,
        slug=f"connection-{account.pk}",
        defaults={
            "kind": account.kind,
            "account": account,
            "time_zone": "UTC",
            "sealed_settings": b"",
        },
    )
    return found
