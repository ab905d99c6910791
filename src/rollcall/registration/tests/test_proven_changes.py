"""What a kiosk with a strict key may see and change of somebody who proved who they are."""

from __future__ import annotations

from typing import Any

import orjson
from django.test import Client

from rollcall.customers.tests.kiosk_world import ANA, ANA_ROW, KioskWorld
from rollcall.customers.tests.kiosk_world import fresh_api as fresh_api
from rollcall.customers.tests.kiosk_world import world as world
from rollcall.stores.operations import mint_key
from rollcall.testing.fixtures import NOON

SEARCH = "/api/v1/42/customers?phone=4155550132"


def send(client: Client, method: str, path: str, key: str, body: Any, proof: str = "") -> Any:
    answer = client.generic(
        method,
        f"/api/v1/42/{path}",
        orjson.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}", "Rollcall-Proof": proof},
    )
    return answer.status_code, answer.json()


class TestAProof:
    def test_opens_its_person_and_nobody_else(self, world: KioskWorld, client: Client) -> None:
        key = mint_key(world.scope, world.kiosk, now=NOON).text
        world.add("1042", **{**ANA, "notes": "Likes to talk"})
        world.add("7", **{**ANA, "email": "luis@example.com", "born_on": "1988-01-02"})
        given = {"phone": "4155550132", "birthday": "1990-03-14"}
        _, found = send(client, "POST", "identify", key, {"identify": given})
        proof = found["proof"]["token"]
        change = {"customer": {"first_name": "Anna"}}

        rows = world.get(SEARCH, key=key, HTTP_ROLLCALL_PROOF=proof).json["customers"]
        refused = [
            send(client, "PATCH", "customers/1042", key, change),
            send(client, "PATCH", "customers/1042", key, change, "rcp_" + "x" * 43),
            send(client, "PATCH", "customers/7", key, change, proof),
        ]
        changed = send(client, "PATCH", "customers/1042", key, change, proof)

        seen = {row["customer_id"]: row for row in rows}
        assert seen["1042"] == {**ANA_ROW, "drivers_license": None, "notes": None}
        assert seen["7"]["email"] == "l•••@e•••.com"
        assert [(status, told["code"]) for status, told in refused] == [(403, "proof_needed")] * 3
        assert (changed[0], changed[1]["customer"]["first_name"]) == (200, "Anna")

    def test_is_needed_to_see_who_was_registered(self, world: KioskWorld, client: Client) -> None:
        key = mint_key(world.scope, world.kiosk, now=NOON).text

        status, told = send(
            client,
            "POST",
            "customers",
            key,
            {"customer": {"first_name": "Ines", "last_name": "Okafor", "phone": "4155550177"}},
        )

        assert status == 201
        assert (told["customer"]["first_name"], told["customer"]["phone"]) == ("I•••", "••• 77")
