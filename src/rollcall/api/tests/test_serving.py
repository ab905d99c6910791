"""Whatever happens becomes an answer."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import OperationalError

from rollcall.api import database, problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.problems import ProblemError
from rollcall.api.requests import ApiRequest
from rollcall.api.serving import respond


def request(query: str = "") -> ApiRequest:
    return ApiRequest(ids={}, query=query, authorization="", address="203.0.113.7")


@pytest.fixture(autouse=True)
def fresh(transactional_db: None) -> Iterator[None]:
    yield
    database.close()


class TestRespond:
    @pytest.mark.parametrize("lost", [psycopg.OperationalError, OperationalError])
    def test_asks_once_more_when_the_database_was_lost(self, lost: type[Exception]) -> None:
        calls: list[ApiRequest] = []

        def handler(asked: ApiRequest) -> Answer:
            calls.append(asked)
            asked.answer_headers.append(("RateLimit", str(len(calls))))
            if len(calls) == 1:
                raise lost("the phone is 4155550132")
            return json_answer({})

        answer = respond(handler, request())

        assert (answer.status, len(calls)) == (200, 2)
        assert answer.headers == (("RateLimit", "2"),)

    def test_says_that_the_database_is_away(self) -> None:
        def handler(_: ApiRequest) -> Answer:
            raise psycopg.OperationalError("the phone is 4155550132")

        answer = respond(handler, request())

        assert answer.status == 503
        assert ("Retry-After", "2") in answer.headers
        assert b"4155550132" not in answer.body

    def test_hides_what_nobody_foresaw(self, capsys: pytest.CaptureFixture[str]) -> None:
        def handler(_: ApiRequest) -> Answer:
            raise ZeroDivisionError("the phone is 4155550132")

        answer = respond(handler, request("phone=4155550132"))

        assert answer.status == 500
        assert b"4155550132" not in answer.body
        assert "4155550132" not in "".join(capsys.readouterr())

    def test_lets_a_problem_overrule_a_header(self) -> None:
        def handler(asked: ApiRequest) -> Answer:
            asked.answer_headers += [("RateLimit", "mine"), ("X", "kept")]
            raise ProblemError(problems.NOT_FOUND, "no", headers=(("RateLimit", "its"),))

        answer = respond(handler, request())

        assert (answer.status, dict(answer.headers)) == (404, {"RateLimit": "its", "X": "kept"})

    def test_reads_nothing_of_a_query_that_is_too_long(self) -> None:
        def handler(_: ApiRequest) -> Answer:
            raise AssertionError("it was called")

        assert respond(handler, request("a" * 4097)).status == 414


class TestProblem:
    def test_has_the_members_of_the_standard_and_its_own(self) -> None:
        error = ProblemError(
            problems.INVALID, "why", errors={"phone": ["x"]}, extra={"message": "y"}
        )

        assert error.problem.document() == {
            "type": "urn:rollcall:problem:invalid",
            "title": "Some values cannot be used",
            "status": 422,
            "detail": "why",
            "code": "invalid",
            "errors": {"phone": ["x"]},
            "message": "y",
        }
