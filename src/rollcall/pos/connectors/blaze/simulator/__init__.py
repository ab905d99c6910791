"""A company on BLAZE with its shops to try things on; shares no code with the client."""

from __future__ import annotations

import datetime as dt
import functools
import random
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from rollcall.pos.connectors.blaze.simulator import answers, hooks, reads, rows, sales, writes
from rollcall.pos.connectors.blaze.simulator.company import Company, caller, company, key_of
from rollcall.pos.connectors.blaze.simulator.habits import RULES
from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator.exchange import Answer, Handler, Request, Route
from rollcall.pos.simulator.hooks import HookCall, HookChange
from rollcall.pos.simulator.malformed import MalformedKeys
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.orders import Order
from rollcall.pos.simulator.records import Record
from rollcall.pos.simulator.spec import SimulatorSpec, Times
from rollcall.pos.simulator.world import World

_BASE: Final = "/api/v1/partner"
_FIRST_HALF: Final = "65f0c2a7d1e4b93c"
_ORDERS: Final = "66a1d3b8e2f5ca4d"
#: Method, path, handler, whether members are different afterwards.
_ENDPOINTS: Final[tuple[tuple[str, str, Handler[World], bool], ...]] = (
    ("GET", "/members", reads.members, False),
    ("POST", "/members", writes.create, True),
    ("GET", "/members/days", reads.members_of_days, False),
    ("GET", "/members/search", reads.by_licence, False),
    ("GET", "/members/search/phone", reads.by_phone, False),
    ("GET", "/members/search/dob", reads.by_birth, False),
    ("GET", "/members/email/{email}", reads.by_email, False),
    ("PUT", "/members/{member_id}/metadata", writes.metadata, True),
    ("GET", "/members/{member_id}", reads.member, False),
    ("PUT", "/members/{member_id}", writes.replace, True),
    ("GET", "/transactions", sales.transactions, False),
    ("GET", "/loyalty/points", writes.points, False),
    ("POST", "/loyalty/points", writes.add_points, True),
    ("GET", "/webHooks", hooks.list_all, False),
    ("POST", "/webHooks", hooks.register, False),
    ("POST", "/store/webHook", hooks.register_many, False),
    ("GET", "/webHooks/{hook_id}", hooks.one, False),
    ("PUT", "/webHooks/{hook_id}", hooks.change, False),
    ("DELETE", "/webHooks/{hook_id}", hooks.remove, False),
)


class BlazeSimulator(SimulatorSpec):
    """BLAZE's partner API as far as members go."""

    kind = "blaze"
    canonical_fields: ClassVar[tuple[str, ...]] = rows.CANONICAL
    #: No limit by the second: BLAZE counts five minutes [doc], and so does ``_metered``.
    requests_per_second = 1e9
    malformed_keys = MalformedKeys(id="id", date="localDob", name="firstName", note="searchText")
    habits = RULES

    def new_memory(self) -> Company:
        return Company()

    def default_settings(self, options: SimulatorOptions, url: str) -> dict[str, object]:
        return self.location_settings(options, url, 1)

    def location_settings(
        self, options: SimulatorOptions, url: str, number: int
    ) -> dict[str, object]:
        return {
            "base_url": url,
            "partner_key": options.client_id,
            "dispensary_key": key_of(options, number),
        }

    def routes(self) -> Sequence[Route[World]]:
        return tuple(
            Route(
                method=method,
                template=_BASE + path,
                handler=functools.partial(_metered, handler),
                writes=writes_members,
            )
            for method, path, handler, writes_members in _ENDPOINTS
        )

    def authenticate(self, world: World, request: Request) -> Answer | None:
        asking = caller(world.options, request)
        if asking is None:
            return answers.error(401, "Authorization", "Invalid PARTNER or Developer API Key")
        if not asking.may_read:
            return answers.error(403, "Authorization", "This key lacks the permission.")
        return None

    def refusal(self, status: int, reason: str) -> Answer:
        if status == 429:
            return answers.too_many()
        if status >= 500:
            return answers.text(status, reason)
        return answers.error(status, "path", reason)

    def pos_id(self, position: int) -> str:
        return f"{_FIRST_HALF}{position:08x}"

    def adopt(self, fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
        return rows.adopt(fields)

    def season(
        self,
        truth: dict[str, FieldValue],
        times: Times,
        rng: random.Random | None,
        zone: ZoneInfo,  # noqa: ARG002  # all times but days are UTC here
    ) -> dict[str, Any]:
        return rows.season(truth, times, rng)

    def wire(self, record: Record, zone: ZoneInfo) -> Mapping[str, object]:
        return rows.wire(record, zone)

    def merge(self, donor: Record, survivor: Record, now: dt.datetime) -> None:  # noqa: ARG002
        writes.merge_records(donor, survivor)

    def hook_calls(self, record: Record, change: HookChange, zone: ZoneInfo) -> Sequence[HookCall]:
        body = {**rows.wire(record, zone), **record.extras}
        return hooks.calls(body, record.position, change)

    def order_id(self, position: int) -> str:
        return f"{_ORDERS}{position:08x}"

    def order_wire(self, order: Order, zone: ZoneInfo) -> Mapping[str, object]:  # noqa: ARG002
        return sales.wire(order)


def _metered(
    handler: Handler[World], world: World, request: Request, values: Mapping[str, str]
) -> Answer:
    """Count a call; above the limit of five minutes it is refused [doc: the limit, code: 429]."""
    most = world.habits.count("calls_in_5_minutes")
    if not company(world).take(10**12 if world.options.no_limits else most):
        return answers.too_many()
    return handler(world, request, values)


SIMULATOR = BlazeSimulator()
