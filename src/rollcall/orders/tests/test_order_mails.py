"""Mails about orders: to the store, and to who ordered if the store wants that."""

from __future__ import annotations

import datetime as dt
from email.message import EmailMessage

import pytest
from pytest_django import Settings
from structlog.testing import capture_logs

from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.notifications.tests.conftest import post as post
from rollcall.notifications.tests.mail_catcher import MailCatcher
from rollcall.orders.models import OrderMail, OrderWrite
from rollcall.orders.operations import order_waiting
from rollcall.orders.operations.catalogue import save_products
from rollcall.orders.operations.order_letters import write_letter
from rollcall.orders.operations.order_mailing import is_mail_due, send_next_mail
from rollcall.orders.operations.order_rules import save_order_rules
from rollcall.orders.rules.products import read_product
from rollcall.orders.tasks import send_mails
from rollcall.orders.tests.order_shop import DREAM
from rollcall.orders.tests.order_shop import quick_api as quick_api
from rollcall.orders.tests.ordering import ONE_MORE, OrderingShop
from rollcall.registration.tests.kiosk import Kiosk, Reply
from rollcall.stores.models import Store

COUNTER = "counter@example.com"
SAID = {
    "customer_name": "Wilma Typed",
    "customer_email": "Wilma@Example.org",
    "notes": "by the <side> door",
    "items": [{"product_id": "BD-035", "quantity": 2, "product_value_id": "72"}],
}


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_waiting, "PATIENCE_S", 0.01)


class TestAStoreWithoutPos:
    @pytest.fixture
    def kiosk(self, quick_api: None, scope_a: Scope, store_a: Store) -> Kiosk:
        save_products(scope_a, store_a, [read_product(DREAM)])
        return Kiosk.of(scope_a, store_a)

    def allow(self, scope: Scope, store: Store, **rules: object) -> None:
        wanted = {"mail_to": [COUNTER], "anonymous": True, "mail_shopper": True, **rules}
        save_order_rules(scope, store, now=utc_now(), **wanted)  # type: ignore[arg-type]

    def order(self, kiosk: Kiosk, once: str = "", **order: object) -> Reply:
        more = {"HTTP_IDEMPOTENCY_KEY": once} if once else {}
        return kiosk.send("POST", "orders", {"order": {**SAID, **order}}, **more)

    def test_mails_the_order_to_the_store_and_to_who_ordered(
        self, kiosk: Kiosk, scope_a: Scope, store_a: Store, post: MailCatcher
    ) -> None:
        self.allow(scope_a, store_a)

        reply = self.order(kiosk, "once", order_number="K7-1")
        again = self.order(kiosk, "once", order_number="K7-1")
        with capture_logs() as logs:
            send_mails()

        assert (reply.status, reply.json["pos_status"]) == (200, "mailed")
        assert reply.json["order"]["amount"] == "160.20"
        assert again.json == reply.json
        assert [one.recipients for one in post.caught] == [[COUNTER], ["wilma@example.org"]]
        staff, shopper = (one.message for one in post.caught)
        assert staff["Subject"] == shopper["Subject"] == "Order K7-1 at Alder Way"
        assert "2 x Blue Dream (7 g), 80.10" in text_of(staff)
        assert "Total: 160.20" in text_of(staff)
        assert "Wilma Typed" in text_of(staff)
        assert "by the <side> door" in text_of(staff)
        assert "by the &lt;side&gt; door" in html_of(staff)
        assert "2 x Blue Dream" in text_of(shopper)
        assert "side" not in text_of(shopper)
        assert "Wilma" not in repr(logs)
        told = OrderMail.objects.scoped(scope_a)
        assert {(one.state, one.sealed_letter) for one in told} == {("sent", None)}

    def test_names_that_nobody_typed_are_left_out(
        self, kiosk: Kiosk, scope_a: Scope, store_a: Store, post: MailCatcher
    ) -> None:
        self.allow(scope_a, store_a)

        self.order(kiosk, customer_name="null null", customer_email="nobody", notes=None)
        send_mails()

        (staff,) = post.caught
        assert "null" not in text_of(staff.message)
        assert "For:" not in text_of(staff.message)

    def test_who_ordered_is_only_mailed_to_if_the_store_wants_that(
        self, kiosk: Kiosk, scope_a: Scope, store_a: Store, post: MailCatcher
    ) -> None:
        self.allow(scope_a, store_a, mail_shopper=False)

        self.order(kiosk)
        send_mails()

        assert [one.recipients for one in post.caught] == [[COUNTER]]

    def test_takes_no_orders_if_nobody_reads_them(
        self, kiosk: Kiosk, scope_a: Scope, store_a: Store, settings: Settings, post: MailCatcher
    ) -> None:
        without_recipients = self.order(kiosk)
        self.allow(scope_a, store_a)
        server, settings.MAIL_SERVER = settings.MAIL_SERVER, None
        without_server = self.order(kiosk)
        settings.MAIL_SERVER = server

        assert [without_recipients.status, without_server.status] == [405, 405]
        assert not OrderWrite.objects.scoped(scope_a).exists()
        assert self.order(kiosk).status == 200

    def test_a_name_that_breaks_lines_breaks_no_header(
        self, kiosk: Kiosk, scope_a: Scope, store_a: Store, post: MailCatcher
    ) -> None:
        self.allow(scope_a, store_a)

        reply = self.order(kiosk, customer_email="a@example.org\r\nBcc: b@example.org")
        odd = self.order(kiosk, customer_email="a@example.org, b@example.org")
        send_mails()

        assert (reply.status, odd.status) == (422, 200)
        assert [one.recipients for one in post.caught] == [[COUNTER]]


