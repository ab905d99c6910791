"""What happens to a simulated POS's orders: lists with their faults, the till, the staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rollcall.pos.simulator.orders import Order, OrderBook, rendered

if TYPE_CHECKING:
    from rollcall.pos.simulator.world import World


def order_book(world: World) -> OrderBook:
    """The orders, made now if they were not before."""
    world.orders.open(world.now(), world.spec.order_id)
    return world.orders


def list_orders(
    world: World, *, since: int, offset: int, limit: int, descending: bool, until: int = 2**40
) -> list[bytes]:
    """One page of orders changed at or after a moment, with the faults that concern lists."""
    if world.faults.is_on("empty_lists"):
        return []
    told = world.faults.word("list_order")
    descending = told == "desc" if told in ("asc", "desc") else descending
    book = order_book(world)
    found = book.page(since=since, until=until, descending=descending, offset=offset, limit=limit)
    bodies = [order_body(world, order) for order in found]
    _move_some(world, book)
    return bodies


def order_body(world: World, order: Order) -> bytes:
    """The order as this POS sends it."""
    return rendered(order, world.spec.order_wire(order, world.zone))


def place_order(
    world: World,
    *,
    customer_id: str | None,
    status: str,
    lines: Sequence[Mapping[str, str]],
    extras: Mapping[str, object] | None = None,
) -> Order:
    """Take an order at the till, or from a program.

    :param extras: wire keys that are sent as given.
    """
    book, now = order_book(world), int(world.now().timestamp())
    with world.state.writing():
        position = book.next_position()
        order = Order(
            position=position,
            order_id=world.spec.order_id(position),
            customer_id=customer_id,
            placed=now,
            updated=now,
            status=status,
            lines=[dict(one) for one in lines],
            extras=dict(extras or {}),
        )
        book.save(order)
    announce_order(world, order)
    return order


def change_order(
    world: World, order_id: str, changes: Mapping[str, Any], raw: Mapping[str, object]
) -> Order | None:
    """Staff change an order; None if there is none.

    :param changes: ``status``, ``customer_id`` or ``lines``.
    :param raw: wire keys that are sent as given from now on.
    """
    book = order_book(world)
    with world.state.writing():
        order = book.find(order_id)
        if order is None:
            return None
        for name, value in changes.items():
            setattr(order, name, value)
        order.extras = {**order.extras, **raw}
        order.updated = max(int(world.now().timestamp()), order.updated)
        book.save(order)
    announce_order(world, order)
    return order


def announce_order(world: World, order: Order) -> None:
    """Tell subscribers of an order, if this POS does."""
    if world.hooks.subscribers():
        world.hooks.publish(world.spec.order_calls(order, world.zone))


def _move_some(world: World, book: OrderBook) -> None:
    how_many = world.faults.count("move_rows")
    if not how_many:
        return
    with world.state.writing():
        everything = book.everything()
        for at in world.faults.choose(len(everything), how_many):
            order = everything[at]
            order.updated = max(int(world.now().timestamp()), order.updated + 1)
            book.save(order)
