"""The address at which the simulator's habits are read and changed; no part of Dutchie's API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rollcall.pos.connectors.leaflogix.simulator.habits import HabitError
from rollcall.pos.connectors.leaflogix.simulator.tenant import tenant
from rollcall.pos.simulator.exchange import Answer, Request, json_answer
from rollcall.pos.simulator.world import World

PATH: Final = "/__habits__"

Values = Mapping[str, str]


def told(world: World, _request: Request, _values: Values) -> Answer:
    """``GET``: every habit with its present value."""
    return json_answer(200, tenant(world).habits.all())


def changed(world: World, request: Request, _values: Values) -> Answer:
    """``PUT``: replace the named habits; null brings back the usual one."""
    body = request.json_object()
    if body is None:
        return json_answer(400, {"error": "the body is not a JSON object"})
    try:
        tenant(world).habits.set(body)
    except HabitError as error:
        return json_answer(400, {"error": str(error)})
    return told(world, request, {})
