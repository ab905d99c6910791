"""What one running simulator remembers beside its members: keys, calls, webhooks, import ids."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final, cast

from rollcall.pos.simulator.exchange import Request
from rollcall.pos.simulator.hooks import Subscriber
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.world import World

#: How many shops the company has: their keys are the first one's with -2, -3 … behind it.
SHOPS: Final = 9
#: A key that is known and may do nothing.
NO_PERMISSION: Final = "-nopermission"
_WINDOW_S: Final = 300.0


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Whom a pair of keys stands for.

    :param shop: 1 to 9.
    """

    shop: int
    may_read: bool


@dataclass(kw_only=True)
class Company:
    """The company behind one simulator."""

    #: Registered webhooks by id.
    webhooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: What the registered ones became; others were set by the control interface.
    subscribed: tuple[Subscriber, ...] = ()
    #: Counted for the bill; starts anew with the simulator.
    calls: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    _recent: deque[float] = field(default_factory=deque)

    def take(self, most: int) -> bool:
        """Use up one call of the last five minutes; False if there is none left."""
        now = time.monotonic()
        with self.lock:
            while self._recent and self._recent[0] <= now - _WINDOW_S:
                self._recent.popleft()
            if len(self._recent) >= most:
                return False
            self._recent.append(now)
            self.calls += 1
            return True


def company(world: World) -> Company:
    """Return the company of a world, always the same one."""
    return cast(Company, world.memory)


def caller(options: SimulatorOptions, request: Request) -> Caller | None:
    """Read both keys; the partner key under either name, the other without ``Bearer`` [doc]."""
    headers = request.headers
    partner = headers.get("partner_key") or headers.get("x-api-key") or ""
    if not _is(partner, options.client_id):
        return None
    given = headers.get("authorization", "")
    for number in range(1, SHOPS + 1):
        if _is(given, key_of(options, number)):
            return Caller(shop=number, may_read=True)
    if _is(given, options.api_key + NO_PERMISSION):
        return Caller(shop=1, may_read=False)
    return None


def key_of(options: SimulatorOptions, shop: int) -> str:
    """Return the dispensary key of a shop, counted from 1.

    :raises ValueError: the company has no such shop.
    """
    if not 1 <= shop <= SHOPS:
        raise ValueError(f"the simulated company has {SHOPS} shops")
    return options.api_key if shop == 1 else f"{options.api_key}-{shop}"


def object_id(*parts: object) -> str:
    """Return 24 hexadecimal digits, the same for the same parts [code: the form]."""
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:24]


def _is(given: str, wanted: str) -> bool:
    return secrets.compare_digest(given.encode(), wanted.encode())
