"""Every operation of the platform API, walked as programs that must not get anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from rollcall.audit.models import Entry
from rollcall.config.urls import platform_api
from rollcall.consent.models import ConsentEntry
from rollcall.consent.operations.recording import Circumstances, record_consent
from rollcall.consent.rules.vocabulary import Channel, Purpose
from rollcall.customers.models import Customer, FieldEdit, PosRecord
from rollcall.customers.tests.kiosk_world import fresh_api as fresh_api
from rollcall.events.models import Webhook, WebhookDelivery, WebhookSecret
from rollcall.events.operations.subscribing import create_webhook
from rollcall.identity.models import Decision, Merge, SaidNew, Suggestion
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.merging_shop import shop as shop
from rollcall.identity.tests.review_queue import NORA, take_in_pair
from rollcall.inbox.models import InboxEvent
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Grant, Role, Scope
from rollcall.orders.models import KioskOrder, ProductValue
from rollcall.orders.tests.order_shop import GUMMIES, place_for
from rollcall.orders.tests.pos_order import pos_order
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.enqueue import put_entry
from rollcall.outbox.rules.wishes import Wish
from rollcall.pos.registry import connector
from rollcall.proofs.models import Proof, WebIdentity
from rollcall.proofs.operations.web_identities import bind
from rollcall.proofs.rules.limits import PROOF_LIFE
from rollcall.proofs.rules.tokens import mint_proof, proof_hash
from rollcall.registration.tests.kiosk import Kiosk
from rollcall.stores.models import Store
from rollcall.stores.operations import save_kiosk
from rollcall.sync.models import AccountState, CustomerSync, PosConnection, Task
from rollcall.sync.operations.connections import save_connection
from rollcall.testing.fixtures import NOON
from rollcall.testing.platform_client import PlatformClient, Reply

#: Operation → what a program must be for it.
RIGHTS = {
    "listCustomers": (Grant.READ_CUSTOMERS, Role.STAFF),
    "searchCustomers": (Grant.READ_CUSTOMERS, Role.STAFF),
    "getCustomer": (Grant.READ_CUSTOMERS, Role.STAFF),
    "listIdentities": (Grant.READ_CUSTOMERS, Role.STAFF),
    "getProvenance": (Grant.READ_CUSTOMERS, Role.STAFF),
    "listHistory": (Grant.READ_CUSTOMERS, Role.STAFF),
    "listConsents": (Grant.READ_CUSTOMERS, Role.STAFF),
    "createCustomer": (Grant.WRITE_CUSTOMERS, Role.STAFF),
    "updateCustomer": (Grant.WRITE_CUSTOMERS, Role.STAFF),
    "bulkCustomers": (Grant.WRITE_CUSTOMERS, Role.STAFF),
    "listOrders": (Grant.READ_ORDERS, Role.STAFF),
    "getOrder": (Grant.READ_ORDERS, Role.STAFF),
    "listDuplicates": (Grant.READ_IDENTITY, Role.MANAGER),
    "getDuplicate": (Grant.READ_IDENTITY, Role.MANAGER),
    "decideDuplicate": (Grant.WRITE_IDENTITY, Role.MANAGER),
    "previewMerge": (Grant.READ_IDENTITY, Role.MANAGER),
    "listMerges": (Grant.READ_IDENTITY, Role.MANAGER),
    "getMerge": (Grant.READ_IDENTITY, Role.MANAGER),
    "mergePeople": (Grant.WRITE_IDENTITY, Role.MANAGER),
    "previewUndo": (Grant.READ_IDENTITY, Role.MANAGER),
    "undoMerge": (Grant.WRITE_IDENTITY, Role.MANAGER),
    "listDecisions": (Grant.READ_IDENTITY, Role.MANAGER),
    "makeDecision": (Grant.WRITE_IDENTITY, Role.MANAGER),
    "withdrawDecision": (Grant.WRITE_IDENTITY, Role.MANAGER),
    "listEvents": (Grant.READ_EVENTS, Role.STAFF),
    "listWebhooks": (Grant.WRITE_WEBHOOKS, Role.ADMIN),
    "createWebhook": (Grant.WRITE_WEBHOOKS, Role.ADMIN),
    "getWebhook": (Grant.WRITE_WEBHOOKS, Role.ADMIN),
    "changeWebhook": (Grant.WRITE_WEBHOOKS, Role.ADMIN),
    "removeWebhook": (Grant.WRITE_WEBHOOKS, Role.ADMIN),
    "rotateWebhookSecret": (Grant.WRITE_WEBHOOKS, Role.ADMIN),
    "testWebhook": (Grant.WRITE_WEBHOOKS, Role.ADMIN),
    "listWebhookDeliveries": (Grant.WRITE_WEBHOOKS, Role.ADMIN),
    "replayWebhook": (Grant.WRITE_WEBHOOKS, Role.ADMIN),
    "listProducts": (Grant.READ_ORDERS, Role.STAFF),
    "saveProducts": (Grant.WRITE_ORDERS, Role.MANAGER),
    "listKioskOrders": (Grant.READ_ORDERS, Role.STAFF),
    "getKioskOrder": (Grant.READ_ORDERS, Role.STAFF),
    "attachKioskOrder": (Grant.WRITE_ORDERS, Role.STAFF),
    "detachKioskOrder": (Grant.WRITE_ORDERS, Role.STAFF),
    "payKioskOrder": (Grant.WRITE_ORDERS, Role.STAFF),
    "claimOrders": (Grant.WRITE_ORDERS, Role.STAFF),
    "bindWebIdentity": (Grant.WRITE_CUSTOMERS, Role.STAFF),
    "lookUpWebIdentity": (Grant.READ_CUSTOMERS, Role.STAFF),
    "unbindWebIdentity": (Grant.WRITE_CUSTOMERS, Role.STAFF),
    "mayContact": (Grant.READ_CONSENTS, Role.STAFF),
    "listConsentEntries": (Grant.READ_CONSENTS, Role.STAFF),
    "recordConsent": (Grant.WRITE_CONSENTS, Role.STAFF),
    "confirmConsent": (Grant.WRITE_CONSENTS, Role.STAFF),
    "stopConsents": (Grant.WRITE_CONSENTS, Role.STAFF),
    "listConsentWordings": (Grant.READ_CONSENTS, Role.STAFF),
    "createConsentWording": (Grant.WRITE_CONSENTS, Role.MANAGER),
    "listStores": (Grant.READ_STORES, Role.STAFF),
    "getStore": (Grant.READ_STORES, Role.STAFF),
    "listKiosks": (Grant.READ_STORES, Role.STAFF),
    "getKiosk": (Grant.READ_STORES, Role.STAFF),
    "listConnections": (Grant.READ_SYNC, Role.MANAGER),
    "getConnection": (Grant.READ_SYNC, Role.MANAGER),
    "pauseConnection": (Grant.WRITE_SYNC, Role.ADMIN),
    "resumeConnection": (Grant.WRITE_SYNC, Role.ADMIN),
    "lookUpAtPos": (Grant.READ_CUSTOMERS, Role.ADMIN),
    "listSyncs": (Grant.READ_SYNC, Role.MANAGER),
    "getSync": (Grant.READ_SYNC, Role.MANAGER),
    "startSync": (Grant.WRITE_SYNC, Role.MANAGER),
    "rewindConnection": (Grant.WRITE_SYNC, Role.ADMIN),
    "listQuarantine": (Grant.READ_SYNC, Role.MANAGER),
    "retryQuarantine": (Grant.WRITE_SYNC, Role.MANAGER),
    "listReconciliations": (Grant.READ_SYNC, Role.MANAGER),
    "startReconciliation": (Grant.WRITE_SYNC, Role.MANAGER),
    "getTask": (Grant.READ_SYNC, Role.MANAGER),
    "listOutbox": (Grant.READ_OUTBOX, Role.MANAGER),
    "getOutboxEntry": (Grant.READ_OUTBOX, Role.MANAGER),
    "replayOutboxEntry": (Grant.WRITE_OUTBOX, Role.MANAGER),
    "discardOutboxEntry": (Grant.WRITE_OUTBOX, Role.MANAGER),
    "listInbox": (Grant.READ_SYNC, Role.ADMIN),
    "getInboxEvent": (Grant.READ_SYNC, Role.ADMIN),
    "replayInboxEvent": (Grant.WRITE_SYNC, Role.ADMIN),
    "listAudit": (Grant.READ_AUDIT, Role.ADMIN),
}
OPERATIONS = {
    operation["operationId"]: (method.upper(), path.removeprefix("/api/v2"))
    for path, operations in platform_api.get_openapi_schema()["paths"].items()
    for method, operation in operations.items()
}
#: Parameters that have to be given.
QUERIES = {"mayContact": "?channel=sms&purpose=marketing"}
#: What belongs to whoever asks: it is theirs alone.
MAKES_ITS_OWN = {"createWebhook"}
#: A proof that was given elsewhere proves nothing.
OF_NOBODY = {
    "claimOrders": (403,),
    "bindWebIdentity": (403,),
    # Of all stores, and the same whether anybody is known or not.
    "stopConsents": (200, 403),
    "createConsentWording": (201, 403),
}
WRITES = sorted(name for name, (method, _) in OPERATIONS.items() if method != "GET")
HOSTILE = [
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b"{" * 50_000,
    b'{"store": "\\ud800"}',
    b'{"customer": {"first_name": "\\u0000"}, "store": "\\u0000", "text": "\\u0000"}',
    b'{"first": 1, "second": [], "kind": {}, "decision": null, "reason": 7, "note": true}',
    b'{"text": 1e400, "store": 18446744073709551616000, "shown": {"a": 1}, "confirm_new": "no"}',
    b'{"' + b"x" * 900_000 + b'": 1}',
    b'{"text": "' + b"\xf0\x9f\xa6\x84" * 1_000 + b'"}',
]
#: Refusals that only somebody with the right gets; some come of what was done just before.
AFTER_THE_DOOR = ("likely_match", "pos_failed", "in_the_way", "already_answered", "already_one")


@dataclass(frozen=True, kw_only=True)
class OfA:
    """Ids of retailer A, and what would be sent about them."""

    ids: dict[str, object]
    bodies: dict[str, object]

    def ask(self, api: PlatformClient, name: str) -> Reply:
        method, path = OPERATIONS[name]
        body = self.bodies.get(name, {}) if method != "GET" else b""
        return api.send(
            method,
            path.format(**self.ids) + QUERIES.get(name, ""),
            body,
            HTTP_IF_MATCH="*",
            HTTP_IDEMPOTENCY_KEY=f"walk-{name}",
        )


@pytest.fixture
def of_a(fresh_api: None, shop: MergingShop, store_a: Store) -> OfA:
    return fill_retailer(shop, store_a)


def fill_retailer(
    shop: MergingShop, store: Store, *, catalog_id: str = "42", slug: str = "alder-way"
) -> OfA:
    """Give a retailer one of everything that an operation may name."""
    duplicate = take_in_pair(shop)
    for name in ("treez:8", "cova:9"):
        shop.row(name, **NORA)
    merge = shop.merge("treez:8", "cova:9")
    first, second = (shop.home(name) for name in ("treez:1", "cova:2"))
    decision = Decision.objects.scoped(shop.scope).create(
        kind="household",
        first_customer=shop.home("treez:8"),
        second_customer=first,
        at=shop.tick(),
        actor="user:1",
    )
    webhook = create_webhook(
        shop.scope, url="https://hooks.example.com/Okafor", name="Okafor", now=shop.tick()
    ).webhook
    record = PosRecord.objects.scoped(shop.scope).filter(link__customer=first)[0]
    two = {"first": str(first.public_id), "second": str(second.public_id)}
    order = place_for(shop.scope, store, first, catalog_id=f"{catalog_id}-orders")
    proof = prove(shop.scope, record, order)
    login = {"issuer": "https://id.example.com", "subject": "248289761001"}
    identity = bind(shop.scope, **login, proof=proof, now=utc_now())
    begun = record_consent(
        shop.scope, first, purpose=Purpose.LOYALTY, channel=Channel.PUSH, unconfirmed=True,
        circumstances=Circumstances(route=ConsentEntry.Route.API), now=utc_now(),
    )  # fmt: skip
    phone = {"phone": "+14155550188"}
    return OfA(
        ids={
            "customer_id": first.public_id,
            "duplicate_id": duplicate.pk,
            "merge_id": merge.pk,
            "decision_id": decision.pk,
            "webhook_id": webhook.pk,
            "kiosk_order_id": order.uuid,
            "web_identity_id": identity.public_id,
            "consent_id": begun.public_id,
            "store": store.slug,
            "store_id": store.slug,
            **run_a_shop(shop, first, store, catalog_id=catalog_id, slug=slug),
            "order_id": pos_order(shop.scope, record.account, record.external_id).public_id,
        },
        bodies={
            "searchCustomers": {"text": "Nora Okafor"},
            "createCustomer": {
                "store": store.slug,
                "customer": {
                    "first_name": "Nora",
                    "last_name": "Okafor",
                    "birthday": "1988-07-19",
                    "phone": "+14155550177",
                },
            },
            "updateCustomer": {"customer": phone},
            "bulkCustomers": {
                "rows": [{"id": str(first.public_id), "etag": "*", "customer": phone}]
            },
            "decideDuplicate": {"decision": "different"},
            "previewMerge": two,
            "mergePeople": two,
            "makeDecision": {**two, "kind": "same"},
            "createWebhook": {"url": "https://hooks.example.com/okafor"},
            "replayWebhook": {"since": "2026-11-20T00:00:00Z"},
            "saveProducts": {"products": [GUMMIES]},
            "attachKioskOrder": {"customer_id": str(second.public_id)},
            "payKioskOrder": {"paid": True},
            "claimOrders": {"proof": proof},
            "bindWebIdentity": {**login, "subject": "248289761002", "proof": proof},
            "lookUpWebIdentity": login,
            "recordConsent": {"kind": "given", "purpose": "marketing", "channel": "sms"},
            "stopConsents": {"channel": "sms", "contact": phone["phone"], "keyword": "STOP"},
            "createConsentWording": {
                "purpose": "loyalty",
                "channel": "sms",
                "language": "en",
                "text": "Points by text.",
            },
            "lookUpAtPos": {"first_name": "Nora", "last_name": "Okafor"},
            "rewindConnection": {"to": "2026-11-18T00:00:00Z"},
            "discardOutboxEntry": {"reason": "A slip"},
        },
    )


def prove(scope: Scope, record: PosRecord, order: KioskOrder) -> str:
    """A proof of whoever the record tells of, as identification gives one for a code."""
    text, now = mint_proof(), utc_now()
    Proof.objects.scoped(scope).create(
        record=record, kiosk=order.kiosk, store=order.store, token_hash=proof_hash(text),
        means=["phone", "code"], channel="sms", contact_key=record.phone_key,
        made_at=now, expires_at=now + PROOF_LIFE,
    )  # fmt: skip
    return text


def run_a_shop(
    shop: MergingShop, customer: Customer, store: Store, *, catalog_id: str, slug: str
) -> dict[str, object]:
    """A connection and everything that happens to one; returns the ids."""
    scope, account = shop.scope, shop.accounts["treez"]
    kiosk = save_kiosk(scope, store=store, catalog_id=catalog_id, name="Door").row
    connection = connect(scope, store, slug=slug)
    AccountState.objects.scoped(scope).filter(account=account).update(watermark=NOON)
    run = CustomerSync.objects.scoped(scope).create(
        connection=connection, account=account, requested_by="user:1", state="finished"
    )
    task = Task.objects.scoped(scope).create(connection=connection, kind="repair")
    with transaction.atomic():
        entry = put_entry(
            scope,
            customer,
            connection=connection,
            external_id="1",
            intent=OutboxEntry.Intent.UPDATE,
            wish=Wish(values={"email": "nora@example.com"}),
            store=None,
            hub_record=None,
            now=NOON,
        )
    OutboxEntry.objects.scoped(scope).filter(pk=entry.pk).update(state="refused")
    event = InboxEvent.objects.scoped(scope).create(
        connection=connection, account=account, received_at=NOON, kind="changed", external_id="1",
        digest=b"", state="failed", not_before=NOON,
    )  # fmt: skip
    return {
        "kiosk_id": kiosk.catalog_id,
        "connection_id": connection.slug,
        "sync_id": run.pk,
        "task_id": task.pk,
        "entry_id": entry.pk,
        "event_id": event.pk,
    }


def connect(scope: Scope, store: Store, *, slug: str = "alder-way") -> PosConnection:
    """A connection to a POS where nobody answers."""
    settings = connector("treez").settings_model.model_validate(
        {
            "dispensary": "treez-list",
            "api_key": "key",
            "client_id": "client",
            "base_url": "http://127.0.0.1:9",
        }
    )
    return save_connection(
        scope,
        slug=slug,
        kind="treez",
        stores=[store],
        time_zone=store.time_zone,
        settings=settings,
        now=NOON,
    ).row


def state_of(scope: Scope) -> list[Any]:
    return [
        list(Suggestion.objects.scoped(scope).values_list("pk", "state")),
        list(Decision.objects.scoped(scope).values_list("pk", "withdrawn_at")),
        list(Merge.objects.scoped(scope).values_list("pk", "undone_at")),
        list(Webhook.objects.scoped(scope).values_list("pk", "state", "url")),
        WebhookSecret.objects.scoped(scope).count(),
        WebhookDelivery.objects.scoped(scope).count(),
        list(WebIdentity.objects.scoped(scope).values_list("holder", "unbound_at")),
        list(ConsentEntry.objects.scoped(scope).values_list("holder", "kind")),
        list(KioskOrder.objects.scoped(scope).values_list("holder", "paid_at")),
        list(ProductValue.objects.scoped(scope).values_list("external_id", "value")),
        list(PosConnection.objects.scoped(scope).values_list("pk", "paused")),
        list(OutboxEntry.objects.scoped(scope).order_by("pk").values_list("pk", "state")),
        list(InboxEvent.objects.scoped(scope).values_list("pk", "state")),
        [one.objects.scoped(scope).count() for one in (Customer, FieldEdit, SaidNew)],
        [one.objects.scoped(scope).count() for one in (CustomerSync, Task)],
        Entry.objects.scoped(scope).exclude(action__endswith="_key.created").count(),
    ]


def tells_of_a(reply: Reply) -> bool:
    """Whether an answer says anything of A's people or POS systems."""
    return any(word in reply.body for word in (b"Nora", b"Okafor", b"alder-way", b"5550177"))


