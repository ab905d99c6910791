"""Many people in one call: each by itself, told one by one, never twice."""

from __future__ import annotations

from typing import Any

import pytest

from rollcall.api.models import IdempotentPart
from rollcall.api.tests.plain_client import PlainClient
from rollcall.api.tests.plain_client import plain_api as plain_api
from rollcall.customers.models import Customer, FieldEdit
from rollcall.kit.scope import Role, Scope
from rollcall.registration.api import bulk
from rollcall.stores.models import Store
from rollcall.testing.platform_client import Reply


@pytest.fixture
def api(plain_api: None, scope_a: Scope, store_a: Store) -> PlainClient:
    return PlainClient.of(scope_a, role=Role.STAFF)


def person(number: int, **more: Any) -> dict[str, Any]:
    names = ("Ana", "Bea", "Cleo", "Dora", "Enid")
    return {
        "customer": {
            "first_name": names[number],
            "last_name": f"Okafor{number}",
            "phone": f"(415) 555-01{30 + number}",
        },
        **more,
    }


def send(api: PlainClient, rows: list[Any], once: str = "k", **more: Any) -> Reply:
    return api.post("/customers/bulk", {"store": "alder-way", "rows": rows, **more}, once=once)


def outline(reply: Reply) -> list[tuple[int, str]]:
    return [(one["status"], one.get("code", "")) for one in reply.json["rows"]]


class TestManyPeople:
    def test_are_told_row_by_row(self, api: PlainClient, scope_a: Scope) -> None:
        first = send(api, [person(0)]).json["rows"][0]["id"]
        change = {"id": first, "etag": "*", "customer": {"email": "ana@example.org"}}
        rows = [
            person(1),
            {"customer": {"phone": "12"}},
            change,
            {**change, "etag": ""},
            {**change, "etag": '"old"'},
            {**change, "id": "00000000-0000-7000-8000-00000000ffff"},
            person(0),
            person(0, confirm_new=True, shown=[first]),
            {"customer": {}},
            {"costumer": {}},
            {"customer": {"first_name": "x" * 201}},
        ]

        reply = send(api, rows, once="many")

        assert outline(reply) == [
            (201, ""),
            (422, "invalid"),
            (200, ""),
            (428, "precondition_required"),
            (412, "precondition_failed"),
            (404, "not_found"),
            (409, "likely_match"),
            (201, ""),
            (400, "customer_missing"),
            (422, "invalid"),
            (422, "invalid"),
        ]
        assert (reply.status, reply.json["is_complete"], reply.json["done"]) == (200, True, 11)
        assert reply.json["rows"][2]["changed"] == ["email"]
        assert reply.json["rows"][6]["candidates"] == [first]
        assert Customer.objects.scoped(scope_a).count() == 3
        assert FieldEdit.objects.scoped(scope_a).count() == 1

    def test_repeated_are_told_again_and_made_once(self, api: PlainClient, scope_a: Scope) -> None:
        found = [send(api, [person(0), person(1)]) for _ in range(2)]

        assert found[0].json == found[1].json
        assert Customer.objects.scoped(scope_a).count() == 2

    def test_go_on_where_a_call_stopped(
        self, api: PlainClient, scope_a: Scope, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bulk, "PATIENCE_S", 0.0)
        rows = [person(number) for number in range(3)]

        found = [send(api, rows) for _ in range(3)]

        assert [one.json["done"] for one in found] == [1, 2, 3]
        assert [one.json["is_complete"] for one in found] == [False, False, True]
        assert outline(found[0]) == [(201, ""), (0, "not_reached"), (0, "not_reached")]
        assert found[2].json["rows"][0] == found[0].json["rows"][0]
        assert Customer.objects.scoped(scope_a).count() == 3

    def test_keep_nothing_personal_of_what_was_told(self, api: PlainClient) -> None:
        send(api, [person(0), person(0), {"customer": {"phone": "+1 415 nonsense"}}])

        kept = str(list(IdempotentPart.objects.values_list("outcome", flat=True)))

        assert not [word for word in ("Ana", "Okafor", "55501", "nonsense") if word in kept]

    def test_need_a_key_a_store_and_a_bearable_number(self, api: PlainClient) -> None:
        found = [
            api.post("/customers/bulk", {"store": "alder-way", "rows": [person(0)]}),
            api.post("/customers/bulk", {"rows": [person(0)]}, once="a"),
            send(api, [], once="b"),
            send(api, [{}] * 1001, once="c"),
            send(api, ["x"], once="d"),
        ]

        assert [one.code for one in found] == [
            *("idempotency_key_missing", "store_not_found"),
            *("invalid", "invalid", "invalid"),
        ]
