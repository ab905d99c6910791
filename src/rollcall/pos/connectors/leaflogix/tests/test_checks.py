"""What is found wrong before Dutchie is asked."""

from __future__ import annotations

import datetime as dt

import pytest

from rollcall.pos.clock import utc_now
from rollcall.pos.connectors.leaflogix import checks


def problems(**fields: object) -> list[tuple[str, str, str]]:
    found = checks.of_new({"given_name": "Ana", **fields})  # type: ignore[dict-item]  # any value
    return [(p.field, p.code, p.message) for p in found]


class TestNew:
    def test_the_first_name_is_enough(self) -> None:
        assert problems() == []
        assert [(p.field, p.message) for p in checks.of_new({"given_name": ""})] == [
            ("given_name", "can't be blank")
        ]

    @pytest.mark.parametrize(
        ("day", "message"),
        [
            ("01/02/1990", "expected format is yyyy-MM-dd"),
            ("19900102", "expected format is yyyy-MM-dd"),
            ("1990-01-02T00:00:00", "expected format is yyyy-MM-dd"),
            ("\uff11990-01-02", "expected format is yyyy-MM-dd"),
            ("1990-02-30", "is not a valid date"),
            ("0000-00-00", "is not a valid date"),
            ("1799-12-31", "is not a valid date"),
            ("2999-01-01", "is not a valid date"),
        ],
    )
    def test_birth_dates_are_days_of_somebody_alive(self, day: str, message: str) -> None:
        assert problems(born_on=day) == [("born_on", "invalid", message)]

    def test_today_is_a_birth_date_and_others_may_lie_ahead(self) -> None:
        today = utc_now().date()

        assert problems(born_on=today.isoformat()) == []
        assert problems(licence_expires_on=(today + dt.timedelta(days=9)).isoformat()) == []

    def test_all_problems_come_at_once(self) -> None:
        found = problems(given_name=None, born_on="x", medical_expires_on="y", customer_type="z")

        assert [field for field, _, _ in found] == [
            "given_name", "born_on", "medical_expires_on", "customer_type",
        ]  # fmt: skip

    def test_what_is_not_sent_is_not_looked_at(self) -> None:
        assert problems(signed_up_at="x", groups=[]) == []


class TestChanges:
    def test_dates_and_the_first_name_cannot_be_emptied(self) -> None:
        found = checks.of_changes({"given_name": None, "born_on": "", "email": None, "groups": []})

        assert [(p.field, p.code) for p in found] == [
            ("given_name", "required"), ("born_on", "required"),
        ]  # fmt: skip
