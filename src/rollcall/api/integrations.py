"""Who asks under ``/api/v2``: the key of an integration, what it may be used for, and its limit.

As with kiosks (``rollcall.api.keys``), the composition root says who knows the keys. Nothing is
remembered of a key: these requests may take the statement that asks the database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from django.http import HttpRequest, HttpResponse

from rollcall.api import idempotency, kept_answers, keys, problems, throttle
from rollcall.api.answers import Answer, to_django
from rollcall.api.problems import ProblemError
from rollcall.api.requests import ApiRequest, read_request
from rollcall.api.serving import failure
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import ForbiddenError, Grant, Role, Scope

_PREFIX: Final = "rci"


@dataclass(frozen=True, kw_only=True, slots=True)
class Integration:
    """A program that proved who it is."""

    scope: Scope
    key_id: int
    grants: frozenset[Grant]

    @property
    def owner(self) -> str:
        """Whose requests are repeated, for ``rollcall.api.idempotency``."""
        return f"integration:{self.key_id}"


class IntegrationFinder(Protocol):
    """Knows the keys."""

    def __call__(self, text: str, *, now: dt.datetime) -> Integration | None:
        """Whose key it is; None if it opens nothing at ``now``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A request of an integration that may ask it.

    :param http: the request with its body, headers and query.
    """

    caller: Integration
    http: HttpRequest
    now: dt.datetime

    @property
    def scope(self) -> Scope:
        """What the caller may see."""
        return self.caller.scope


@dataclass(frozen=True, kw_only=True, slots=True)
class Right:
    """What an operation demands."""

    grant: Grant
    role: Role

    def writes(self, request: HttpRequest) -> bool:
        """Whether a request changes something; a search that is sent as a body does not."""
        return request.method != "GET" and self.grant.is_for_writing


_finder: list[IntegrationFinder] = []


def use_integration_finder(finder: IntegrationFinder) -> None:
    """Say who knows the keys; the last one said counts."""
    _finder[:] = [finder]


def admit(request: ApiRequest, right: Right) -> Integration:
    """Check key, limit, grant and role, in this order.

    :raises ProblemError: 401, 403 or 429.
    """
    caller = _find(keys.bearer_key(request))
    if caller is None:
        raise keys.refusal(request, prefix=_PREFIX)
    budget = throttle.require_budget(throttle.INTEGRATIONS, str(caller.key_id))
    request.answer_headers.extend(budget.headers)
    if right.grant not in caller.grants:
        raise ProblemError(problems.FORBIDDEN, f"This needs a key with the scope {right.grant}.")
    if not caller.scope.role.includes(right.role):
        raise ProblemError(problems.FORBIDDEN, f"This needs a key with the role {right.role}.")
    return caller


def answer(request: HttpRequest, right: Right, handler: Callable[[Asked], Answer]) -> HttpResponse:
    """Answer an operation for whoever has the right; nobody else reaches the handler.

    A write that is repeated with its Idempotency-Key gets the answer that it got.
    """
    read = read_request(request.META, {})
    try:
        caller = admit(read, right)
        asked = Asked(caller=caller, http=request, now=utc_now())
        found = _write(read, asked, handler) if right.writes(request) else handler(asked)
    except ForbiddenError as error:
        found = failure(ProblemError(problems.FORBIDDEN, f"{error}."))
    except Exception as error:  # noqa: BLE001  # the last place where it can become an answer
        found = failure(error)
    return to_django(replace(found, headers=(*_missing(read, found), *found.headers)))


def _write(read: ApiRequest, asked: Asked, handler: Callable[[Asked], Answer]) -> Answer:
    http = asked.http
    write = kept_answers.Write(
        owner=asked.caller.owner,
        key=idempotency.sent_key(http),
        sent=idempotency.named_request(http),
        credential=keys.bearer_key(read),
        conditions=(str(http.headers.get("If-Match", "")),),
        now=asked.now,
    )
    return kept_answers.answer_once(write, lambda: handler(asked))


def _missing(request: ApiRequest, found: Answer) -> list[tuple[str, str]]:
    later = {name for name, _ in found.headers}
    return [header for header in request.answer_headers if header[0] not in later]


def _find(key: str) -> Integration | None:
    if not _finder:
        raise RuntimeError("no finder was set: rollcall.api.integrations.use_integration_finder")
    return _finder[0](key, now=utc_now()) if key else None
