"""Who asks: the API key of a kiosk, the limit on its use, and the address it may use.

The kit lies below the capabilities and knows no table of keys; the composition root hands it a
finder (``use_key_finder``). That a key was once right is remembered, because a key's number and
retailer never change; whether it is right now is asked of the database for every request.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final, Protocol

from django.db import close_old_connections

from rollcall.api import problems, throttle
from rollcall.api.problems import ProblemError
from rollcall.api.requests import ApiRequest
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope

_CHALLENGE: Final = ("WWW-Authenticate", 'Bearer realm="rollcall"')
_LONGEST_HEADER: Final = 200
_MOST_REMEMBERED: Final = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """A kiosk that proved who it is.

    :param catalog_id: the only one that its addresses may name.
    :param public_part: of the key, with ``secret_hash`` for statements that check it themselves.
    """

    scope: Scope
    key_id: int
    kiosk_id: int
    store_id: int
    catalog_id: str
    public_part: str
    secret_hash: bytes = field(repr=False)


class KeyFinder(Protocol):
    """Knows the keys."""

    def __call__(self, text: str, *, now: dt.datetime) -> Caller | None:
        """Whose key it is; None if it opens nothing at ``now``."""


_finder: list[KeyFinder] = []
_remembered: OrderedDict[bytes, Caller] = OrderedDict()
#: Keys are remembered by a hash that is worth nothing outside of this process.
_salt = os.urandom(32)


def use_key_finder(finder: KeyFinder) -> None:
    """Say who knows the keys; the last one said counts."""
    _finder[:] = [finder]
    _remembered.clear()


def bearer_key(request: ApiRequest) -> str:
    """The key in the Authorization header; "" if there is none that could be one.

    Nothing else is looked at: a key in an address would end up in somebody's log.
    """
    header = request.authorization
    if len(header) > _LONGEST_HEADER:
        return ""
    scheme, _, key = header.partition(" ")
    return key.strip(" ") if scheme.lower() == "bearer" else ""


def recall(request: ApiRequest) -> Caller:
    """Whose key it is, if it ever was right; whoever uses this checks that it still is.

    :raises ProblemError: 401, or 429 for an address that failed too often.
    """
    key = bearer_key(request)
    return _remembered.get(_name(key)) or prove(request)


def prove(request: ApiRequest) -> Caller:
    """Whose key it is, read from the database now.

    :raises ProblemError: 401, or 429 for an address that failed too often. A key that is right is
        never refused for what others did from its address.
    """
    key = bearer_key(request)
    caller = _find(key) if key else None
    if caller is None:
        _remembered.pop(_name(key), None)
        raise refusal(request)
    _remembered[_name(key)] = caller
    if len(_remembered) > _MOST_REMEMBERED:
        _remembered.popitem(last=False)
    return caller


def spend_lookup(request: ApiRequest, caller: Caller) -> None:
    """Count the request against the key's limit and tell it in the answer.

    :raises ProblemError: 429.
    """
    budget = throttle.require_budget(throttle.LOOKUPS, str(caller.key_id))
    request.answer_headers.extend(budget.headers)


def require_own_kiosk(request: ApiRequest, caller: Caller) -> None:
    """Keep a key to its kiosk's own addresses.

    :raises ProblemError: 404, the same whether the other kiosk exists or not.
    """
    if request.ids["catalog_id"] != caller.catalog_id:
        raise unknown_kiosk()


def admit(request: ApiRequest) -> Caller:
    """All of it, for operations that do not check the key in a statement of their own.

    :raises ProblemError: 401, 404 or 429.
    """
    caller = prove(request)
    spend_lookup(request, caller)
    require_own_kiosk(request, caller)
    return caller


def refusal(request: ApiRequest) -> ProblemError:
    """Count a key that is not right: 401, or 429 for an address that failed too often."""
    subject = throttle.hide_address(request.address)
    budget = throttle.spend(throttle.FAILED_AUTHENTICATION, subject)
    if not budget.allowed:
        return throttle.too_many(budget)
    return ProblemError(
        problems.UNAUTHENTICATED,
        "Send a valid key in the header: Authorization: Bearer rck_…",
        headers=(_CHALLENGE, *budget.headers),
    )


def unknown_kiosk() -> ProblemError:
    """The answer when the address names no kiosk, or not the key's own."""
    return ProblemError(problems.NOT_FOUND, "There is no such kiosk for this key.")


def _find(key: str) -> Caller | None:
    if not _finder:
        raise RuntimeError("no finder was set: rollcall.api.keys.use_key_finder")
    close_old_connections()  # what Django does at the start of a request; we may stand before it
    return _finder[0](key, now=utc_now())


def _name(key: str) -> bytes:
    return hashlib.blake2b(key.encode(errors="surrogatepass"), key=_salt, digest_size=16).digest()
