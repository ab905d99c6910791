"""Guest orders: claimed by whoever proved that the contact is theirs, and by nobody else."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from rollcall.audit.models import Entry
from rollcall.customers.models import PosAccount
from rollcall.identity.models import Merge
from rollcall.identity.operations.merging import merge_people, undo_merge
from rollcall.kit.clock import utc_now
from rollcall.kit.crypto import sealed_key_id
from rollcall.kit.scope import Scope
from rollcall.notifications.tests.conftest import post as post
from rollcall.notifications.tests.mail_catcher import MailCatcher
from rollcall.orders.models import KioskOrder
from rollcall.orders.operations.tying import tie_order
from rollcall.orders.queries.kiosk_orders import list_ties, open_contact
from rollcall.orders.tests.guests import MAIL, NORA, Guest, open_store
from rollcall.orders.tests.guests import guest as guest
from rollcall.orders.tests.order_shop import OrderShop
from rollcall.orders.tests.order_shop import quick_api as quick_api
from rollcall.orders.tests.order_shop import shop as shop
from rollcall.proofs.operations.sending import send_next
from rollcall.proofs.rules.tokens import mint_proof
from rollcall.registration.tests.kiosk import Kiosk
from rollcall.stores.operations import reseal_values, rotate_data_key
from rollcall.stores.queries import forget_keys
from rollcall.testing.fixtures import NOON, Ingest, incoming
from rollcall.testing.platform_client import PlatformClient


class TestAContactOnAnOrder:
    def test_is_kept_sealed_and_found_by_nothing_but_its_index(self, guest: Guest) -> None:
        scope = guest.shop.scope
        order = guest.shop.order(phone="(415) 555-0188", email="")

        assert open_contact(scope, guest.order) == {"phone": "", "email": MAIL}
        assert open_contact(scope, order) == {"phone": "+14155550188", "email": ""}
        with connection.cursor() as cursor:
            cursor.execute("select t::text from orders_kioskorder t")
            assert not [row for (row,) in cursor.fetchall() if "xample" in row or "0188" in row]

    @pytest.mark.parametrize(
        "sent", [{"email": 7}, {"email": "nobody"}, {"phone": "12"}, {"phone": ["x"]}, {}]
    )
    def test_that_is_none_is_ignored(self, shop: OrderShop, sent: dict[str, Any]) -> None:
        reply = shop.post(**sent)

        order = KioskOrder.objects.scoped(shop.scope).get()
        assert (reply.status, open_contact(shop.scope, order)) == (201, {})

    def test_is_not_kept_of_somebody_who_is_known(self, shop: OrderShop) -> None:
        order = shop.order(email=MAIL, customer_id="1042")

        assert (order.email_key, bytes(order.sealed_contact)) == (None, b"")

    def test_stays_readable_under_a_new_data_key(self, guest: Guest) -> None:
        scope = guest.shop.scope
        newest = rotate_data_key(scope, now=NOON).pk
        forget_keys()

        assert reseal_values(scope).is_complete
        order = KioskOrder.objects.scoped(scope).get()
        assert sealed_key_id(bytes(order.sealed_contact)) == newest
        assert open_contact(scope, order)["email"] == MAIL


class TestClaiming:
    def test_goes_from_a_code_in_the_mail_to_the_order(
        self, guest: Guest, post: MailCatcher
    ) -> None:
        shop = guest.shop

        def identify(**given: str) -> Any:
            sent = {"identify": {"email": MAIL, **given}}
            return shop.calling.send("POST", "identify", sent).json

        identify(send_code="email")
        assert send_next(now=utc_now())
        body = post.caught[-1].message.get_body(("plain",))
        assert body is not None
        found = re.search(r"(\d{3}) (\d{3})", body.get_content())
        assert found is not None
        token = identify(code=found[1] + found[2])["proof"]["token"]
        reply = guest.claim(token)

        assert reply.status == 200
        assert reply.json == {
            "customer_id": str(guest.person.public_id),
            "claimed": [str(guest.order.uuid)],
        }
        assert guest.holder() == guest.person.pk

    def test_is_audited_without_values_and_can_be_taken_back(self, guest: Guest) -> None:
        scope, me = guest.shop.scope, guest.person.pk
        guest.claim(guest.prove())
        tie = list_ties(scope, guest.order)[0]
        told = list(
            Entry.objects.scoped(scope)
            .filter(subject_kind="customer", actor__startswith="kiosk:")
            .order_by("pk")
            .values_list("action", "subject_ids", "context")
        )
        tie_order(scope, guest.order.uuid, None, now=NOON)

        assert tie.actor.startswith("kiosk:")
        assert told == [
            (
                "kiosk_order.attached",
                [me],
                {"order": guest.order.pk, "proven_by": "email"},
            ),
            ("customer.orders_claimed", [me], {"orders": 1, "proven_by": "email"}),
        ]
        assert guest.holder() is None
        # Somebody said that it is not hers.
        assert guest.claim(guest.prove()).json["claimed"] == []

    def test_takes_only_orders_that_are_nobody_s_with_this_contact(
        self, guest: Guest, ingest: Ingest
    ) -> None:
        shop = guest.shop
        other = shop.order(email="vera@example.com")
        phone = shop.order(phone="+14155550134")
        tied = shop.order(email=MAIL)
        tie_order(shop.scope, tied.uuid, shop.ana, now=NOON)
        collided = shop.order(email="vera@example.com")
        KioskOrder.objects.scoped(shop.scope).filter(pk=collided.pk).update(
            email_key=guest.order.email_key
        )
        second = shop.order(email=MAIL)

        reply = guest.claim(guest.prove())

        assert reply.json["claimed"] == [str(second.uuid), str(guest.order.uuid)]
        left = KioskOrder.objects.scoped(shop.scope)
        left = left.filter(pk__in=[other.pk, phone.pk, collided.pk])
        assert list(left.values_list("holder", flat=True)) == [None] * 3
        assert KioskOrder.objects.scoped(shop.scope).get(pk=tied.pk).holder_id == shop.ana.pk

    def test_gives_what_was_taken_from_another_to_whom_it_is(self, guest: Guest) -> None:
        shop = guest.shop
        for customer in (shop.ana, None):
            tie_order(shop.scope, guest.order.uuid, customer, now=NOON)

        assert guest.claim(guest.prove()).json["claimed"] == [str(guest.order.uuid)]

    def test_finds_nothing_in_the_same_words(self, guest: Guest) -> None:
        first, second = (guest.claim(guest.prove()).json for _ in range(2))

        assert second == {**first, "claimed": []}

    def test_may_be_repeated_under_its_key(self, guest: Guest) -> None:
        proof = guest.prove()
        first, again = (guest.claim(proof, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))
        other = guest.claim(guest.prove(), HTTP_IDEMPOTENCY_KEY="k")

        assert first.body == again.body
        assert (other.status, other.json["code"]) == (422, "idempotency_key_reused")
        assert len(list_ties(guest.shop.scope, guest.order)) == 1


class TestWithoutProof:
    def test_nothing_is_told_or_tied_and_every_reason_looks_the_same(
        self, guest: Guest, scope_b: Scope
    ) -> None:
        elsewhere = Kiosk.of(scope_b, open_store(scope_b), catalog_id="99")
        good = guest.prove()

        told: list[Any] = [
            guest.claim(guest.prove(by_code=False)),
            guest.claim(guest.prove(age=dt.timedelta(minutes=11))),
            guest.claim(mint_proof()),
            guest.claim("rcp_x"),
            guest.claim(""),
            guest.claim("\u00e9" * 50),
            guest.claim(good, elsewhere),
            PlatformClient.of(scope_b).post("/kiosk-orders/claim", {"proof": good}),
        ]

        assert {one.status for one in told} == {403}
        assert {one.body for one in told} == {told[0].body}
        assert told[0].json["code"] == "proof_needed"
        assert guest.holder() is None

    def test_of_a_contact_that_is_theirs_no_more_nothing_is_tied(
        self, guest: Guest, account_a: PosAccount, ingest: Ingest
    ) -> None:
        proof = guest.prove()
        moved = {**NORA, "email": "n.okafor@example.com"}
        ingest(guest.shop.scope, account_a, [incoming(guest.shop.scope, "7", **moved)])

        assert guest.claim(proof).status == 403
        assert guest.holder() is None

    def test_in_another_store_nothing_is_tied(self, guest: Guest) -> None:
        scope = guest.shop.scope
        other = Kiosk.of(scope, open_store(scope), catalog_id="77")

        assert guest.claim(guest.prove(), other).status == 403

    def test_there_is_a_limit(self, guest: Guest, settings: Settings) -> None:
        settings.KIOSK_IDENTIFICATIONS_PER_HOUR = 2

        statuses = [guest.claim(mint_proof()).status for _ in range(3)]

        assert statuses == [403, 403, 429]


class TestProgramsThatClaim:
    def test_use_the_same_proof(self, guest: Guest) -> None:
        api = PlatformClient.of(guest.shop.scope)

        reply = api.post("/kiosk-orders/claim", {"proof": guest.prove()})

        assert (reply.status, reply.json["claimed"]) == (200, [str(guest.order.uuid)])
        read = api.get(f"/kiosk-orders/{guest.order.uuid}").json
        assert read["customer_id"] == reply.json["customer_id"]

    def test_send_a_body(self, guest: Guest) -> None:
        api = PlatformClient.of(guest.shop.scope)

        assert [
            api.post("/kiosk-orders/claim", sent).status
            for sent in ({}, {"proof": 7}, {"proof": "x" * 101}, b"[", {"other": 1})
        ] == [422, 422, 422, 400, 422]


class TestMerges:
    def test_take_claimed_orders_along_and_undoing_brings_them_to_whom_the_proof_was(
        self, guest: Guest
    ) -> None:
        scope, nora, ana = guest.shop.scope, guest.person, guest.shop.ana
        merge = merge_people(scope, ana, nora, reason=Merge.Reason.PERSON, now=utc_now())
        survivor = guest.person

        reply = guest.claim(guest.prove())

        assert reply.json["customer_id"] == str(survivor.public_id)
        assert (guest.holder(), survivor.pk) == (survivor.pk, ana.pk)
        undo_merge(scope, merge.pk, now=utc_now())
        assert guest.holder() == nora.pk
