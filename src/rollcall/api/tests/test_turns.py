"""One request works at a time; whoever waits lets the others go on."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from rollcall.api.turns import QUICK, SEATS, USUAL, in_lane, turn, waiting


def serve(application: Callable[[dict[str, Any], Any], Iterable[bytes]], count: int) -> list[bytes]:
    """Ask so many times at once."""
    answers: list[bytes] = []

    def ask(number: int) -> None:
        answers.append(b"".join(application({"number": number}, None)))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class TestTurns:
    def test_are_taken_one_after_the_other(self) -> None:
        working = threading.Lock()

        def application(_environ: dict[str, Any], _start: Any) -> list[bytes]:
            assert working.acquire(blocking=False)
            time.sleep(0.01)
            working.release()
            return [b"done"]

        assert serve(in_lane(USUAL, application), 8) == [b"done"] * 8

    def test_are_given_away_while_somebody_waits(self) -> None:
        others_done = threading.Event()

        def application(environ: dict[str, Any], _start: Any) -> list[bytes]:
            if environ["number"] == 0:
                with waiting() as may_wait:
                    assert may_wait
                    return [b"seen" if others_done.wait(10) else b"alone"]
            others_done.set()
            return [b"other"]

        assert sorted(serve(in_lane(USUAL, application), 3)) == [b"other", b"other", b"seen"]

    def test_come_back_after_waiting(self) -> None:
        working = threading.Lock()

        def application(_environ: dict[str, Any], _start: Any) -> list[bytes]:
            with waiting():
                time.sleep(0.005)
            assert working.acquire(blocking=False)
            time.sleep(0.005)
            working.release()
            return [b"done"]

        assert serve(in_lane(USUAL, application), 8) == [b"done"] * 8

    def test_are_given_back_after_an_error(self) -> None:
        def application(environ: dict[str, Any], _start: Any) -> list[bytes]:
            if "wrong" in environ:
                raise LookupError
            return [b"done"]

        turns = in_lane(USUAL, application)
        with contextlib.suppress(LookupError):
            turns({"wrong": True}, None)

        assert serve(turns, 2) == [b"done"] * 2

    def test_of_lookups_come_while_others_work(self) -> None:
        looked_up = threading.Event()

        def application(_environ: dict[str, Any], _start: Any) -> list[bytes]:
            return [b"seen" if looked_up.wait(10) else b"held up"]

        def look_up() -> None:
            with turn(QUICK):
                looked_up.set()

        threading.Timer(0.05, look_up).start()

        assert serve(in_lane(USUAL, application), 1) == [b"seen"]

    def test_go_to_who_came_first(self) -> None:
        came: list[int] = []
        with turn(QUICK):
            threads = []
            for number in range(6):

                def take(number: int = number) -> None:
                    with turn(QUICK):
                        came.append(number)

                threads.append(threading.Thread(target=take))
                threads[-1].start()
                time.sleep(0.02)
        for thread in threads:
            thread.join()

        assert came == [0, 1, 2, 3, 4, 5]

    def test_leave_no_seat_for_too_many_who_wait(self) -> None:
        all_here = threading.Barrier(SEATS + 1)
        refused: list[bool] = []
        leave = threading.Event()

        def sit() -> None:
            with waiting() as may_wait:
                assert may_wait
                all_here.wait(10)
                leave.wait(10)

        threads = [threading.Thread(target=sit) for _ in range(SEATS)]
        for thread in threads:
            thread.start()
        all_here.wait(10)
        with waiting() as may_wait:
            refused.append(not may_wait)
        leave.set()
        for thread in threads:
            thread.join()

        assert refused == [True]
        with waiting() as may_wait:
            assert may_wait
