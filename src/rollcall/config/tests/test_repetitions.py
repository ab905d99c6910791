"""Every write of both APIs, repeated: the same answer, and nothing is done twice."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from rollcall.api.idempotency import LOCKS
from rollcall.api.models import IdempotentRequest, KeptAnswer
from rollcall.config.tests.test_platform_routes import OPERATIONS, OfA, prove
from rollcall.config.tests.test_platform_routes import of_a as of_a
from rollcall.config.urls import kiosk_api, platform_api
from rollcall.customers.models import PosAccount, PosRecord
from rollcall.customers.tests.kiosk_world import fresh_api as fresh_api
from rollcall.identity.tests.merging_shop import shop as shop
from rollcall.kit.scope import Role, Scope
from rollcall.orders.models import KioskOrder
from rollcall.orders.operations import order_waiting
from rollcall.orders.operations.order_rules import save_order_rules
from rollcall.orders.operations.paying import allow_payment
from rollcall.orders.tests.pos_order import pos_order
from rollcall.outbox.models import WriteSwitch
from rollcall.registration.tests.kiosk import INES, Kiosk
from rollcall.stores.models import KioskKey, Store
from rollcall.sync.models import PosConnection
from rollcall.testing.fixtures import NOON
from rollcall.testing.platform_client import PlatformClient

#: Searches and previews that are sent as bodies: they change nothing.
READING = {"searchCustomers", "previewMerge", "previewUndo", "lookUpAtPos", "lookUpWebIdentity"}
FINE = (200, 201, 202)
#: Refused, for it is decided by then that they are different people: refusals are kept as well.
REFUSED = {"mergePeople": (409,)}
TWO = {"product_id": "BD-035", "quantity": 2, "product_value_id": 71}
#: Last, because nothing of the thing is left for the others.
LAST = ("undoMerge", "discardOutboxEntry", "removeWebhook")
#: Tables of the repetition itself and of limits; and of what is noted of reads.
ASIDE = ("api_",)
READS = ("audit_",)


@dataclass(frozen=True, kw_only=True)
class Write:
    """One write, as somebody would send it."""

    name: str
    ask: Callable[..., Any]
    change: Callable[[], Any]
    stranger: Callable[[], Any]
    fine: Sequence[int] = FINE


def writes_in(document: Any) -> set[str]:
    """Operations that take an Idempotency-Key."""
    return {
        operation["operationId"]
        for ways in document["paths"].values()
        for method, operation in ways.items()
        if method != "get"
        and any(one["name"] == "Idempotency-Key" for one in operation["parameters"])
    }


def effects(aside: tuple[str, ...] = ASIDE) -> list[Any]:
    """What stands in all tables that a write may change: numbers and a checksum of the rows."""
    tables = sorted(
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.startswith("rollcall.") and not model._meta.db_table.startswith(aside)
    )
    each = [
        f"select '{table}', count(*), coalesce(sum(hashtext(t::text)), 0) from {table} t"  # noqa: S608
        for table in tables
    ]
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(each) + " order by 1")
        return list(cursor.fetchall())


@contextlib.contextmanager
def being_answered() -> Iterator[None]:
    """Somebody else's connection answers the last request with a key at the moment."""
    held = IdempotentRequest.objects.order_by("-id")[0]
    with contextlib.closing(connection.copy()) as other:
        with other.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s, %s)", [LOCKS, held.pk & 0x7FFFFFFF])
        yield


def faults_of(write: Write) -> list[str]:
    """What is wrong with how a write is repeated."""
    first = write.ask()
    before = effects()
    second = write.ask()
    faults = [] if effects() == before else ["did it again"]
    before = effects((*ASIDE, *READS))
    faults += [] if first.status in write.fine else [f"answered {first.status} {first.body!r}"]
    if (first.status, first.body) != (second.status, second.body):
        faults.append(f"repeated: {second.status} {second.body!r} after {first.body!r}")
    if second.headers.get("Idempotency-Replayed") != "true" or (
        "ETag" in first.headers and (first.headers["ETag"] != second.headers.get("ETag"))
    ):
        faults.append(f"headers {second.headers}")
    changed = write.change()
    if (changed.status, changed.json["code"]) != (422, "idempotency_key_reused"):
        faults.append(f"another body: {changed.status}")
    with being_answered():
        meanwhile = write.ask()
    if (meanwhile.status, meanwhile.json["code"]) != (409, "idempotency_key_in_flight"):
        faults.append(f"in flight: {meanwhile.status}")
    # As if the process had died between the effect and the keeping of its answer.
    KeptAnswer.objects.all().delete()
    again = write.ask()
    if again.status != first.status or "Idempotency-Replayed" in again.headers:
        faults.append(f"after a crash: {again.status} {again.body!r}")
    if (after := effects((*ASIDE, *READS))) != before:
        faults.append(f"did more: {set(after) ^ set(before)}")
    stranger = write.stranger()
    if "Idempotency-Replayed" in stranger.headers:
        faults.append("another caller met it")
    return [f"{write.name} {fault}" for fault in faults]