class TestSending:
    @pytest.fixture
    def mail(self, quick_api: None, scope_a: Scope, store_a: Store, post: MailCatcher) -> OrderMail:
        save_order_rules(scope_a, store_a, mail_to=[COUNTER], anonymous=True, now=utc_now())
        Kiosk.of(scope_a, store_a).send("POST", "orders", {"order": SAID})
        return OrderMail.objects.scoped(scope_a).get()

    def test_a_repetition_after_a_kill_has_the_same_id(
        self, mail: OrderMail, scope_a: Scope, post: MailCatcher
    ) -> None:
        """The server took it, and nobody could write that down: it goes once more, recognisably."""
        post.habits.cut_after_data = True
        assert send_next_mail(now=utc_now())
        post.habits.cut_after_data = False
        assert not is_mail_due(now=utc_now())

        later = utc_now() + dt.timedelta(minutes=5)
        assert send_next_mail(now=later)
        assert not send_next_mail(now=later)

        first, second = (one.message["Message-ID"] for one in post.caught)
        assert first == second

    def test_what_is_refused_for_good_is_given_up(
        self, mail: OrderMail, scope_a: Scope, post: MailCatcher
    ) -> None:
        post.habits.recipients[COUNTER] = "550 nobody here"

        send_mails()

        held = OrderMail.objects.scoped(scope_a).get()
        assert (held.state, held.error_code) == ("given_up", "smtp_550")

    def test_a_server_that_is_down_is_tried_later(
        self, mail: OrderMail, scope_a: Scope, post: MailCatcher
    ) -> None:
        post.habits.greeting = "421 busy"

        send_mails()

        held = OrderMail.objects.scoped(scope_a).get()
        assert (held.state, held.attempts) == ("waiting", 1)
        assert held.next_try_at > utc_now() + dt.timedelta(seconds=30)

    def test_says_the_same_however_often_it_is_written(
        self, mail: OrderMail, scope_a: Scope
    ) -> None:
        now = utc_now()
        first, _ = write_letter(scope_a, mail, now=now)
        second, recipient = write_letter(scope_a, mail, now=now)

        assert recipient == COUNTER
        assert first.get_body(("plain",)).get_content() == text_of(second)  # type: ignore[union-attr]
        assert b"Wilma" not in bytes(mail.sealed_letter or b"")


class TestOrdersAtThePos:
    def test_are_told_when_placed_added_to_and_changed(
        self, ordering: OrderingShop, post: MailCatcher
    ) -> None:
        ordering.allow(mail_to=[COUNTER], mail_shopper=True)
        buyer, email = ordering.somebody(), {"customer_email": "wilma@example.org"}
        ordering.order(customer_id=buyer, customer_name="Wilma Typed", **email)
        ordering.send()
        ordering.order(customer_id=buyer, items=ONE_MORE, **email)
        ordering.send()
        order = ordering.writes()[0].order
        assert order is not None
        ordering.status(customer_id=buyer, ticket_id=order.external_id, order_status="PACKED_READY")
        ordering.send()

        send_mails()

        number = order.number
        assert [one.message["Subject"] for one in post.caught] == [
            subject
            for subject in (
                f"Order {number} at Alder Way",
                f"[UPDATED] Order {number} at Alder Way",
                f"Order {number} at Alder Way: packed ready",
            )
            for _ in range(2)
        ]
        recipients = [one.recipients[0] for one in post.caught]
        assert recipients == [COUNTER, "wilma@example.org"] * 3
        assert "2 x Garden Dream 1/8 oz, 35.00" in text_of(post.caught[0].message)
        assert "3 x Garden Dream 1/8 oz, 35.00" in text_of(post.caught[2].message)

    def test_are_not_told_before_the_pos_has_taken_them(
        self, ordering: OrderingShop, post: MailCatcher
    ) -> None:
        ordering.allow(mail_to=[COUNTER])
        ordering.order(
            customer_id=ordering.somebody(),
            items=[{"product_id": "size-5001", "quantity": 41}],
        )
        ordering.send()
        send_mails()

        assert post.caught == []
        assert [one.state for one in ordering.writes()] == ["refused"]
