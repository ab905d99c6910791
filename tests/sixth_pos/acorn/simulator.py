"""A fake Acorn: the whole of what a sixth POS takes on the other side."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import orjson

from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator.exchange import Answer, Request, Route, json_answer
from rollcall.pos.simulator.malformed import MalformedKeys
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.records import Listing, Record
from rollcall.pos.simulator.spec import SimulatorSpec, Times
from rollcall.pos.simulator.world import World

_FIELDS = ("given_name", "family_name", "born_on", "phone", "email")
_PAGE = 50


class AcornSimulator(SimulatorSpec):
    """Lists by row number; keeps the caller's key of whom it creates."""

    kind: ClassVar[str] = "acorn"
    canonical_fields: ClassVar[tuple[str, ...]] = _FIELDS
    requests_per_second: ClassVar[float] = 10.0
    malformed_keys: ClassVar[MalformedKeys] = MalformedKeys(
        id="id", date="born_on", name="given_name", note="email"
    )

    def default_settings(self, options: SimulatorOptions, url: str) -> dict[str, object]:
        return {"base_url": url, "key": options.api_key}

    def routes(self) -> Sequence[Route[World]]:
        return [
            Route(method="GET", template="/shop", handler=_shop),
            Route(method="GET", template="/people", handler=_people),
            Route(method="POST", template="/people", handler=_create, writes=True),
        ]

    def authenticate(self, world: World, request: Request) -> Answer | None:
        if request.headers.get("x-key") == world.options.api_key:
            return None
        return self.refusal(401, "NO KEY")

    def refusal(self, status: int, reason: str) -> Answer:
        return json_answer(status, {"error": reason})

    def pos_id(self, position: int) -> str:
        return f"A{position:05}"

    def adopt(self, fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
        return {name: value for name, value in fields.items() if name in _FIELDS}

    def season(
        self, truth: dict[str, FieldValue], times: Times, rng: random.Random | None, zone: ZoneInfo
    ) -> dict[str, Any]:
        return {}

    def wire(self, record: Record, zone: ZoneInfo) -> Mapping[str, object]:
        own = {"id": record.pos_id, "number": record.position, "changed": record.updated}
        return own | {name: record.truth.get(name) for name in _FIELDS}

    def merge(self, donor: Record, survivor: Record, now: dt.datetime) -> None:
        donor.status, donor.merged_into = "inactive", survivor.pos_id


def _shop(world: World, _request: Request, _values: Mapping[str, str]) -> Answer:
    return json_answer(200, {"shop": world.options.account})


def _people(world: World, request: Request, _values: Mapping[str, str]) -> Answer:
    asked = request.parameters()
    everybody = Listing(column="updated", lower=0, upper=2**40, order_by="signed_up")
    rows = [orjson.loads(row) for row in world.list_rows(everybody, offset=0, limit=10**6)]
    for name in asked.keys() & {"id", "key", "email"}:
        rows = [row for row in rows if row.get(name) == asked[name]]
    after, since = int(asked.get("after", 0)), int(asked.get("since", 0))
    rows = [row for row in rows if row["number"] > after and row["changed"] >= since]
    return json_answer(200, {"people": sorted(rows, key=lambda row: row["number"])[:_PAGE]})


def _create(world: World, request: Request, _values: Mapping[str, str]) -> Answer:
    body = request.json_object()
    if body is None or not body.get("family_name"):
        return world.spec.refusal(400, "NO NAME")
    made = world.create(body)
    world.change(made.pos_id, {}, {"key": body.get("key")})
    ((_, _, row),) = world.state.bodies("pos_id", made.pos_id)
    return Answer(status=201, body=row)


SIMULATOR = AcornSimulator()
