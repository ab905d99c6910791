"""What kiosks of the system before send, and what their code reads in the answer.

Requests as their source has them for each kind of POS; the key is a legacy one in the address.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.test import Client

from rollcall.customers.tests.kiosk_world import KioskWorld, ask
from rollcall.customers.tests.kiosk_world import fresh_api as fresh_api
from rollcall.customers.tests.kiosk_world import world as world
from rollcall.kit.clock import utc_now
from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.stores.operations import save_kiosk, set_profile
from rollcall.stores.rules.api_keys import parse_api_key

ANA = {
    "given_name": "Ana",
    "family_name": "Ramirez",
    "born_on": "1990-03-14",
    "email": "ana@example.com",
    "phone": "(415) 555-0132",
    "licence": "D1234567",
    "notes": "Likes to talk",
}
LUIS = {**ANA, "given_name": "Luis", "born_on": "1988-01-02", "email": "luis@example.com"}
#: What their code compares and uses, and nothing that it should not have.
ANA_READS = {
    "id": "1042",
    "customer_id": "1042",
    "first_name": "Ana",
    "last_name": "Ramirez",
    "birthday": "1990-03-14",
    "email": "ana@example.com",
    "phone": "4155550132",
}
LUIS_READS = {
    **ANA_READS,
    "id": "1043",
    "customer_id": "1043",
    "first_name": "Luis",
    "birthday": "1988-01-02",
    "email": "luis@example.com",
}
NOBODY: dict[str, Any] = {"customers": []}


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A request, and the part of the answer that is read."""

    does: str
    status: int
    reads: dict[str, Any]
    method: str = "GET"
    path: str = "42/customers"
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None


def lookup(does: str, *rows: dict[str, Any], **query: str) -> Recorded:
    return Recorded(does=does, status=200, reads={"customers": list(rows)}, query=query)


LOOKUPS = [
    lookup("treez by names", ANA_READS, first_name="Ana", last_name="Ramirez"),
    lookup("treez by e-mail", ANA_READS, email="ana@example.com"),
    lookup("treez by a phone that two share", ANA_READS, LUIS_READS, phone="4155550132"),
    lookup("treez, not found", first_name="Nobody", last_name="Quibble"),
    lookup("blaze by phone alone", ANA_READS, LUIS_READS, email="", phone="4155550132"),
    lookup("blaze by e-mail alone", LUIS_READS, email="luis@example.com", phone=""),
    lookup(
        "leaflogix, all five filters", ANA_READS,
        first_name="Ana", last_name="Ramirez", email="", phone="", birthday="1990-03-14",
    ),
    lookup(
        "leaflogix, another birth date",
        first_name="Ana", last_name="Ramirez", email="", phone="", birthday="1991-03-14",
    ),
    lookup(
        "leaflogix, a birth date that is no day",
        first_name="Ana", last_name="Ramirez", email="", phone="", birthday="1990-13-14",
    ),
    lookup(
        "cova by names, of which it reads the id", ANA_READS,
        first_name="Ana", last_name="Ramirez", birthday="", phone="",
    ),
    lookup("flowhub by a phone as people write it", ANA_READS, LUIS_READS, phone="(415) 555-0132"),
    lookup("flowhub, not found", phone="(415) 555-0199"),
    lookup("continuous cart by phone", ANA_READS, LUIS_READS, phone="4155550132"),
    lookup("nothing typed yet", first_name="", last_name=""),
]  # fmt: skip
WRITES = [
    Recorded(
        does="leaflogix registers somebody",
        method="POST",
        body={"first_name": "Nora", "last_name": "Okafor", "birthday": "1988-07-19",
              "phone": "4155550177", "email": "nora@example.com"},
        status=201,
        reads={"customer": {"first_name": "Nora", "phone": "4155550177"}},
    ),
    Recorded(
        does="continuous cart registers a phone",
        method="POST",
        body={"phone": "4155550188"},
        status=201,
        reads={"customer": {"phone": "4155550188"}},
    ),
    Recorded(
        does="treez, a birthday in another shape",
        method="POST",
        body={"first_name": "Nora", "last_name": "Okafor", "birthday": "07/19/1988"},
        status=422,
        reads={"errors": {"birthday": ["expected format is yyyy-MM-dd"]}},
    ),
    Recorded(
        does="treez, somebody whom it has",
        method="POST",
        body={"first_name": "Ana", "last_name": "Ramirez", "drivers_license": "D1234567"},
        status=409,
        reads={"status": 409, "message": "customer already exists"},
    ),
    Recorded(
        does="nobody in the request",
        method="POST",
        body={},
        status=400,
        reads={"status": 400, "message": "param is missing or the value is empty: customer"},
    ),
    Recorded(
        does="what this catalog cannot do",
        method="DELETE",
        status=405,
        reads={"status": 405, "message": "catalog doesn't support this operation"},
    ),
    Recorded(
        does="another catalog",
        path="nowhere/customers",
        query={"phone": "4155550132"},
        status=404,
        reads={"error": {"message": "Resource not found"}},
    ),
    Recorded(
        does="no catalog, writing",
        method="POST",
        path="nowhere/customers",
        body={"phone": "4155550188"},
        status=404,
        reads={"error": {"message": "Resource not found"}},
    ),
    Recorded(
        does="a key that was never set",
        query={"token": "", "phone": "4155550132"},
        status=401,
        reads={"error": {"message": "Authorization token not present"}},
    ),
]  # fmt: skip


