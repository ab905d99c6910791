from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection, transaction

from rollcall.api.idempotency import claimed, note_part, once, parts_of
from rollcall.api.models import IdempotentRequest
from rollcall.api.problems import ProblemError

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


class Counter:
    """Counts how often something is done."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> Mapping[str, Any]:
        self.count += 1
        return {"made": self.count}


@pytest.mark.django_db(transaction=True)
class TestOnce:
    def test_acts_once_for_a_key(self) -> None:
        act = Counter()

        found = [once("integration:1", "k", b"x", act, now=NOON) for _ in range(3)]

        assert found == [{"made": 1}] * 3

    def test_acts_every_time_without_a_key(self) -> None:
        act = Counter()

        assert [once("integration:1", "", b"x", act, now=NOON)["made"] for _ in range(2)] == [1, 2]

    def test_acts_for_everybody(self) -> None:
        act = Counter()
        for owner in ("integration:1", "integration:2"):
            once(owner, "k", b"x", act, now=NOON)

        assert act.count == 2

    def test_refuses_a_key_that_was_used_for_something_else(self) -> None:
        once("integration:1", "k", b"x", Counter(), now=NOON)

        with pytest.raises(ProblemError, match="idempotency_key_reused"):
            once("integration:1", "k", b"y", Counter(), now=NOON)

    def test_forgets_what_failed(self) -> None:
        def fail() -> Mapping[str, Any]:
            IdempotentRequest.objects.update(created_at=NOON + dt.timedelta(days=1))
            raise LookupError

        with pytest.raises(LookupError):
            once("integration:1", "k", b"x", fail, now=NOON)

        assert IdempotentRequest.objects.get().created_at == NOON
        assert once("integration:1", "k", b"x", Counter(), now=NOON) == {"made": 1}

    def test_refuses_a_repetition_while_the_first_is_carried_out(self) -> None:
        act, began, may_end = Counter(), threading.Event(), threading.Event()

        def slowly() -> Mapping[str, Any]:
            began.set()
            may_end.wait(5)
            return act()

        def ask() -> None:
            once("integration:1", "k", b"x", slowly, now=NOON)
            connection.close()

        first = threading.Thread(target=ask)
        first.start()
        assert began.wait(5)
        with pytest.raises(ProblemError, match="idempotency_key_in_flight"):
            once("integration:1", "k", b"x", act, now=NOON)
        may_end.set()
        first.join()

        assert once("integration:1", "k", b"x", act, now=NOON) == {"made": 1}


@pytest.mark.django_db(transaction=True)
class TestAClaim:
    def test_is_one_process_s_at_a_time_and_ends_with_its_connection(self) -> None:
        holds, may_end = threading.Event(), threading.Event()

        def hold() -> None:
            with claimed("integration:1", "k", b"x", now=NOON):
                holds.set()
                may_end.wait(5)
                connection.close()  # as if the process had died
            connection.close()

        first = threading.Thread(target=hold)
        first.start()
        assert holds.wait(5)
        with (
            pytest.raises(ProblemError, match="idempotency_key_in_flight"),
            claimed("integration:1", "k", b"x", now=NOON),
        ):
            pass
        may_end.set()
        first.join()

        with claimed("integration:1", "k", b"x", now=NOON):
            pass

    def test_names_the_same_thing_whenever_it_is_made(self) -> None:
        with claimed("integration:1", "k", b"x", now=NOON) as first:
            note_part(first, 0, {"status": 201})
        with claimed("integration:1", "k", b"x", now=NOON) as second:
            assert parts_of(second) == {0: {"status": 201}}

        assert first == second

    def test_loses_no_part_that_was_not_committed(self) -> None:
        with claimed("integration:1", "k", b"x", now=NOON) as claim:
            with contextlib.suppress(LookupError), transaction.atomic():
                note_part(claim, 0, {"status": 201})
                raise LookupError

            assert parts_of(claim) == {}
