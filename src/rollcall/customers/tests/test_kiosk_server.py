"""The kiosk API on a real server with two workers."""

from __future__ import annotations

import contextlib
import math
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import connection

from rollcall.audit.models import Entry
from rollcall.config.urls import kiosk_api
from rollcall.customers.api import READ, SEARCH
from rollcall.customers.tests.kiosk_server import RunningServer, ask_over, serving
from rollcall.customers.tests.kiosk_server import server as server
from rollcall.customers.tests.kiosk_world import ANA, KioskWorld
from rollcall.customers.tests.kiosk_world import fresh_api as fresh_api
from rollcall.customers.tests.kiosk_world import world as world
from rollcall.kit.clock import utc_now
from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.orders.api.claims import CLAIM_AT_KIOSK
from rollcall.orders.api.kiosk_shapes import LIST
from rollcall.proofs.api.kiosk import IDENTIFY
from rollcall.stores.operations import mint_key, revoke_key, save_kiosk, set_profile
from rollcall.stores.rules.api_keys import mint_api_key, parse_api_key
from rollcall.testing.fixtures import NOON
from rollcall.testing.thorough import only_thorough

SEARCH_PATH = "/api/v1/42/customers?phone=4155550132"
CONNECTIONS = 8


def statuses(server: RunningServer, key: str, *, each: int) -> list[int]:
    """Many requests over several connections at once, so that both workers get some."""

    def ask_some(_: int) -> list[int]:
        with contextlib.closing(server.open()) as http_connection:
            return [ask_over(http_connection, SEARCH_PATH, key=key).status for _ in range(each)]

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return [status for part in pool.map(ask_some, range(CONNECTIONS)) for status in part]


def end_other_sessions() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )


class TestWorkers:
    def test_stop_at_once_when_a_key_is_revoked(
        self, world: KioskWorld, server: RunningServer
    ) -> None:
        assert set(statuses(server, world.key, each=5)) == {200}

        revoke_key(world.scope, parse_api_key(world.key).public_part, now=NOON)

        assert set(statuses(server, world.key, each=2)) == {401}

    @only_thorough
    def test_go_on_when_the_database_dropped_them(self, world: KioskWorld, tmp_path: Path) -> None:
        world.add("1042", **ANA)
        with serving(tmp_path) as server:
            for _ in range(3):
                assert set(statuses(server, world.key, each=2)) == {200}
                end_other_sessions()

            assert set(statuses(server, world.key, each=2)) == {200}
            assert server.ask("/api/v1/42/customers", key=world.key).status == 400

    @only_thorough
    def test_never_exceed_a_keys_limit_together(self, world: KioskWorld, tmp_path: Path) -> None:
        limit = 60
        with serving(tmp_path, ROLLCALL_KIOSK_LOOKUPS_PER_MINUTE=str(limit)) as server:
            began = time.time()

            found = statuses(server, world.key, each=20)

            minutes = math.floor(time.time() / 60) - math.floor(began / 60) + 1
            assert set(found) == {200, 429}
            assert limit - 2 * 3 <= found.count(200) <= limit * minutes
            entries = Entry.objects.scoped(world.scope).filter(action="customer.looked_up")
            assert entries.count() == found.count(200)

    def test_never_exceed_the_limit_of_wrong_keys_together(
        self, world: KioskWorld, tmp_path: Path
    ) -> None:
        with serving(tmp_path, ROLLCALL_FAILED_AUTHENTICATIONS_PER_MINUTE="10") as server:
            began = time.time()

            found = statuses(server, "wrong", each=5)

            minutes = math.floor(time.time() / 60) - math.floor(began / 60) + 1
            assert set(found) == {401, 429}
            assert 10 <= found.count(401) <= 10 * minutes