@pytest.fixture
def kiosk(world: KioskWorld) -> KioskWorld:
    set_profile(
        world.scope,
        parse_api_key(world.key).public_part,
        profile=KeyProfile.LEGACY,
        reason="a kiosk of the system before",
        days=90,
        now=utc_now(),
    )
    world.add("1042", **ANA)
    world.add("1043", **{**LUIS, "licence": "D7654321"})
    return world


def replay(kiosk: KioskWorld, client: Client, one: Recorded) -> tuple[int, Any]:
    query = urlencode({"token": kiosk.key, **one.query})
    path = f"/api/v1/{one.path}?{query}"
    if one.method == "GET":
        reply = ask(path)
        return reply.status, reply.json
    answer = client.generic(
        one.method,
        path,
        orjson.dumps({"customer": one.body}) if one.body is not None else b"",
        content_type="application/json",
    )
    return answer.status_code, answer.json()


def differences(reads: Any, told: Any) -> Any:
    """What of the part that is read is told otherwise."""
    if isinstance(reads, dict) and isinstance(told, dict):
        found = {key: differences(value, told.get(key)) for key, value in reads.items()}
        return {key: value for key, value in found.items() if value}
    return None if reads == told else (reads, told)


def by_id(told: Any) -> Any:
    return {**told, "customers": sorted(told["customers"], key=lambda row: str(row["id"]))}


class TestTheKioskOfTheSystemBefore:
    def test_finds_whom_it_looks_up(self, kiosk: KioskWorld, client: Client) -> None:
        wrong = []
        for one in LOOKUPS:
            status, told = replay(kiosk, client, one)
            # The rows whole: no key more than its code needs.
            if (status, by_id(told)) != (one.status, one.reads):
                wrong.append((one.does, status, told))

        assert wrong == []

    def test_understands_every_answer(self, kiosk: KioskWorld, client: Client) -> None:
        wrong = []
        for one in WRITES:
            status, told = replay(kiosk, client, one)
            if status != one.status or differences(one.reads, told):
                wrong.append((one.does, status, told))

        assert wrong == []

    def test_orders_for_whom_it_registered(self, kiosk: KioskWorld, client: Client) -> None:
        _, told = replay(kiosk, client, WRITES[0])
        row = told["customer"]

        assert row["customer_id"] == row["id"] != ""
        assert set(row) == set(ANA_READS)

    def test_reads_a_code_behind_error_when_too_many_fit(
        self, kiosk: KioskWorld, client: Client
    ) -> None:
        for number in range(4):
            kiosk.add(f"9{number}", **{**ANA, "licence": f"X{number}"})

        status, told = replay(kiosk, client, lookup("six with one phone", phone="4155550132"))

        assert status == told["status"] == 502
        assert told["message"].split("error:")[1].strip() == "CUSTOMER_NOT_FOUND"

    def test_may_be_any_kiosk_of_its_store(self, kiosk: KioskWorld, client: Client) -> None:
        save_kiosk(kiosk.scope, catalog_id="43", name="Back door", store=kiosk.store)
        one = Recorded(
            does="registers at the other kiosk",
            method="POST",
            path="43/customers",
            body={"phone": "4155550166"},
            status=201,
            reads={},
        )

        assert replay(kiosk, client, one)[0] == 201
