from __future__ import annotations

import datetime as dt
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.idempotency import once
from rollcall.api.kept_answers import Write, answer_once, forget_answers
from rollcall.api.models import KeptAnswer
from rollcall.api.problems import ProblemError

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
REPLAYED = ("Idempotency-Replayed", "true")
NORA = Write(owner="integration:1", key="k", sent=b"POST /x\n{}", credential="rci_nora", now=NOON)

pytestmark = pytest.mark.django_db


class Teller:
    """Answers every time otherwise."""

    def __init__(self, **answer: int) -> None:
        self.count = 0
        self.status = answer.get("status", 200)

    def __call__(self) -> Answer:
        self.count += 1
        return json_answer(
            {"name": "Nora Okafor", "count": self.count},
            status=self.status,
            headers=(("ETag", f'"{self.count}"'),),
        )


def refusing(kind: problems.Kind) -> Callable[[], Answer]:
    """Somebody who refuses, with a detail that is another one every time."""
    told = iter("abcdef")

    def act() -> Answer:
        raise ProblemError(kind, next(told))

    return act


def asked(write: Write, act: Callable[[], Answer]) -> Answer:
    try:
        return answer_once(write, act)
    except ProblemError as error:
        return error.problem.answer()


class TestAnAnswer:
    def test_is_the_same_byte_for_byte_for_a_day(self) -> None:
        act = Teller(status=201)
        first = answer_once(NORA, act)

        again = answer_once(replace(NORA, now=NOON + DAY - dt.timedelta(seconds=1)), act)
        late = answer_once(replace(NORA, now=NOON + DAY), act)

        assert again == replace(first, headers=(*first.headers, REPLAYED))
        assert (late.status, late.headers, act.count) == (201, (("ETag", '"2"'),), 2)

    def test_is_made_every_time_without_a_key(self) -> None:
        act = Teller()

        for _ in range(2):
            answer_once(replace(NORA, key=""), act)

        assert (act.count, KeptAnswer.objects.count()) == (2, 0)

    @pytest.mark.parametrize(
        "other",
        [
            {"credential": "rci_vera"},
            {"conditions": ("proof",)},
            {"owner": "integration:2"},
            {"key": "l"},
        ],
    )
    def test_is_nobody_else_s(self, other: dict[str, object]) -> None:
        act = Teller()
        answer_once(NORA, act)

        told = answer_once(replace(NORA, **other), act)  # type: ignore[arg-type]

        assert (b'"count":2' in told.body, REPLAYED in told.headers) == (True, False)
        assert b'"count":1' in answer_once(NORA, act).body

    def test_cannot_be_read_in_the_database(self) -> None:
        answer_once(NORA, Teller())

        with connection.cursor() as cursor:
            cursor.execute("select t.*, r.* from api_keptanswer t join api_idempotentrequest r"
                           " on r.id = t.request_id")  # fmt: skip
            values = [bytes(one) for one in cursor.fetchone() if isinstance(one, bytes)]

        assert len(values) == 4
        assert not [one for one in values if b"Nora" in one or b"rci_nora" in one]

    def test_that_was_tampered_with_or_moved_is_made_anew(self) -> None:
        act = Teller()
        for key in ("k", "l"):
            answer_once(replace(NORA, key=key), act)
        first, second = KeptAnswer.objects.order_by("pk")
        KeptAnswer.objects.filter(pk=first.pk).update(sealed=second.sealed)
        KeptAnswer.objects.filter(pk=second.pk).update(sealed=b"short")

        told = [answer_once(replace(NORA, key=key), act) for key in ("k", "l")]

        assert [b'"count":3' in told[0].body, b'"count":4' in told[1].body] == [True, True]
        assert b'"count":3' in answer_once(NORA, act).body

    def test_is_refused_for_another_body(self) -> None:
        answer_once(NORA, Teller())

        told = asked(replace(NORA, sent=b"POST /x\n{} "), Teller())

        assert (told.status, b"idempotency_key_reused" in told.body) == (422, True)

    def test_is_forgotten_after_a_day(self) -> None:
        answer_once(NORA, Teller())
        answer_once(replace(NORA, key="l", now=NOON + DAY), Teller())

        assert forget_answers(now=NOON + DAY + dt.timedelta(seconds=1)) == 1
        assert KeptAnswer.objects.get().kept_at == NOON + DAY


class TestAProcessThatIsKilled:
    @pytest.mark.django_db(transaction=True)
    def test_between_effect_and_answer_leaves_what_is_not_done_again(self) -> None:
        def effect(made: str) -> Answer:
            def act() -> dict[str, str]:
                done.append(made)
                return {"made": made}

            outcome = once(NORA.owner, NORA.key, NORA.sent, act, now=NOON)
            return json_answer(dict(outcome), status=201)

        def die() -> Answer:
            effect("before")
            os.kill(os.getpid(), signal.SIGKILL)
            raise AssertionError

        done: list[str] = []
        connection.close()  # a connection is one process's
        child = os.fork()
        if child == 0:
            try:
                answer_once(NORA, die)
            finally:
                os._exit(1)
        _, ended = os.waitpid(child, 0)

        told = patiently(lambda: effect("again"))
        again = answer_once(NORA, lambda: effect("once more"))

        assert os.WTERMSIG(ended) == signal.SIGKILL
        assert (told.status, told.body, done) == (201, b'{"made":"before"}', [])
        assert (again.body, REPLAYED in again.headers) == (told.body, True)


def patiently(act: Callable[[], Answer]) -> Answer:
    """The database needs a moment to see that the process is gone."""
    until = time.monotonic() + 5
    while True:
        try:
            return answer_once(NORA, act)
        except ProblemError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)


class TestARefusal:
    @pytest.mark.parametrize(
        "kind", [problems.INVALID, problems.NOT_FOUND, problems.IN_THE_WAY, problems.DUPLICATE]
    )
    def test_is_kept(self, kind: problems.Kind) -> None:
        act = refusing(kind)

        first, again = asked(NORA, act), asked(NORA, act)

        assert (first.status, again.body) == (kind.status, first.body)
        assert again.content_type == "application/problem+json"

    @pytest.mark.parametrize(
        "kind",
        [
            problems.UNAUTHENTICATED,
            problems.PROOF_NEEDED,
            problems.TOO_MANY_REQUESTS,
            problems.KEY_IN_FLIGHT,
            problems.POS_FAILED,
            problems.UNAVAILABLE,
        ],
    )
    def test_for_now_or_of_who_asks_is_judged_anew(self, kind: problems.Kind) -> None:
        act = refusing(kind)

        first, again = asked(NORA, act), asked(NORA, act)

        assert first.body != again.body
        assert KeptAnswer.objects.count() == 0

    def test_that_nobody_foresaw_is_not_kept(self) -> None:
        def fail() -> Answer:
            raise LookupError

        with pytest.raises(LookupError):
            answer_once(NORA, fail)

        assert answer_once(NORA, Teller()).status == 200

    def test_of_what_goes_on_is_not_kept(self) -> None:
        def begin() -> Answer:
            return Answer(status=200, body=b"{}", is_final=False)

        answer_once(NORA, begin)

        assert b"Nora" in answer_once(NORA, Teller()).body
