"""What one running simulator remembers beside its customers: keys, limits, replays."""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from rollcall.pos.connectors.leaflogix.simulator.rows import location_name
from rollcall.pos.simulator.exchange import Request
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.world import World

#: How many locations the company has: their keys are the first one's with -2, -3 … behind it.
LOCATIONS: Final = 9
#: A key that is known, but has not the scope ``Customer``.
NO_SCOPE: Final = "-noscope"
_WINDOW_S: Final = 60
_MOST_REPLAYS: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Whom a key stands for.

    :param location: 1 to 9; of a key without scope the first.
    """

    key: str = field(repr=False)
    location: int
    has_scope: bool


@dataclass(kw_only=True)
class Tenant:
    """The company behind one simulator."""

    #: (ConsumerKey, idempotencyKey) → customerId of the first answer.
    replays: dict[tuple[str, str], str] = field(default_factory=dict)
    _used: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str, endpoint: str, per_minute: int) -> float | None:
        """Use up one request of a fixed minute; seconds to wait if there is none left [guess]."""
        now = time.monotonic()
        window = int(now // _WINDOW_S)
        with self._lock:
            began, used = self._used.get((key, endpoint), (window, 0))
            if began != window:
                used = 0
            if used >= per_minute:
                return (window + 1) * _WINDOW_S - now
            self._used[(key, endpoint)] = (window, used + 1)
            return None

    def remember(self, pair: tuple[str, str], pos_id: str) -> None:
        """Keep the result of a create under its idempotency pair."""
        with self._lock:
            if len(self.replays) >= _MOST_REPLAYS:
                self.replays.pop(next(iter(self.replays)))
            self.replays[pair] = pos_id


def tenant(world: World) -> Tenant:
    """Return the tenant of a world, always the same one."""
    return cast(Tenant, world.memory)


def caller(world: World, request: Request) -> Caller | None:
    """Read the key from Basic auth: the key as user, an empty password or the integrator key."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if scheme.lower() != "basic" or not colon or not _is(password, "", world.options.client_id):
        return None
    for known in _keys(world.options):
        if _is(user, known.key):
            return known
    return None


def whoami(world: World, asking: Caller) -> Mapping[str, object]:
    """Return who a key is [doc]."""
    name = world.options.account
    company = zlib.crc32(name.encode()) % 90_000 + 10_000
    return {
        "locationId": company * 10 + asking.location,
        "lspId": company,
        "locationName": location_name(asking.location),
        "lspName": name.title(),
        "address": "1 Main St",
        "address2": None,
        "city": "Aurora",
        "state": "CO",
        "postalCode": "80012",
        "licenseNumber": f"403R-{company:05d}",
        "doingBusinessAs": name.title(),
        "shareCustomerProfiles": world.habits.is_on("shares_profiles"),
        "globalId": None,
        "locationGlobalId": None,
        "lspGlobalId": None,
        "region": None,
        "regionId": None,
    }


def key_of(options: SimulatorOptions, location: int) -> str:
    """Return the API key of a location, counted from 1.

    :raises ValueError: the company has no such location.
    """
    if not 1 <= location <= LOCATIONS:
        raise ValueError(f"the simulated company has {LOCATIONS} locations")
    return options.api_key if location == 1 else f"{options.api_key}-{location}"


def _keys(options: SimulatorOptions) -> list[Caller]:
    located = [
        Caller(key=key_of(options, number), location=number, has_scope=True)
        for number in range(1, LOCATIONS + 1)
    ]
    return [*located, Caller(key=options.api_key + NO_SCOPE, location=1, has_scope=False)]


def _is(given: str, *allowed: str) -> bool:
    return any(secrets.compare_digest(given.encode(), text.encode()) for text in allowed)
