"""People for programs: /api/v2/customers, and searching before anybody is made."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from rollcall.audit.models import Entry
from rollcall.customers.models import Customer, PosAccount
from rollcall.customers.operations.account_stores import set_account_stores
from rollcall.customers.tests.kiosk_world import fresh_api as fresh_api
from rollcall.identity.models import Merge, SaidNew, Suggestion
from rollcall.identity.operations.matching import compare_records, write_match_keys
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.kit.scope import Role, Scope
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.tests.writing_world import WritingWorld
from rollcall.registration.tests.kiosk import INES, Kiosk
from rollcall.stores.models import Store
from rollcall.testing.fixtures import NOON, Ingest, incoming, make_account
from rollcall.testing.platform_client import PlatformClient, Reply

ANA: dict[str, Any] = {
    "given_name": "Ana",
    "family_name": "Ramirez",
    "born_on": "1990-03-14",
    "phone": "+14155550132",
    "email": "ana@example.com",
}
SENT = {
    "first_name": "Ana",
    "last_name": "Ramirez",
    "birthday": "1990-03-14",
    "phone": "(415) 555-0132",
    "email": "ana@example.com",
}


@pytest.fixture
def api(fresh_api: None, scope_a: Scope) -> PlatformClient:
    return PlatformClient.of(scope_a, role=Role.STAFF)


@pytest.fixture
def ana(
    fresh_api: None, scope_a: Scope, store_a: Store, account_a: PosAccount, ingest: Ingest
) -> Customer:
    """Somebody known, compared with everybody."""
    set_account_stores(scope_a, account_a.pk, {store_a.pk})
    taken = ingest(scope_a, account_a, [incoming(scope_a, "1042", **ANA)])
    compare_records(scope_a, write_match_keys(scope_a, list(taken.record_ids.values())), now=NOON)
    return Customer.objects.scoped(scope_a).get()


def create(api: PlatformClient, *, once: str = "", **options: Any) -> Reply:
    return api.post("/customers", {"store": "alder-way", "customer": SENT, **options}, once=once)


def shown(reply: Reply) -> list[str]:
    return [one["id"] for one in reply.json["candidates"]]


class TestCreate:
    def test_registers_whom_nobody_knows(self, api: PlatformClient, store_a: Store) -> None:
        made = create(api)

        assert made.status == 201
        assert made.json["pos_status"] == "unsupported"
        assert made.json["customer"]["fields"]["phone"] == "+14155550132"
        assert api.get(f"/customers/{made.json['customer']['id']}").status == 200

    def test_shows_who_is_likely_known_masked(
        self, api: PlatformClient, scope_a: Scope, ana: Customer
    ) -> None:
        reply = create(api)

        assert (reply.status, reply.code) == (409, "likely_match")
        (one,) = reply.json["candidates"]
        assert one["id"] == str(ana.public_id)
        assert (one["name"], one["phone"], one["email"]) == ("A••• R•••", "••• 32", "a•••@e•••.com")
        assert one["is_sure"] is True
        assert {"field": "born", "agrees": True, "words": "Birth date: the same"} in one["why"]
        assert Customer.objects.scoped(scope_a).count() == 1
        entry = Entry.objects.scoped(scope_a).get(action="customer.likely_shown")
        assert entry.subject_ids == [ana.pk]

    def test_tells_no_value_of_a_likely_match(self, api: PlatformClient, ana: Customer) -> None:
        told = create(api, customer={**SENT, "email": "other@example.org"}).body.decode()

        for value in ("Ana", "Ramirez", "5550132", "1990", "ana@example.com"):
            assert value not in told
        assert "bits" not in told

    def test_makes_whom_the_shopper_says_is_new_and_leaves_the_pair_to_a_person(
        self, api: PlatformClient, scope_a: Scope, ana: Customer
    ) -> None:
        seen = shown(create(api))

        made = create(api, confirm_new=True, shown=seen, once="k")
        again = create(api, confirm_new=True, shown=seen, once="k")

        assert made.status == again.status == 201
        assert made.json["customer"]["id"] == again.json["customer"]["id"]
        assert not Merge.objects.scoped(scope_a).exists()
        suggestion = Suggestion.objects.scoped(scope_a).get()
        assert suggestion.reasons == ["said_new"]
        assert SaidNew.objects.scoped(scope_a).get().other == ana

    def test_is_never_linked_later_by_matching_alone(
        self, api: PlatformClient, scope_a: Scope, account_a: PosAccount, ana: Customer,
        ingest: Ingest,
    ) -> None:  # fmt: skip
        create(api, confirm_new=True, shown=shown(create(api)))
        records = ingest(scope_a, account_a, [incoming(scope_a, "1042", **ANA, city="Alder")])
        ids = list(records.record_ids.values())
        third = make_account(scope_a, kind="cova", account_key="cova-list")
        ids += ingest(scope_a, third, [incoming(scope_a, "9", **ANA)]).record_ids.values()

        compare_records(scope_a, write_match_keys(scope_a, ids), now=NOON)

        assert Customer.objects.scoped(scope_a).filter(merged_into__isnull=True).count() == 2

    @pytest.mark.parametrize("confirmed", [[], ["00000000-0000-7000-8000-00000000ffff"]])
    def test_takes_no_confirmation_for_others_than_were_found(
        self, api: PlatformClient, scope_a: Scope, ana: Customer, confirmed: list[str]
    ) -> None:
        reply = create(api, confirm_new=True, shown=confirmed)

        assert reply.code == "likely_match"
        assert Customer.objects.scoped(scope_a).count() == 1

    def test_takes_ids_alone_for_no_confirmation(self, api: PlatformClient, ana: Customer) -> None:
        assert create(api, shown=[str(ana.public_id)]).code == "likely_match"

    def test_makes_nobody_twice_with_the_same_document(
        self, api: PlatformClient, scope_a: Scope, account_a: PosAccount, ana: Customer,
        ingest: Ingest,
    ) -> None:  # fmt: skip
        row = incoming(scope_a, "1042", **ANA, licence="D1234567", licence_state="CA")
        ids = ingest(scope_a, account_a, [row]).record_ids.values()
        write_match_keys(scope_a, list(ids))
        customer = {**SENT, "drivers_license": "D1234567"}

        found = create(api, customer=customer)
        reply = create(api, customer=customer, confirm_new=True, shown=shown(found))

        assert (reply.status, reply.code) == (409, "customer_exists")
        assert reply.json["id"] == str(ana.public_id)

    def test_shows_nobody_of_other_stores(
        self, api: PlatformClient, scope_a: Scope, store_a: Store, ana: Customer
    ) -> None:
        store_b = Store.objects.scoped(scope_a).create(
            slug="birch-street",
            name="Birch Street",
            time_zone="America/Los_Angeles",
            jurisdiction="US-CA",
        )
        limited = PlatformClient.of(scope_a, role=Role.STAFF, stores=[store_b])

        assert create(limited).code == "store_not_found"
        assert create(limited, store="birch-street").status == 201

    def test_is_told_once_whatever_happens_at_the_pos(
        self, writing: WritingWorld, kiosk: Kiosk
    ) -> None:
        api = PlatformClient.of(writing.scope)
        store = writing.world.store.slug
        sent = {"store": store, "customer": INES}

        made = api.post("/customers", sent, once="k")
        again = api.post("/customers", sent, once="k")

        assert (made.status, made.json["pos_status"]) == (201, "pending")
        assert again.json["customer"]["id"] == made.json["customer"]["id"]
        assert OutboxEntry.objects.scoped(writing.scope).count() == 1

    @pytest.mark.parametrize(
        ("sent", "code"),
        [
            (b"", "invalid"),
            (b"[]", "bad_request"),
            (b"{", "bad_request"),
            (b'"\\ud800"', "bad_request"),
            (b"[" * 100_000, "bad_request"),
            ({"store": 1, "customer": SENT}, "invalid"),
            ({"store": "alder-way"}, "invalid"),
            ({"store": "alder-way", "customer": []}, "invalid"),
            ({"store": "alder-way", "customer": {}}, "customer_missing"),
            ({"store": "alder-way", "customer": {"first_name": "A\0"}}, "invalid"),
            ({"store": "alder-way", "customer": {"first_name": ["A"]}}, "invalid"),
            ({"store": "alder\0way", "customer": SENT}, "invalid"),
            ({"store": "elsewhere", "customer": SENT}, "store_not_found"),
            ({"store": "alder-way", "customer": SENT, "confirm_new": "yes"}, "invalid"),
            ({"store": "alder-way", "customer": SENT, "shown": ["\u202e"]}, "invalid"),
            ({"store": "alder-way", "customer": SENT, "Ana Ramirez": 1}, "invalid"),
        ],
    )
    def test_refuses_what_cannot_be_read_without_repeating_it(
        self, api: PlatformClient, scope_a: Scope, store_a: Store, sent: object, code: str
    ) -> None:
        reply = api.post("/customers", sent)

        assert reply.code == code
        assert "Ana" not in reply.body.decode()
        assert not Customer.objects.scoped(scope_a).exists()

    def test_lets_the_later_of_two_at_once_see_the_earlier(
        self, api: PlatformClient, scope_a: Scope, store_a: Store
    ) -> None:
        def register(number: int) -> int:
            try:
                return create(api, once=f"request {number}").status
            finally:
                connection.close()

        with ThreadPoolExecutor(3) as pool:
            found = sorted(pool.map(register, range(3)))

        assert found == [201, 409, 409]
        assert Customer.objects.scoped(scope_a).count() == 1

    def test_leaves_kiosks_alone(self, ana: Customer, scope_a: Scope, store_a: Store) -> None:
        made = Kiosk.of(scope_a, store_a).create(**SENT)

        assert made.status == 201
        assert Merge.objects.scoped(scope_a).count() == 1


@pytest.mark.usefixtures("worker")
class TestAtThePos:
    def test_somebody_is_created(self, writing: WritingWorld) -> None:
        sent = {"store": writing.world.store.slug, "customer": INES}

        made = PlatformClient.of(writing.scope).post("/customers", sent)

        assert (made.status, made.json["pos_status"]) == (201, "created")
        assert len(made.json["customer"]["records"]) == 2

    def test_somebody_whom_it_knows_is_told_by_their_id(self, writing: WritingWorld) -> None:
        known = next(row for row in writing.control.customers() if row.get("email"))
        customer = {**INES, "email": known["email"]}
        sent = {"store": writing.world.store.slug, "customer": customer}
        api = PlatformClient.of(writing.scope)

        reply = api.post("/customers", sent)

        assert (reply.status, reply.code) == (409, "customer_exists")
        told = api.get(f"/customers/{reply.json['id']}").json["customer"]
        assert told["fields"]["email"] == known["email"]


class TestRead:
    def test_says_who_somebody_was_merged_into(
        self, api: PlatformClient, scope_a: Scope, ana: Customer, store_a: Store
    ) -> None:
        made = Kiosk.of(scope_a, store_a).create(**SENT)
        merge = Merge.objects.scoped(scope_a).get()
        absorbed = str(Customer.objects.scoped(scope_a).get(merged_into__isnull=False).public_id)

        told = api.get(f"/customers/{absorbed}").json

        assert made.status == 201
        assert told["merged_into"] == told["customer"]["id"] != absorbed
        assert len(told["customer"]["records"]) == 2
        assert merge.reason == "automatic"

    def test_is_audited(self, api: PlatformClient, scope_a: Scope, ana: Customer) -> None:
        api.get(f"/customers/{ana.public_id}")

        entry = Entry.objects.scoped(scope_a).get(action="customer.viewed")
        assert entry.subject_ids == [ana.pk]
        assert entry.actor.startswith("integration:")

    def test_takes_the_id_of_a_pos(self, api: PlatformClient, ana: Customer) -> None:
        assert api.get("/customers/treez:1042").json["customer"]["id"] == str(ana.public_id)

    @pytest.mark.parametrize("wanted", ["nobody", "%00", "%ED%A0%80", "x" * 400])
    def test_knows_nobody_of_another_id(self, api: PlatformClient, wanted: str) -> None:
        assert api.get(f"/customers/{wanted}").status == 404


class TestSearch:
    def test_finds_people_by_what_stands_in_no_address(
        self, api: PlatformClient, ana: Customer
    ) -> None:
        told = api.post("/customers/search", {"text": "ana 0132"}).json

        assert [one["id"] for one in told["items"]] == [str(ana.public_id)]
        assert told["items"][0]["email"] == "a…@example.com"

    @pytest.mark.parametrize("text", ["", " ", "\0", "x" * 201, 7, None])
    def test_refuses_what_is_no_text(self, api: PlatformClient, text: object) -> None:
        assert api.post("/customers/search", {"text": text}).code == "invalid"


@pytest.fixture(autouse=True)
def _sizes() -> Iterator[None]:
    forget_sizes()
    yield
    forget_sizes()
