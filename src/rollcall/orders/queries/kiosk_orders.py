"""Orders that were taken at kiosks: which there are, whose, and what was typed."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson
from django.db.models import Exists, F, OuterRef, Prefetch, Q, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import Contains

from rollcall.customers.models import Customer
from rollcall.customers.queries.sealed import unseal
from rollcall.kit.normalise.names import fold_name
from rollcall.kit.scope import Scope
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.orders.models import KioskOrder, KioskOrderLine, KioskOrderTie, PayingKey
from rollcall.orders.rules import contexts
from rollcall.orders.rules.kiosk_lists import SORTS, Wanted
from rollcall.stores.queries import get_keys

#: What a name is hashed for.
NAME_PURPOSE: Final = "kiosk order name"


class KioskOrderNotFoundError(LookupError):
    """There is no such order that the scope may see."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedName:
    """What somebody typed as their name."""

    first: str = field(repr=False)
    last: str = field(repr=False)

    @property
    def whole(self) -> str:
        """Both, as people read it."""
        return f"{self.first} {self.last}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Which orders are wanted; what is not said does not matter.

    :param code: beginning of the id, in hexadecimal digits without hyphens.
    :param holders: Customers whose orders they are now.
    :param name: first and last name as typed, in any spelling that folds to the same.
    :param before: id before which the page begins; the newest come first.
    """

    paid: bool | None = None
    code: str = ""
    holders: Collection[int] | None = None
    name: str = field(default="", repr=False)
    store_id: int | None = None
    before: int | None = None


def visible_orders(scope: Scope) -> ScopedQuerySet[KioskOrder]:
    """Return the orders of the scope's stores."""
    orders = KioskOrder.objects.scoped(scope).select_related("store", "kiosk", "holder")
    return orders if scope.store_ids is None else orders.filter(store__in=scope.store_ids)


def get_order(scope: Scope, order_uuid: uuid.UUID) -> KioskOrder:
    """Return one order with its lines.

    :raises KioskOrderNotFoundError: none that may be seen.
    """
    found = _with_lines(scope, visible_orders(scope)).filter(uuid=order_uuid).first()
    if found is None:
        raise KioskOrderNotFoundError
    return found


def find_uuid(scope: Scope, order_id: int) -> uuid.UUID:
    """Return the id for people and programs of an order with this number.

    :raises KioskOrderNotFoundError: none that may be seen.
    """
    found: uuid.UUID | None = (
        visible_orders(scope).filter(pk=order_id).values_list("uuid", flat=True).first()
    )
    if found is None:
        raise KioskOrderNotFoundError
    return found


def list_orders(scope: Scope, wanted: Filter, *, limit: int) -> list[KioskOrder]:
    """Return orders with their lines, the newest first."""
    orders = _with_lines(scope, visible_orders(scope))
    if wanted.paid is not None:
        orders = orders.filter(paid_at__isnull=not wanted.paid)
    if wanted.code:
        first, last = (wanted.code.ljust(32, digit) for digit in ("0", "f"))
        orders = orders.filter(uuid__gte=uuid.UUID(first), uuid__lte=uuid.UUID(last))
    if wanted.holders is not None:
        orders = orders.filter(holder__in=wanted.holders)
    if wanted.name:
        orders = orders.filter(name_key=name_key(scope, wanted.name))
    if wanted.store_id is not None:
        orders = orders.filter(store=wanted.store_id)
    if wanted.before is not None:
        orders = orders.filter(pk__lt=wanted.before)
    return list(orders.order_by("-pk")[:limit])


def list_for_kiosk(scope: Scope, store_id: int, wanted: Wanted) -> tuple[list[KioskOrder], int]:
    """Return a page of a store's orders, and how many there are on all pages."""
    if wanted.code is None:
        return [], 0
    orders = visible_orders(scope).filter(store=store_id)
    if wanted.code:
        orders = orders.filter(Contains(Cast("uuid", TextField()), wanted.code))
    column = F(SORTS[wanted.sort_by])
    place = column.desc(nulls_last=True) if wanted.descending else column.asc(nulls_first=True)
    start = (wanted.page - 1) * wanted.per_page
    page = _with_lines(scope, orders).order_by(place, "-pk" if wanted.descending else "pk")
    return list(page[start : start + wanted.per_page]), orders.count()


def list_of_person(scope: Scope, customer: Customer, *, limit: int) -> list[KioskOrder]:
    """Return the newest orders of a person."""
    return list_orders(scope, Filter(holders=[customer.pk]), limit=limit)


def list_ties(scope: Scope, order: KioskOrder) -> list[KioskOrderTie]:
    """Return whose an order was, the newest first; each with who that is now."""
    ties = KioskOrderTie.objects.scoped(scope).filter(order=order)
    return list(ties.select_related("customer__merged_into").order_by("-pk"))


def open_name(scope: Scope, order: KioskOrder) -> TypedName:
    """Unseal the name that was typed."""
    opened: Sequence[str] = orjson.loads(
        unseal(scope, order.sealed_name, context=contexts.kiosk_order_name(order.uuid))
    )
    return TypedName(first=opened[0], last=opened[1])


def open_contact(scope: Scope, order: KioskOrder) -> dict[str, str]:
    """Unseal what a guest left: ``phone`` and ``email``, "" for what they did not."""
    if not order.sealed_contact:
        return {}
    context = contexts.kiosk_order_contact(order.uuid)
    opened: dict[str, str] = orjson.loads(unseal(scope, order.sealed_contact, context=context))
    return opened


def list_guest_orders(
    scope: Scope, field: str, value: str, *, apart_from: int, limit: int
) -> list[KioskOrder]:
    """Return nobody's orders with this contact, the newest first, locked until we commit.

    :param field: ``phone`` or ``email``.
    :param apart_from: somebody from whom orders may have been taken: those are not returned.
    """
    key = get_keys(scope).blind(field, value)
    persons = Customer.objects.scoped(scope).filter(Q(pk=apart_from) | Q(merged_into=apart_from))
    ties = KioskOrderTie.objects.scoped(scope)
    taken = ties.filter(order=OuterRef("pk"), customer__in=persons.values("pk"))
    orders = visible_orders(scope).filter(~Exists(taken), customer__isnull=True)
    found = orders.filter(**{f"{field}_key": key}).select_for_update(of=("self",))
    # Blind indexes may collide.
    return [
        one for one in found.order_by("-pk")[:limit] if open_contact(scope, one).get(field) == value
    ]


def name_key(scope: Scope, name: str) -> int:
    """Return the blind index of a whole name."""
    return get_keys(scope).blind(NAME_PURPOSE, fold_name(name))


def may_take_payment(scope: Scope, key_id: int) -> bool:
    """Tell whether a kiosk's key may say that orders are paid, and read whole names."""
    return PayingKey.objects.scoped(scope).filter(key=key_id).exists()


def _with_lines(scope: Scope, orders: ScopedQuerySet[KioskOrder]) -> ScopedQuerySet[KioskOrder]:
    lines = KioskOrderLine.objects.scoped(scope).order_by("place")
    return orders.prefetch_related(Prefetch("lines", queryset=lines))
