"""A Cova company to try things on; shares no code with the client."""

from __future__ import annotations

import datetime as dt
import functools
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from rollcall.pos.connectors.cova.simulator import (
    answers,
    reads,
    rows,
    telling,
    tenant,
    writes,
)
from rollcall.pos.connectors.cova.simulator.habits import RULES
from rollcall.pos.connectors.cova.simulator.tenant import Tenant
from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator.exchange import Answer, Handler, Request, Route
from rollcall.pos.simulator.malformed import MalformedKeys
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.records import Record
from rollcall.pos.simulator.spec import SimulatorSpec, Times
from rollcall.pos.simulator.world import World

_GATEWAY: Final = "/crm/v1"
_DIRECT: Final = "/v1"
_COMPANY: Final = "/Companies({company})"
_ONE: Final = f"{_COMPANY}/Customers({{id}})"
#: Method, path, handler, whether the gateway documents it, whether it changes customers. [doc]
_ENDPOINTS: Final[tuple[tuple[str, str, Handler[World], bool, bool], ...]] = (
    ("GET", f"{_COMPANY}/CustomerFull", reads.full_list, True, False),
    ("POST", f"{_COMPANY}/CustomerFull", writes.create_full, True, True),
    ("POST", f"{_COMPANY}/Search", reads.search, True, False),
    ("GET", f"{_COMPANY}/CustomerFull({{id}})", reads.one_full, False, False),
    ("GET", f"{_COMPANY}/Customers", reads.slim_list, False, False),
    ("POST", f"{_COMPANY}/Customers", writes.create_slim, False, True),
    ("GET", _ONE, reads.one_slim, False, False),
    ("PUT", _ONE, writes.replace_slim, False, True),
    ("DELETE", _ONE, writes.disable, False, True),
    ("GET", f"{_COMPANY}/CustomerSearch", reads.by_criteria, False, False),
    ("GET", f"{_COMPANY}/CustomerTypes", reads.customer_types, False, False),
    ("GET", f"{_COMPANY}/CustomerExtensionTypes", reads.extension_types, False, False),
    ("GET", f"{_ONE}/{{kind}}({{part}})", reads.part, False, False),
    ("PUT", f"{_ONE}/{{kind}}({{part}})", writes.replace_part, False, True),
    ("DELETE", f"{_ONE}/{{kind}}({{part}})", writes.remove_part, False, True),
    ("GET", f"{_ONE}/{{kind}}", reads.parts, False, False),
    ("POST", f"{_ONE}/{{kind}}", writes.add_part, False, True),
)


class CovaSimulator(SimulatorSpec):
    """Cova's gateway, iQmetrix's own service and its token host, all on one port."""

    kind = "cova"
    canonical_fields: ClassVar[tuple[str, ...]] = telling.CANONICAL
    #: No limit of the whole server: the gateway counts by the minute.
    requests_per_second = 1e9
    malformed_keys = MalformedKeys(id="Id", date="DateOfBirth", name="PrimaryName", note="Notes")
    habits = RULES

    def new_memory(self) -> Tenant:
        return Tenant()

    def default_settings(self, options: SimulatorOptions, url: str) -> dict[str, object]:
        return {
            "token_url": f"{url}/v1/oauth2/token",
            "base_url": f"{url}{_GATEWAY}",
            "company_id": tenant.company_of(options),
            **tenant.credentials_of(options),
            "licence_extension": telling.LICENCE,
            "medical_id_extension": telling.MEDICAL,
        }

    def routes(self) -> Sequence[Route[World]]:
        token = Route(
            method="POST", template="/v1/oauth2/token", handler=tenant.token, needs_token=False
        )
        # Paths are compared whatever their case. [code]
        spelled = (str, str.lower)
        return (
            token,
            *(
                Route(
                    method=method,
                    template=base + _spelled(path, spelling),
                    handler=functools.partial(_guarded, handler, documented=documented),
                    writes=changes,
                )
                for base in (_GATEWAY, _DIRECT)
                for spelling in spelled
                for method, path, handler, documented, changes in _ENDPOINTS
            ),
        )

    def authenticate(self, world: World, request: Request) -> Answer | None:
        return tenant.authenticate(world, request)

    def refusal(self, status: int, reason: str) -> Answer:
        if status == 429:
            return answers.too_many(27)
        if status < 500:
            return answers.no_operation(status)
        return Answer(status=status, body=reason.encode(), content_type="text/plain")

    def pos_id(self, position: int) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://cova.example/{position}"))

    def adopt(self, fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
        return rows.adopt(fields)

    def season(
        self,
        truth: dict[str, FieldValue],
        times: Times,  # noqa: ARG002  # Cova tells no other times
        rng: random.Random | None,
        zone: ZoneInfo,  # noqa: ARG002  # all times are UTC here
    ) -> dict[str, Any]:
        rows.season(truth, rng)
        return {}

    def wire(self, record: Record, zone: ZoneInfo) -> Mapping[str, object]:  # noqa: ARG002
        return rows.wire(record)

    def merge(self, donor: Record, survivor: Record, now: dt.datetime) -> None:
        writes.merge_records(donor, survivor, now)


def _guarded(
    handler: Handler[World],
    world: World,
    request: Request,
    values: Mapping[str, str],
    *,
    documented: bool,
) -> Answer:
    """Let a request through to the service, if the host has it and the limit allows it."""
    through_gateway = request.path.startswith(f"{_GATEWAY}/")
    if through_gateway and not documented and world.habits.word("gateway") == "documented":
        return answers.no_operation()
    if not through_gateway and handler is reads.search:
        return answers.no_route(request.path)
    if values["company"] != tenant.company_of(world.options):
        return replace(answers.denied("service"), status=403)
    values = {**values, "kind": _kind(values.get("kind", ""))}
    if world.options.no_limits or not through_gateway:
        return handler(world, request, values)
    refusal, headers = tenant.limited(world)
    if refusal is not None:
        return refusal
    answer = handler(world, request, values)
    return replace(answer, headers={**answer.headers, **headers})


def _kind(word: str) -> str:
    known = (*rows.PARTS, "RelatedCustomers", "MemberOf")
    return next((kind for kind in known if kind.lower() == word.lower()), word)


def _spelled(path: str, spelling: Any) -> str:  # noqa: ANN401 - str or str.lower
    return str(spelling(path))


SIMULATOR = CovaSimulator()
