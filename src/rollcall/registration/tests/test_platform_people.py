"""People for programs: lists, versions, changes on condition, whose a value is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from rollcall.api.tests.plain_client import PlainClient
from rollcall.api.tests.plain_client import plain_api as plain_api
from rollcall.audit.models import Entry
from rollcall.customers.models import Customer, FieldEdit, PosAccount
from rollcall.customers.operations.account_stores import set_account_stores
from rollcall.customers.queries.listing import list_people
from rollcall.kit.scope import Role, Scope
from rollcall.outbox.models import OutboxEntry
from rollcall.stores.models import Store
from rollcall.sync.models import PosConnection
from rollcall.testing.fixtures import NOON, Ingest, incoming, make_account

ANA = {
    "given_name": "Ana",
    "family_name": "Ramirez",
    "born_on": "1990-03-14",
    "phone": "+14155550132",
    "licence": "D1234567",
    "marketing_opt_in": True,
}


@pytest.fixture
def api(plain_api: None, scope_a: Scope) -> PlainClient:
    return PlainClient.of(scope_a)


@pytest.fixture
def ana(
    plain_api: None, scope_a: Scope, store_a: Store, account_a: PosAccount, ingest: Ingest
) -> str:
    set_account_stores(scope_a, account_a.pk, {store_a.pk})
    ingest(scope_a, account_a, [incoming(scope_a, "1042", **ANA)])
    return str(Customer.objects.scoped(scope_a).get().public_id)


def version(api: PlainClient, customer_id: str) -> str:
    return api.get(f"/customers/{customer_id}").headers["ETag"]


def actions(scope: Scope) -> list[str]:
    return list(Entry.objects.scoped(scope).order_by("id").values_list("action", flat=True))


class TestOnePerson:
    def test_is_masked_for_staff_and_whole_for_managers(
        self, api: PlainClient, scope_a: Scope, ana: str
    ) -> None:
        staff = PlainClient.of(scope_a, role=Role.STAFF)
        address = f"/customers/{ana}?fields=born_on,licence,phone"

        whole, part = (one.get(address).json["customer"] for one in (api, staff))

        assert (whole["fields"], whole["masked"]) == (
            {"born_on": "1990-03-14", "phone": "+14155550132", "licence": "D1234567"},
            [],
        )
        assert (part["fields"], part["masked"]) == (
            {"born_on": "1990", "phone": "+14155550132", "licence": "••• 4567"},
            ["born_on", "licence"],
        )

    def test_keeps_its_version_until_a_value_changes(
        self, api: PlainClient, scope_a: Scope, account_a: PosAccount, ana: str, ingest: Ingest
    ) -> None:
        first, second = version(api, ana), version(api, ana)
        ingest(scope_a, account_a, [incoming(scope_a, "1042", **{**ANA, "city": "Alder"})])

        assert first == second != version(api, ana)

    def test_has_provenance_history_identities_and_consents(
        self, api: PlainClient, scope_a: Scope, account_a: PosAccount, ana: str, ingest: Ingest
    ) -> None:
        later = {**ANA, "phone": "+14155550177"}
        ingest(scope_a, account_a, [incoming(scope_a, "1042", **later)])
        record = {"kind": "treez", "account": "alderway", "id": "1042"}

        (phone,) = api.get(f"/customers/{ana}/provenance?fields=phone").json["fields"]
        (change,) = api.get(f"/customers/{ana}/history?field=phone").json["items"]
        known = api.get(f"/customers/{ana}/identities").json
        (wish,) = api.get(f"/customers/{ana}/consents").json["items"]

        assert (phone["why"], phone["standing"]["record"]) == ("undisputed", record)
        assert (change["old"], change["new"], change["by"]) == (
            "+14155550132", "+14155550177", "pos",
        )  # fmt: skip
        assert known["former_ids"] == []
        assert [(one["id"], one["stores"]) for one in known["items"]] == [("1042", ["Alder Way"])]
        assert (wish["field"], wish["standing"]["value"]) == ("marketing_opt_in", True)

    def test_hides_former_numbers_from_staff(
        self, ana: str, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(scope_a, account_a, [incoming(scope_a, "1042", **{**ANA, "licence": "E7654321"})])
        staff = PlainClient.of(scope_a, role=Role.STAFF)

        reply = staff.get(f"/customers/{ana}/history")

        (change,) = [one for one in reply.json["items"] if one["field"] == "licence"]
        assert (change["old"], change["new"], change["is_masked"]) == (None, None, True)
        assert b"D1234567" not in reply.body


class TestTheList:
    def test_comes_page_by_page_in_both_directions(
        self, api: PlainClient, scope_a: Scope, account_a: PosAccount, ana: str, ingest: Ingest
    ) -> None:
        rows = [incoming(scope_a, str(number), given_name=f"N{number}") for number in range(4)]
        ingest(scope_a, account_a, rows)

        def walk(sort: str) -> list[str]:
            names: list[str] = []
            cursor: str | None = ""
            while cursor is not None:
                told = api.get(f"/customers?sort={sort}&limit=2&cursor={cursor}").json
                names += [one["fields"]["given_name"] for one in told["items"]]
                cursor = told["next"]
            return names

        assert walk("id") == ["Ana", "N0", "N1", "N2", "N3"]
        assert walk("-id") == ["N3", "N2", "N1", "N0", "Ana"]
        assert actions(scope_a).count("customer.listed") == 6

    def test_is_narrowed_by_store_and_by_changes(
        self, api: PlainClient, scope_a: Scope, store_a: Store, ana: str, ingest: Ingest
    ) -> None:
        other = Store.objects.scoped(scope_a).create(
            slug="birch", name="Birch", time_zone="America/Denver", jurisdiction="US-CO"
        )
        cova = make_account(scope_a, kind="cova", account_key="birch")
        set_account_stores(scope_a, cova.pk, {other.pk})
        later = NOON + dt.timedelta(days=1)
        ingest(scope_a, cova, [incoming(scope_a, "9", given_name="Bea")], now=later)

        def names(query: str) -> list[str]:
            items = api.get(f"/customers?fields=given_name&{query}").json["items"]
            return [one["fields"]["given_name"] for one in items]

        assert names("store=birch") == ["Bea"]
        assert names("store=alder-way") == ["Ana"]
        assert names("updated_since=2026-11-20T12:00:00Z") == ["Ana", "Bea"]
        assert names("updated_since=2026-11-21T12:00:00Z") == ["Bea"]

    def test_tells_what_was_typed_here_since(self, api: PlainClient, ana: str) -> None:
        api.patch(f"/customers/{ana}", {"customer": {"notes": "tall"}}, HTTP_IF_MATCH="*")

        found = api.get("/customers?updated_since=2026-11-20T12:00:01Z").json["items"]

        assert [one["id"] for one in found] == [ana]

    def test_ends_a_page_early_rather_than_look_at_everybody(
        self, scope_a: Scope, account_a: PosAccount, ana: str, ingest: Ingest
    ) -> None:
        rows = [incoming(scope_a, str(number), given_name=f"N{number}") for number in range(4)]
        taken = ingest(scope_a, account_a, rows, now=NOON + dt.timedelta(days=1))
        since = NOON + dt.timedelta(hours=1)

        first = list_people(scope_a, updated_since=since, limit=2, span=1)
        rest = list_people(scope_a, updated_since=since, limit=2, span=3, after=first.place)

        assert (list(first.ids), len(rest.ids), len(taken.record_ids)) == ([], 2, 4)

    def test_has_a_version_for_each(self, api: PlainClient, ana: str) -> None:
        (one,) = api.get("/customers").json["items"]

        assert one["etag"] == version(api, ana)


class TestAChange:
    def test_needs_a_version(self, api: PlainClient, ana: str, scope_a: Scope) -> None:
        reply = api.patch(f"/customers/{ana}", {"customer": {"phone": "415 555 0177"}})

        assert (reply.status, reply.code) == (428, "precondition_required")
        assert not FieldEdit.objects.scoped(scope_a).exists()

    def test_stands_at_once_and_goes_to_the_pos(
        self, api: PlainClient, ana: str, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        reply = api.patch(
            f"/customers/{ana}",
            {"customer": {"phone": "415 555 0177"}, "pinned": ["phone"]},
            HTTP_IF_MATCH=version(api, ana),
        )

        assert (reply.status, reply.json["changed"]) == (200, ["phone"])
        assert reply.json["customer"]["fields"]["phone"] == "+14155550177"
        assert reply.headers["ETag"] == version(api, ana)
        assert FieldEdit.objects.scoped(scope_a).get().pinned
        assert OutboxEntry.objects.scoped(scope_a).get().fields == ["phone"]

    def test_is_refused_when_somebody_was_quicker(
        self, api: PlainClient, ana: str, scope_a: Scope
    ) -> None:
        read = version(api, ana)
        change: dict[str, Any] = {"customer": {"phone": "415 555 0177"}}
        api.patch(f"/customers/{ana}", change, HTTP_IF_MATCH=read)

        reply = api.patch(
            f"/customers/{ana}", {"customer": {"email": "ana@example.org"}}, HTTP_IF_MATCH=read
        )

        assert (reply.status, reply.code) == (412, "precondition_failed")
        assert reply.json["fields"] == ["phone"]
        assert reply.json["etag"] == version(api, ana)
        assert b"5550177" not in reply.body
        assert FieldEdit.objects.scoped(scope_a).count() == 1

    def test_repeated_answers_the_same_and_does_nothing(
        self, api: PlainClient, ana: str, scope_a: Scope
    ) -> None:
        read = version(api, ana)
        change = {"customer": {"phone": "415 555 0177"}}
        keyed = {"HTTP_IF_MATCH": read, "HTTP_IDEMPOTENCY_KEY": "k"}

        found = [api.patch(f"/customers/{ana}", change, **keyed) for _ in range(2)]
        other = api.patch(f"/customers/{ana}", {"customer": {"phone": ""}}, **keyed)

        assert found[0].json == found[1].json
        assert (other.status, other.code) == (422, "idempotency_key_reused")
        assert FieldEdit.objects.scoped(scope_a).count() == 1

    def test_of_a_status_needs_a_manager(self, ana: str, scope_a: Scope) -> None:
        staff = PlainClient.of(scope_a, role=Role.STAFF)

        reply = staff.patch(f"/customers/{ana}", {"status": "inactive"}, HTTP_IF_MATCH="*")

        assert (reply.status, reply.code) == (403, "forbidden")

    def test_says_all_that_is_wrong(self, api: PlainClient, ana: str) -> None:
        wrong = {"phone": "12", "birthday": "2190-01-01"}
        reply = api.patch(f"/customers/{ana}", {"customer": wrong}, HTTP_IF_MATCH="*")
        pinned = api.patch(
            f"/customers/{ana}", {"customer": {"notes": "x"}, "pinned": ["email"]},
            HTTP_IF_MATCH="*",
        )  # fmt: skip

        assert sorted(reply.json["errors"]) == ["birthday", "phone"]
        assert sorted(pinned.json["errors"]) == ["pinned"]
