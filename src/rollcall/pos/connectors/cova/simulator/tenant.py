"""What one running simulator remembers beside its customers: credentials, tokens, limits."""

from __future__ import annotations

import math
import secrets
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, cast

from rollcall.pos.connectors.cova.simulator import answers
from rollcall.pos.simulator.exchange import Answer, Request, json_answer
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.world import World

_WINDOW_S: Final = 60


@dataclass(kw_only=True)
class Tenant:
    """The company behind one simulator."""

    #: Refresh token → the access token that it came with.
    refreshes: dict[str, str] = field(default_factory=dict)
    _window: int = 0
    _used: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, limit: int) -> tuple[int, int]:
        """Use up one request of the minute; (left, -1 if there was none; seconds to its end)."""
        now = time.monotonic()
        window = int(now // _WINDOW_S)
        with self._lock:
            if window != self._window:
                self._window, self._used = window, 0
            left = limit - self._used - 1
            if left >= 0:
                self._used += 1
        return left, math.ceil((window + 1) * _WINDOW_S - now)


def tenant(world: World) -> Tenant:
    """Return the tenant of a world, always the same one."""
    return cast(Tenant, world.memory)


def company_of(options: SimulatorOptions) -> str:
    """Return the company's id."""
    return str(zlib.crc32(options.account.encode()) % 900_000 + 100_000)


def credentials_of(options: SimulatorOptions) -> dict[str, str]:
    """Return what the token endpoint takes."""
    name = options.account.title()
    return {
        "client_id": f"{name}.Rollcall",
        "client_secret": options.api_key,
        "username": f"Rollcall.COVA.APIUser.{name}",
        "password": f"{options.api_key}-password",
    }


def token(world: World, request: Request, _values: Mapping[str, str]) -> Answer:
    """``POST /v1/oauth2/token``: every call makes a new one, old ones stay valid [doc]."""
    form, known = request.form(), credentials_of(world.options)
    grant = form.get("grant_type", "")
    if grant not in ("password", "refresh_token"):
        return answers.oauth("unsupported_grant_type", "The grant type is not supported.")
    if not all(_is(form.get(name, ""), known[name]) for name in ("client_id", "client_secret")):
        return answers.oauth("invalid_client", "The client is not known.")
    if grant == "refresh_token":
        old = tenant(world).refreshes.pop(form.get("refresh_token", ""), None)
        if old is None:
            return answers.oauth("invalid_grant", "The refresh token is not valid.")
        if world.habits.is_on("refresh_revokes"):
            world.tokens.pop(old, None)
    elif not all(_is(form.get(name, ""), known[name]) for name in ("username", "password")):
        return answers.oauth("invalid_grant", "The user name or password is incorrect.")
    return _new_token(world)


def authenticate(world: World, request: Request) -> Answer | None:
    """Known tokens pass until they end."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and world.tokens.get(given, 0.0) > time.monotonic():
        return None
    return answers.denied(world.habits.word("denied"))


def limited(world: World) -> tuple[Answer | None, Mapping[str, str]]:
    """Count one request of the service: the refusal, if there is one, and the headers [doc]."""
    limit = world.habits.count("rate_limit")
    left, wait_s = tenant(world).take(limit)
    headers = {"COVA-APIM-RateLimit-Limit": str(limit)}
    if world.habits.is_on("tells_remaining"):
        headers["COVA-APIM-RateLimit-Remaining"] = str(max(0, left))
        headers["COVA-APIM-RateLimit-Reset"] = str(wait_s)
    if left >= 0:
        return None, headers
    if world.habits.is_on("tells_retry_after"):
        headers["Retry-After"] = str(wait_s)
    return replace(answers.too_many(wait_s), headers=headers), headers


def _new_token(world: World) -> Answer:
    access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    life_s = world.habits.count("token_life_s")
    world.tokens[access] = time.monotonic() + life_s
    tenant(world).refreshes[refresh] = access
    return json_answer(
        200, {"access_token": access, "expires_in": max(0, life_s - 1), "refresh_token": refresh}
    )


def _is(given: str, known: str) -> bool:
    return secrets.compare_digest(given.encode(), known.encode())
