"""A Treez dispensary to try things on; shares no code with the client."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from rollcall.pos.connectors.treez.simulator import (
    answers,
    reads,
    rows,
    selling,
    tickets,
    writes,
)
from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator.exchange import Answer, Request, Route
from rollcall.pos.simulator.habits import HabitRules, a_flag
from rollcall.pos.simulator.hooks import HookCall, HookChange
from rollcall.pos.simulator.malformed import MalformedKeys
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.orders import Order
from rollcall.pos.simulator.records import Record
from rollcall.pos.simulator.spec import SimulatorSpec, Times
from rollcall.pos.simulator.world import World

_BASE: Final = "/v2.0/dispensary"
_FIRST_ID: Final = 1000


class TreezSimulator(SimulatorSpec):
    """Treez v2.0: token, limits, envelopes and error words."""

    kind = "treez"
    canonical_fields: ClassVar[tuple[str, ...]] = rows.CANONICAL
    requests_per_second = 10.0
    malformed_keys = MalformedKeys(
        id="customer_id", date="birthday", name="first_name", note="notes"
    )

    #: ``patch_needs_all``: whether an update has to name what the documentation calls required
    #: [doc], or only what changes [code]. ``ticket_update_replaces``: whether the update of a
    #: ticket wipes what it does not name; nothing is documented of it [guess].
    habits: ClassVar[HabitRules] = {
        "patch_needs_all": (a_flag, False),
        "ticket_update_replaces": (a_flag, False),
    }

    def default_settings(self, options: SimulatorOptions, url: str) -> dict[str, object]:
        return {
            "base_url": f"{url}{_BASE}",
            "dispensary": options.account,
            "api_key": options.api_key,
            "client_id": options.client_id,
        }

    def routes(self) -> Sequence[Route[World]]:
        base = _BASE + "/{dispensary}"
        paging = "/page/{page}/pagesize/{size}"
        gets = {
            "/ticket/lastUpdated/after/{after}" + paging: tickets.by_last_update,
            "/ticket/customer/{customer_id}" + paging: tickets.by_customer,
            "/ticket/{ticket_id}": tickets.ticket,
            "/customer/email/{email}": reads.by_email,
            "/customer/phone/{phone}": reads.by_phone,
            "/customer/firstname/{first}/lastname/{last}": reads.by_name,
            "/customer/driverlicense/{licence}": reads.by_licence,
            "/customer/signup/from/{first}/to/{last}" + paging: reads.by_signup,
            "/customer/lastUpdated/after/{after}" + paging: reads.by_last_update,
            "/customer/{customer_id}": reads.customer,
        }
        return (
            Route(
                method="POST",
                template=f"{base}/config/api/gettokens",
                handler=reads.gettokens,
                needs_token=False,
            ),
            *(
                Route(method=method, template=base + path, handler=handler, writes=True)
                for method, path, handler in (
                    ("POST", "/customer/detailcustomer", writes.create),
                    ("POST", "/customer/merge", writes.merge),
                    ("PATCH", "/customer/update/{customer_id}", writes.patch),
                    ("POST", "/customer/update/{customer_id}", writes.replace),
                    ("POST", "/ticket/detailticket", selling.create),
                    ("PUT", "/ticket/update/{ticket_id}", selling.update),
                )
            ),
            *(Route(method="GET", template=base + path, handler=get) for path, get in gets.items()),
        )

    def authenticate(self, world: World, request: Request) -> Answer | None:
        return reads.authenticate(world, request)

    def refusal(self, status: int, reason: str) -> Answer:
        return answers.failure(status, reason)

    def pos_id(self, position: int) -> str:
        return str(_FIRST_ID + position - 1)

    def adopt(self, fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
        return rows.adopt(fields)

    def season(
        self, truth: dict[str, FieldValue], times: Times, rng: random.Random | None, zone: ZoneInfo
    ) -> dict[str, Any]:
        return rows.season(truth, times, rng, zone)

    def wire(self, record: Record, zone: ZoneInfo) -> Mapping[str, object]:
        return rows.wire(record, zone)

    def merge(self, donor: Record, survivor: Record, now: dt.datetime) -> None:
        writes.merge_records(donor, survivor, now)

    def hook_calls(
        self,
        record: Record,
        change: HookChange,  # noqa: ARG002  # told by the row alone [doc]
        zone: ZoneInfo,
    ) -> Sequence[HookCall]:
        row = {**rows.wire(record, zone), **record.extras}
        return (HookCall(topic="CUSTOMER", body={"event_type": "CUSTOMER", "data": row}),)

    def order_id(self, position: int) -> str:
        return tickets.ticket_id(position)

    def order_wire(self, order: Order, zone: ZoneInfo) -> Mapping[str, object]:
        return tickets.wire(order, zone)

    def order_calls(self, order: Order, zone: ZoneInfo) -> Sequence[HookCall]:
        return tickets.calls(order, zone)


SIMULATOR = TreezSimulator()
