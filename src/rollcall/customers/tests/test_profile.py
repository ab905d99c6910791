from __future__ import annotations

import datetime as dt

import pytest

from rollcall.customers.models import Customer, Link, PosAccount, PosRecord
from rollcall.customers.operations.presence import mark_back, mark_gone
from rollcall.customers.queries.profile import (
    AmbiguousIdError,
    CustomerNotFoundError,
    get_profile,
    get_raw,
    resolve,
)
from rollcall.kit.crypto import UnsealError
from rollcall.kit.scope import Scope
from rollcall.testing.fixtures import NOON, Ingest, incoming, make_account

LATER = NOON + dt.timedelta(hours=1)


class TestResolve:
    @pytest.fixture(autouse=True)
    def _rows(self, scope_a: Scope, account_a: PosAccount, ingest: Ingest) -> None:
        ingest(scope_a, account_a, [incoming(scope_a, one) for one in ("1042", "1043")])

    def test_takes_every_kind_of_id(self, scope_a: Scope) -> None:
        person = Link.objects.scoped(scope_a).get(record__external_id="1042").customer

        for any_id in (
            "1042",
            " 1042\n",
            "treez:1042",
            str(person.public_id),
            person.public_id.hex,
        ):
            assert resolve(scope_a, any_id) == person

    @pytest.mark.parametrize(
        "any_id",
        [
            "", " ", "9999", "treez:", ":1042", "cova:1042", "treez:9999", "10\0" + "42", "\ud800",
            "10\x1f42", "1" * 301, "x" * 1_000_000, "00000000-0000-7000-8000-000000000000",
            "%", "'",
        ],
    )  # fmt: skip
    def test_finds_nobody(self, scope_a: Scope, any_id: str) -> None:
        with pytest.raises(CustomerNotFoundError):
            resolve(scope_a, any_id)

    def test_finds_nobody_of_another_retailer(self, scope_a: Scope, scope_b: Scope) -> None:
        public_id = str(resolve(scope_a, "1042").public_id)

        for any_id in ("1042", "treez:1042", public_id):
            with pytest.raises(CustomerNotFoundError):
                resolve(scope_b, any_id)

    def test_asks_back_when_two_accounts_have_the_id(self, scope_a: Scope, ingest: Ingest) -> None:
        other = make_account(scope_a, kind="cova", account_key="alder")
        ingest(scope_a, other, [incoming(scope_a, "1042")])

        with pytest.raises(AmbiguousIdError):
            resolve(scope_a, "1042")

        assert resolve(scope_a, "treez:1042") != resolve(scope_a, "cova:1042")

    def test_does_not_ask_when_both_are_one_person(self, scope_a: Scope, ingest: Ingest) -> None:
        person = resolve(scope_a, "1042")
        other = make_account(scope_a, kind="cova", account_key="alder")
        ingest(scope_a, other, [incoming(scope_a, "1042")])
        Link.objects.scoped(scope_a).filter(record__account=other).update(customer=person)

        assert resolve(scope_a, "1042") == person

    def test_finds_an_id_that_looks_like_kind_and_id(self, scope_a: Scope, ingest: Ingest) -> None:
        other = make_account(scope_a, kind="cova", account_key="alder")
        ingest(scope_a, other, [incoming(scope_a, "a:b")])

        assert resolve(scope_a, "a:b") == resolve(scope_a, "cova:a:b")

    def test_finds_an_external_id_that_looks_like_a_public_id(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(scope_a, account_a, [incoming(scope_a, "00000000-0000-7000-8000-000000000000")])

        found = resolve(scope_a, "00000000-0000-7000-8000-000000000000")

        assert get_profile(scope_a, found).records[0].external_id.startswith("00000000-")

    def test_ends_at_a_circle(self, scope_a: Scope) -> None:
        one, two = resolve(scope_a, "1042"), resolve(scope_a, "1043")
        Customer.objects.scoped(scope_a).filter(pk=one.pk).update(merged_into=two)
        Customer.objects.scoped(scope_a).filter(pk=two.pk).update(merged_into=one)

        assert resolve(scope_a, str(one.public_id)) in (one, two)


class TestProfile:
    def test_has_the_best_value_of_all_records_with_its_source(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(
            scope_a,
            account_a,
            [
                incoming(scope_a, "20", given_name="DESMOND", email="d@example.com"),
                incoming(
                    scope_a, "86", given_name="DES", phone="4155550134", merged_into="20",
                    updated_at=LATER,
                ),
            ],
        )  # fmt: skip

        profile = get_profile(scope_a, resolve(scope_a, "20"))

        standing = {view.name: view.truth.standing for view in profile.fields}
        assert {name: value.value for name, value in standing.items()} == {
            "given_name": "DES",
            "phone": "+14155550134",
            "email": "d@example.com",
        }
        assert standing["email"].source == "alderway · treez 20"
        assert [other.value for other in profile.fields[0].truth.others] == ["DESMOND"]

    def test_takes_nothing_from_an_inactive_record_that_an_active_one_knows(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(
            scope_a,
            account_a,
            [
                incoming(scope_a, "20", email="active@example.com"),
                incoming(
                    scope_a, "86", email="inactive@example.com", city="Petaluma",
                    status="inactive", merged_into="20", updated_at=LATER,
                ),
            ],
        )  # fmt: skip

        profile = get_profile(scope_a, resolve(scope_a, "20"))

        assert profile.text("email") == "active@example.com"
        assert profile.text("city") == "Petaluma"

    def test_lists_what_tells_of_the_present_first(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        earlier = NOON - dt.timedelta(days=1)
        made = ingest(
            scope_a,
            account_a,
            [
                incoming(scope_a, "gone-first", merged_into="1"),
                incoming(scope_a, "gone-last", merged_into="1"),
                incoming(scope_a, "inactive", status="inactive", merged_into="1"),
                incoming(scope_a, "timeless", merged_into="1", updated_at=None),
                incoming(scope_a, "1", updated_at=earlier),
                incoming(scope_a, "newest", merged_into="1"),
            ],
        ).record_ids
        mark_gone(scope_a, [made["gone-first"]], now=earlier)
        mark_gone(scope_a, [made["gone-last"]], now=NOON)

        profile = get_profile(scope_a, resolve(scope_a, "1"))

        assert [record.external_id for record in profile.records] == [
            "newest", "1", "timeless", "inactive", "gone-last", "gone-first",
        ]  # fmt: skip

    def test_of_somebody_without_a_name_says_so(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(scope_a, account_a, [incoming(scope_a, "1")])

        assert get_profile(scope_a, resolve(scope_a, "1")).display_name == "(no name)"

    def test_opens_no_value_that_was_moved_from_another_row(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(scope_a, account_a, [incoming(scope_a, one, email=f"{one}@x.com") for one in "12"])
        rows = PosRecord.objects.scoped(scope_a)
        rows.filter(external_id="1").update(sealed_fields=rows.get(external_id="2").sealed_fields)

        with pytest.raises(UnsealError):
            get_profile(scope_a, resolve(scope_a, "1"))


class TestRaw:
    def test_of_another_retailers_record_is_not_there(
        self, scope_a: Scope, scope_b: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        record_id = ingest(scope_a, account_a, [incoming(scope_a, "1")]).record_ids["1"]

        with pytest.raises(PosRecord.DoesNotExist):
            get_raw(scope_b, record_id)


class TestPresence:
    def test_goes_and_comes_back_only_once(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        record_id = ingest(scope_a, account_a, [incoming(scope_a, "1")]).record_ids["1"]

        assert [mark_gone(scope_a, [record_id], now=NOON) for _ in range(2)] == [1, 0]
        assert [mark_back(scope_a, [record_id]) for _ in range(2)] == [1, 0]

    def test_of_another_retailers_record_is_not_touched(
        self, scope_a: Scope, scope_b: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        record_id = ingest(scope_a, account_a, [incoming(scope_a, "1")]).record_ids["1"]

        assert mark_gone(scope_b, [record_id], now=NOON) == 0
        assert PosRecord.objects.scoped(scope_a).get().gone_at is None
