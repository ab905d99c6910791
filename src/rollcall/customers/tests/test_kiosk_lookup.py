"""What a kiosk finds, and what it is told."""

from __future__ import annotations

import pytest

from rollcall.audit.models import Entry
from rollcall.customers.models import Customer, Link, PosRecord, RecordName
from rollcall.customers.operations.account_stores import set_account_stores
from rollcall.customers.tests.kiosk_world import ANA, ANA_ROW, KioskWorld
from rollcall.customers.tests.kiosk_world import fresh_api as fresh_api
from rollcall.customers.tests.kiosk_world import world as world
from rollcall.testing.fixtures import NOON, make_account


def entries(world: KioskWorld) -> list[Entry]:
    actor = f"kiosk:{world.kiosk.pk}"
    return list(Entry.objects.scoped(world.scope).filter(actor=actor).order_by("id"))


class TestSearch:
    def test_answers_with_the_eleven_keys_of_the_original(self, world: KioskWorld) -> None:
        world.add("1042", **ANA)

        reply = world.get("/api/v1/42/customers?phone=4155550132")

        assert (reply.status, reply.json) == (200, {"customers": [ANA_ROW]})

    @pytest.mark.parametrize(
        "query",
        [
            "phone=%28415%29+555-0132",
            "phone=%2B14155550132",
            "phone=+1-415-555-0132",
            "email=ANA%40example.com",
            "driver_license=d123+4567",
            "birthday=1990-03-14",
            "birthday=3%2F14%2F1990",
            "first_name=ana",
            "first_name=AN",
            "last_name=ramirez",
            "last_name=soto+ram",
            "last_name=R%C3%A4mirez",
            "last_name=R\u00c3\u00a4mirez",
            "first_name=ana&last_name=soto&phone=4155550132&email=ana%40example.com",
            "first_name=&phone=4155550132&last_name=+",
            "phone=4155550132&nonsense=1&nonsense=2",
            "%70hone=4155550132",
            "first_name=ana%00",
            "first_name=ana+ana+ana+ana+ana+ana+ana+ana+ana+ana",
        ],
    )
    def test_finds_ana_by(self, world: KioskWorld, query: str) -> None:
        world.add("1042", **ANA)
        world.add("7", given_name="Ben", family_name="Okafor", phone="4155550199")

        assert world.find(query) == ["1042"]

    @pytest.mark.parametrize(
        "query",
        [
            "phone=4155550133",
            "phone=5550132",
            "phone=0132",
            "email=ana",
            "first_name=soto",
            "last_name=irez",
            "first_name=ana&last_name=okafor",
            "first_name=---",
            "first_name=---&phone=4155550132",
            "driver_license=---",
            "phone=4155550132&birthday=1990-03-15",
            "first_name=anax",
            "phone=%00",
            "phone=%25",
        ],
    )
    def test_does_not_find_ana_by(self, world: KioskWorld, query: str) -> None:
        world.add("1042", **ANA)

        assert world.find(query) == []

    def test_writes_one_audit_entry(self, world: KioskWorld) -> None:
        record_id = world.add("1042", **ANA)

        world.find("phone=4155550132&last_name=soto")

        (entry,) = entries(world)
        assert (entry.action, entry.subject_kind) == ("customer.looked_up", "record")
        assert (entry.subject_ids, entry.fields) == ([record_id], ["last_name", "phone"])
        assert entry.context["found"] == 1

    def test_writes_one_audit_entry_when_nobody_is_found(self, world: KioskWorld) -> None:
        world.find("phone=4155550132")

        (entry,) = entries(world)
        assert (entry.subject_ids, entry.fields) == ([], ["phone"])
        assert entry.context["found"] == 0

    def test_leaves_out_who_is_gone_or_merged_away(self, world: KioskWorld) -> None:
        world.add("1042", **ANA)
        world.add("977", **ANA, merged_into="1042")
        world.add("978", **ANA)
        PosRecord.objects.scoped(world.scope).filter(external_id="978").update(gone_at=NOON)

        assert world.find("phone=4155550132") == ["1042"]
        assert world.find("last_name=soto") == ["1042"]

    def test_shows_inactive_records_with_the_poss_own_word(self, world: KioskWorld) -> None:
        world.add("1042", **ANA, status="inactive", status_raw="Deactivated")

        reply = world.get("/api/v1/42/customers?phone=4155550132")

        assert [row["status"] for row in reply.json["customers"]] == ["Deactivated"]

    def test_shows_null_where_the_pos_has_nothing(self, world: KioskWorld) -> None:
        world.add("7", phone="4155550132", status_raw="", updated_at=None)

        reply = world.get("/api/v1/42/customers?phone=4155550132")

        assert reply.json["customers"] == [
            {**dict.fromkeys(ANA_ROW), "customer_id": "7", "phone": "+14155550132"}
        ]

    def test_finds_a_phone_that_has_no_normal_form(self, world: KioskWorld) -> None:
        world.add("7", given_name="Ben", phone="555-0132")

        assert world.find("phone=555-0132") == ["7"]

    def test_forgets_a_name_that_was_changed(self, world: KioskWorld) -> None:
        world.add("1042", **ANA)
        world.add("1042", **{**ANA, "family_name": "Okafor"})

        assert world.find("last_name=soto") == []
        assert world.find("last_name=oka") == ["1042"]

    def test_does_not_take_a_middle_name_for_a_first_name(self, world: KioskWorld) -> None:
        world.add("7", given_name="Ben", middle_name="Ana", family_name="Okafor")

        assert world.find("first_name=ana") == []

    def test_answers_with_25_rows_at_most(self, world: KioskWorld) -> None:
        for number in range(27):
            world.add(str(number), given_name="Ana", phone="4155550132")

        assert len(world.find("first_name=ana")) == 25
        assert len(world.find("phone=4155550132")) == 25

    def test_does_not_believe_a_blind_index_that_collides(self, world: KioskWorld) -> None:
        world.add("1042", **ANA)
        world.add("7", given_name="Ben", phone="4155550199")
        records = PosRecord.objects.scoped(world.scope)
        records.filter(external_id="7").update(phone_key=records.get(external_id="1042").phone_key)

        assert world.find("phone=4155550132") == ["1042"]

    def test_believes_the_sealed_values_about_words(self, world: KioskWorld) -> None:
        world.add("1042", **ANA)
        RecordName.objects.scoped(world.scope).update(part=3)

        assert world.find("first_name=soto") == []

    def test_tells_of_a_birthday_that_is_no_date(self, world: KioskWorld) -> None:
        reply = world.get("/api/v1/42/customers?birthday=14%2F03%2F1990&phone=1")

        assert reply.status == 422
        assert reply.json["errors"] == {
            "birthday": ["is not a date (YYYY-MM-DD or MM/DD/YYYY) in the past"]
        }
        assert b"14/03" not in reply.body
        assert entries(world) == []

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("", "criteria_missing"),
            ("phone=", "criteria_missing"),
            ("phone=+&first_name=%20%09", "criteria_missing"),
            ("Phone=4155550132", "criteria_missing"),
            ("drivers_license=D1234567", "criteria_missing"),
            ("phone=1&phone=1", "parameter_repeated"),
            ("phone=&phone=1", "parameter_repeated"),
            ("phone=1&%70hone=1", "parameter_repeated"),
            ("phone=%ff", "bad_request"),
        ],
    )
    def test_refuses(self, world: KioskWorld, query: str, code: str) -> None:
        world.add("1042", **ANA)

        reply = world.get(f"/api/v1/42/customers?{query}")

        assert (reply.status, reply.json["code"]) == (400, code)
        assert entries(world) == []


