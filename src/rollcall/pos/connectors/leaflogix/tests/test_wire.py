"""Dutchie's lists, ``whoami`` and refusals."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from rollcall.pos.connectors.leaflogix.wire import WhoAmI, iso_utc, refusal, rows_of, whoami_of
from rollcall.pos.errors import PosGoneError, PosRefusedDataError, PosUnavailableError
from rollcall.pos.http import Reply

PAYLOADS = Path(__file__).parents[1] / "payloads"
NOON = dt.datetime(2026, 11, 20, 20, 0, tzinfo=dt.UTC)


def reply(data: object, status: int = 200, *, damaged: bool = False) -> Reply:
    return Reply(status=status, data=data, damaged=damaged, pos_time=NOON)


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / name).read_text())


class TestRowsOf:
    def test_reads_a_bare_array(self) -> None:
        rows = rows_of(reply(payload("customers.json")))

        assert [row["customerId"] for row in rows] == [48210733, 48210901, 51100027]

    def test_reads_an_empty_array(self) -> None:
        assert rows_of(reply([])) == []

    @pytest.mark.parametrize("data", [None, {}, {"data": []}, "text", 5])
    def test_takes_other_json_for_a_failure_of_the_pos(self, data: object) -> None:
        with pytest.raises(PosUnavailableError):
            rows_of(reply(data))

    @pytest.mark.parametrize("data", [payload("not_found.json"), None])
    def test_takes_404_for_gone(self, data: object) -> None:
        with pytest.raises(PosGoneError):
            rows_of(reply(data, 404))

    def test_keeps_entries_that_are_no_objects_as_rows(self) -> None:
        assert rows_of(reply([None])) == [{"__rollcall_not_an_object__": True}]

    def test_marks_only_the_damaged_rows(self) -> None:
        rows = [{"customerId": 1}, {"customerId": 2, "discountGroups": ["RE\ufffdO"]}]

        taken = rows_of(reply(rows, damaged=True))

        assert [row.get("__rollcall_encoding_invalid__") for row in taken] == [None, True]


class TestRefusal:
    @pytest.mark.parametrize(
        ("data", "named"),
        [
            (payload("bad_request.json"), ": PostalCode, CustomerType"),
            (payload("bad_request_message.json"), ""),
            (payload("bad_request_validation.json"), ": PageSize"),
            (payload("bad_request_problem.json"), ": PageNumber"),
            ("The phone 3035550142 is wrong", ""),
            (None, ""),
            ([], ""),
            ({"message": 5, "propertyErrors": {"a": 1}, "errors": [None, "x", {}]}, ""),
            ({"propertyErrors": [{"propertyName": "ana@example.com"}, {"propertyName": 7}]}, ""),
            (
                {"errors": {f"k{n}": [] for n in range(50)}},
                ": k0, k1, k2, k3, k4, k5, k6, k7, k8, k9",
            ),
        ],
    )
    def test_names_properties_and_nothing_else(self, data: object, named: str) -> None:
        error = refusal(reply(data, 400))

        assert isinstance(error, PosRefusedDataError)
        assert (str(error), error.code) == (f"Dutchie refused the request{named}", "http_400")

    def test_of_422_is_for_the_data_too(self) -> None:
        assert isinstance(refusal(reply({}, 422)), PosRefusedDataError)

    def test_of_other_successes_is_a_failure(self) -> None:
        assert type(refusal(reply([], 204))) is PosUnavailableError


class TestWhoAmI:
    def test_reads_camel_case(self) -> None:
        assert whoami_of(reply(payload("whoami.json"))) == WhoAmI(
            location_id="3411",
            location="Aurora East",
            company_id="512",
            company="Alderway",
            shares_profiles=True,
        )

    def test_reads_pascal_case(self) -> None:
        assert whoami_of(reply(payload("whoami_pascal.json"))) == WhoAmI(
            location_id="3412",
            location="Aurora West",
            company_id="512",
            company="Alderway",
            shares_profiles=False,
        )

    @pytest.mark.parametrize("unknown", [None, "", 0, False])
    def test_takes_silence_about_sharing_for_no(self, unknown: object) -> None:
        told = payload("whoami.json") | {"shareCustomerProfiles": unknown}

        assert whoami_of(reply(told)).shares_profiles is False

    @pytest.mark.parametrize(
        "data",
        [None, [], "x", {}, {"locationId": 0}, {"locationId": True}, {"locationId": "a/b"},
         {"locationId": 1, "shareCustomerProfiles": True},
         {"locationId": 1, "shareCustomerProfiles": True, "lspId": "9" * 30}],
    )  # fmt: skip
    def test_without_ids_is_a_failure(self, data: object) -> None:
        with pytest.raises(PosUnavailableError) as caught:
            whoami_of(reply(data))

        assert caught.value.code == "no_whoami"


class TestIsoUtc:
    def test_writes_whole_seconds(self) -> None:
        moment = dt.datetime.fromisoformat("2026-11-20T11:11:36.987654-08:00")

        assert iso_utc(moment) == "2026-11-20T19:11:36Z"
