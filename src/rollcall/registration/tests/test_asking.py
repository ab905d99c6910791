"""Somebody registered at the till a minute ago is found, or nobody waits for long."""

from __future__ import annotations

import time

import pytest
from django.test import Client

from rollcall.outbox.tests.writing_world import WritingWorld
from rollcall.registration.operations.asking import forget_questions
from rollcall.registration.tests.kiosk import Kiosk
from rollcall.stores.models import User


@pytest.fixture(autouse=True)
def _fresh_questions() -> None:
    forget_questions()


def at_the_till(writing: WritingWorld) -> str:
    return writing.control.create(
        given_name="Ines", family_name="Okafor", phone="4155550177", email="ines@example.com",
        born_on="1988-07-19",
    )  # fmt: skip


def found(kiosk: Kiosk, query: str) -> list[str]:
    reply = kiosk.send("GET", f"customers?{query}", None)
    assert reply.status == 200, reply.body
    return [row["customer_id"] for row in reply.json["customers"]]


class TestAsking:
    @pytest.mark.parametrize(
        "query",
        ["phone=4155550177", "email=ines%40example.com", "first_name=ines&last_name=okafor"],
    )
    def test_finds_who_is_at_the_pos_only(
        self, writing: WritingWorld, kiosk: Kiosk, query: str
    ) -> None:
        pos_id = at_the_till(writing)

        assert found(kiosk, query) == [pos_id]
        assert pos_id in writing.world.held()

    def test_does_not_ask_the_same_again_at_once(self, writing: WritingWorld, kiosk: Kiosk) -> None:
        assert found(kiosk, "phone=4155550177") == []
        pos_id = at_the_till(writing)

        assert found(kiosk, "phone=4155550177") == []
        forget_questions()
        assert found(kiosk, "phone=4155550177") == [pos_id]

    def test_does_not_ask_for_somebody_who_is_here(
        self, writing: WritingWorld, kiosk: Kiosk
    ) -> None:
        known = next(row for row in writing.control.customers() if row.get("email"))
        before = sum(one["count"] for one in writing.control.requests())

        assert found(kiosk, f"email={known['email']}") == [known["pos_id"]]
        assert sum(one["count"] for one in writing.control.requests()) == before

    def test_a_slow_pos_is_heard_by_the_next_search(
        self, writing: WritingWorld, kiosk: Kiosk
    ) -> None:
        pos_id = at_the_till(writing)
        writing.control.set_faults(latency_ms=1200)
        began = time.monotonic()

        first = found(kiosk, "phone=4155550177")

        assert (first, time.monotonic() - began < 2.5) == ([], True)
        deadline = time.monotonic() + 15
        while not (again := found(kiosk, "phone=4155550177")) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert again == [pos_id]

    @pytest.mark.parametrize("fault", ["error_500_rate", "reset_rate", "not_json_rate"])
    def test_a_pos_that_fails_is_nobody_s_error(
        self, writing: WritingWorld, kiosk: Kiosk, fault: str
    ) -> None:
        writing.control.set_faults(**{fault: 1})

        assert found(kiosk, "phone=4155550177") == []


class TestTheSearchBox:
    @pytest.fixture
    def browser(self, client: Client, alice: User) -> Client:
        client.force_login(alice)
        return client

    def test_offers_to_ask_and_finds_them(self, writing: WritingWorld, browser: Client) -> None:
        pos_id = at_the_till(writing)

        first = browser.post("/customers/", {"text": "ines@example.com"}, HTTP_HX_REQUEST="true")
        asked = browser.post(
            "/customers/ask/", {"text": "ines@example.com"}, HTTP_HX_REQUEST="true"
        )

        assert 'hx-post="/customers/ask/"' in first.content.decode()
        assert "OKAFOR" in asked.content.decode().upper()
        assert 'hx-post="/customers/ask/"' not in asked.content.decode()
        assert pos_id in writing.world.held()

    @pytest.mark.parametrize("text", ["in", "ines", "ines ok", "0177", "1988-07-19", "?", ""])
    def test_does_not_ask_for_half_a_person(self, browser: Client, text: str) -> None:
        answer = browser.post("/customers/", {"text": text}, HTTP_HX_REQUEST="true")

        assert 'hx-post="/customers/ask/"' not in answer.content.decode()

    def test_works_without_scripts(self, writing: WritingWorld, browser: Client) -> None:
        at_the_till(writing)

        asked = browser.post("/customers/ask/", {"text": "ines okafor"})

        assert "OKAFOR" in asked.content.decode().upper()
