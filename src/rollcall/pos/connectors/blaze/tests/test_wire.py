"""BLAZE's envelopes and refusals."""

from __future__ import annotations

import datetime as dt

import pytest

from rollcall.pos.connectors.blaze.tests.shop import member, payload
from rollcall.pos.connectors.blaze.wire import (
    duplicate_key,
    member_of,
    refusal,
    rows_of,
    shown,
    texts_in,
)
from rollcall.pos.errors import (
    PosDuplicateError,
    PosGoneError,
    PosRefusedDataError,
    PosUnavailableError,
)
from rollcall.pos.http import Reply

NOON = dt.datetime(2026, 11, 20, 20, 0, tzinfo=dt.UTC)


def reply(data: object, status: int = 200, *, damaged: bool = False) -> Reply:
    return Reply(status=status, data=data, damaged=damaged, pos_time=NOON)


class TestRowsOf:
    @pytest.mark.parametrize(("name", "count"), [("members.json", 3), ("search_phone.json", 2)])
    def test_reads_both_envelopes(self, name: str, count: int) -> None:
        assert len(rows_of(reply(payload(name)))) == count

    @pytest.mark.parametrize("data", [None, {"values": None}, {"values": [], "total": 131005}])
    def test_reads_nobody_in_each_form(self, data: object) -> None:
        assert rows_of(reply(data)) == []

    @pytest.mark.parametrize("data", [[], {}, "text", 5, {"values": {}}, {"values": "x"}])
    def test_takes_other_json_for_a_failure_of_the_pos(self, data: object) -> None:
        with pytest.raises(PosUnavailableError):
            rows_of(reply(data))

    def test_keeps_entries_that_are_no_objects_as_rows(self) -> None:
        assert rows_of(reply({"values": [None]})) == [{"__rollcall_not_an_object__": True}]

    def test_marks_only_the_damaged_rows(self) -> None:
        rows = [{"id": "a"}, {"id": "b", "address": {"city": "RE\ufffdO"}}]

        taken = rows_of(reply({"values": rows}, damaged=True))

        assert [row.get("__rollcall_encoding_invalid__") for row in taken] == [None, True]


class TestMemberOf:
    def test_reads_a_member(self) -> None:
        row = member_of(reply(member(0)))

        assert row is not None
        assert row["id"] == "65f0c2a7d1e4b93c5a7f1e02"

    @pytest.mark.parametrize(
        ("data", "status"),
        [(None, 200), ({}, 200), (None, 404), (payload("not_found.json"), 404),
         (payload("not_found.json"), 400), ({"message": "Member does not exist"}, 400)],
    )  # fmt: skip
    def test_reads_nobody_in_each_form(self, data: object, status: int) -> None:
        assert member_of(reply(data, status)) is None

    @pytest.mark.parametrize("data", [[1], "x", 5, {"values": []}])
    def test_takes_other_json_for_a_failure_of_the_pos(self, data: object) -> None:
        with pytest.raises(PosUnavailableError):
            member_of(reply(data))

    def test_passes_other_refusals_on(self) -> None:
        with pytest.raises(PosRefusedDataError):
            member_of(reply({"field": "email", "message": "Invalid email."}, 400))


class TestRefusal:
    def test_of_a_duplicate_is_told_as_such(self) -> None:
        told = reply(payload("duplicate.json"), 400)
        error = refusal(told)

        assert isinstance(error, PosDuplicateError)
        assert (error.existing_id, duplicate_key(told)) == (None, "email")
        assert str(error) == (
            "BLAZE holds this member already (Member: Member with this email already exists.)"
        )

    @pytest.mark.parametrize(
        ("message", "key"),
        [("Phone already in use", "phone"), ("License already exists", "licence"),
         ("Licence number already exists", "licence"), ("E-Mail already taken", "email"),
         ("Member already exists", "")],
    )  # fmt: skip
    def test_names_what_collided(self, message: str, key: str) -> None:
        told = reply({"field": "Member", "message": message}, 400)

        assert isinstance(refusal(told), PosDuplicateError)
        assert duplicate_key(told) == key

    @pytest.mark.parametrize("data", [None, [], "x", {"message": 5, "field": {}}, {}])
    @pytest.mark.parametrize("status", [400, 409, 422])
    def test_needs_no_words(self, data: object, status: int) -> None:
        error = refusal(reply(data, status))

        assert type(error) is PosRefusedDataError
        assert (str(error), error.code) == ("BLAZE refused the request", f"http_{status}")

    def test_of_nobody_is_gone(self) -> None:
        assert isinstance(refusal(reply(payload("not_found.json"), 404)), PosGoneError)

    def test_of_other_successes_is_a_failure(self) -> None:
        assert type(refusal(reply({}, 204))) is PosUnavailableError

    @pytest.mark.parametrize(
        "message",
        ["Quill-Vargas may not", "zoe@example.com is wrong", "phone (720) 555-0143 is wrong",
         "licence q7205143 is wrong", "+1 720 555 0143", "Id 65f0 belongs to Quill-Vargas."],
    )  # fmt: skip
    def test_repeats_nothing_of_a_person(self, message: str) -> None:
        sent = ["Quill-Vargas", "7205550143", "Q7205143", "zoe@example.com", "", " "]

        told = str(refusal(reply({"field": "x", "message": message}, 400), sent=sent)).lower()

        assert not any(word in told for word in ("quill", "zoe", "0143", "7205143"))

    def test_is_short_and_one_line(self) -> None:
        told = shown("a\nb\x00 " * 1000, ())

        assert len(told) == 200
        assert told.isprintable()

    def test_finds_every_text_of_a_body(self) -> None:
        body = {"a": "x", "b": [{"c": "y"}, 5, None, True], "d": {"e": ["z"]}}

        assert list(texts_in(body)) == ["x", "y", "z"]
