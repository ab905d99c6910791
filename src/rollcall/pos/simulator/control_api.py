"""The control interface under ``/__control__/``: the truth, staff-side changes, faults, the clock.

It is no part of any POS's API: not counted, not limited, without credentials, for loopback only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

import orjson

from rollcall.pos.fields import FIELDS, FieldType, FieldValue
from rollcall.pos.simulator.exchange import Answer, Request, json_answer
from rollcall.pos.simulator.faults import FaultError
from rollcall.pos.simulator.habits import HabitError
from rollcall.pos.simulator.hooks import HookError, subscribers_of
from rollcall.pos.simulator.ordering import change_order, order_book, place_order
from rollcall.pos.simulator.orders import STATUSES
from rollcall.pos.simulator.world import World

_MAX_TEXT: Final = 100_000
_MAX_SKEW_S: Final = 400 * 86_400


class ControlError(Exception):
    """A control request that cannot be done."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def error(status: int, message: str) -> Answer:
    """Return a refusal of the control interface."""
    return json_answer(status, {"error": message})


def streamed_customers(world: World, request: Request, prefix: str) -> Iterator[bytes] | None:
    """Return the truth as JSON lines, if that is what the request asks for."""
    if request.method != "GET" or request.path != f"{prefix}customers":
        return None
    return (orjson.dumps(world.truth(record)) + b"\n" for record in world.state.records())


def handle(world: World, request: Request, prefix: str) -> Answer:
    """Answer any other control request."""
    name, _, rest = request.path.removeprefix(prefix).partition("/")
    table: dict[str, dict[str, Callable[[World, Request, str], Answer]]] = {
        "health": {"GET": _health},
        "requests": {"GET": _requests},
        "faults": {"GET": _faults, "PUT": _set_faults},
        "habits": {"GET": _habits, "PUT": _set_habits},
        "webhooks": {"GET": _webhooks, "PUT": _set_webhooks},
        "deliveries": {"GET": _deliveries},
        "clock": {"PUT": _set_clock},
        "merge": {"POST": _merge},
        "orders": {"PATCH": _patch_order} if rest else {"GET": _orders, "POST": _place_order},
        "customers": {"PATCH": _patch, "DELETE": _delete} if rest else {"POST": _create},
    }  # fmt: skip
    if name not in table or (rest and name not in ("customers", "orders")):
        return error(404, "no such control; see customers, merge, faults, habits, webhooks, …")
    method = table[name].get(request.method)
    if method is None:
        return error(405, f"{name} takes {', '.join(table[name])}")
    try:
        return method(world, request, unquote(rest))
    except ControlError as refusal:
        return error(refusal.status, str(refusal))
    except (FaultError, HabitError, HookError) as refusal:
        return error(400, str(refusal))


def _health(world: World, _request: Request, _pos_id: str) -> Answer:
    return json_answer(200, {"kind": world.spec.kind, "customers": world.state.count()})


def _requests(world: World, _request: Request, _pos_id: str) -> Answer:
    return json_answer(200, world.counts())


def _faults(world: World, _request: Request, _pos_id: str) -> Answer:
    return json_answer(200, world.faults.all())


def _set_faults(world: World, request: Request, _pos_id: str) -> Answer:
    world.faults.set(_object(request))
    return json_answer(200, world.faults.all())


def _habits(world: World, _request: Request, _pos_id: str) -> Answer:
    return json_answer(200, world.habits.all())


def _set_habits(world: World, request: Request, _pos_id: str) -> Answer:
    world.habits.set(_object(request))
    return json_answer(200, world.habits.all())


def _webhooks(world: World, _request: Request, _pos_id: str) -> Answer:
    return json_answer(200, [subscriber.as_json() for subscriber in world.hooks.subscribers()])


def _set_webhooks(world: World, request: Request, _pos_id: str) -> Answer:
    try:
        content = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise ControlError(400, "the body is not JSON") from None
    world.hooks.subscribe(subscribers_of(content))
    return _webhooks(world, request, "")


def _deliveries(world: World, _request: Request, _pos_id: str) -> Answer:
    return json_answer(200, world.hooks.counts())


def _set_clock(world: World, request: Request, _pos_id: str) -> Answer:
    skew = _object(request).get("skew_s")
    if isinstance(skew, bool) or not isinstance(skew, int | float) or abs(skew) > _MAX_SKEW_S:
        raise ControlError(400, "skew_s has to be a number of seconds, at most 400 days")
    world.skew_s = float(skew)
    return json_answer(200, {"skew_s": skew, "now": world.now().isoformat()})


