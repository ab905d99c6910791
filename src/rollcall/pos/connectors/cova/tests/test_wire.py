"""Cova's lists, tokens and refusals."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from rollcall.pos.connectors.cova.wire import (
    iso_utc,
    literal,
    raise_for,
    results_of,
    row_of,
    rows_of,
    token_of,
)
from rollcall.pos.errors import (
    PosConflictError,
    PosCredentialsError,
    PosError,
    PosGoneError,
    PosRefusedDataError,
    PosUnavailableError,
    UnsupportedByPosError,
)
from rollcall.pos.http import Reply

PAYLOADS = Path(__file__).parents[1] / "payloads"
NOON = dt.datetime(2026, 11, 20, 20, 0, tzinfo=dt.UTC)


def reply(data: object, status: int = 200, *, damaged: bool = False) -> Reply:
    return Reply(status=status, data=data, damaged=damaged, pos_time=NOON)


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / name).read_text())


class TestRowsOf:
    def test_reads_a_bare_array(self) -> None:
        assert rows_of(reply(payload("customers.json"))) == payload("customers.json")

    def test_reads_hal(self) -> None:
        rows = rows_of(reply(payload("hal_page.json")))

        assert [row["PrimaryName"] for row in rows] == ["Devon"]

    @pytest.mark.parametrize(
        "data",
        [[], payload("hal_empty.json"), {"_embedded": {"self": []}}, {"_embedded": {"self": None}},
         {"_links": {}}, {"_links": {}, "_embedded": None}],
    )  # fmt: skip
    def test_reads_every_kind_of_nothing(self, data: object) -> None:
        assert rows_of(reply(data)) == []

    @pytest.mark.parametrize(
        "data", [None, {}, {"data": []}, "text", 5, {"_embedded": {"self": {"Id": "x"}}}]
    )
    def test_takes_other_json_for_a_failure_of_the_pos(self, data: object) -> None:
        with pytest.raises(PosUnavailableError) as caught:
            rows_of(reply(data))
        assert caught.value.code == "no_list"

    def test_keeps_entries_that_are_no_objects_as_rows(self) -> None:
        assert rows_of(reply([None])) == [{"__rollcall_not_an_object__": True}]

    def test_marks_only_the_damaged_rows(self) -> None:
        rows = [{"Id": "a"}, {"Id": "b", "ContactMethods": [{"Value": "RE\ufffdO"}]}]

        taken = rows_of(reply(rows, damaged=True))

        assert [row.get("__rollcall_encoding_invalid__") for row in taken] == [None, True]


class TestResultsOf:
    def test_reads_a_search(self) -> None:
        assert [row["PrimaryName"] for row in results_of(reply(payload("search.json")))] == [
            "Devon"
        ]

    @pytest.mark.parametrize("data", [{}, {"Results": None}, {"Results": []}])
    def test_reads_nobody(self, data: object) -> None:
        assert results_of(reply(data)) == []

    def test_takes_other_json_for_a_failure(self) -> None:
        with pytest.raises(PosUnavailableError):
            results_of(reply({"Results": "x"}))


class TestRowOf:
    @pytest.mark.parametrize("data", [None, [], {}, {"Id": ""}, "x"])
    def test_takes_other_json_for_a_failure(self, data: object) -> None:
        with pytest.raises(PosUnavailableError) as caught:
            row_of(reply(data))
        assert caught.value.code == "no_row"


class TestTokenOf:
    @pytest.mark.parametrize(
        ("life", "seconds"),
        [(43199, 43199.0), ("43199", 43199.0), (None, 43200.0), ("x", 43200.0), (-5, 0.0)],
    )
    def test_reads_the_life(self, life: object, seconds: float) -> None:
        told = payload("token.json") | {"expires_in": life, "token_type": "bearer"}

        assert token_of(reply(told)) == ("an-access-token", seconds)

    @pytest.mark.parametrize(
        ("data", "status", "code"),
        [(payload("bad_credentials.json"), 400, "invalid_grant"), (None, 400, "http_400"),
         ({"error": "Ana <ana@example.com>"}, 400, "http_400"), ([], 404, "http_404")],
    )  # fmt: skip
    def test_names_the_refusal(self, data: object, status: int, code: str) -> None:
        with pytest.raises(PosCredentialsError) as caught:
            token_of(reply(data, status))
        assert caught.value.code == code
        assert "ana" not in str(caught.value)
        assert "password" not in str(caught.value)

    @pytest.mark.parametrize("data", [{}, [], {"access_token": 5}])
    def test_takes_a_success_without_a_token_for_a_failure(self, data: object) -> None:
        with pytest.raises(PosUnavailableError):
            token_of(reply(data))


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "status", "error"),
        [(payload("not_found.json"), 404, PosGoneError), (None, 404, PosGoneError),
         (payload("not_found_gateway.json"), 404, UnsupportedByPosError),
         ({"Message": "No HTTP resource was found that matches …"}, 404, UnsupportedByPosError),
         (None, 405, UnsupportedByPosError), (None, 409, PosConflictError),
         (None, 412, PosConflictError), (None, 422, PosRefusedDataError),
         (None, 302, PosUnavailableError)],
    )  # fmt: skip
    def test_are_named_by_what_comes_next(
        self, data: object, status: int, error: type[PosError]
    ) -> None:
        with pytest.raises(error) as caught:
            raise_for(reply(data, status))
        assert type(caught.value) is error
        assert caught.value.code == f"http_{status}"

    @pytest.mark.parametrize("has_version", [True, False])
    def test_of_an_old_version_are_conflicts_if_one_was_sent(self, has_version: bool) -> None:
        answer = reply({"Message": "The version is not the latest one."}, 400)

        with pytest.raises(PosConflictError if has_version else PosRefusedDataError):
            raise_for(answer, has_version=has_version)

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (
                payload("bad_request.json"),
                "The value is not valid. FamilyName … is longer than 100",
            ),
            (
                payload("bad_request_model_state.json"),
                "The request is invalid. customer.CustomerTypeId",
            ),
            ({"Message": "ANA@EXAMPLE.COM and +1 (720) 555-0177 are wrong"}, "… and … are wrong"),
            ({"Message": "okafor Okaf us customer"}, "… … … customer"),
            ({"Message": 5}, "no reason"),
            ({"Message": "x" * 900}, "x" * 200), (["Okafor"], "no reason"), (None, "no reason"),
            ({"ModelState": {"Okafor 1": []}}, "no reason"),
        ],
    )  # fmt: skip
    def test_tell_the_reason_without_values(self, data: object, reason: str) -> None:
        with pytest.raises(PosRefusedDataError) as caught:
            raise_for(reply(data, 400), ["Okafor", 5, None, "US", "x@example.com"])
        assert str(caught.value) == f"Cova refused the request: {reason}"


class TestWriting:
    def test_of_times_is_in_whole_seconds(self) -> None:
        moment = dt.datetime.fromisoformat("2019-01-01T11:11:36.987654-08:00")

        assert iso_utc(moment) == "2019-01-01T19:11:36z"

    def test_of_texts_doubles_quotes(self) -> None:
        assert literal("O'Brien") == "'O''Brien'"
