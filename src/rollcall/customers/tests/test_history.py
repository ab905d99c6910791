"""What a person was: the page of former values, and bringing one back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client

from rollcall.audit.models import Entry
from rollcall.customers.models import AccountStore, Customer, FieldEdit, PosAccount
from rollcall.customers.operations.edits import edit_field, withdraw_edits
from rollcall.customers.panels import Changer, find_changer, set_changer
from rollcall.customers.queries.history import list_history
from rollcall.customers.tests.changing import Changes
from rollcall.kit.scope import Role, Scope
from rollcall.stores.models import Membership, Store, User
from rollcall.testing.fixtures import NOON, Ingest, incoming

LATER = NOON + dt.timedelta(hours=1)


@pytest.fixture
def changes() -> Iterator[Changes]:
    """What changes people, as a folder above would register it."""
    before: Changer | None = find_changer()
    made = Changes()
    set_changer(made.change)
    yield made
    set_changer(before)


@pytest.fixture
def ana(scope_a: Scope, account_a: PosAccount, store_a: Store, ingest: Ingest) -> Customer:
    AccountStore.objects.scoped(scope_a).create(account=account_a, store=store_a)
    given = {"given_name": "Ana", "family_name": "Reyes", "licence": "D1111111"}
    ingest(scope_a, account_a, [incoming(scope_a, "1042", **given, phone="+14155550134")])
    changed = incoming(
        scope_a, "1042", **{**given, "licence": "D2222222"}, phone="+14155550199", updated_at=LATER
    )
    ingest(scope_a, account_a, [changed], now=LATER)
    return Customer.objects.scoped(scope_a).get()


@pytest.fixture
def staff(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


@pytest.fixture
def manager(client: Client, alice: User, scope_a: Scope) -> Client:
    Membership.objects.scoped(scope_a).filter(user=alice).update(role=Role.MANAGER.value)
    client.force_login(alice)
    return client


def history(client: Client, ana: Customer, query: str = "") -> str:
    return client.get(f"/customers/{ana.public_id}/history/{query}").content.decode()


def key_of(scope: Scope, ana: Customer, field: str) -> str:
    return list_history(scope, ana, field=field)[0].key


class TestHistory:
    def test_shows_what_a_value_was_and_who_said_so(self, manager: Client, ana: Customer) -> None:
        shown = history(manager, ana)

        assert "(415) 555-0134" in shown
        assert "(415) 555-0199" in shown
        assert "D1111111" in shown
        assert "alderway · treez 1042" in shown
        assert "told by the POS" in shown

    def test_shows_one_field_alone(self, manager: Client, ana: Customer) -> None:
        shown = history(manager, ana, "?field=phone")

        assert "(415) 555-0134" in shown
        assert "D1111111" not in shown

    @pytest.mark.parametrize("query", ["?field=nonsense", "?field=%00", "?field=" + "x" * 5000])
    def test_of_no_field_is_that_of_all(self, manager: Client, ana: Customer, query: str) -> None:
        assert "D1111111" in history(manager, ana, query)

    def test_hides_former_documents_from_the_counter(self, staff: Client, ana: Customer) -> None:
        shown = history(staff, ana)

        assert "(415) 555-0134" in shown
        assert "D1111111" not in shown
        assert "D2222222" not in shown
        assert "hidden for your role" in shown

    def test_is_audited_by_names_of_fields(
        self, staff: Client, scope_a: Scope, ana: Customer
    ) -> None:
        history(staff, ana)

        entry = Entry.objects.scoped(scope_a).get(action="customer.history_viewed")
        assert (entry.subject_ids, entry.fields) == ([ana.pk], ["licence", "phone"])

    def test_tells_how_edits_ended(
        self, manager: Client, scope_a: Scope, ana: Customer, alice: User
    ) -> None:
        edit_field(scope_a, ana, "phone", "+14155550111", now=LATER)
        edit_field(scope_a, ana, "phone", "+14155550122", waiting=True, now=LATER)
        edit_field(scope_a, ana, "email", "a@example.com", now=LATER)
        withdraw_edits(scope_a, ana.pk, ["email"], outcome="overruled", now=LATER)
        FieldEdit.objects.scoped(scope_a).update(actor=f"user:{alice.pk}")

        shown = history(manager, ana)

        for words in ("replaced later", "on its way to the POS", "the POS was changed later"):
            assert words in shown
        assert "Alice" in shown

    def test_names_nobody_of_another_retailer(
        self, manager: Client, scope_a: Scope, ana: Customer, charlie: User
    ) -> None:
        edit_field(scope_a, ana, "email", "a@example.com", now=LATER)
        FieldEdit.objects.scoped(scope_a).update(actor=f"user:{charlie.pk}")

        shown = history(manager, ana)

        assert "Charlie" not in shown
        assert "somebody who left" in shown

    def test_is_not_for_another_retailer(
        self, client: Client, charlie: User, ana: Customer
    ) -> None:
        client.force_login(charlie)

        assert client.get(f"/customers/{ana.public_id}/history/").status_code == 404

    def test_of_somebody_merged_leads_to_who_they_are_now(
        self, manager: Client, scope_a: Scope, ana: Customer
    ) -> None:
        donor = Customer.objects.scoped(scope_a).create(merged_into=ana)

        answer = manager.get(f"/customers/{donor.public_id}/history/")

        assert answer["Location"] == f"/customers/{ana.public_id}/history/"


class TestBringingBack:
    def test_puts_what_the_pos_said_before_in_force(
        self, staff: Client, scope_a: Scope, ana: Customer, changes: Changes
    ) -> None:
        key = key_of(scope_a, ana, "phone")
        assert f'name="key" value="{key}"' in history(staff, ana)

        answer = staff.post(f"/customers/{ana.public_id}/history/restore/", {"key": key})

        assert answer["Location"] == f"/customers/{ana.public_id}/history/"
        assert changes.made == [{"phone": "+14155550134"}]
        assert changes.pinned == [frozenset()]

    def test_puts_what_was_typed_in_force_again(
        self, staff: Client, scope_a: Scope, ana: Customer, changes: Changes
    ) -> None:
        edit_field(scope_a, ana, "email", "old@example.com", now=LATER)
        key = key_of(scope_a, ana, "email")
        later = LATER + dt.timedelta(hours=1)
        edit_field(scope_a, ana, "email", "new@example.com", now=later)

        staff.post(f"/customers/{ana.public_id}/history/restore/", {"key": key})

        assert changes.made == [{"email": "old@example.com"}]

    def test_is_not_offered_for_what_stands_or_is_hidden(
        self, staff: Client, scope_a: Scope, ana: Customer, changes: Changes
    ) -> None:
        edit_field(scope_a, ana, "phone", "+14155550134", now=LATER)
        phone, licence = key_of(scope_a, ana, "phone"), key_of(scope_a, ana, "licence")
        shown = history(staff, ana)

        for key in (phone, licence, "", "version:0:phone", "edit:x", "\0"):
            assert f'name="key" value="{key}"' not in shown
            address = f"/customers/{ana.public_id}/history/restore/"
            answer = staff.post(address, {"key": key}, follow=True)
            assert "cannot be brought back" in answer.content.decode()
        assert changes.made == []

    def test_says_why_a_pos_would_refuse_it(
        self, staff: Client, scope_a: Scope, ana: Customer, changes: Changes
    ) -> None:
        changes.refusals = {"phone": "is not from here"}
        key = key_of(scope_a, ana, "phone")

        answer = staff.post(
            f"/customers/{ana.public_id}/history/restore/", {"key": key}, follow=True
        )

        assert "Phone is not from here" in answer.content.decode()

    def test_is_not_there_where_nothing_changes_people(
        self, staff: Client, scope_a: Scope, ana: Customer, changes: Changes
    ) -> None:
        set_changer(None)

        assert "Bring back" not in history(staff, ana)
        answer = staff.post(
            f"/customers/{ana.public_id}/history/restore/", {"key": key_of(scope_a, ana, "phone")}
        )
        assert answer.status_code == 404

    def test_of_another_retailer_changes_nothing(
        self, client: Client, charlie: User, scope_a: Scope, ana: Customer, changes: Changes
    ) -> None:
        client.force_login(charlie)

        answer = client.post(
            f"/customers/{ana.public_id}/history/restore/", {"key": key_of(scope_a, ana, "phone")}
        )

        assert answer.status_code == 404
        assert changes.made == []