class TestTheWalk:
    def test_knows_every_operation(self) -> None:
        assert OPERATIONS.keys() == RIGHTS.keys()


class TestEveryOperation:
    def test_is_closed_without_the_right_key(
        self, of_a: OfA, scope_a: Scope, store_a: Store, settings: Settings
    ) -> None:
        settings.FAILED_AUTHENTICATIONS_PER_MINUTE = 100_000
        kiosk = Kiosk.of(scope_a, store_a, catalog_id="43")
        strangers = [PlatformClient(key=key) for key in ("", "rci_nothing", kiosk.key)]
        low = {role: PlatformClient.of(scope_a, role=role) for role in (Role.STAFF, Role.MANAGER)}
        before, wrong = state_of(scope_a), []

        for name, (grant, role) in RIGHTS.items():
            others = tuple(one for one in Grant if one is not grant)
            narrow = PlatformClient.of(scope_a, role=Role.ADMIN, grants=others)
            lower = [client for held, client in low.items() if not held.includes(role)]
            found = [of_a.ask(api, name) for api in (*strangers, narrow, *lower)]
            statuses = [one.status for one in found]
            if statuses != [401] * 3 + [403] * (1 + len(lower)) or any(map(tells_of_a, found)):
                wrong.append((name, statuses))

        assert wrong == []
        assert state_of(scope_a) == before

    def test_shows_and_does_nothing_for_another_retailer(
        self, of_a: OfA, scope_a: Scope, scope_b: Scope
    ) -> None:
        api = PlatformClient.of(scope_b, role=Role.ADMIN)
        before, wrong = state_of(scope_a), []

        for name in RIGHTS:
            reply = of_a.ask(api, name)
            items = [] if name == "listAudit" else reply.json.get("items", [])
            fine = (201,) if name in MAKES_ITS_OWN else OF_NOBODY.get(name, (200, 404, 422))
            if reply.status not in fine or items or tells_of_a(reply):
                wrong.append((name, reply.status, reply.body))

        assert wrong == []
        assert state_of(scope_a) == before

    def test_shows_and_does_nothing_for_another_store(self, of_a: OfA, scope_a: Scope) -> None:
        other = Store.objects.scoped(scope_a).create(
            slug="birch", name="Birch", time_zone="America/Denver", jurisdiction="US-CO"
        )
        api = PlatformClient.of(scope_a, role=Role.ADMIN, stores=[other])
        before, wrong = state_of(scope_a)[:-1], []  # an empty list is audited, too

        for name in RIGHTS:
            reply = of_a.ask(api, name)
            items = [one["id"] for one in reply.json.get("items", [])]
            expected = (201,) if name in MAKES_ITS_OWN else OF_NOBODY.get(name, (200, 404, 422))
            if name == "listAudit":
                expected = (403,)
            shown = ["birch"] if name == "listStores" else []
            if reply.status not in expected or items != shown or tells_of_a(reply):
                wrong.append((name, reply.status, reply.body))

        assert wrong == []
        Webhook.objects.scoped(scope_a).filter(store_ids=[other.pk]).delete()
        assert state_of(scope_a)[:-1] == before

    def test_opens_for_whoever_has_the_right(self, of_a: OfA, scope_a: Scope) -> None:
        wrong = []

        # What removes something comes last.
        for name in sorted(RIGHTS, key=lambda one: (one in WRITES, one == "removeWebhook")):
            grant, role = RIGHTS[name]
            api = PlatformClient.of(scope_a, role=role, grants=[grant])
            reply = of_a.ask(api, name)
            opened = reply.status in (200, 201, 202) or reply.code in AFTER_THE_DOOR
            if not opened or "RateLimit" not in reply.headers:
                wrong.append((name, reply.status, reply.body))

        assert wrong == []

    def test_takes_no_other_method(self, of_a: OfA, scope_a: Scope) -> None:
        api = PlatformClient.of(scope_a)
        paths = {path.format(**of_a.ids) for _, path in OPERATIONS.values()}

        found = {path: api.send("DELETE", path, b"") for path in paths}

        assert {path: one.status for path, one in found.items() if one.status != 405} == {}

    def test_hides_secrets_of_connections_and_kiosks(self, of_a: OfA, scope_a: Scope) -> None:
        api = PlatformClient.of(scope_a, role=Role.ADMIN)

        told = b"".join(
            of_a.ask(api, name).body
            for name in ("listConnections", "getConnection", "listKiosks", "getKiosk")
        )

        for word in (b"settings", b"secret", b"credential", b"sealed", b"api_key", b"hash"):
            assert word not in told