class TestLogs:
    def test_hold_nothing_of_what_was_asked_for(self, world: KioskWorld, tmp_path: Path) -> None:
        world.add("1042", **ANA)
        secrets = ["4155550132", "Quibble", "zebra%40example", "zebra@example", "D7654321", "qid77"]
        legacy = self._legacy_key(world)
        for key in (world.key, legacy):
            secrets += [key, parse_api_key(key).secret]
        query = "phone=4155550132&last_name=Quibble&email=zebra%40example.com"
        paths = [
            f"/api/v1/42/customers?{query}&driver_license=D7654321",
            f"/api/v1/42/customers?{query}&token={world.key}",
            f"/api/v1/42/customers?{query}&birthday=Quibble",
            f"/api/v1/42/customers?{query}&phone=4155550132",
            f"/api/v1/42/customers?{query}&first_name=%ff",
            "/api/v1/42/customers/qid77?phone=4155550132",
            f"/api/v1/42/nothing/qid77?{query}",
            f"/api/v1/43/customers?{query}",
            f"/api/v1/42/customers?{query}" + "4155550132" * 500,
        ]
        with serving(tmp_path) as server:
            for path in paths:
                for key in (world.key, "", "Quibble"):
                    for method in ("GET", "POST"):
                        assert server.ask(path, key=key, method=method).status < 500
            shown = server.ask(f"{SEARCH_PATH}&token={legacy}")
            assert (shown.status, shown.json["customers"][0]["id"]) == (200, "1042")
            assert server.post(f"/api/v1/42/customers?token={legacy}", b"{}").status == 400
            failed = self._ask_of_a_broken_server(server, paths[0], world.key)

            printed = server.stop()

        assert failed == 500
        assert "api.failed" in printed
        assert [secret for secret in secrets if secret in printed] == []

    def _legacy_key(self, world: KioskWorld) -> str:
        minted = mint_key(world.scope, world.kiosk, now=NOON)
        set_profile(
            world.scope,
            minted.row.public_part,
            profile=KeyProfile.LEGACY,
            reason="cannot be changed yet",
            days=1,
            now=utc_now(),
        )
        return minted.text

    def _ask_of_a_broken_server(self, server: RunningServer, path: str, key: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute("alter table audit_entry rename to audit_entry_away")
            try:
                return server.ask(path, key=key).status
            finally:
                cursor.execute("alter table audit_entry_away rename to audit_entry")


HOSTILE = [
    b"GET /api/v1/42/customers?phone=\xff\xfe HTTP/1.1\r\nHost: x\r\n{key}\r\n",
    b"GET /api/v1/42/customers?phone=%00%ff HTTP/1.1\r\nHost: x\r\n{key}\r\n",
    b"GET /api/v1/4\x002/customers HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /api/v1/42/customers?" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /api/v1/42/customers HTTP/1.1\r\nHost: x\r\nAuthorization: \xff\xfe\r\n\r\n",
    b"GET /api/v1/42/customers?phone=1 HTTP/1.1\r\nHost: x\r\nX: " + b"h" * 5000 + b"\r\n{key}\r\n",
    b"GET /api/v1/42/customers?phone=1 HTTP/1.1\r\nHost: x\r\nX: \x00\r\n\r\n",
    b"GET /api/v1/42/customers HTTP/1.1\r\n\r\n",
    b"\x16\x03\x01\r\n\r\n",
]


class TestHostileRequests:
    def test_neither_fail_nor_harm_the_server(
        self, world: KioskWorld, server: RunningServer
    ) -> None:
        world.add("1042", **ANA)
        key = f"Authorization: Bearer {world.key}\r\n".encode()
        answers = [send(server, head.replace(b"{key}", key)) for head in HOSTILE]

        assert server.ask(SEARCH_PATH, key=world.key).status == 200

        assert [answer for answer in answers if answer.startswith(b"HTTP/1.1 5")] == []
        assert [answer for answer in answers if b"5550132" in answer] == []

    @only_thorough
    def test_with_two_authorization_headers_are_refused(
        self, world: KioskWorld, server: RunningServer
    ) -> None:
        key = f"Authorization: Bearer {world.key}\r\n"
        start = f"GET {SEARCH_PATH} HTTP/1.1\r\nHost: x\r\n"
        found = [
            send(server, f"{start}{headers}\r\n".encode())[:12]
            for headers in (
                key + key,
                key + "Authorization: x\r\n",
                "Authorization: x\r\n" + key,
            )
        ]

        assert found == [b"HTTP/1.1 401"] * 3


def send(server: RunningServer, request: bytes) -> bytes:
    with contextlib.closing(server.open()) as raw, contextlib.suppress(ConnectionError):
        raw.connect()
        raw.sock.sendall(request)
        return bytes(raw.sock.recv(100_000))
    return b""


class TestOpenApi:
    def test_examples_are_true(self, world: KioskWorld, server: RunningServer) -> None:
        world.add("1042", **ANA)
        world.add("977", **ANA, merged_into="1042")
        save_kiosk(world.scope, catalog_id="43", name="Back door", store=world.store)
        keys = {"valid": world.key, "none": "", "wrong": mint_api_key().text}
        keys["exhausted"] = self._exhausted_key(world)
        wrong = []
        examples = documented_examples(server)
        described = [
            *(*SEARCH.examples, *READ.examples),
            *(*LIST.examples, *CLAIM_AT_KIOSK.examples, *IDENTIFY.examples),
        ]
        assert len(examples) == len(described)
        for example in examples:
            method, path = example["x-request"].split(" ")
            key = keys[example["x-key"]]
            if "x-body" in example:
                body = orjson.dumps(example["x-body"])
                reply = server.post(f"/api/v1{path}", body, key=key)
            else:
                reply = server.ask(f"/api/v1{path}", key=key, method=method)
            if (reply.status, reply.json) != (example["status"], example["value"]):
                wrong.append((example, reply.status, reply.json))

        assert wrong == []

    def _exhausted_key(self, world: KioskWorld) -> str:
        minted = mint_key(world.scope, world.kiosk, now=NOON)
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into api_throttlewindow (bucket, opened_at, leased)"
                # In the next minute, so that the example is true for two.
                " values (%s, date_trunc('minute', now()) + interval '1 minute', 1000000)",
                [f"kiosk-key:{minted.row.pk}"],
            )
        return minted.text


