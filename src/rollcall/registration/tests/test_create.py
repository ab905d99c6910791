"""A kiosk registers shoppers: with a POS that answers, is slow, is down, or says no."""

from __future__ import annotations

import time

import pytest

from rollcall.customers.models import Customer, PosRecord
from rollcall.outbox.models import OutboxEntry, WriteSwitch
from rollcall.outbox.tests.writing_world import WritingWorld
from rollcall.registration.tests.kiosk import INES, Kiosk
from rollcall.sync.models import PosConnection

EMAIL = INES["email"]


class TestWithAWorker:
    @pytest.fixture(autouse=True)
    def _worker(self, worker: None) -> None:
        """A worker runs."""

    def test_answers_with_the_id_of_the_pos(self, writing: WritingWorld, kiosk: Kiosk) -> None:
        reply = kiosk.create(**INES)

        (made,) = writing.at_pos(email=EMAIL)
        assert (reply.status, reply.json["pos_status"]) == (201, "created")
        row = reply.json["customer"]
        assert row["customer_id"] == made["pos_id"]
        assert (row["birthday"], row["phone"], row["email"]) == (
            "1988-07-19", "+14155550177", EMAIL,
        )  # fmt: skip
        assert "RateLimit" in reply.headers
        assert kiosk.read(made["pos_id"]).json["customer"]["customer_id"] == made["pos_id"]

    def test_repeated_under_its_key_makes_nobody_twice(
        self, writing: WritingWorld, kiosk: Kiosk
    ) -> None:
        first = kiosk.create("order-17", **INES)
        again = kiosk.create("order-17", **INES)

        assert (again.status, again.json) == (201, first.json)
        assert len(writing.at_pos(email=EMAIL)) == 1

    def test_repeated_after_it_arrived_is_no_duplicate_of_itself(
        self, writing: WritingWorld, kiosk: Kiosk
    ) -> None:
        card = {"drivers_license": "D7654321", "licence_expires_on": "2031-01-31"}
        first = kiosk.create("order-17", **INES, **card)

        again = kiosk.create("order-17", **INES, **card)

        assert (first.status, first.json["pos_status"]) == (201, "created")
        assert (again.status, again.json) == (201, first.json)
        assert len(writing.at_pos(email=EMAIL)) == 1

    def test_under_a_key_used_for_another_body_is_refused(self, kiosk: Kiosk) -> None:
        kiosk.create("order-17", **INES)

        reply = kiosk.create("order-17", **{**INES, "first_name": "Agnes"})

        assert (reply.status, reply.json["code"]) == (422, "idempotency_key_reused")

    def test_of_whom_the_pos_knows_is_a_duplicate_with_the_existing_one(
        self, writing: WritingWorld, kiosk: Kiosk
    ) -> None:
        known = next(row for row in writing.control.customers() if row.get("email"))

        reply = kiosk.create(**{**INES, "email": known["email"]})

        assert (reply.status, reply.json["code"]) == (409, "customer_exists")
        assert reply.json["customer"]["customer_id"] == known["pos_id"]
        assert reply.json["title"] == "customer already exists"
        own = PosRecord.objects.scoped(writing.scope).filter(account__kind="rollcall")
        assert [record.gone_at is not None for record in own] == [True]

    def test_says_pending_when_the_pos_is_slow(self, writing: WritingWorld, kiosk: Kiosk) -> None:
        writing.control.set_faults(latency_ms=3000)
        began = time.monotonic()

        reply = kiosk.create(**INES)

        assert (reply.status, reply.json["pos_status"]) == (201, "pending")
        assert time.monotonic() - began < 3.0
        writing.control.set_faults(latency_ms=0)

    def test_says_pending_at_once_when_the_pos_is_down(
        self, writing: WritingWorld, kiosk: Kiosk
    ) -> None:
        writing.control.set_faults(error_500_rate=1)

        reply = kiosk.create(**INES)

        assert (reply.status, reply.json["pos_status"]) == (201, "pending")
        hub_id = reply.json["customer"]["customer_id"]
        assert kiosk.read(hub_id).json["customer"]["first_name"] == "Ines"
        found = kiosk.send("GET", "customers?phone=4155550177", None).json["customers"]
        assert [row["customer_id"] for row in found] == [hub_id]


