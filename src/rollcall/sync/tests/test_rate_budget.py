from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from rollcall.sync.models import RateBudget
from rollcall.sync.operations.rate_budget import NetworkInTransactionError, SharedRateLimiter


def acquire(limiter: SharedRateLimiter, times: int) -> list[float]:
    """When each of so many permissions came."""
    try:
        moments = []
        for _ in range(times):
            limiter.acquire()
            moments.append(time.monotonic())
        return moments
    finally:
        connection.close()


def acquire_in_threads(limiters: list[SharedRateLimiter], times: int) -> tuple[float, list[float]]:
    with ThreadPoolExecutor(len(limiters)) as pool:
        started = time.monotonic()
        found = pool.map(acquire, limiters, [times] * len(limiters))
        moments = sorted(moment - started for one in found for moment in one)
    return moments[-1], moments


@pytest.mark.django_db(transaction=True)
class TestSharedRateLimiter:
    def test_lets_a_few_go_at_once_and_spaces_the_rest(self) -> None:
        limiter = SharedRateLimiter(key="k", requests_per_second=50, burst=4)

        moments = acquire(limiter, 20)

        # One for the first booking, four for the burst; the others a fiftieth of a second apart.
        assert 15 / 50 <= moments[-1] - moments[0] < 2

    def test_is_shared_by_all_who_use_the_credential(self) -> None:
        limiters = [SharedRateLimiter(key="k", requests_per_second=50) for _ in range(2)]

        last, moments = acquire_in_threads(limiters, 15)

        assert last >= (30 - 5) / 50
        # Never more than the burst ahead of the pace; 20 ms for a sleep that ends late.
        for number, moment in enumerate(moments):
            assert moment >= (number + 1 - 5) / 50 - 0.02

    def test_does_not_slow_other_credentials_down(self) -> None:
        slow = SharedRateLimiter(key="slow", requests_per_second=0.5, burst=1)
        acquire(slow, 2)
        started = time.monotonic()

        acquire(SharedRateLimiter(key="fast", requests_per_second=1000), 20)

        assert time.monotonic() - started < 1
        assert set(RateBudget.objects.values_list("key", flat=True)) == {"slow", "fast"}

    @pytest.mark.parametrize("interactive", [True, False])
    def test_keeps_a_limit_at_which_several_requests_are_booked_together(
        self, interactive: bool
    ) -> None:
        limiter = SharedRateLimiter(key="k", requests_per_second=800, interactive=interactive)
        started = time.monotonic()

        moments = acquire(limiter, 400)

        # Beside the burst, what is booked together may come early.
        for number, moment in enumerate(moments):
            assert moment - started >= (number + 1 - 4 - 2 * 4) / 800 - 0.02

    def test_saves_up_no_more_than_the_burst_in_a_pause(self) -> None:
        limiter = SharedRateLimiter(key="k", requests_per_second=50, burst=2)
        acquire(limiter, 1)
        time.sleep(0.3)
        started = time.monotonic()

        moments = acquire(limiter, 8)

        assert moments[-1] - started >= (8 - 3) / 50

    def test_never_waits_inside_a_transaction(self) -> None:
        limiter = SharedRateLimiter(key="k", requests_per_second=50)

        with pytest.raises(NetworkInTransactionError), transaction.atomic():
            limiter.acquire()

        assert RateBudget.objects.count() == 0