class TestRead:
    def test_answers_by_the_poss_id(self, world: KioskWorld) -> None:
        world.add("1042", **ANA)

        reply = world.get("/api/v1/42/customers/1042")

        assert (reply.status, reply.json) == (200, {"customer": ANA_ROW})

    def test_answers_by_rollcalls_id(self, world: KioskWorld) -> None:
        record_id = world.add("1042", **ANA)
        public_id = Link.objects.scoped(world.scope).get(record_id=record_id).customer.public_id

        reply = world.get(f"/api/v1/42/customers/{public_id}")

        assert (reply.status, reply.json) == (200, {"customer": ANA_ROW})

    def test_follows_a_merge_at_the_pos(self, world: KioskWorld) -> None:
        world.add("900", **ANA)
        old = world.add("977", **ANA)
        public_id = Link.objects.scoped(world.scope).get(record_id=old).customer.public_id
        world.add("1042", **ANA)
        world.add("977", **ANA, merged_into="1042")
        world.add("900", **ANA, merged_into="977")

        ids = [
            world.get(f"/api/v1/42/customers/{one}").json["customer"]["customer_id"]
            for one in ("977", "900", str(public_id))
        ]

        assert ids == ["1042"] * 3

    def test_survives_merges_that_go_in_circles(self, world: KioskWorld) -> None:
        world.add("1", **ANA, merged_into="2")
        world.add("2", **ANA, merged_into="1")

        assert world.get("/api/v1/42/customers/1").status == 404

    def test_follows_a_merge_in_rollcall(self, world: KioskWorld) -> None:
        first = Link.objects.scoped(world.scope).get(record_id=world.add("1", **ANA))
        second = Link.objects.scoped(world.scope).get(record_id=world.add("2", **ANA))
        Link.objects.scoped(world.scope).filter(pk=first.pk).update(customer=second.customer)
        Customer.objects.scoped(world.scope).filter(pk=first.customer_id).update(
            merged_into=second.customer
        )

        reply = world.get(f"/api/v1/42/customers/{first.customer.public_id}")

        assert reply.json["customer"]["customer_id"] == "1"

    def test_prefers_an_active_record(self, world: KioskWorld) -> None:
        first = Link.objects.scoped(world.scope).get(
            record_id=world.add("1", **ANA, status="inactive")
        )
        second = world.add("2", **ANA)
        Link.objects.scoped(world.scope).filter(record_id=second).update(customer=first.customer)

        reply = world.get(f"/api/v1/42/customers/{first.customer.public_id}")

        assert reply.json["customer"]["customer_id"] == "2"

    def test_takes_a_poss_id_that_looks_like_rollcalls(self, world: KioskWorld) -> None:
        guid = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
        world.add(guid, **ANA)

        assert world.get(f"/api/v1/42/customers/{guid}").status == 200

    def test_tells_when_two_accounts_have_the_id(self, world: KioskWorld) -> None:
        world.add("1042", **ANA)
        world.account = make_account(world.scope, account_key="second")
        set_account_stores(world.scope, world.account.pk, {world.store.pk})
        world.add("1042", **ANA)

        reply = world.get("/api/v1/42/customers/1042")

        assert (reply.status, reply.json["code"]) == (409, "ambiguous_id")

    def test_does_not_know_who_is_gone(self, world: KioskWorld) -> None:
        world.add("1042", **ANA)
        PosRecord.objects.scoped(world.scope).update(gone_at=NOON)

        assert world.get("/api/v1/42/customers/1042").status == 404

    def test_is_audited_as_seeing_the_customer(self, world: KioskWorld) -> None:
        record_id = world.add("1042", **ANA)

        world.get("/api/v1/42/customers/1042")

        customer_id = Link.objects.scoped(world.scope).get(record_id=record_id).customer_id
        (entry,) = entries(world)
        assert (entry.action, entry.subject_kind) == ("customer.viewed", "customer")
        assert (entry.subject_ids, entry.fields) == ([customer_id], [])

    def test_is_audited_when_nobody_has_the_id(self, world: KioskWorld) -> None:
        world.get("/api/v1/42/customers/1042")

        (entry,) = entries(world)
        assert (entry.action, entry.subject_kind) == ("customer.looked_up", "record")
        assert (entry.subject_ids, entry.fields) == ([], ["customer_id"])
