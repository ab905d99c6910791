"""Bringing what a store sells in line with a catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.kit.scope import ForbiddenError, Role, Scope, require
from rollcall.orders.models import ProductValue, StoreProduct
from rollcall.orders.rules.products import PriceSaid, ProductSaid
from rollcall.stores.models import Store
from rollcall.stores.operations import Action

#: Products that are looked up, and written, at once.
_AT_ONCE: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedProduct:
    """What saving did to one product.

    :param fields: names of what changed, sorted; empty for a created or unchanged one.
    """

    sku: str
    action: Action
    fields: tuple[str, ...] = ()


class SkuTwiceError(ValueError):
    """One catalogue names a sku twice, and so does not say what it is."""

    def __init__(self, sku: str) -> None:
        super().__init__("a sku stands there twice")
        self.sku = sku


@transaction.atomic
def save_products(
    scope: Scope, store: Store, products: Sequence[ProductSaid]
) -> list[SavedProduct]:
    """Create or update products by their skus, all or nothing; others stay as they are.

    A product's prices become those that are given: one whose id is not among them is offered no
    more. Idempotent. Writers of one store take turns.

    :raises ForbiddenError: below a manager, or not the scope's store.
    :raises SkuTwiceError: nothing was written.
    """
    require(scope, Role.MANAGER)
    if scope.store_ids is not None and store.pk not in scope.store_ids:
        raise ForbiddenError("this needs the store")
    seen: set[str] = set()
    for one in products:
        if one.sku in seen:
            raise SkuTwiceError(one.sku)
        seen.add(one.sku)
    # Orders that name the store do not wait for this lock.
    Store.objects.scoped(scope).select_for_update(no_key=True).get(pk=store.pk)
    saved: list[SavedProduct] = []
    for begin in range(0, len(products), _AT_ONCE):
        saved += _Batch(scope, store, products[begin : begin + _AT_ONCE]).save()
    return saved


@dataclass(kw_only=True)
class _Held:
    """A product with all its prices, and which of its fields will change."""

    row: StoreProduct
    values: dict[str, ProductValue] = field(default_factory=dict)
    is_new: bool = False
    changed: set[str] = field(default_factory=set)


class _Batch:
    """Some products, compared with what is held and written in few statements."""

    def __init__(self, scope: Scope, store: Store, products: Sequence[ProductSaid]) -> None:
        self._scope, self._store, self._products = scope, store, products
        self._new_values: list[ProductValue] = []
        self._changed_values: list[ProductValue] = []

    def save(self) -> list[SavedProduct]:
        held = self._held()
        made = [self._new(one) for one in self._products if one.sku not in held]
        for row in StoreProduct.objects.scoped(self._scope).bulk_create(made):
            held[row.sku] = _Held(row=row, is_new=True)
        for one in self._products:
            self._compare(held[one.sku], one)
        changed = [one.row for one in held.values() if one.changed and not one.is_new]
        rows = StoreProduct.objects.scoped(self._scope)
        rows.bulk_update(changed, ["name", "active"])
        values = ProductValue.objects.scoped(self._scope)
        values.bulk_create(self._new_values)
        values.bulk_update(self._changed_values, ["name", "value", "place", "active"])
        self._tell(held)
        return [_saved(held[one.sku]) for one in self._products]

    def _held(self) -> dict[str, _Held]:
        rows = StoreProduct.objects.scoped(self._scope).filter(
            store=self._store, sku__in=[one.sku for one in self._products]
        )
        held = {row.pk: _Held(row=row) for row in rows}
        values = ProductValue.objects.scoped(self._scope).filter(product__in=list(held))
        for value in values:
            held[value.product_id].values[value.external_id] = value
        return {one.row.sku: one for one in held.values()}

    def _new(self, said: ProductSaid) -> StoreProduct:
        return StoreProduct(
            retailer_id=self._scope.retailer_id,
            store=self._store,
            sku=said.sku,
            name=said.name,
            active=said.active is not False,
        )

    def _compare(self, held: _Held, said: ProductSaid) -> None:
        wanted = {"name": said.name}
        if held.row.name != wanted["name"]:
            held.row.name = said.name
            held.changed.add("name")
        if said.active is not None and held.row.active is not said.active:
            held.row.active = said.active
            held.changed.add("active")
        for place, price in enumerate(said.values):
            if self._put(held, price, place):
                held.changed.add("values")
        offered = {price.external_id for price in said.values}
        for value in held.values.values():
            if value.active and value.external_id not in offered:
                value.active = False
                self._changed_values.append(value)
                held.changed.add("values")

    def _put(self, held: _Held, said: PriceSaid, place: int) -> bool:
        wanted = {"name": said.name, "value": said.value, "place": place, "active": True}
        value = held.values.get(said.external_id)
        if value is None:
            self._new_values.append(
                ProductValue(
                    retailer_id=self._scope.retailer_id,
                    product=held.row,
                    external_id=said.external_id,
                    **wanted,
                )
            )
            return True
        if all(getattr(value, name) == one for name, one in wanted.items()):
            return False
        for name, one in wanted.items():
            setattr(value, name, one)
        self._changed_values.append(value)
        return True

    def _tell(self, held: dict[str, _Held]) -> None:
        made = [one.row.pk for one in held.values() if one.is_new]
        changed = [one for one in held.values() if one.changed and not one.is_new]
        for action, ids, fields in (
            ("product.created", made, frozenset[str]()),
            ("product.updated", [one.row.pk for one in changed],
             frozenset(name for one in changed for name in one.changed)),
        ):  # fmt: skip
            if ids:
                audit.record(
                    self._scope,
                    action,
                    subject_kind="product",
                    subject_ids=ids,
                    fields=fields,
                    context={"store": self._store.pk},
                )


def _saved(held: _Held) -> SavedProduct:
    if held.is_new:
        return SavedProduct(sku=held.row.sku, action=Action.CREATED)
    action = Action.UPDATED if held.changed else Action.UNCHANGED
    return SavedProduct(sku=held.row.sku, action=action, fields=tuple(sorted(held.changed)))
