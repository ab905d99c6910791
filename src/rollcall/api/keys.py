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
from dataclasses import dataclass, field, replace
from typing import Final, Protocol
from urllib.parse import unquote_plus

from django.db import close_old_connections

from rollcall.api import problems, throttle
from rollcall.api.problems import ProblemError
from rollcall.api.requests import ApiRequest
from rollcall.kit.clock import utc_now
from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.kit.scope import Scope

_CHALLENGE: Final = ("WWW-Authenticate", 'Bearer realm="rollcall"')
_LONGEST_HEADER: Final = 200
_MOST_REMEMBERED: Final = 10_000
_IN_ADDRESS: Final = "token="


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """A kiosk that proved who it is.

    :param kiosk_id: the key's own kiosk, or after :func:`at_kiosk` the one that is spoken of.
    :param catalog_id: the one that its addresses may name; a legacy key's may also name the other
        kiosks of its store.
    :param public_part: of the key, with ``secret_hash`` for statements that check it themselves.
    :param origins: of web pages that may use the key; None: any.
    """

    scope: Scope
    key_id: int
    kiosk_id: int
    store_id: int
    catalog_id: str
    public_part: str
    secret_hash: bytes = field(repr=False)
    profile: KeyProfile
    origins: frozenset[str] | None

    @property
    def is_legacy(self) -> bool:
        """Whether it is a kiosk of the system before, which cannot be changed."""
        return self.profile is KeyProfile.LEGACY


class KeyFinder(Protocol):
    """Knows the keys."""

    def __call__(self, text: str, *, now: dt.datetime) -> Caller | None:
        """Whose key it is; None if it opens nothing at ``now``."""


