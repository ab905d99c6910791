"""The token bucket, with a clock of its own."""

from __future__ import annotations

import pytest

from rollcall.pos.rate import TokenBucket


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds


class TestTokenBucket:
    def test_spaces_requests_evenly(self) -> None:
        clock = Clock()
        bucket = TokenBucket(8, monotonic=lambda: clock.now, sleep=clock.sleep)

        for _ in range(4):
            bucket.acquire()

        assert clock.slept == [0.125, 0.125, 0.125]

    def test_gives_a_burst_at_once(self) -> None:
        clock = Clock()
        bucket = TokenBucket(10, burst=3, monotonic=lambda: clock.now, sleep=clock.sleep)

        assert [bucket.try_acquire() for _ in range(4)] == [True, True, True, False]
        clock.now += 0.11
        assert [bucket.try_acquire(), bucket.try_acquire()] == [True, False]

    def test_saves_no_more_than_the_burst(self) -> None:
        clock = Clock()
        bucket = TokenBucket(10, burst=2, monotonic=lambda: clock.now, sleep=clock.sleep)
        clock.now += 1000

        assert [bucket.try_acquire() for _ in range(3)] == [True, True, False]

    @pytest.mark.parametrize("waiting", [1, 5])
    def test_those_who_come_later_wait_longer(self, waiting: int) -> None:
        clock = Clock()
        slept: list[float] = []
        bucket = TokenBucket(10, monotonic=lambda: clock.now, sleep=slept.append)

        for _ in range(waiting + 1):
            bucket.acquire()

        assert slept[-1] == pytest.approx(waiting / 10)
