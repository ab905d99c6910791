"""A token bucket for one process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class TokenBucket:
    """Hands out ``rate`` permissions a second, up to ``burst`` at once; thread-safe."""

    def __init__(
        self,
        rate: float,
        *,
        burst: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._monotonic = monotonic
        self._sleep = sleep
        self._tokens = burst
        self._filled_at = monotonic()
        self._lock = threading.Lock()

    def acquire(self) -> None:
        """Block until one more request may be sent; first come, first served."""
        wait_s = self._reserve()
        if wait_s > 0:
            self._sleep(wait_s)

    def try_acquire(self) -> bool:
        """Take a permission if there is one now."""
        with self._lock:
            self._fill()
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True

    def _reserve(self) -> float:
        """Take a permission, on credit if need be; returns how long to wait for it."""
        with self._lock:
            self._fill()
            self._tokens -= 1
            return max(0.0, -self._tokens / self._rate)

    def _fill(self) -> None:
        now = self._monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