class TestThePlatformApi:
    def test_repeats_every_write_with_the_same_answer(
        self, of_a: OfA, scope_a: Scope, scope_b: Scope
    ) -> None:
        api = PlatformClient.of(scope_a, role=Role.ADMIN)
        other = PlatformClient.of(scope_b, role=Role.ADMIN)
        taken = writes_in(platform_api.get_openapi_schema())

        found = [
            fault
            for name in (*sorted(taken - set(LAST)), *LAST)
            for fault in faults_of(platform_write(of_a, api, other, name))
        ]

        assert found == []
        assert taken == {name for name, (way, _) in OPERATIONS.items() if way != "GET"} - READING


def platform_write(of_a: OfA, api: PlatformClient, other: PlatformClient, name: str) -> Write:
    method, path = OPERATIONS[name]
    environ = {"HTTP_IF_MATCH": "*", "HTTP_IDEMPOTENCY_KEY": f"walk-{name}"}

    def change() -> Any:
        return api.send(method, path.format(**of_a.ids), {"other": 1}, **environ)

    return Write(
        name=name,
        ask=lambda: of_a.ask(api, name),
        change=change,
        stranger=lambda: of_a.ask(other, name),
        fine=REFUSED.get(name, FINE),
    )


class TestTheKioskApi:
    def test_repeats_every_write_with_the_same_answer(
        self,
        fresh_api: None,
        of_a: OfA,
        scope_a: Scope,
        store_a: Store,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        kiosk, other = (Kiosk.of(scope_a, store_a, catalog_id=one) for one in ("51", "52"))
        key = KioskKey.objects.scoped(scope_a).get(kiosk__catalog_id="51")
        allow_payment(scope_a, key, now=NOON)
        order = KioskOrder.objects.scoped(scope_a).get(pk__gt=0)
        placed = {
            "first_name": "Nora",
            "last_name": "Okafor",
            "amount": 45,
            "products": [{"sku": "BD-035", "quantity": 1, "product_value_id": 71}],
        }
        record = PosRecord.objects.scoped(scope_a).filter(
            link__customer__public_id=str(of_a.ids["customer_id"])
        )[0]
        claim = {"proof": prove(scope_a, record, order)}
        treez = PosConnection.objects.scoped(scope_a).get(slug="alder-way")
        account = PosAccount.objects.scoped(scope_a).filter(kind="treez")[0]
        pos_order(scope_a, account, "nobody-here", connection=treez, external_id="T-9")
        sent: dict[str, tuple[str, str, dict[str, Any]]] = {
            "createCustomer": ("POST", "customers", {"customer": INES}),
            "updateCustomer": (
                "PATCH",
                f"customers/{of_a.ids['customer_id']}",
                {"customer": {"phone": "(415) 555-0188"}},
            ),
            "placeKioskOrder": ("POST", "customer_order", {"order": placed}),
            "payKioskOrder": ("PUT", f"customer_order/{order.uuid}", {"order": {"payed": True}}),
            "claimOrders": ("POST", "claim", claim),
            "identifyCustomer": ("POST", "identify", {"identify": {"phone": "(415) 555-0199"}}),
        }

        found = kiosk_faults(kiosk, other, sent)
        # With a POS that takes orders, and nobody there to send them: they stay pending.
        monkeypatch.setattr(order_waiting, "PATIENCE_S", 0.01)
        save_order_rules(scope_a, store_a, anonymous=True, now=NOON)
        WriteSwitch.objects.scoped(scope_a).create(
            connection=treez, enabled_at=NOON, enabled_by="cli:test"
        )
        orders: dict[str, tuple[str, str, dict[str, Any]]] = {
            "placePosOrder": ("POST", "orders", {"order": {"items": [TWO]}}),
            "setPosOrderStatus": (
                "PUT",
                "orders/status",
                {
                    "order": {
                        "customer_id": "nobody-here",
                        "ticket_id": "T-9",
                        "order_status": "CANCELED",
                    }
                },
            ),
            "printPosOrder": ("PUT", "orders/T-9", {"order": {"printed_id": "P-118"}}),
        }
        found += kiosk_faults(kiosk, other, orders)

        assert found == []
        sent |= orders
        assert writes_in(kiosk_api.get_openapi_schema()) == sent.keys()


def kiosk_faults(
    kiosk: Kiosk, other: Kiosk, sent: dict[str, tuple[str, str, dict[str, Any]]]
) -> list[str]:
    """What is wrong with how these are repeated."""
    return [
        fault
        for name, (way, path, body) in sent.items()
        for fault in faults_of(kiosk_write(kiosk, other, name, way, path, body))
    ]


def kiosk_write(
    kiosk: Kiosk, other: Kiosk, name: str, method: str, path: str, body: dict[str, Any]
) -> Write:
    once = {"HTTP_IDEMPOTENCY_KEY": f"walk-{name}"}
    return Write(
        name=name,
        ask=lambda: kiosk.send(method, path, body, **once),
        change=lambda: kiosk.send(method, path, {**body, "other": 1}, **once),
        stranger=lambda: other.send(method, path, body, **once),
    )
