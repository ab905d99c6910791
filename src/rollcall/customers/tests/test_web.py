"""Searching for people and looking at one."""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from collections.abc import Iterator

import pytest
from django.test import Client

from rollcall.audit.models import Entry
from rollcall.customers.models import AccountStore, Customer, Link, PosAccount, PosRecord
from rollcall.customers.operations.edits import edit_field
from rollcall.customers.panels import (
    Panel,
    add_panel,
    find_changer,
    remove_panel,
    set_changer,
)
from rollcall.customers.tests.changing import Changes
from rollcall.kit.scope import Role, Scope
from rollcall.stores.models import Store, User
from rollcall.testing.fixtures import NOON, Ingest, incoming


@pytest.fixture
def ana(scope_a: Scope, account_a: PosAccount, store_a: Store, ingest: Ingest) -> Customer:
    AccountStore.objects.scoped(scope_a).create(account=account_a, store=store_a)
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
        assert "<dt>Born in</dt><dd>1991</dd>" in shown
        assert "17 Apr" not in shown
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
        self,
        signed_in: Client,
        scope_a: Scope,
        ana: Customer,
        account_a: PosAccount,
        ingest: Ingest,
    ) -> None:
        names = {"given_name": "Kim", "family_name": "Park"}
        ingest(scope_a, account_a, [incoming(scope_a, f"K{n}", **names) for n in range(9)])

        shown = search(signed_in, "park")

        assert "More than 8 people fit: narrow it down" in shown
        assert "There are more. Type more of the name" in shown
        assert shown.count('class="card hit"') == 8

    @pytest.mark.parametrize(
        ("text", "phone", "email"),
        [
            ("reyes", "••• 0134", "a…@example.com"),
            ("0134", "••• 0134", "a…@example.com"),
            ("reyes 5550134", "(415) 555-0134", "a…@example.com"),
            ("415-555-0134", "(415) 555-0134", "a…@example.com"),
            ("ana@example.com", "••• 0134", "ana@example.com"),
        ],
    )
    def test_shows_of_a_contact_only_what_was_typed(
        self, signed_in: Client, ana: Customer, text: str, phone: str, email: str
    ) -> None:
        shown = search(signed_in, text, hx_request="true")

        assert f"<dt>Phone</dt><dd>{phone}</dd>" in shown
        assert f"<dt>E-mail</dt><dd>{email}</dd>" in shown

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("anita", "“anita” may be Ana."),
            ("reyez", "“reyez” read as Reyes."),
            ("anita reyez", "“anita” may be Ana, “reyez” read as Reyes."),
        ],
    )
    def test_says_why_a_name_that_was_not_typed_is_there(
        self, signed_in: Client, ana: Customer, text: str, words: str
    ) -> None:
        assert words in search(signed_in, text)

    def test_names_the_store_and_the_last_visit(self, signed_in: Client, ana: Customer) -> None:
        shown = search(signed_in, "reyes")

        assert '<li class="chip">Alder Way</li>' in shown
        assert '<time datetime="2026-11-18T17:05:40+00:00"' in shown

    def test_warns_of_somebody_who_is_banned(
        self, signed_in: Client, scope_a: Scope, ana: Customer
    ) -> None:
        edit_field(scope_a, ana, "banned", value=True, now=NOON)

        assert '<li class="chip bad">Banned</li>' in search(signed_in, "reyes")

    @pytest.mark.parametrize("text", ["reyes", "zzzz"])
    def test_says_at_the_end_where_new_customers_are_made(
        self, signed_in: Client, ana: Customer, text: str
    ) -> None:
        shown = search(signed_in, text, hx_request="true")

        assert shown.rstrip().removesuffix("</div>").rstrip().endswith("the next sync.</p>")

    def test_says_when_only_a_part_fits(self, signed_in: Client, ana: Customer) -> None:
        shown = search(signed_in, "reyes 1970-01-01")

        assert "Nobody fits all of that; 1 person fits a part of it" in shown

    @pytest.mark.parametrize("text", ["", " ", "a", "a "])
    def test_waits_for_a_second_letter_while_somebody_types(
        self, signed_in: Client, scope_a: Scope, ana: Customer, text: str
    ) -> None:
        assert search(signed_in, text, hx_request="true").strip() == ""
        assert not Entry.objects.scoped(scope_a).filter(action="customer.searched").exists()

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


