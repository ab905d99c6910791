"""A Dutchie POS company with its locations to try things on; shares no code with the client."""

from __future__ import annotations

import datetime as dt
import functools
import random
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from rollcall.pos.connectors.leaflogix.simulator import (
    answers,
    reads,
    rows,
    sales,
    search,
    writes,
)
from rollcall.pos.connectors.leaflogix.simulator.habits import RULES
from rollcall.pos.connectors.leaflogix.simulator.tenant import Tenant, caller, key_of, tenant
from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator.exchange import Answer, Handler, Request, Route
from rollcall.pos.simulator.malformed import MalformedKeys
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.orders import Order
from rollcall.pos.simulator.records import Record
from rollcall.pos.simulator.spec import SimulatorSpec, Times
from rollcall.pos.simulator.world import World

_FIRST_ID: Final = 48_210_000
_USUAL_LIMIT: Final = 120
_WRITE: Final = "/customer/customer"
_WRITES: Final = frozenset({_WRITE, "/preorder/submit", "/preorder/cancel"})
#: Method, path, handler, requests a minute and key [doc], whether the scope Customer is needed.
_ENDPOINTS: Final[tuple[tuple[str, str, Handler[World], int, bool], ...]] = (
    ("GET", "/whoami", reads.who_am_i, 200, False),
    ("GET", "/customer/customer-types", reads.customer_types, _USUAL_LIMIT, False),
    ("GET", "/customer/customers", reads.customers, _USUAL_LIMIT, True),
    ("GET", "/customer/customers-paginated", reads.customers_paginated, _USUAL_LIMIT, True),
    ("POST", "/customer/search", search.search, 360, True),
    ("GET", "/customer/by-external-id", search.by_integrators_id, _USUAL_LIMIT, True),
    ("POST", "/customer/customerLookup", search.lookup, _USUAL_LIMIT, True),
    ("GET", "/reporting/transactions", sales.transactions, 600, True),
    ("GET", "/preorder/Status", sales.preorders, _USUAL_LIMIT, True),
    ("POST", _WRITE, writes.customer, 1500, True),
    ("POST", "/preorder/submit", sales.submit, _USUAL_LIMIT, True),
    ("POST", "/preorder/cancel", sales.cancel, 240, True),
)


class LeaflogixSimulator(SimulatorSpec):
    """Dutchie's public POS API as far as customers and their orders go."""

    kind = "leaflogix"
    canonical_fields: ClassVar[tuple[str, ...]] = rows.CANONICAL
    #: No limit of the whole server: Dutchie counts by key and endpoint.
    requests_per_second = 1e9
    malformed_keys = MalformedKeys(
        id="customerId", date="dateOfBirth", name="firstName", note="notes"
    )
    habits = RULES

    def new_memory(self) -> Tenant:
        return Tenant()

    def default_settings(self, options: SimulatorOptions, url: str) -> dict[str, object]:
        return self.location_settings(options, url, 1)

    def location_settings(
        self, options: SimulatorOptions, url: str, number: int
    ) -> dict[str, object]:
        return {"base_url": url, "api_key": key_of(options, number)}

    def routes(self) -> Sequence[Route[World]]:
        return (
            Route(
                method="GET", template="/okcomputer", handler=reads.okcomputer, needs_token=False
            ),
            *(
                Route(
                    method=method,
                    template=path,
                    handler=functools.partial(_limited, handler, path, per_minute, scoped=scoped),
                    writes=path in _WRITES,
                )
                for method, path, handler, per_minute, scoped in _ENDPOINTS
            ),
        )

    def authenticate(self, world: World, request: Request) -> Answer | None:
        """Known keys pass; others get 401 without a body [doc]."""
        return answers.empty(401) if caller(world, request) is None else None

    def refusal(self, status: int, reason: str) -> Answer:
        if status == 429:
            return answers.too_many(_USUAL_LIMIT)
        return answers.text(status, reason) if status < 500 else answers.empty(status)

    def pos_id(self, position: int) -> str:
        return str(_FIRST_ID + position)

    def adopt(self, fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
        return rows.adopt(fields)

    def season(
        self,
        truth: dict[str, FieldValue],
        times: Times,
        rng: random.Random | None,
        zone: ZoneInfo,  # noqa: ARG002  # all times are UTC here
    ) -> dict[str, Any]:
        return rows.season(truth, times, rng)

    def wire(self, record: Record, zone: ZoneInfo) -> Mapping[str, object]:  # noqa: ARG002
        return rows.wire(record)

    def merge(self, donor: Record, survivor: Record, now: dt.datetime) -> None:  # noqa: ARG002
        writes.merge_records(donor, survivor)

    def order_wire(self, order: Order, zone: ZoneInfo) -> Mapping[str, object]:
        return sales.wire(order, zone)


def _limited(
    handler: Handler[World],
    path: str,
    per_minute: int,
    world: World,
    request: Request,
    values: Mapping[str, str],
    *,
    scoped: bool,
) -> Answer:
    """Let a request through if its key has the scope [doc] and is not over its limit [doc]."""
    asking = caller(world, request)
    if asking is None:
        return answers.empty(401)
    if not world.options.no_limits:
        wait_s = tenant(world).take(asking.key, f"{request.method} {path}", per_minute)
        if wait_s is not None:
            told = world.habits.is_on("tells_retry_after")
            return answers.too_many(per_minute, wait_s if told else None)
    if scoped and not asking.has_scope:
        return answers.empty(403)
    return handler(world, request, values)


SIMULATOR = LeaflogixSimulator()
