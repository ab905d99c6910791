"""Treez's envelope and token answer."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from rollcall.pos.connectors.treez.wire import iso_millis, rows_of, token_of
from rollcall.pos.errors import (
    PosCredentialsError,
    PosRefusedDataError,
    PosThrottledError,
    PosUnavailableError,
)
from rollcall.pos.http import Reply

PAYLOADS = Path(__file__).parents[1] / "payloads"
NOON = dt.datetime(2026, 11, 20, 20, 0, tzinfo=dt.UTC)


def reply(data: object, status: int = 200, *, damaged: bool = False) -> Reply:
    return Reply(status=status, data=data, damaged=damaged, pos_time=NOON)


def payload(name: str) -> dict[str, object]:
    loaded: dict[str, object] = json.loads((PAYLOADS / name).read_text())
    return loaded


def success(data: object) -> dict[str, object]:
    return {"resultCode": "SUCCESS", "data": data}


class TestRowsOf:
    def test_reads_an_object_as_one_row(self) -> None:
        assert [row["customer_id"] for row in rows_of(reply(payload("customer.json")))] == ["1042"]

    def test_reads_a_list(self) -> None:
        rows = rows_of(reply(payload("page_merge.json")))

        assert [row["customer_id"] for row in rows] == ["877", "1310"]

    @pytest.mark.parametrize(
        ("status", "data"),
        [
            (404, payload("not_found.json")),
            (200, success([])),
            (200, success(None)),
            (200, {"resultCode": "FAIL", "resultReason": "NO_RECORDS"}),
            (200, {"resultCode": "FAIL", "resultReason": "NOT_FOUND"}),
        ],
    )
    def test_reads_every_way_of_saying_nobody(self, status: int, data: object) -> None:
        assert rows_of(reply(data, status)) == []

    def test_refuses_wrong_requests_with_treezs_word(self) -> None:
        with pytest.raises(PosRefusedDataError) as caught:
            rows_of(reply(payload("duplicate_phone.json"), 400))

        assert caught.value.code == "DUPLICATED_CUSTOMER_PHONE"

    def test_does_not_quote_sentences(self) -> None:
        with pytest.raises(PosUnavailableError) as caught:
            rows_of(reply({"resultCode": "FAIL", "resultReason": "ana@example.com is odd"}))

        assert "ana" not in str(caught.value).lower()

    def test_takes_a_lost_login_for_one_whatever_the_status(self) -> None:
        with pytest.raises(PosCredentialsError) as caught:
            rows_of(reply(payload("unauthorized.json")))

        assert caught.value.code == "http_401"

    @pytest.mark.parametrize("data", [None, [], {"message": "hello"}, success("text"), "text", 5])
    def test_takes_other_json_for_a_failure_of_the_pos(self, data: object) -> None:
        with pytest.raises(PosUnavailableError):
            rows_of(reply(data))

    def test_keeps_entries_that_are_no_objects_as_rows(self) -> None:
        assert rows_of(reply(success([None]))) == [{"__rollcall_not_an_object__": True}]

    def test_marks_only_the_damaged_rows(self) -> None:
        rows = [{"customer_id": "1"}, {"customer_id": "2", "addresses": [{"city": "RE\ufffdO"}]}]

        taken = rows_of(reply(success(rows), damaged=True))

        assert [row.get("__rollcall_encoding_invalid__") for row in taken] == [None, True]


class TestTokenOf:
    def test_reads_the_life_from_a_string(self) -> None:
        assert token_of(reply(payload("token.json"))) == ("invented.token.value", 7200.0)

    def test_reads_the_life_from_the_end_without_a_colon(self) -> None:
        answer = payload("token.json") | {"expires_in": "soon"}

        assert token_of(reply(answer))[1] == 6965.0

    def test_assumes_two_hours_if_nothing_is_said(self) -> None:
        assert token_of(reply({"resultCode": "SUCCESS", "access_token": "t"})) == ("t", 7200.0)

    @pytest.mark.parametrize("status", [200, 400, 404])
    def test_takes_a_refusal_for_wrong_credentials(self, status: int) -> None:
        with pytest.raises(PosCredentialsError):
            token_of(reply({"resultCode": "FAIL", "resultReason": "INVALID_API_KEY"}, status))

    def test_takes_over_limit_for_throttling(self) -> None:
        with pytest.raises(PosThrottledError):
            token_of(reply({"resultCode": "FAIL", "resultReason": "OVER LIMIT"}))


class TestIsoMillis:
    def test_writes_the_only_format_that_treez_takes(self) -> None:
        moment = dt.datetime.fromisoformat("2026-11-20T11:11:36-08:00")

        assert iso_millis(moment) == "2026-11-20T11:11:36.000-08:00"