class SiblingFinder(Protocol):
    """Knows which kiosks work in a store."""

    def __call__(self, scope: Scope, store_id: int, catalog_id: str) -> int | None:
        """The kiosk's id; None if the address names none of that store."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shown:
    """A key as a request shows it; "" if there is none that could be one."""

    text: str = field(repr=False)
    in_address: bool = False


_finder: list[KeyFinder] = []
_siblings: list[SiblingFinder] = []
_remembered: OrderedDict[bytes, Caller] = OrderedDict()
#: Keys are remembered by a hash that is worth nothing outside of this process.
_salt = os.urandom(32)


def use_key_finder(finder: KeyFinder) -> None:
    """Say who knows the keys; the last one said counts."""
    _finder[:] = [finder]
    _remembered.clear()


def use_sibling_finder(finder: SiblingFinder) -> None:
    """Say who knows the kiosks of a store; the last one said counts."""
    _siblings[:] = [finder]


def bearer_key(request: ApiRequest) -> str:
    """The key in the Authorization header; "" if there is none that could be one."""
    header = request.authorization
    if len(header) > _LONGEST_HEADER:
        return ""
    scheme, _, key = header.partition(" ")
    return key.strip(" ") if scheme.lower() == "bearer" else ""


def shown_key(request: ApiRequest) -> str:
    """The key that a request shows, wherever it stands; "" if there is none that could be one."""
    return _shown(request).text


def recall(request: ApiRequest) -> Caller:
    """Whose key it is, if it ever was right; whoever uses this checks that it still is.

    :raises ProblemError: 401, or 429 for an address that failed too often; 403 for a web page that
        may not use it.
    """
    shown = _shown(request)
    held = _remembered.get(_name(shown.text))
    if held is None or not _fits(shown, held) or not _is_from_allowed_page(request, held):
        return prove(request)
    return held


def prove(request: ApiRequest) -> Caller:
    """Whose key it is, read from the database now.

    :raises ProblemError: as :func:`recall`. A key that is right is never refused for what others
        did from its address.
    """
    shown = _shown(request)
    caller = _find(shown.text) if shown.text else None
    if caller is None or not _fits(shown, caller):
        _remembered.pop(_name(shown.text), None)
        raise refusal(request)
    _remembered[_name(shown.text)] = caller
    if len(_remembered) > _MOST_REMEMBERED:
        _remembered.popitem(last=False)
    if not _is_from_allowed_page(request, caller):
        raise ProblemError(
            problems.ORIGIN_REFUSED, "An administrator says which web pages may use the key."
        )
    return caller


def spend_lookup(request: ApiRequest, caller: Caller) -> None:
    """Count the request against the key's limit and tell it in the answer, once.

    :raises ProblemError: 429.
    """
    if request.is_second:
        return
    if request.origin and caller.origins is not None:
        request.answer_headers.append(("Access-Control-Allow-Origin", request.origin))
        request.answer_headers.append(("Vary", "Origin"))
    budget = throttle.require_budget(throttle.LOOKUPS, str(caller.key_id))
    request.answer_headers.extend(budget.headers)
    throttle.require_left(throttle.LOOKUPS_A_DAY, str(caller.key_id))


def at_kiosk(request: ApiRequest, caller: Caller) -> Caller:
    """The caller at the kiosk that the address names.

    That is their own, or with a legacy key another one of its store.

    :raises ProblemError: 404, the same whether the other kiosk exists or not.
    """
    catalog_id = request.ids["catalog_id"]
    if catalog_id == caller.catalog_id:
        return caller
    kiosk_id = (
        _siblings[0](caller.scope, caller.store_id, catalog_id)
        if caller.is_legacy and _siblings
        else None
    )
    if kiosk_id is None:
        raise unknown_kiosk()
    return replace(caller, kiosk_id=kiosk_id, catalog_id=catalog_id)


def admit(request: ApiRequest) -> Caller:
    """All of it, for operations that do not check the key in a statement of their own.

    :raises ProblemError: 401, 404 or 429.
    """
    caller = prove(request)
    spend_lookup(request, caller)
    return at_kiosk(request, caller)


def refusal(request: ApiRequest, *, prefix: str = "rck") -> ProblemError:
    """Count a key that is not right: 401, or 429 for an address that failed too often.

    :param prefix: what a key that is valid there begins with.
    """
    subject = throttle.hide_address(request.address)
    budget = throttle.spend(throttle.FAILED_AUTHENTICATION, subject)
    if not budget.allowed:
        return throttle.too_many(budget)
    return ProblemError(
        problems.UNAUTHENTICATED,
        f"Send a valid key in the header: Authorization: Bearer {prefix}_…",
        headers=(_CHALLENGE, *budget.headers),
    )


def unknown_kiosk() -> ProblemError:
    """The answer when the address names no kiosk, or not the key's own."""
    return ProblemError(problems.NOT_FOUND, "There is no such kiosk for this key.")


def is_in_address(query: str) -> bool:
    """Whether a query string shows a key, as kiosks of the system before do."""
    return query.startswith(_IN_ADDRESS) or f"&{_IN_ADDRESS}" in query


def _shown(request: ApiRequest) -> _Shown:
    """The header counts; without one a key in the address, which opens something for few."""
    if request.authorization or not is_in_address(request.query):
        return _Shown(text=bearer_key(request))
    given = [part for part in request.query.split("&") if part.startswith(_IN_ADDRESS)]
    text = unquote_plus(given[0].removeprefix(_IN_ADDRESS)).strip() if len(given) == 1 else ""
    return _Shown(text=text if len(text) <= _LONGEST_HEADER else "", in_address=True)


def _fits(shown: _Shown, caller: Caller) -> bool:
    return not shown.in_address or caller.is_legacy


def _is_from_allowed_page(request: ApiRequest, caller: Caller) -> bool:
    return not request.origin or caller.origins is None or request.origin in caller.origins


def _find(key: str) -> Caller | None:
    if not _finder:
        raise RuntimeError("no finder was set: rollcall.api.keys.use_key_finder")
    close_old_connections()  # what Django does at the start of a request; we may stand before it
    return _finder[0](key, now=utc_now())


def _name(key: str) -> bytes:
    return hashlib.blake2b(key.encode(errors="surrogatepass"), key=_salt, digest_size=16).digest()
