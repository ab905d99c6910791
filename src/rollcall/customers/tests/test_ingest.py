from __future__ import annotations

import datetime as dt

import pytest

from rollcall.audit.models import Entry
from rollcall.customers.models import Customer, PosAccount, PosRecord, RecordVersion
from rollcall.customers.queries.profile import get_profile, get_raw, resolve
from rollcall.kit.scope import Scope
from rollcall.testing.fixtures import NOON, Ingest, incoming

LATER = NOON + dt.timedelta(hours=1)


class TestTakeOver:
    def test_makes_a_record_and_a_person_of_each_new_row(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        result = ingest(
            scope_a,
            account_a,
            [
                incoming(scope_a, "1000", given_name="MARISOL", family_name="OKAFOR"),
                incoming(scope_a, "1001", given_name="DES", family_name="HALLORAN"),
            ],
        )

        assert (result.new, result.changed, result.merged) == (2, 0, 0)
        assert PosRecord.objects.scoped(scope_a).count() == 2
        assert Customer.objects.scoped(scope_a).count() == 2

    def test_changes_nothing_when_the_same_row_comes_again(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        row = incoming(scope_a, "1000", given_name="MARISOL", phone="415-555-2671")
        ingest(scope_a, account_a, [row])

        result = ingest(scope_a, account_a, [row], now=LATER)

        assert (result.new, result.changed) == (0, 0)
        assert RecordVersion.objects.scoped(scope_a).count() == 0
        assert PosRecord.objects.scoped(scope_a).get().changed_at == NOON

    def test_keeps_the_old_value_in_the_history(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(scope_a, account_a, [incoming(scope_a, "1000", email="a@example.com")])

        result = ingest(
            scope_a,
            account_a,
            [incoming(scope_a, "1000", email="b@example.com", updated_at=LATER)],
            now=LATER,
        )

        assert result.changed == 1
        assert RecordVersion.objects.scoped(scope_a).get().fields == ["email"]
        profile = get_profile(scope_a, resolve(scope_a, "1000"))
        truth = profile.fields[0].truth
        assert (truth.standing.value, truth.standing.at) == ("b@example.com", LATER)

    def test_keeps_a_value_that_the_pos_did_not_mention(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(scope_a, account_a, [incoming(scope_a, "1000", email="a@example.com", notes="x")])

        ingest(scope_a, account_a, [incoming(scope_a, "1000", notes=None)])

        profile = get_profile(scope_a, resolve(scope_a, "1000"))
        assert [(field.name, profile.text(field.name)) for field in profile.fields] == [
            ("email", "a@example.com")
        ]

    def test_audits_names_of_fields_and_ids_only(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(scope_a, account_a, [incoming(scope_a, "1000", email="a@example.com")])
        ingest(scope_a, account_a, [incoming(scope_a, "1000", email="b@example.com")])

        entries = Entry.objects.scoped(scope_a).filter(subject_kind="record").order_by("id")
        record = PosRecord.objects.scoped(scope_a).get()
        assert [(e.action, e.subject_ids, e.fields) for e in entries] == [
            ("record.created", [record.pk], []),
            ("record.changed", [record.pk], ["email"]),
        ]

    def test_stores_no_personal_value_in_clear_but_names(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(scope_a, account_a, [incoming(scope_a, "1000", email="a@example.com")])

        record = PosRecord.objects.scoped(scope_a).get()
        stored = repr([getattr(record, field.attname) for field in PosRecord._meta.fields])
        assert "example.com" not in stored
        assert b"a@example.com" in get_raw(scope_a, record.pk)


class TestMergesToldByThePos:
    @pytest.mark.parametrize("survivor_first", [True, False])
    def test_the_merged_away_record_joins_its_survivors_person(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest, survivor_first: bool
    ) -> None:
        survivor = incoming(scope_a, "20", given_name="DESMOND")
        donor = incoming(scope_a, "86", given_name="DES", merged_into="20", status="inactive")
        for row in (survivor, donor) if survivor_first else (donor, survivor):
            ingest(scope_a, account_a, [row])

        assert resolve(scope_a, "86") == resolve(scope_a, "20")
        assert get_profile(scope_a, resolve(scope_a, "86")).text("given_name") == "DESMOND"

    def test_the_public_id_of_the_merged_away_person_still_resolves(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(scope_a, account_a, [incoming(scope_a, "20"), incoming(scope_a, "86")])
        donor, survivor = resolve(scope_a, "86"), resolve(scope_a, "20")

        ingest(scope_a, account_a, [incoming(scope_a, "86", merged_into="20")])

        assert resolve(scope_a, str(donor.public_id)) == survivor

    def test_a_chain_of_merges_ends_at_the_last_survivor(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(scope_a, account_a, [incoming(scope_a, i) for i in ("1", "2", "3")])
        ingest(scope_a, account_a, [incoming(scope_a, "1", merged_into="2")])

        ingest(scope_a, account_a, [incoming(scope_a, "2", merged_into="3")])

        assert resolve(scope_a, "1") == resolve(scope_a, "2") == resolve(scope_a, "3")

    def test_a_merge_that_the_pos_takes_back_leads_home(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(scope_a, account_a, [incoming(scope_a, "20"), incoming(scope_a, "86")])
        home = resolve(scope_a, "86")
        ingest(scope_a, account_a, [incoming(scope_a, "86", merged_into="20")])

        ingest(scope_a, account_a, [incoming(scope_a, "86")])

        assert resolve(scope_a, "86") == home
        assert resolve(scope_a, str(home.public_id)) == home

    def test_a_circle_of_merges_is_left_alone(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        rows = [incoming(scope_a, "1", merged_into="2"), incoming(scope_a, "2", merged_into="1")]

        result = ingest(scope_a, account_a, rows)

        assert (result.new, result.merged) == (2, 0)