def _merge(world: World, request: Request, _pos_id: str) -> Answer:
    body = _object(request)
    donor, survivor = body.get("from"), body.get("into")
    if not isinstance(donor, str) or not isinstance(survivor, str):
        raise ControlError(400, 'send {"from": id, "into": id}, both as strings')
    if donor == survivor:
        raise ControlError(400, "a customer cannot be merged into itself")
    if world.merge(donor, survivor) is None:
        raise ControlError(404, "one of the two customers does not exist")
    return json_answer(200, {"from": donor, "into": survivor})


def _create(world: World, request: Request, _pos_id: str) -> Answer:
    body = _object(request)
    person_id = body.pop("person_id", "")
    if not isinstance(person_id, str):
        raise ControlError(400, "person_id has to be a string")
    record = world.create(_canonical(body), person_id=person_id)
    return json_answer(201, world.truth(record))


def _patch(world: World, request: Request, pos_id: str) -> Answer:
    body = _object(request)
    raw = body.pop("raw", {})
    if not isinstance(raw, dict):
        raise ControlError(400, "raw has to be an object of wire keys")
    record = world.change(pos_id, _canonical(body), raw)
    if record is None:
        raise ControlError(404, "no such customer")
    return json_answer(200, world.truth(record))


def _delete(world: World, _request: Request, pos_id: str) -> Answer:
    if not world.state.remove(pos_id):
        raise ControlError(404, "no such customer")
    return json_answer(200, {"deleted": pos_id})


def _orders(world: World, _request: Request, _order_id: str) -> Answer:
    return json_answer(200, [order.truth() for order in order_book(world).everything()])


def _place_order(world: World, request: Request, _order_id: str) -> Answer:
    wanted = _order_of(_object(request))
    order = place_order(
        world,
        customer_id=wanted.get("customer_id"),
        status=wanted.get("status", "awaiting_processing"),
        lines=wanted.get("lines", ()),
    )
    return json_answer(201, order.truth())


def _patch_order(world: World, request: Request, order_id: str) -> Answer:
    body = _object(request)
    raw = body.pop("raw", {})
    if not isinstance(raw, dict):
        raise ControlError(400, "raw has to be an object of wire keys")
    order = change_order(world, order_id, _order_of(body), raw)
    if order is None:
        raise ControlError(404, "no such order")
    return json_answer(200, order.truth())


def _order_of(body: Mapping[str, Any]) -> dict[str, Any]:
    rules: dict[str, Callable[[Any], bool]] = {
        "customer_id": lambda value: value is None or isinstance(value, str),
        "status": lambda value: value in STATUSES,
        "lines": _are_lines,
    }
    for name, value in body.items():
        if name not in rules or not rules[name](value):
            raise ControlError(400, f"{name[:60]!r} is nothing that an order has")
    return dict(body)


def _are_lines(value: object) -> bool:
    names = {"product_id", "sku", "name", "quantity", "price"}
    return isinstance(value, list) and all(
        isinstance(line, dict)
        and line.keys() == names
        and all(isinstance(text, str) for text in line.values())
        for line in value
    )


def _object(request: Request) -> dict[str, Any]:
    body = request.json_object()
    if body is None:
        raise ControlError(400, "the body is not a JSON object")
    return body


def _canonical(body: Mapping[str, Any]) -> dict[str, FieldValue]:
    for name, value in body.items():
        if name not in FIELDS:
            raise ControlError(400, f"unknown field {name[:60]!r}")
        if not _fits(FIELDS[name].type, value):
            raise ControlError(400, f"{name}: not a {FIELDS[name].type}")
    return dict(body)


def _fits(kind: FieldType, value: object) -> bool:
    if value is None:
        return True
    if kind is FieldType.FLAG:
        return isinstance(value, bool)
    if kind is FieldType.NUMBER:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53
    if kind is FieldType.WORDS:
        return isinstance(value, list) and all(isinstance(word, str) for word in value)
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        return False
    return kind is FieldType.TEXT or value == "" or _is_time(kind, value)


def _is_time(kind: FieldType, text: str) -> bool:
    parse = dt.date.fromisoformat if kind is FieldType.DATE else dt.datetime.fromisoformat
    try:
        parse(text)
    except ValueError:
        return False
    return kind is FieldType.DATE or text.endswith("Z")