class TestTheWayBack:
    def test_leads_to_the_results_again(self, signed_in: Client, ana: Customer) -> None:
        search(signed_in, "reyes", hx_request="true")

        page = signed_in.get(f"/customers/{ana.public_id}/").content.decode()
        results = signed_in.get("/customers/results/").content.decode()

        assert 'href="/customers/results/"' in page
        assert 'value="reyes"' in results
        assert f"/customers/{ana.public_id}/" in results

    def test_is_not_offered_to_who_did_not_search(self, signed_in: Client, ana: Customer) -> None:
        page = signed_in.get(f"/customers/{ana.public_id}/").content.decode()
        results = signed_in.get("/customers/results/")

        assert "/customers/results/" not in page
        assert (results.status_code, results["Location"]) == (302, "/customers/")

    def test_keeps_what_was_typed_where_nobody_else_can_read_it(
        self, signed_in: Client, ana: Customer, alice: User
    ) -> None:
        search(signed_in, "reyes")
        cookie = signed_in.cookies["rollcall_search"]

        assert "reyes" not in base64.urlsafe_b64decode(cookie.value).decode("latin-1")
        assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (
            "/customers/", True, "Lax",
        )  # fmt: skip
        signed_in.force_login(alice)
        assert signed_in.get("/customers/results/").status_code == 302

    @pytest.mark.parametrize("value", ["", "x", "====", "AAAA" * 20, "\u00e9", "x" * 4000])
    def test_survives_a_cookie_that_is_not_ours(
        self, signed_in: Client, ana: Customer, value: str
    ) -> None:
        signed_in.cookies["rollcall_search"] = value

        assert signed_in.get("/customers/results/").status_code == 302

    def test_survives_text_that_is_no_text(self, signed_in: Client, ana: Customer) -> None:
        search(signed_in, "x" * 5000)

        assert signed_in.get("/customers/results/").status_code == 200


class TestCustomerPage:
    def test_shows_values_with_source_and_age(self, signed_in: Client, ana: Customer) -> None:
        shown = signed_in.get(f"/customers/{ana.public_id}/").content.decode()

        assert "<h1>Ana Reyes</h1>" in shown
        assert "(415) 555-0134" in shown
        assert "alderway · treez 1042" in shown
        assert "18 Nov 2026, 09:05 PST" in shown
        assert 'datetime="2026-11-20T12:00:00+00:00"' in shown
        assert '31 Jan 2020 <span class="chip warn">expired</span>' in shown

    def test_names_the_stores_of_an_account(self, signed_in: Client, ana: Customer) -> None:
        shown = signed_in.get(f"/customers/{ana.public_id}/").content.decode()

        assert 'alderway<br><span class="note">Alder Way</span>' in shown

    def test_shows_nobody_of_a_store_in_which_somebody_does_not_work(
        self, signed_in: Client, scope_a: Scope, ana: Customer
    ) -> None:
        AccountStore.objects.scoped(scope_a).delete()

        assert signed_in.get(f"/customers/{ana.public_id}/").status_code == 404
        assert "Nobody was found" in search(signed_in, "reyes")
        assert not Entry.objects.scoped(scope_a).filter(action="customer.viewed").exists()

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
        assert 'Sources disagree on <a href="#field-given_name">Given name</a>' in shown
        assert 'id="field-given_name"' in shown
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


@pytest.fixture
def changes() -> Iterator[Changes]:
    """What changes people, as a folder above would register it."""
    before = find_changer()
    made = Changes()
    set_changer(made.change)
    yield made
    set_changer(before)


class TestPanels:
    def test_of_other_folders_stand_on_the_page(self, signed_in: Client, ana: Customer) -> None:
        add_panel(Panel(name="test", render=lambda *_: "<b>escaped</b>"))
        add_panel(Panel(name="test-admin", render=lambda *_: "for admins", role=Role.ADMIN))
        try:
            shown = signed_in.get(f"/customers/{ana.public_id}/").content.decode()
        finally:
            remove_panel("test")
            remove_panel("test-admin")

        assert "&lt;b&gt;escaped" in shown
        assert "for admins" not in shown


