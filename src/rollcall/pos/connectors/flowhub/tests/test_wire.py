"""Flowhub's lists, single customers, stores and refusals."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from rollcall.pos.connectors.flowhub import wire
from rollcall.pos.errors import (
    PosDuplicateError,
    PosGoneError,
    PosRefusedDataError,
    PosUnavailableError,
)
from rollcall.pos.http import Reply

PAYLOADS = Path(__file__).parents[1] / "payloads"
NOON = dt.datetime(2026, 11, 20, 20, 0, tzinfo=dt.UTC)
TOBIAS = "5f0c1d8e-2b7a-4c3f-9a61-0d3e7b64c2aa"


def reply(data: object, status: int = 200, *, damaged: bool = False) -> Reply:
    return Reply(status=status, data=data, damaged=damaged, pos_time=NOON)


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / name).read_text())


class TestListOf:
    def test_reads_the_documented_envelope_with_its_total(self) -> None:
        told = wire.list_of(reply(payload("customers.json")))

        assert [row["id"][:8] for row in told.rows] == ["5f0c1d8e", "9be2f1c4"]
        assert told.total == 3

    @pytest.mark.parametrize(
        "wrap",
        [
            lambda rows: {"data": rows},
            lambda rows: {"status": 200, "data": rows},
            lambda rows: {"customers": rows},
            lambda rows: rows,
        ],
    )
    def test_reads_every_envelope(self, wrap: Any) -> None:
        rows = payload("customers.json")["customers"]

        told = wire.list_of(reply(wrap(rows)))

        assert (told.rows, told.total) == (rows, None)

    def test_reads_a_single_object_as_one_row(self) -> None:
        assert wire.list_of(reply(payload("customer.json"))).rows == [payload("customer.json")]

    @pytest.mark.parametrize("data", [[], {"customers": []}, {"total": 0, "data": []}])
    def test_reads_an_empty_list(self, data: object) -> None:
        assert wire.list_of(reply(data)).rows == []

    @pytest.mark.parametrize("data", [None, {}, {"customers": None}, "text", 5, {"total": 3}])
    def test_takes_other_json_for_a_failure_of_the_pos(self, data: object) -> None:
        with pytest.raises(PosUnavailableError) as caught:
            wire.list_of(reply(data))
        assert caught.value.code == "no_list"

    @pytest.mark.parametrize("total", [True, -1, "3", 2.5, None])
    def test_believes_no_odd_total(self, total: object) -> None:
        assert wire.list_of(reply({"total": total, "customers": []})).total is None

    def test_takes_404_for_a_bad_request_and_not_for_nobody(self) -> None:
        with pytest.raises(PosRefusedDataError, match="must be in format yyyy-mm-dd"):
            wire.list_of(reply(payload("bad_date.json"), 404))

    def test_marks_entries_that_are_no_objects(self) -> None:
        assert wire.list_of(reply([None, {"id": "x"}])).rows == [
            {"__rollcall_not_an_object__": True},
            {"id": "x"},
        ]

    def test_marks_only_damaged_rows(self) -> None:
        rows = wire.list_of(reply([{"id": "\ufffd"}, {"id": "x"}], damaged=True)).rows

        assert ["__rollcall_encoding_invalid__" in row for row in rows] == [True, False]


class TestCustomerOf:
    @pytest.mark.parametrize(
        "wrap",
        [
            lambda row: row,
            lambda row: [row],
            lambda row: {"data": row},
            lambda row: {"customers": [row]},
            lambda row: {"customer": row},
        ],
    )
    def test_reads_one_in_any_envelope(self, wrap: Any) -> None:
        assert wire.customer_of(reply(wrap(payload("customer.json")))) == payload("customer.json")

    def test_takes_404_for_nobody(self) -> None:
        with pytest.raises(PosGoneError):
            wire.customer_of(reply(None, 404))

    @pytest.mark.parametrize("data", [None, {}, [], {"data": []}, {"id": ""}, {"id": None}])
    def test_takes_what_is_nobody_for_a_failure(self, data: object) -> None:
        with pytest.raises(PosUnavailableError):
            wire.customer_of(reply(data))


class TestFoundOf:
    @pytest.mark.parametrize(
        ("data", "status"),
        [(None, 404), ("no", 404), (None, 204), (None, 200), ({}, 200), ([], 200)],
    )
    def test_knows_nobody_in_many_ways(self, data: object, status: int) -> None:
        assert wire.found_of(reply(data, status)) == []

    def test_reads_one(self) -> None:
        assert [r["id"] for r in wire.found_of(reply(payload("customer.json")))] == [TOBIAS]

    def test_does_not_take_a_refusal_for_nobody(self) -> None:
        with pytest.raises(PosRefusedDataError):
            wire.found_of(reply(None, 400))


class TestLocationsOf:
    @pytest.mark.parametrize(
        "wrap", [lambda rows: {"data": rows}, lambda rows: {"locations": rows}, lambda rows: rows]
    )
    def test_reads_both_ids_of_each_store(self, wrap: Any) -> None:
        (store,) = wire.locations_of(reply(wrap(payload("locations.json")["data"])))

        assert store.ids == {"1c9d7a52-3f0b-4e8e-b0c7-64a3f2d91e05", "kq7vtn2mxsb4wlh9e"}
        assert (store.name, store.company) == ("Colfax", "Alderway")

    def test_survives_odd_entries(self) -> None:
        stores = wire.locations_of(reply([None, 5, {}, {"locationId": 7, "clientName": ["x"]}]))

        assert [(len(store.ids), store.company) for store in stores] == [(0, ""), (0, "")]

    def test_takes_no_list_for_a_failure(self) -> None:
        with pytest.raises(PosUnavailableError):
            wire.locations_of(reply({"status": 200}))


class TestRefusal:
    @pytest.mark.parametrize(
        ("body", "told"),
        [
            (payload("bad_request.json"), "birthDate is required; Bad Request"),
            (payload("unprocessable.json"), "birthDate is required"),
            ({"errors": {"message": "zip is odd"}}, "zip is odd"),
            ("plain words", "plain words"),
            ({"zip": "x"}, "zip"),
        ],
    )
    def test_tells_the_reason_in_every_shape(self, body: object, told: str) -> None:
        assert str(wire.refusal(reply(body, 400))) == f"Flowhub refused the request: {told}"

    @pytest.mark.parametrize("body", [None, [], {}, 5, {"error": None}])
    def test_does_without_a_reason(self, body: object) -> None:
        assert str(wire.refusal(reply(body, 422))) == "Flowhub refused the request"

    def test_leaves_out_everything_that_was_sent(self) -> None:
        sent = {
            "name": "Zoë Quill", "email": "zoe@example.com", "phone": "7205550143", "state": "XQ",
            "birthDate": "1984-02-29", "city": "Aurora", "type": "medCustomer",
        }  # fmt: skip
        reason = (
            "ZOË QUILL (zoe@example.com, (720) 555-0143, born 1984-02-29) of aurora XQ "
            "is no medCustomer"
        )

        told = str(wire.refusal(reply({"error": [reason]}, 400), sent))

        assert told.endswith("of … … is no medCustomer")
        for value in ("ZOË", "QUILL", "zoe@", "555", "1984", "aurora", "XQ"):
            assert value not in told

    def test_is_short(self) -> None:
        assert len(str(wire.refusal(reply({"error": ["word " * 1000]}, 400)))) < 250

    @pytest.mark.parametrize(
        ("status", "body", "existing"),
        [
            (409, None, None),
            (400, {"message": "customer already exists", "id": TOBIAS}, TOBIAS),
            (422, {"errors": ["Duplicate customer"], "customerId": 17}, "17"),
        ],
    )
    def test_of_somebody_known_is_a_duplicate(
        self, status: int, body: object, existing: str | None
    ) -> None:
        error = wire.refusal(reply(body, status))

        assert isinstance(error, PosDuplicateError)
        assert error.existing_id == existing

    def test_of_an_odd_status_is_a_failure(self) -> None:
        assert isinstance(wire.refusal(reply({}, 202)), PosUnavailableError)