class TestHostileBodies:
    def test_are_refused_and_do_nothing(self, of_a: OfA, scope_a: Scope) -> None:
        api = PlatformClient.of(scope_a, role=Role.ADMIN)
        before, wrong = state_of(scope_a)[:-1], []

        for name in WRITES:
            method, template = OPERATIONS[name]
            path = template.format(**of_a.ids)
            keyed = {"HTTP_IF_MATCH": "*"}
            if name == "bulkCustomers":
                keyed["HTTP_IDEMPOTENCY_KEY"] = "hostile"
            found = [
                api.send(method, path, body, **{**keyed, "CONTENT_LENGTH": str(length)})
                for body, length in [*((one, len(one)) for one in HOSTILE), (b"", 10**12)]
            ]
            found.append(api.send(method, path, b"{}", HTTP_IDEMPOTENCY_KEY="x" * 201))
            statuses = [one.status for one in found]
            # It takes no body, and so it takes every body.
            lowest = 200 if name == "previewUndo" else 400
            if not all(lowest <= status < 500 for status in statuses) or statuses[-2] != 413:
                wrong.append((name, statuses))

        assert wrong == []
        assert state_of(scope_a)[:-1] == before


class TestHostileAddresses:
    @pytest.mark.parametrize(
        "path",
        [
            "/duplicates?cursor=%00",
            "/duplicates?cursor=bmFuOjE",
            "/duplicates?cursor=MTox" + "MTox" * 30,
            "/duplicates?limit=0",
            "/duplicates?limit=%D9%A1",
            "/merges?cursor=LTE",
            "/decisions?limit=5&limit=6",
            "/events?cursor=MS4yLjM",
            "/events?start=yesterday",
            "/events?types=customer.lost",
        ],
    )
    def test_are_refused(self, fresh_api: None, scope_a: Scope, path: str) -> None:
        assert PlatformClient.of(scope_a).get(path).status in (400, 422)

    @pytest.mark.parametrize("wanted", ["0", "-1", "x", "9" * 30, "%00", "1%2F2"])
    def test_name_nothing(self, fresh_api: None, scope_a: Scope, wanted: str) -> None:
        api = PlatformClient.of(scope_a, role=Role.ADMIN)
        parts = ("duplicates", "merges", "webhooks")
        assert {api.get(f"/{part}/{wanted}").status for part in parts} == {404}
        assert api.post(f"/decisions/{wanted}/withdraw").status == 404


class TestTheOldApi:
    def test_takes_no_key_of_a_program(
        self, fresh_api: None, scope_a: Scope, store_a: Store
    ) -> None:
        kiosk = Kiosk.of(scope_a, store_a)
        program = Kiosk(catalog_id=kiosk.catalog_id, key=PlatformClient.of(scope_a).key)

        assert program.read("1").status == 401
        assert program.create(first_name="Nora").status == 401
