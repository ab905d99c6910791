"""Two retailers with the same people, values and POS ids: nothing of one is told to the other.

Everything that B can read is read: operations, kiosks, pages, events, webhooks, metrics. What must
not stand in it are all random ids that any row of A holds, and A's own words.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from rollcall.config.tests.test_platform_routes import OPERATIONS, OfA, fill_retailer
from rollcall.config.tests.test_routes import OPEN, PAGES, ROUTES
from rollcall.customers.tests.kiosk_world import fresh_api as fresh_api
from rollcall.events.operations.gathering import gather
from rollcall.events.operations.sending import drain
from rollcall.events.operations.subscribing import create_webhook
from rollcall.events.queries.feed import find_latest
from rollcall.events.tests.receiver import Receiver, receiving
from rollcall.identity.tests.merging_shop import MergingShop, open_shop
from rollcall.identity.tests.review_queue import NORA
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.kit.scoping import ScopedModel
from rollcall.registration.tests.kiosk import Kiosk
from rollcall.stores.models import Retailer, Store, User
from rollcall.testing.platform_client import PlatformClient

pytestmark = pytest.mark.django_db(transaction=True)

#: Read by a body, and changing nothing.
LOOKING = ("searchCustomers", "previewMerge", "previewUndo", "lookUpWebIdentity")
#: What a page's address names → what an operation's does.
SAME = {
    "public_id": "customer_id",
    "slug": "connection_id",
    "run_id": "sync_id",
    "entry_id": "entry_id",
    "merge_id": "merge_id",
    "decision_id": "decision_id",
    "webhook_id": "webhook_id",
    "suggestion_id": "duplicate_id",
    "order_uuid": "kiosk_order_id",
    "pos_order_id": "order_id",
}
#: Everybody in both retailers is called that; these are only told to one of them.
WORDS = {
    "alder": (b"Alder Group", b"7 Alderson Lane", b"alder-treez"),
    "birch": (b"Birch", b"7 Birchson Lane", b"birch-treez"),
}


@dataclass(frozen=True, kw_only=True)
class Side:
    """A retailer with one of everything."""

    scope: Scope
    store: Store
    shop: MergingShop
    rows: OfA

    def ids(self) -> set[bytes]:
        """All random ids in its rows, as they are written."""
        held = {self.retailer.public_id} if hasattr(self.retailer, "public_id") else set()
        for model in apps.get_models():
            if issubclass(model, ScopedModel):
                names = [
                    one.attname
                    for one in model._meta.concrete_fields
                    if isinstance(one, models.UUIDField)
                ]
                for row in model._default_manager.scoped(self.scope).values_list(*names):
                    held |= {one for one in row if isinstance(one, uuid.UUID)} if names else set()
        return {form.encode() for one in held for form in (str(one), one.hex)}

    @property
    def retailer(self) -> Retailer:
        return Retailer.objects.get(pk=self.scope.retailer_id)


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOKS_TO_LOOPBACK = True
    with receiving() as one:
        yield one


@pytest.fixture
def sides(
    fresh_api: None, settings: Settings, scope_a: Scope, scope_b: Scope, store_a: Store
) -> tuple[Side, Side]:
    """A and B; in both, somebody more of the same name and phone, in a street that tells them."""
    settings.KIOSK_LOOKUPS_PER_PERSON = 100_000
    store_b = Store.objects.scoped(scope_b).create(
        slug=store_a.slug,
        name="Birch Way",
        time_zone=store_a.time_zone,
        jurisdiction=store_a.jurisdiction,
    )
    found = []
    for scope, store, catalog_id, slug, street in (
        (scope_a, store_a, "42", "alder-treez", "7 Alderson Lane"),
        (scope_b, store_b, "52", "birch-treez", "7 Birchson Lane"),
    ):
        shop = open_shop(scope)
        rows = fill_retailer(shop, store, catalog_id=catalog_id, slug=slug)
        shop.row("treez:77", **{**NORA, "street": street, "born_on": "1971-03-04"})
        found.append(Side(scope=scope, store=store, shop=shop, rows=rows))
    first, second = found
    return first, second


def told_by_operations(side: Side) -> Iterator[tuple[str, bytes]]:
    api = PlatformClient.of(side.scope, role=Role.ADMIN)
    for name, (method, _) in OPERATIONS.items():
        if method == "GET" or name in LOOKING:
            reply = side.rows.ask(api, name)
            assert reply.status == 200, (name, reply.body)
            yield name, repr(sorted(reply.headers.items())).encode() + reply.body


def told_to_kiosks(side: Side) -> Iterator[tuple[str, bytes]]:
    kiosk = Kiosk.of(side.scope, side.store, catalog_id=f"{side.rows.ids['kiosk_id']}-reader")
    for path in (
        *("customers?phone=4155550177", "customers?email=nora.okafor@example.com"),
        *("customers?first_name=Nora&last_name=Okafor", "customers/1", "customers/77"),
        *(f"customers/{side.rows.ids['customer_id']}", "customer_order", "customer_order?q=-"),
        *("orders/T-1", "nowhere"),
    ):
        yield path, kiosk.send("GET", path, b"").body
    for given in ({"phone": "4155550177"}, {"first_name": "Nora", "last_name": "Okafor"}):
        yield "identify", kiosk.send("POST", "identify", {"identify": given}).body


def told_on_pages(side: Side, person: User) -> Iterator[tuple[str, bytes]]:
    client = Client()
    client.force_login(person)
    for name in PAGES:
        wanted = ROUTES[name].pattern.converters
        if name in OPEN or not wanted.keys() <= SAME.keys():
            continue
        ids = {key: side.rows.ids[SAME[key]] for key in wanted}
        answer = client.get(reverse(name, kwargs=ids))
        assert answer.status_code < 500, name
        yield name, answer.content
    for text in ("Nora Okafor", "nroa okafr", "4155550177", "0177", "1", "nora.okafor@example.com"):
        yield f"search {text}", client.post("/customers/search/", {"text": text}).content


def told_to_programs(side: Side, receiver: Receiver) -> Iterator[tuple[str, bytes]]:
    """Everything that happens from now on, as a webhook tells it."""
    webhook = create_webhook(side.scope, url=receiver.url, name="All", now=utc_now()).webhook
    start = find_latest()
    assert start is not None
    side.shop.row("cova:78", **{**NORA, "given_name": "Leonora"})
    while gather(side.scope, webhook.pk, now=utc_now()):
        pass
    receiver.calls.clear()
    drain(side.scope, webhook.pk)
    for call in receiver.calls:
        yield f"webhook {call.id}", call.body + repr(call.headers).encode()


class TestTwoRetailers:
    def test_with_equal_data_never_see_a_byte_of_each_other(
        self,
        sides: tuple[Side, Side],
        alice: User,
        charlie: User,
        receiver: Receiver,
    ) -> None:
        people = {"alder": alice, "birch": charlie}
        for side, other in (sides, sides[::-1]):
            slug, foreign = side.retailer.slug, other.retailer.slug
            marks = (other.ids() - side.ids()) | set(WORDS[foreign])
            own = side.ids()
            told: list[tuple[str, bytes]] = [
                *told_by_operations(side),
                *told_to_kiosks(side),
                *told_on_pages(side, people[slug]),
                *told_to_programs(side, receiver),
            ]

            leaks = [(where, mark) for where, said in told for mark in marks if mark in said]
            everything = b"".join(said for _, said in told)
            assert leaks == []
            assert len(marks) > 20
            # It does show one's own: the walk looks where something stands.
            assert sum(one in everything for one in own) >= 8
            assert all(word in everything for word in WORDS[slug])
            assert any(where.startswith("webhook") for where, _ in told)

    def test_leave_nothing_of_people_in_the_metrics(self, sides: tuple[Side, Side]) -> None:
        text: Any = Client().get("/metrics").content

        assert b"rollcall_" in text
        for word in (b"Nora", b"Okafor", b"5550177", b"Alderson", b"1988"):
            assert word not in text
        assert not [one for side in sides for one in side.ids() if one in text]