class TestEditing:
    def edit(self, client: Client, ana: Customer, form: dict[str, str]) -> tuple[int, str]:
        answer = client.post(f"/customers/{ana.public_id}/edit/", form)
        return answer.status_code, answer.content.decode()

    def test_shows_what_stands(self, signed_in: Client, ana: Customer, changes: Changes) -> None:
        shown = signed_in.get(f"/customers/{ana.public_id}/edit/").content.decode()

        assert 'name="given_name" type="text" value="Ana"' in shown
        assert 'name="was-phone" value="+14155550134"' in shown
        assert '<option value="no" selected>No</option>' in shown
        assert "&lt;script&gt;alert(1)" in shown
        assert 'name="last_visit_at"' not in shown

    def test_sends_only_what_was_changed(
        self, signed_in: Client, ana: Customer, changes: Changes
    ) -> None:
        form = {
            "given_name": "Ana", "was-given_name": "Ana",
            "phone": "(415) 555-0188", "was-phone": "+14155550134",
            "email": "", "was-email": "ana@example.com",
            "born_on": "4/18/1991", "was-born_on": "1991-04-17",
            "banned": "yes", "was-banned": "no",
            "groups": "Locals,  VIP , Locals", "was-groups": "Locals",
            "notes": "a\r\nb", "was-notes": "a\nb",
        }  # fmt: skip

        status, _ = self.edit(signed_in, ana, form)

        assert status == 302
        assert changes.made == [
            {
                "born_on": "1991-04-18",
                "phone": "+14155550188",
                "email": None,
                "banned": True,
                "groups": ["Locals", "VIP"],
            }
        ]
        assert changes.pinned == [frozenset()]

    def test_leaves_alone_what_somebody_else_changed_meanwhile(
        self, signed_in: Client, scope_a: Scope, ana: Customer, changes: Changes
    ) -> None:
        edit_field(scope_a, ana, "phone", "+14155550199", now=NOON)
        form = {"phone": "+14155550134", "was-phone": "+14155550134", "city": "Oakland"}

        self.edit(signed_in, ana, form)

        assert changes.made == [{"city": "Oakland"}]

    def test_pins_what_was_changed(
        self, signed_in: Client, ana: Customer, changes: Changes
    ) -> None:
        self.edit(signed_in, ana, {"city": "Oakland", "pin": "yes"})

        assert changes.pinned == [frozenset({"city"})]

    def test_says_all_that_is_wrong_beside_the_fields_and_saves_nothing(
        self, signed_in: Client, ana: Customer, changes: Changes
    ) -> None:
        form = {
            "phone": "12", "email": "nobody", "born_on": "1991-02-30", "gender": "robot",
            "banned": "perhaps", "city": "x" * 201, "zip": "94601",
        }  # fmt: skip

        status, shown = self.edit(signed_in, ana, form)

        assert status == 200
        for words in (
            "Phone is not a phone number",
            "E-mail is not an e-mail address",
            "Born on is not a valid date",
            "Gender is not one of the choices",
            "Banned is neither yes nor no",
            "City is too long (maximum is 200 characters)",
        ):
            assert shown.count(words) == 2  # above the form, and beside the field
        assert 'name="zip" type="text" value="94601"' in shown
        assert changes.made == []

    @pytest.mark.parametrize("born_on", ["2199-01-01", "0001-01-01", "17/04/1991", "04/17/91x"])
    def test_takes_no_birth_date_that_cannot_be(
        self, signed_in: Client, ana: Customer, changes: Changes, born_on: str
    ) -> None:
        status, shown = self.edit(signed_in, ana, {"born_on": born_on})

        assert (status, changes.made) == (200, [])
        assert "Born on is not a valid date" in shown

    def test_says_what_a_pos_would_refuse(
        self, signed_in: Client, ana: Customer, changes: Changes
    ) -> None:
        changes.refusals = {"city": "is not in the state", "": "the POS is full"}

        status, shown = self.edit(signed_in, ana, {"city": "Oakland"})

        assert status == 200
        assert 'id="field-city-error">City is not in the state' in shown
        assert "<li>the POS is full</li>" in shown

    @pytest.mark.parametrize(
        "form",
        [
            {},
            {"loyalty_points": "900", "verification": "verified", "signed_up_at": "1"},
            {"nonsense": "1", "was-city": "Oakland"},
            {"city": "\0\u200b", "was-city": ""},
        ],
    )
    def test_of_nothing_changes_nothing(
        self, signed_in: Client, ana: Customer, changes: Changes, form: dict[str, str]
    ) -> None:
        self.edit(signed_in, ana, form)

        assert changes.made == []

    def test_is_not_there_where_nothing_changes_people(
        self, signed_in: Client, ana: Customer, changes: Changes
    ) -> None:
        set_changer(None)

        assert "/edit/" not in signed_in.get(f"/customers/{ana.public_id}/").content.decode()
        assert signed_in.get(f"/customers/{ana.public_id}/edit/").status_code == 404
        assert self.edit(signed_in, ana, {"city": "Oakland"})[0] == 404

    def test_is_not_for_another_retailer(
        self, client: Client, charlie: User, ana: Customer, changes: Changes
    ) -> None:
        client.force_login(charlie)

        assert client.get(f"/customers/{ana.public_id}/edit/").status_code == 404
        assert self.edit(client, ana, {"city": "Oakland"})[0] == 404
        assert changes.made == []
