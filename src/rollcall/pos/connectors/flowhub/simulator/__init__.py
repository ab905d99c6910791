"""A company at Flowhub with its stores to try things on; shares no code with the client."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from rollcall.pos.connectors.flowhub.simulator import answers, company, reads, rows, sales, writes
from rollcall.pos.connectors.flowhub.simulator.habits import RULES
from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator.exchange import Answer, Request, Route
from rollcall.pos.simulator.malformed import MalformedKeys
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.orders import Order
from rollcall.pos.simulator.records import Record
from rollcall.pos.simulator.spec import SimulatorSpec, Times
from rollcall.pos.simulator.world import World


class FlowhubSimulator(SimulatorSpec):
    """Flowhub's public API as far as customers go."""

    kind = "flowhub"
    canonical_fields: ClassVar[tuple[str, ...]] = rows.CANONICAL
    #: What was seen refused above [code].
    requests_per_second = 59.0
    malformed_keys = MalformedKeys(id="id", date="birthDate", name="name", note="streetAddress2")
    habits = RULES

    def default_settings(self, options: SimulatorOptions, url: str) -> dict[str, object]:
        return self.location_settings(options, url, 1)

    def location_settings(
        self, options: SimulatorOptions, url: str, number: int
    ) -> dict[str, object]:
        return {
            "base_url": url,
            "client_id": options.client_id,
            "api_key": options.api_key,
            "store_id": company.store_id(number),
            "group_ids": company.group_ids(),
        }

    def routes(self) -> Sequence[Route[World]]:
        reading = (
            ("/v0/clientsLocations", reads.stores),
            ("/v1/customers/findByPhoneNumber", reads.by_phone),
            ("/v1/customers/", reads.customers),
            ("/v1/customers", reads.customers),
            ("/v1/customers/{customer_id}", reads.customer),
            ("/v1/orders/findByLocationId/{store}", sales.of_location),
        )
        return (
            *(Route(method="GET", template=path, handler=handler) for path, handler in reading),
            Route(method="POST", template="/v1/customer", handler=writes.create, writes=True),
            Route(
                method="PUT",
                template="/v1/customer/{customer_id}",
                handler=writes.replace,
                writes=True,
            ),
        )

    def authenticate(self, world: World, request: Request) -> Answer | None:
        """Both headers have to be right [doc]."""
        if company.may_enter(world.options, request):
            return None
        return answers.error("json", 401, "Invalid key")

    def refusal(self, status: int, reason: str) -> Answer:
        """Also a 429 says nothing about when to come again [code]."""
        return answers.error("json", status, reason)

    def pos_id(self, position: int) -> str:
        return company.customer_id(position)

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

    def order_id(self, position: int) -> str:
        return company.order_id(position)

    def order_wire(self, order: Order, zone: ZoneInfo) -> Mapping[str, object]:  # noqa: ARG002
        return sales.wire(order)


SIMULATOR = FlowhubSimulator()