def documented_examples(server: RunningServer) -> list[dict[str, Any]]:
    """All examples of the document that the server publishes."""
    document = server.ask("/api/v1/openapi.json").json
    return [
        {**example, "status": int(status)}
        for path in document["paths"].values()
        for operation in path.values()
        for status, response in operation["responses"].items()
        for content in response.get("content", {}).values()
        for example in content.get("examples", {}).values()
    ]


def schema_errors(schema: dict[str, Any], value: Any, components: dict[str, Any]) -> list[str]:
    """What of JSON Schema the document uses, checked by hand."""
    if "$ref" in schema:
        return schema_errors(components[schema["$ref"].rpartition("/")[2]], value, components)
    if "anyOf" in schema:
        tries = [schema_errors(one, value, components) for one in schema["anyOf"]]
        return [] if [] in tries else tries[0]
    kinds: dict[str, type] = {"string": str, "integer": int, "null": type(None)}
    match schema["type"], value:
        case "object", dict():
            return _object_errors(schema, value, components)
        case "array", list():
            return [
                text for one in value for text in schema_errors(schema["items"], one, components)
            ]
        case kind, _ if kind in kinds and isinstance(value, kinds[kind]):
            return []
    return [f"{value!r} is no {schema['type']}"]


def _object_errors(
    schema: dict[str, Any], value: dict[str, Any], components: dict[str, Any]
) -> list[str]:
    properties = schema.get("properties", {})
    errors = [f"{name} is missing" for name in schema.get("required", []) if name not in value]
    for name in value.keys() & properties.keys():
        errors += schema_errors(properties[name], value[name], components)
    return errors


PLACED = (*("200", "400", "401", "403", "404", "405", "409", "413", "414", "422", "429", "500"),)


