"""The page on which staff register somebody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from rollcall.audit.models import Entry
from rollcall.customers.models import Customer, PosAccount
from rollcall.customers.operations.account_stores import set_account_stores
from rollcall.customers.tests.kiosk_world import fresh_api as fresh_api
from rollcall.identity.models import Merge, SaidNew, Suggestion
from rollcall.identity.operations.matching import write_match_keys
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.tests.writing_world import WritingWorld
from rollcall.registration.tests.kiosk import INES
from rollcall.stores.models import Membership, Store, User
from rollcall.testing.fixtures import Ingest, incoming

PAGE = "/people/new/"
FORM = "0f8a6c1e-2b3d-4f5a-9c7e-8d6b5a4f3e2d"
ANA: dict[str, Any] = {
    "given_name": "Ana",
    "family_name": "Ramirez",
    "born_on": "1990-03-14",
    "phone": "+14155550132",
    "email": "ana@example.com",
}
TYPED = {**ANA, "phone": "415 555 0132", "born_on": "3/14/1990", "store": "alder-way", "form": FORM}


@pytest.fixture(autouse=True)
def _sizes() -> Iterator[None]:
    forget_sizes()
    yield
    forget_sizes()


@pytest.fixture
def ana(
    fresh_api: None, scope_a: Scope, store_a: Store, account_a: PosAccount, ingest: Ingest
) -> Customer:
    set_account_stores(scope_a, account_a.pk, {store_a.pk})
    taken = ingest(scope_a, account_a, [incoming(scope_a, "1042", **ANA)])
    write_match_keys(scope_a, list(taken.record_ids.values()))
    return Customer.objects.scoped(scope_a).get()


@pytest.fixture
def staff(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


@pytest.mark.django_db(transaction=True)
class TestThePage:
    def test_registers_whom_nobody_knows(self, staff: Client, scope_a: Scope) -> None:
        answer = staff.post(PAGE, TYPED)

        made = Customer.objects.scoped(scope_a).get()
        assert answer["Location"] == f"/customers/{made.public_id}/"
        page = staff.get(answer["Location"]).content.decode()
        assert "Ana Ramirez" in page
        assert "Registered." in page

    def test_makes_nobody_twice(self, staff: Client, scope_a: Scope) -> None:
        first, second = staff.post(PAGE, TYPED), staff.post(PAGE, TYPED)

        assert first["Location"] == second["Location"]
        assert Customer.objects.scoped(scope_a).count() == 1

    def test_shows_who_is_likely_known_before_anybody_is_made(
        self, staff: Client, scope_a: Scope, ana: Customer
    ) -> None:
        page = staff.post(PAGE, TYPED).content.decode()

        assert "Nobody was made yet." in page
        assert f'href="/customers/{ana.public_id}/"' in page
        assert f'name="shown" value="{ana.public_id}"' in page
        assert "Birth date: the same" in page
        assert "14 Mar 1990" in page
        assert 'value="415 555 0132"' in page
        assert Customer.objects.scoped(scope_a).count() == 1
        entry = Entry.objects.scoped(scope_a).get(action="customer.likely_shown")
        assert entry.subject_ids == [ana.pk]

    def test_makes_them_anyway_once_they_were_shown(
        self, staff: Client, scope_a: Scope, ana: Customer
    ) -> None:
        answer = staff.post(PAGE, {**TYPED, "anyway": "yes", "shown": [str(ana.public_id)]})

        assert answer.status_code == 302
        assert not Merge.objects.scoped(scope_a).exists()
        assert Suggestion.objects.scoped(scope_a).get().reasons == ["said_new"]
        assert SaidNew.objects.scoped(scope_a).get().actor.startswith("user:")

    @pytest.mark.parametrize("said", [{"anyway": "yes"}, {"shown": ["x", "\0"], "anyway": "yes"}])
    def test_makes_nobody_anyway_before_they_were_shown(
        self, staff: Client, scope_a: Scope, ana: Customer, said: dict[str, Any]
    ) -> None:
        assert staff.post(PAGE, {**TYPED, **said}).status_code == 200
        assert Customer.objects.scoped(scope_a).count() == 1

    def test_leads_to_whoever_has_the_same_document(
        self, staff: Client, scope_a: Scope, account_a: PosAccount, ana: Customer, ingest: Ingest
    ) -> None:
        row = incoming(scope_a, "1042", **ANA, licence="D1234567", licence_state="CA")
        write_match_keys(scope_a, list(ingest(scope_a, account_a, [row]).record_ids.values()))
        typed = {**TYPED, "licence": "D1234567", "shown": [str(ana.public_id)], "anyway": "yes"}

        answer = staff.post(PAGE, typed)

        assert answer["Location"] == f"/customers/{ana.public_id}/"
        assert Customer.objects.scoped(scope_a).count() == 1

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({}, "Type at least a name or a phone number."),
            ({"phone": "12"}, "Phone is not a phone number"),
            ({"born_on": "2999-01-01"}, "is not a valid date"),
            ({"given_name": "x" * 201}, "is too long"),
            ({"email": "\0"}, "Type at least a name"),
        ],
    )
    def test_says_what_has_to_be_mended(
        self, staff: Client, scope_a: Scope, store_a: Store, typed: dict[str, str], words: str
    ) -> None:
        answer = staff.post(PAGE, {"store": "alder-way", **typed})

        assert words in answer.content.decode()
        assert not Customer.objects.scoped(scope_a).exists()

    def test_takes_stores_of_the_staff_member_only(
        self, staff: Client, scope_a: Scope, ana: Customer
    ) -> None:
        Store.objects.scoped(scope_a).create(
            slug="birch", name="Birch", time_zone="America/Denver", jurisdiction="US-CO"
        )

        answer = staff.post(PAGE, {**TYPED, "store": "birch"})

        assert "Choose the store." in answer.content.decode()
        assert "Birch" not in staff.get(PAGE).content.decode()

    def test_shows_nobody_of_other_stores(
        self, staff: Client, scope_a: Scope, bob: User, ana: Customer
    ) -> None:
        other = Store.objects.scoped(scope_a).create(
            slug="birch", name="Birch", time_zone="America/Denver", jurisdiction="US-CO"
        )
        membership = Membership.objects.scoped(scope_a).get(user=bob)
        Membership.stores.through.objects.filter(membership_id=membership.pk).delete()
        membership.stores.add(other)

        part = staff.post(f"{PAGE}likely/", TYPED).content.decode()
        answer = staff.post(PAGE, {**TYPED, "store": "birch"})

        assert "Ramirez" not in part
        assert answer.status_code == 302

    def test_works_while_the_pos_does_not(
        self, client: Client, writing: WritingWorld, bob: User
    ) -> None:
        client.force_login(bob)
        typed = {
            "given_name": INES["first_name"],
            "family_name": INES["last_name"],
            "born_on": INES["birthday"],
            "phone": INES["phone"],
            "store": writing.world.store.slug,
        }

        answer = client.post(PAGE, typed)

        assert answer.status_code == 302
        assert OutboxEntry.objects.scoped(writing.scope).get().state == "queued"


@pytest.mark.django_db(transaction=True)
class TestWhileSomebodyTypes:
    def test_shows_likely_matches(self, staff: Client, ana: Customer) -> None:
        part = staff.post(f"{PAGE}likely/", TYPED).content.decode()

        assert "This is them" in part
        assert "Create anyway" in part
        assert "<html" not in part

    def test_says_nothing_of_nothing(self, staff: Client, ana: Customer, scope_a: Scope) -> None:
        part = staff.post(f"{PAGE}likely/", {"phone": "4"}).content.decode()

        assert "Create anyway" not in part
        assert not Entry.objects.scoped(scope_a).filter(action="customer.likely_shown").exists()

    def test_is_never_asked_in_an_address(self, staff: Client, ana: Customer) -> None:
        assert staff.get(f"{PAGE}likely/?phone=4155550132").status_code == 405
