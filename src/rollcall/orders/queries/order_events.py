"""What programs are told when something happens to an order: ids and codes, as far as they may see.

Whose an order is, is told as of the moment of reading.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from django.db import connection

from rollcall.events.queries.sources import Data, Happening, Source
from rollcall.kit.scope import Scope
from rollcall.orders.models import KioskOrder
from rollcall.orders.queries.kiosk_orders import visible_orders

_CHANGED_AT_KIOSK: Final = "A kiosk's order was paid, or belongs to somebody else now."
#: An order of a POS is seen by the stores that its list of customers serves.
_OF_POS: Final = """
select one.id, one.public_id::text, tied.slug, nullif(one.status, ''), now.public_id::text
  from orders_customerorder one
  join sync_posconnection tied on tied.id = one.connection_id
  left join customers_posrecord record
    on one.customer_external_id <> '' and record.account_id = one.account_id
   and record.external_id = one.customer_external_id
  left join customers_link link on link.record_id = record.id
  left join customers_customer now on now.id = link.customer_id
 where one.id = any(%(ids)s) and one.retailer_id = %(retailer)s
   and (%(stores)s::bigint[] is null or exists (
         select from customers_accountstore served
          where served.account_id = one.account_id and served.store_id = any(%(stores)s)))
"""


def _of_kiosk(scope: Scope, happened: Sequence[Happening]) -> list[Data | None]:
    ids = [_order_id(one) for one in happened]
    rows = visible_orders(scope).filter(pk__in=[one for one in ids if one is not None])
    orders: dict[int | None, KioskOrder] = {row.pk: row for row in rows}
    return [
        _kiosk_order(orders[order_id], one) if order_id in orders else None
        for order_id, one in zip(ids, happened, strict=True)
    ]


def _kiosk_order(order: KioskOrder, happened: Happening) -> Data:
    return {
        "order": str(order.uuid),
        "store": order.store.slug,
        "customer": None if order.holder is None else str(order.holder.public_id),
        "fields": list(happened.fields),
    }


def _order_id(happened: Happening) -> int | None:
    """Entries about whose an order is have people as subjects, and the order beside them."""
    given = happened.context.get("order")
    return given if given is not None else next(iter(happened.subject_ids), None)


def _of_pos(scope: Scope, happened: Sequence[Happening]) -> list[Data | None]:
    rows = _read_of_pos(scope, {one.subject_ids[0] for one in happened})
    return [
        dict(zip(("order", "connection", "status", "customer"), rows[pk], strict=True))
        if (pk := one.subject_ids[0]) in rows
        else None
        for one in happened
    ]


def _read_of_pos(scope: Scope, ids: Collection[int]) -> dict[int, Sequence[Any]]:
    stores = None if scope.store_ids is None else sorted(scope.store_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            _OF_POS, {"ids": sorted(ids), "retailer": scope.retailer_id, "stores": stores}
        )
        return {row[0]: row[1:] for row in cursor.fetchall()}


SOURCES: Final = (
    Source(
        action="kiosk_order.placed",
        type="kiosk_order.placed",
        about="An order was taken at a kiosk.",
        tell=_of_kiosk,
    ),
    *(
        Source(
            action=f"kiosk_order.{word}",
            type="kiosk_order.updated",
            about=_CHANGED_AT_KIOSK,
            tell=_of_kiosk,
        )
        for word in ("paid", "unpaid", "attached", "detached")
    ),
    Source(
        action="orders.read",
        type="order.changed",
        about="An order at a POS is new, or is otherwise than it was.",
        tell=_of_pos,
        is_each=True,
    ),
)