class TestTheDocument:
    @pytest.fixture
    def document(self) -> dict[str, Any]:
        return dict(kiosk_api.get_openapi_schema())

    def test_is_openapi_3_1(self, document: dict[str, Any]) -> None:
        assert document["openapi"].startswith("3.1")
        assert {"title", "version"} <= document["info"].keys()
        assert set(document["paths"]) == {
            "/api/v1/{catalog_id}/customers",
            "/api/v1/{catalog_id}/customers/{customer_id}",
            "/api/v1/{catalog_id}/customer_order",
            "/api/v1/{catalog_id}/customer_order/{order_id}",
            "/api/v1/{catalog_id}/identify",
            "/api/v1/{catalog_id}/claim",
            "/api/v1/{catalog_id}/orders",
            "/api/v1/{catalog_id}/orders/status",
            "/api/v1/{catalog_id}/orders/{order_id}",
        }

    def test_refers_only_to_what_it_holds(self, document: dict[str, Any]) -> None:
        components = document["components"]["schemas"]
        found: list[str] = []

        def walk(node: Any) -> None:
            if isinstance(node, dict):
                found.extend([node["$ref"]] if "$ref" in node else [])
                for one in node.values():
                    walk(one)
            elif isinstance(node, list):
                for one in node:
                    walk(one)

        walk(document)
        assert {ref.rpartition("/")[2] for ref in found} <= components.keys()
        assert all(ref.startswith("#/components/schemas/") for ref in found)

    def test_declares_every_parameter_of_a_path(self, document: dict[str, Any]) -> None:
        for path, operations in document["paths"].items():
            for operation in operations.values():
                declared = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
                assert declared == {
                    part.strip("{}") for part in path.split("/") if part.startswith("{")
                }
                assert operation["security"] == [{"kioskKey": []}]

    def test_declares_every_status(self, document: dict[str, Any]) -> None:
        statuses = {
            operation["operationId"]: list(operation["responses"])
            for operations in document["paths"].values()
            for operation in operations.values()
        }

        assert statuses == {
            "searchCustomers": [
                *("200", "400", "401", "403", "404", "405", "414", "422", "429"),
                *("500", "502", "503"),
            ],
            "identifyCustomer": [
                *(
                    "200",
                    "400",
                    "401",
                    "403",
                    "404",
                    "405",
                    "409",
                    "413",
                    "422",
                    "429",
                    "500",
                    "503",
                ),
            ],
            "getCustomer": ["200", "401", "403", "404", "405", "409", "414", "429", "500", "503"],
            "createCustomer": [
                *("201", "400", "401", "403", "404", "405", "409", "413", "422", "429"),
                *("500", "503"),
            ],
            "updateCustomer": [
                *("200", "400", "401", "403", "404", "405", "409", "413", "422", "429"),
                *("500", "503"),
            ],
            "listKioskOrders": [
                *("200", "400", "401", "404", "405", "414", "429", "500", "503"),
            ],
            "placePosOrder": [*PLACED, "502", "503"],
            "setPosOrderStatus": [*PLACED, "502", "503"],
            "getPosOrder": [
                *("200", "400", "401", "403", "404", "405", "409", "414", "429", "500"),
                *("502", "503"),
            ],
            "printPosOrder": [one for one in (*PLACED, "503") if one != "403"],
            "placeKioskOrder": [
                *("201", "400", "401", "404", "405", "409", "413", "414", "422", "429", "500"),
                "503",
            ],
            "claimOrders": [
                *("200", "400", "401", "403", "404", "405", "409", "413", "414", "422", "429"),
                *("500", "503"),
            ],
            "payKioskOrder": [
                *("200", "400", "401", "403", "404", "405", "409", "413", "414", "422", "429"),
                *("500", "503"),
            ],
        }

    def test_has_examples_that_fit_their_schemas(self, document: dict[str, Any]) -> None:
        components = document["components"]["schemas"]
        wrong = [
            (example["summary"], errors)
            for operations in document["paths"].values()
            for operation in operations.values()
            for response in operation["responses"].values()
            for content in response["content"].values()
            for example in content.get("examples", {}).values()
            if (errors := schema_errors(content["schema"], example["value"], components))
        ]

        assert wrong == []
