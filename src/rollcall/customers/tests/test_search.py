"""The search box: what finds whom, and in which order."""

from __future__ import annotations

import datetime as dt

import pytest

from rollcall.customers.models import Link, PosAccount, PosRecord
from rollcall.customers.operations.edits import edit_field
from rollcall.customers.operations.presence import mark_gone
from rollcall.customers.queries.profile import resolve
from rollcall.customers.queries.search import search
from rollcall.customers.tests.search_shop import TODAY, ZOE, fill, found, ids
from rollcall.kit.scope import Scope
from rollcall.stores.queries import get_keys
from rollcall.testing.fixtures import NOON, Ingest, incoming, make_account

EARLIER = NOON - dt.timedelta(days=30)


@pytest.fixture
def shop(scope_a: Scope, account_a: PosAccount, ingest: Ingest) -> Scope:
    fill(scope_a, account_a, ingest)
    return scope_a


class TestSearch:
    @pytest.mark.parametrize(
        ("text", "people"),
        [
            # names, in any case, with and without accents, whole and begun, in either order
            ("zoë o'neil-garcía", ["1042"]),
            ("ZOE ONEIL GARCIA", ["1042"]),
            ("zoe oneil", ["1042", "1044"]),
            ("oneil zoe", ["1042", "1044"]),
            ("one zo", ["1042"]),
            ("zo", ["1042", "1043", "1044"]),
            ("garcia", ["1042", "1043"]),
            ("garcia zoe", ["1042"]),
            ("zolt", ["1043"]),
            ("  zoltan \t garcia ", ["1043"]),
            ("de la cruz", ["1045"]),
            ("cruz ana", ["1045"]),
            ("zoe zoltan", []),
            ("eil", []),
            # phones, in any spelling
            ("4155550134", ["1042"]),
            ("+1 415 555 0134", ["1042"]),
            ("(415) 555-0134", ["1042"]),
            ("415.555.0134", ["1042"]),
            ("1-415-555-0134", ["1042"]),
            ("+44 415 555 0134", []),
            ("0134", ["1042", "1044"]),
            ("550134", ["1042", "1044"]),
            ("555-0134", ["1042", "1044"]),
            ("5155550134", []),
            ("9550134", []),
            ("9134", []),
            # e-mail
            ("zoe.oneil@example.com", ["1042"]),
            (" ZOE.ONEIL@EXAMPLE.COM ", ["1042"]),
            ("oneil@example.com", []),
            # birth dates
            ("1991-04-17", ["1042", "1043"]),
            ("04/17/1991", ["1042", "1043"]),
            ("4/17/91", ["1042", "1043"]),
            ("1991-04-18", []),
            # name and birth date narrow one another down
            ("zoltan 04/17/1991", ["1043"]),
            ("1991-04-17 zo garcia", ["1042", "1043"]),
            ("zoltan 0134", ["1043"]),
            # so do a name and an e-mail, the end of a phone number, or a whole one
            ("zoe 0134", ["1042", "1044"]),
            ("oneil 0134", ["1042", "1044"]),
            ("garcia 0134", ["1042"]),
            ("garcia 5550134", ["1042"]),
            ("garcia 415-555-0134", ["1042"]),
            ("zoe zoe.oneil@example.com", ["1042"]),
            ("zoe 0134 1991-04-17 zoe.oneil@example.com", ["1042"]),
            ("zoe D1234567", ["1042"]),
            # papers and ids
            ("D1234567", ["1042"]),
            ("d123 4567", ["1042"]),
            ("mmj991234", ["1042"]),
            ("1043", ["1043"]),
            ("treez1043", []),
            ("99999", []),
        ],
    )
    def test_finds(self, shop: Scope, text: str, people: list[str]) -> None:
        assert found(shop, text) == people

    def test_finds_by_public_id(self, shop: Scope) -> None:
        public_id = resolve(shop, "1043").public_id

        for text in (str(public_id), public_id.hex, str(public_id).upper(), f"{{{public_id}}}"):
            assert found(shop, text) == ["1043"]

    def test_finds_who_somebody_is_now_by_the_id_they_had_before_a_merge(
        self, shop: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        before = resolve(shop, "1043")
        ingest(shop, account_a, [incoming(shop, "1043", merged_into="1042", status="inactive")])

        (hit,) = search(shop, str(before.public_id), today=TODAY).hits

        assert hit.public_id == resolve(shop, "1042").public_id
        assert ids([hit]) == ["1042", "1043"]

    def test_says_in_which_fields_something_was_found(self, shop: Scope) -> None:
        matched = {
            text: search(shop, text, today=TODAY).hits[0].matched
            for text in ("zoe", "4155550134", "0134", "zoe 1991-04-17", "1042", "D1234567")
        }

        assert matched == {
            "zoe": ["name"],
            "4155550134": ["phone"],
            "0134": ["phone_last4"],
            "zoe 1991-04-17": ["born_on", "name"],
            "1042": ["external_id"],
            "D1234567": ["licence"],
        }

    def test_shows_whom_it_found(self, shop: Scope) -> None:
        (hit,) = search(shop, "zoe.oneil@example.com", today=TODAY).hits

        assert (hit.display_name, hit.born_on) == ("ZOË O'Neil-García", "1991-04-17")
        assert (hit.phone, hit.email) == ("+14155550134", "zoe.oneil@example.com")

    @pytest.mark.parametrize(
        ("text", "people"),
        [
            ("zebra A7654321", ["2"]),
            ("zebra 415-555-9999", ["1"]),
            ("zebra nobody@example.com", ["1"]),
            ("zebra 2000-01-01", ["1"]),
            ("zebra A7654321 nobody@example.com", ["2"]),
            ("nobody A0000009", []),
        ],
    )
    def test_says_who_fits_a_part_when_nobody_fits_all(
        self, shop: Scope, account_a: PosAccount, ingest: Ingest, text: str, people: list[str]
    ) -> None:
        ingest(shop, account_a, [incoming(shop, "1", given_name="Zebra", licence="A1234567")])
        ingest(shop, account_a, [incoming(shop, "2", given_name="Aaron", licence="A7654321")])

        result = search(shop, text, today=TODAY)

        assert ids(result.hits) == people
        assert result.partial is bool(people)

    def test_puts_a_pos_id_before_the_end_of_a_phone_number(
        self, shop: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(shop, account_a, [incoming(shop, "0134", given_name="Xi", updated_at=EARLIER)])

        assert found(shop, "0134") == ["0134", "1042", "1044"]

    def test_shows_several_records_of_one_person_as_one(
        self, shop: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(
            shop, account_a, [incoming(shop, "77", **ZOE, merged_into="1042", status="inactive")]
        )

        (hit,) = search(shop, "4155550134", today=TODAY).hits

        assert ids([hit]) == ["1042", "77"]

    def test_finds_vanished_people_behind_the_others(self, shop: Scope) -> None:
        mark_gone(shop, [PosRecord.objects.scoped(shop).get(external_id="1043").pk], now=NOON)

        assert found(shop, "1991-04-17") == ["1042", "1043"]

    def test_puts_who_is_active_and_changed_lately_first(
        self, shop: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        rows = [
            incoming(shop, "old", given_name="Ida", updated_at=EARLIER),
            incoming(shop, "inactive", given_name="Ida", status="inactive"),
            incoming(shop, "new", given_name="Ida"),
            incoming(shop, "gone", given_name="Ida"),
        ]
        made = ingest(shop, account_a, rows).record_ids
        mark_gone(shop, [made["gone"]], now=NOON)

        assert found(shop, "ida") == ["new", "old", "inactive", "gone"]

    def test_shows_the_values_that_stand_for_a_person(self, shop: Scope) -> None:
        person = resolve(shop, "1042")
        edit_field(shop, person, "given_name", "Zoey", pinned=True, now=NOON)
        edit_field(shop, person, "banned", value=True, now=NOON)

        (hit,) = search(shop, "zoe.oneil@example.com", today=TODAY).hits

        assert (hit.display_name, hit.known_as) == ("Zoey O'Neil-García", "ZOË O'Neil-García")
        assert (hit.is_banned, hit.state, hit.is_merged) == (True, "present", False)

    def test_counts_records_of_the_person_that_do_not_match(
        self, shop: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        visit = "2026-11-18T17:05:40Z"
        other = incoming(shop, "99", given_name="Robin", phone="4155550177", last_visit_at=visit)
        ingest(shop, account_a, [other])
        person = resolve(shop, "1042")
        Link.objects.scoped(shop).filter(record__external_id="99").update(customer=person)

        (hit,) = search(shop, "zoe.oneil@example.com", today=TODAY).hits

        assert (ids([hit]), hit.others) == (["1042"], 1)
        assert hit.last_visit_at == dt.datetime.fromisoformat(visit)

    def test_says_when_there_are_more(self, shop: Scope) -> None:
        few = search(shop, "zo", today=TODAY, limit=2)
        all_of_them = search(shop, "zo", today=TODAY, limit=3)

        assert (len(few.hits), few.more) == (2, True)
        assert (len(all_of_them.hits), all_of_them.more) == (3, False)

    def test_is_not_crowded_out_by_vanished_people(
        self, shop: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        many = [incoming(shop, f"9{n}", given_name=f"Zoa{n}") for n in range(210)]
        gone = ingest(shop, account_a, many).record_ids
        mark_gone(shop, list(gone.values()), now=NOON)

        result = search(shop, "zo", today=TODAY, limit=3)

        assert sorted(ids(result.hits)) == ["1042", "1043", "1044"]
        assert result.more is True

    def test_believes_no_blind_index_without_looking(self, shop: Scope) -> None:
        # Two different numbers with one fingerprint, as chance might have it.
        collision = get_keys(shop).blind("phone", "+14155559999")
        PosRecord.objects.scoped(shop).filter(external_id="1043").update(
            phone_key=collision, licence_key=get_keys(shop).blind("licence", "X1"),
            email_key=get_keys(shop).blind("email", "x@example.com"),
            born_on_key=get_keys(shop).blind("born_on", "2000-01-01"),
        )  # fmt: skip

        for text in ("415-555-9999", "x1", "x@example.com", "2000-01-01"):
            assert found(shop, text) == []
        assert search(shop, "zoltan 2000-01-01", today=TODAY).partial is True

    def test_finds_a_name_among_more_with_one_value_than_are_looked_at(
        self, shop: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        crowd = [
            incoming(shop, f"c{n}", given_name="Crowd", phone="+14155550199") for n in range(310)
        ]
        one = incoming(shop, "one", given_name="Xiomara", phone="+14155550199")
        ingest(shop, account_a, [*crowd, one])

        assert found(shop, "xiomara 0199") == ["one"]
        assert found(shop, "xiomara 415-555-0199") == ["one"]
        assert search(shop, "0199", today=TODAY, limit=8).more is True

    def test_shows_another_retailer_nothing(
        self, shop: Scope, scope_b: Scope, ingest: Ingest
    ) -> None:
        theirs = make_account(scope_b)
        ingest(scope_b, theirs, [incoming(scope_b, "5", given_name="Zoe", family_name="Other")])
        public_id = str(resolve(shop, "1042").public_id)

        for text in (
            "4155550134", "0134", "zoe.oneil@example.com", "D1234567", "1042", public_id, "oneil",
            "garcia 0134", "zoltan",
        ):  # fmt: skip
            assert found(scope_b, text) == []
        assert found(scope_b, "zo") == ["5"]