class TestWithoutAnybodySending:
    def test_keeps_the_person(self, writing: WritingWorld, kiosk: Kiosk) -> None:
        WriteSwitch.objects.scoped(writing.scope).update(enabled_at=None)

        reply = kiosk.create(**INES)

        assert (reply.status, reply.json["pos_status"]) == (201, "pending")
        (entry,) = OutboxEntry.objects.scoped(writing.scope)
        assert entry.state == "held"

    def test_a_store_without_pos_keeps_them_too(self, writing: WritingWorld, kiosk: Kiosk) -> None:
        PosConnection.stores.through.objects.all().delete()

        reply = kiosk.create(**INES)

        assert (reply.status, reply.json["pos_status"]) == (201, "unsupported")
        assert kiosk.read(reply.json["customer"]["customer_id"]).status == 200

    def test_a_phone_alone_is_a_lead(self, writing: WritingWorld, kiosk: Kiosk) -> None:
        reply = kiosk.create(phone="4155550177")

        assert (reply.status, reply.json["pos_status"]) == (201, "lead")
        assert reply.json["customer"]["first_name"] is None
        assert not OutboxEntry.objects.scoped(writing.scope).exists()

    def test_an_exact_licence_is_a_duplicate(self, writing: WritingWorld, kiosk: Kiosk) -> None:
        known = next(row for row in writing.control.customers() if row.get("licence"))

        reply = kiosk.create(
            **INES,
            drivers_license=known["licence"].lower(),
            licence_expires_on="2031-01-31",
        )

        assert reply.status == 409
        assert reply.json["customer"]["customer_id"] == known["pos_id"]
        assert Customer.objects.scoped(writing.scope).count() == len(writing.world.truth())

    def test_all_that_is_wrong_is_told_at_once(self, writing: WritingWorld, kiosk: Kiosk) -> None:
        reply = kiosk.create(birthday="19.07.1988", email="no address", first_name=7)

        assert (reply.status, reply.json["code"]) == (422, "invalid")
        assert reply.json["errors"] == {
            "birthday": ["expected format is yyyy-MM-dd"],
            "email": ["is invalid"],
            "first_name": ["is not a text"],
        }
        assert "no address" not in reply.body.decode()

    def test_what_the_pos_requires_is_told_before_it_is_asked(
        self, writing: WritingWorld, kiosk: Kiosk
    ) -> None:
        reply = kiosk.create(first_name="Ines", birthday="1988-02-30")
        missing = kiosk.create(first_name="Ines")

        assert reply.json["errors"] == {"birthday": ["is not a valid date"]}
        assert missing.json["errors"]["last_name"] == ["can't be blank"]
        assert missing.json["errors"]["birthday"] == ["can't be blank"]
        assert not PosRecord.objects.scoped(writing.scope).filter(account__kind="rollcall").exists()

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            (b"", 400, "bad_request"),
            (b"not json", 400, "bad_request"),
            (b"[]", 400, "bad_request"),
            (b'"customer"', 400, "bad_request"),
            (b"{}", 400, "customer_missing"),
            (b'{"customer": null}', 400, "customer_missing"),
            (b'{"customer": {}}', 400, "customer_missing"),
            (b'{"customer": []}', 400, "customer_missing"),
            (b"[" * 100_000, 400, "bad_request"),
            (b'{"customer": {"first_name": "\\u0000"}}', 422, "invalid"),
            (b'{"customer": {"first_name": "\xff"}}', 400, "bad_request"),
            (b'{"customer": {"first_name": "' + b"x" * 500 + b'"}}', 422, "invalid"),
            (b"x" * 2_000_000, 413, "content_too_large"),
        ],
    )
    def test_hostile_bodies_are_refused(
        self, kiosk: Kiosk, body: bytes, status: int, code: str
    ) -> None:
        reply = kiosk.send("POST", "customers", body)

        assert (reply.status, reply.json["code"]) == (status, code)

    def test_another_kiosk_s_address_is_not_found(self, kiosk: Kiosk) -> None:
        other = Kiosk(catalog_id="43", key=kiosk.key)

        assert other.create(**INES).status == 404
        assert Kiosk(catalog_id="42", key="rck_wrong").create(**INES).status == 401
