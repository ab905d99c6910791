"""The examples of the platform API's document, sent to a running server."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from ninja import Schema

from rollcall.api.problems import list_kinds
from rollcall.config.tests.python_client import drive_client
from rollcall.config.urls import kiosk_api, platform_api
from rollcall.customers.models import Customer, Link, PosRecord
from rollcall.customers.operations.account_stores import set_account_stores
from rollcall.customers.tests.kiosk_server import RunningServer, serving
from rollcall.customers.tests.kiosk_world import fresh_api as fresh_api
from rollcall.customers.tests.test_kiosk_server import schema_errors
from rollcall.identity.api.asking import NORA, OTHER
from rollcall.identity.models import Suggestion
from rollcall.identity.operations.matching import write_match_keys
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.merging_shop import shop as shop
from rollcall.identity.tests.review_queue import take_in_pair
from rollcall.kit.scope import Grant, Role, Scope
from rollcall.registration.api.describing import ANA_ID
from rollcall.stores.models import Store
from rollcall.sync.models import PosConnection
from rollcall.testing.fixtures import Ingest, incoming, make_account
from rollcall.testing.platform_client import PlatformClient

DOCUMENT = dict(platform_api.get_openapi_schema())
TEXT = (Path(__file__).parents[4] / "docs" / "platform-api.md").read_text()
CODES = TEXT.partition("## All codes")[2]


def examples() -> Iterator[dict[str, Any]]:
    """The examples of all operations."""
    for operations in DOCUMENT["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                for content in response["content"].values():
                    for one in content.get("examples", {}).values():
                        yield {**one, "status": int(status), "schema": content["schema"]}


def send_all(server: RunningServer, scope: Scope) -> list[Any]:
    """What was answered otherwise than the document says."""
    keys = {
        "valid": PlatformClient.of(scope, role=Role.ADMIN).key,
        "staff": PlatformClient.of(scope, role=Role.STAFF).key,
        "narrow": PlatformClient.of(scope, grants=[Grant.READ_CUSTOMERS]).key,
        "none": "",
    }
    wrong = []
    for one in examples():
        status, told = send(server, one, keys[one["x-key"]])
        if (status, told) != (one["status"], one["value"]):
            wrong.append((one["summary"], one["x-request"], status, told))
    return wrong


def send(server: RunningServer, one: dict[str, Any], key: str) -> tuple[int, Any]:
    method, path = one["x-request"].split(" ")
    body = orjson.dumps(one["x-body"]) if "x-body" in one else b""
    headers = {**({"Authorization": f"Bearer {key}"} if key else {}), **one.get("x-headers", {})}
    with contextlib.closing(server.open()) as http:
        http.request(method, f"/api/v2{path}", body=body, headers=headers)
        response = http.getresponse()
        return response.status, json.loads(response.read())


class TestARunningServer:
    def test_answers_as_the_examples_say_and_as_the_python_client_expects(
        self,
        fresh_api: None,
        shop: MergingShop,
        store_a: Store,
        ingest: Ingest,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        take_in_all(shop, store_a, ingest)
        key = PlatformClient.of(shop.scope, role=Role.ADMIN).key

        with serving(tmp_path) as server:
            wrong = send_all(server, shop.scope)
            told = drive_client(monkeypatch, server.address, key, ANA_ID)

        assert wrong == []
        assert told["given_name"] == "Ana"
        assert ANA_ID in [one.id for one in told["listed"]]
        assert [one.changed for one in told["changed"]] == [["email"], ["email"]]
        assert (told["late"].status, told["late"].code) == (412, "precondition_failed")
        assert told["late"].additional_properties["fields"] == ["email"]
        assert [one.status for one in told["many"].rows] == [201]
        assert [one.id for one in told["stores"].items] == ["alder-way"]


def take_in_all(shop: MergingShop, store: Store, ingest: Ingest) -> None:
    """The people that the examples tell of."""
    take_in_ana(shop.scope, store, ingest)
    suggestion = take_in_pair(shop)
    Suggestion.objects.scoped(shop.scope).filter(pk=suggestion.pk).update(id=1)
    for record, public_id in ((suggestion.first, NORA), (suggestion.second, OTHER)):
        held = PosRecord.objects.scoped(shop.scope).select_related("link").get(pk=record.pk)
        person = Customer.objects.scoped(shop.scope).filter(pk=held.link.customer_id)
        person.update(public_id=public_id)
    # Two that wait, so that there is a next page.
    take_in_pair(shop, 3, given="Vera")


def take_in_ana(scope: Scope, store: Store, ingest: Ingest) -> None:
    """Ana, in the list of a connection of the store."""
    account = make_account(scope, kind="a_pos", account_key="alder-way")
    set_account_stores(scope, account.pk, {store.pk})
    PosConnection.objects.scoped(scope).create(
        slug="alder-way",
        kind="a_pos",
        time_zone=store.time_zone,
        sealed_settings=b"",
    )
    row = incoming(
        scope,
        "1042",
        given_name="Ana",
        family_name="Ramirez",
        born_on="1990-03-14",
        phone="+14155550132",
        email="ana@example.com",
    )
    taken = ingest(scope, account, [row])
    write_match_keys(scope, list(taken.record_ids.values()))
    link = Link.objects.scoped(scope).get(record__in=taken.record_ids.values())
    Customer.objects.scoped(scope).filter(pk=link.customer_id).update(public_id=ANA_ID)


class TestTheDocument:
    def test_has_one_shape_of_each_name(self) -> None:
        """Of two shapes of one name the document would say one, for the operations of both."""
        places: dict[str, list[str]] = {}
        waiting = list(Schema.__subclasses__())
        for shape in waiting:
            waiting += shape.__subclasses__()
            if shape.__module__.startswith("rollcall."):
                places.setdefault(shape.__name__, []).append(shape.__module__)

        assert {name: found for name, found in places.items() if len(set(found)) > 1} == {}

    def test_has_examples_of_headers_that_can_be_sent(self) -> None:
        for api in (kiosk_api, platform_api):
            for operations in api.get_openapi_schema()["paths"].values():
                for operation in operations.values():
                    for one in operation["parameters"]:
                        if one["in"] == "header" and "example" in one:
                            assert str(one["example"]).isascii(), one

    def test_has_examples_that_fit_their_schemas(self) -> None:
        components = DOCUMENT["components"]["schemas"]
        wrong = [
            (one["summary"], errors)
            for one in examples()
            if one["status"] >= 400
            and (errors := schema_errors(one["schema"], one["value"], components))
        ]

        assert wrong == []

    def test_says_whose_key_every_operation_needs(self) -> None:
        for operations in DOCUMENT["paths"].values():
            for operation in operations.values():
                assert operation["security"] == [{"integrationKey": []}]
                assert {"401", "403", "429"} <= operation["responses"].keys()

    def test_refers_only_to_what_it_holds(self) -> None:
        text = orjson.dumps(DOCUMENT).decode()

        assert "#/$defs/" not in text
        assert DOCUMENT["openapi"].startswith("3.1")

    def test_stands_in_the_guide(self) -> None:
        paths = sorted(DOCUMENT["paths"])

        assert [path for path in paths if f" {path}`" not in TEXT] == []

    def test_names_every_operation_once(self) -> None:
        names = [one["operationId"] for ways in DOCUMENT["paths"].values() for one in ways.values()]

        assert len(names) == len(set(names))

    def test_takes_a_key_for_every_write(self) -> None:
        reading = {"searchCustomers", "previewMerge", "previewUndo", "lookUpAtPos"}
        reading.add("lookUpWebIdentity")
        without = {
            operation["operationId"]
            for ways in DOCUMENT["paths"].values()
            for method, operation in ways.items()
            if method != "get"
            and "Idempotency-Key" not in {one["name"] for one in operation["parameters"]}
        }

        assert without == reading


class TestTheCodes:
    def test_are_those_that_the_guide_lists(self) -> None:
        listed = re.findall(r"^\| (\d{3}) \| `([a-z_]+)` \|", CODES, re.MULTILINE)

        assert listed == [(str(kind.status), kind.code) for kind in list_kinds()]

    def test_that_operations_declare_are_known(self) -> None:
        known = {kind.code for kind in list_kinds()}
        declared = {
            code
            for ways in DOCUMENT["paths"].values()
            for operation in ways.values()
            for status, response in operation["responses"].items()
            if int(status) >= 400
            for code in response["description"].partition(": ")[2].split(", ")
        }

        assert declared - known == set()
