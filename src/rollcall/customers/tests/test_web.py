"""Searching for people and looking at one."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.test import Client

from rollcall.audit.models import Entry
from rollcall.customers.models import Customer, Link, PosAccount, PosRecord
from rollcall.kit.scope import Scope
from rollcall.stores.models import User
from rollcall.testing.fixtures import NOON, Ingest, incoming


@pytest.fixture
def ana(scope_a: Scope, account_a: PosAccount, ingest: Ingest) -> Customer:
    row = incoming(
        scope_a,
        "1042",
        given_name="Ana",
        family_name="Reyes",
        born_on="1991-04-17",
        phone="+14155550134",
        email="ana@example.com",
        licence_expires_on="2020-01-31",
        banned=False,
        groups=["Locals"],
        notes="<script>alert(1)</script>",
        last_visit_at="2026-11-18T17:05:40Z",
    )
    ingest(scope_a, account_a, [row])
    return Customer.objects.scoped(scope_a).get()


@pytest.fixture
def signed_in(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def search(client: Client, text: str, **headers: str) -> str:
    return client.post("/customers/", {"text": text}, headers=headers).content.decode()


class TestSearch:
    @pytest.mark.parametrize(
        ("text", "chip"),
        [
            ("reyes", "Name"),
            ("(415) 555-0134", "Phone"),
            ("0134", "Last four digits"),
            ("ANA@example.com", "E-mail"),
            ("4/17/1991", "Born on"),
            ("1042", "POS id"),
        ],
    )
    def test_finds_people_and_says_by_what(
        self, signed_in: Client, ana: Customer, text: str, chip: str
    ) -> None:
        shown = search(signed_in, text)

        assert f"/customers/{ana.public_id}/" in shown
        assert f'<li class="chip good">{chip}</li>' in shown
        assert "17 Apr 1991" in shown
        assert "treez 1042" in shown

    def test_answers_htmx_with_the_results_alone(self, signed_in: Client, ana: Customer) -> None:
        shown = search(signed_in, "reyes", hx_request="true")

        assert "<html" not in shown
        assert 'data-announce="1 person found"' in shown

    def test_works_without_javascript(self, signed_in: Client, ana: Customer) -> None:
        shown = search(signed_in, "reyes")

        assert "<html" in shown
        assert 'value="reyes"' in shown

    def test_says_that_nobody_was_found(self, signed_in: Client, ana: Customer) -> None:
        assert "Nobody was found" in search(signed_in, "zzzz")

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "Type a name, phone number, e-mail, birth date or id."),
            ("   ", "Type a name, phone number, e-mail, birth date or id."),
            ("\0", "Type a name, phone number, e-mail, birth date or id."),
            ("?!", "The search has neither letters nor digits."),
            ("x" * 201, "The search is longer than 200 characters."),
        ],
    )
    def test_says_what_it_cannot_search_for(
        self, signed_in: Client, ana: Customer, text: str, words: str
    ) -> None:
        assert words in search(signed_in, text)

    @pytest.mark.parametrize("text", ["re\0yes", "'; drop table", "%_\\", "a" * 200, "\ud800"])
    def test_survives_hostile_text(self, signed_in: Client, ana: Customer, text: str) -> None:
        body = text.encode("utf-8", "surrogatepass")

        answer = signed_in.post(
            "/customers/", b"text=" + body, content_type="application/x-www-form-urlencoded"
        )

        assert answer.status_code in (200, 400)

    def test_says_that_there_are_more(
        self, signed_in: Client, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        names = {"given_name": "Kim", "family_name": "Park"}
        ingest(scope_a, account_a, [incoming(scope_a, f"K{n}", **names) for n in range(21)])

        assert "More than 20 people fit: narrow it down" in search(signed_in, "park")

    def test_says_in_words_what_became_of_a_record(
        self, signed_in: Client, scope_a: Scope, ana: Customer
    ) -> None:
        PosRecord.objects.scoped(scope_a).update(status="inactive")
        assert "treez 1042 · inactive" in search(signed_in, "reyes")

        PosRecord.objects.scoped(scope_a).update(gone_at=NOON)
        assert "treez 1042 · gone at the POS" in search(signed_in, "reyes")

    def test_takes_nothing_from_the_address(self, signed_in: Client, ana: Customer) -> None:
        shown = signed_in.get("/customers/", {"text": "reyes"}).content.decode()

        assert "Reyes" not in shown

    def test_is_audited_without_the_text(
        self, signed_in: Client, scope_a: Scope, ana: Customer
    ) -> None:
        search(signed_in, "reyes")

        entry = Entry.objects.scoped(scope_a).get(action="customer.searched")
        assert (entry.subject_ids, entry.fields) == ([ana.pk], ["name"])

    def test_sends_a_htmx_request_of_nobody_to_the_sign_in_page(self, client: Client) -> None:
        answer = client.post("/customers/", {"text": "x"}, headers={"hx-request": "true"})

        assert answer["HX-Redirect"] == "/sign-in/"


class TestCustomerPage:
    def test_shows_values_with_source_and_age(self, signed_in: Client, ana: Customer) -> None:
        shown = signed_in.get(f"/customers/{ana.public_id}/").content.decode()

        assert "<h1>Ana Reyes</h1>" in shown
        assert "(415) 555-0134" in shown
        assert "alderway · treez 1042" in shown
        assert "18 Nov 2026, 09:05 PST" in shown
        assert 'datetime="2026-11-20T12:00:00+00:00"' in shown
        assert '31 Jan 2020 <span class="chip warn">expired</span>' in shown

    def test_escapes_what_a_pos_sends(self, signed_in: Client, ana: Customer) -> None:
        shown = signed_in.get(f"/customers/{ana.public_id}/").content.decode()

        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
        assert "<script>alert" not in shown

    def test_shows_values_that_disagree(
        self,
        signed_in: Client,
        scope_a: Scope,
        account_a: PosAccount,
        ana: Customer,
        ingest: Ingest,
    ) -> None:
        older = NOON - dt.timedelta(days=90)
        row = incoming(scope_a, "7", given_name="Anna", phone="+15105550177", updated_at=older)
        ingest(scope_a, account_a, [row])
        Link.objects.scoped(scope_a).filter(record__external_id="7").update(customer=ana)

        shown = signed_in.get(f"/customers/{ana.public_id}/").content.decode()

        assert "<h1>Ana Reyes</h1>" in shown
        assert "Anna<br>" in shown
        assert "(510) 555-0177<br>" in shown

    def test_leads_from_a_merged_id_to_the_standing_one(
        self, signed_in: Client, scope_a: Scope, ana: Customer
    ) -> None:
        old = Customer.objects.scoped(scope_a).create(merged_into=ana)

        answer = signed_in.get(f"/customers/{old.public_id}/")

        assert (answer.status_code, answer["Location"]) == (302, f"/customers/{ana.public_id}/")

    def test_tells_of_gone_and_merged_records(
        self, signed_in: Client, scope_a: Scope, ana: Customer
    ) -> None:
        PosRecord.objects.scoped(scope_a).update(gone_at=NOON, merged_into="1043")

        shown = signed_in.get(f"/customers/{ana.public_id}/").content.decode()

        assert "Gone at every POS" in shown
        assert "merged at the POS into 1043" in shown
        assert "the POS no longer had it on" in shown

    def test_says_who_looked(
        self, signed_in: Client, scope_a: Scope, ana: Customer, bob: User
    ) -> None:
        signed_in.get(f"/customers/{ana.public_id}/")

        entry = Entry.objects.scoped(scope_a).get(action="customer.viewed")
        assert (entry.actor, entry.subject_ids) == (f"user:{bob.pk}", [ana.pk])

    def test_is_not_found_for_unknown_ids(self, signed_in: Client, ana: Customer) -> None:
        assert signed_in.get(f"/customers/{uuid.uuid4()}/").status_code == 404
