"""What all operations of the kiosk API below ``/api/v1`` share, but for its quick reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from django.http import HttpRequest, HttpResponse

from rollcall.api import idempotency, kept_answers, keys
from rollcall.api.answers import Answer, to_django
from rollcall.api.describing import Parameter
from rollcall.api.keys import Caller
from rollcall.api.requests import ApiRequest, read_request
from rollcall.api.serving import failure
from rollcall.kit.clock import utc_now


@dataclass(frozen=True, kw_only=True, slots=True)
class KioskAsked:
    """A request of a kiosk that proved who it is.

    :param request: what the kit takes from it: ids, the query, the proof.
    :param http: the request with its body and headers.
    """

    caller: Caller
    request: ApiRequest
    http: HttpRequest
    now: dt.datetime

    @property
    def owner(self) -> str:
        """Whose requests are repeated: the kiosk's, whatever key it has by then."""
        return f"kiosk:{self.caller.kiosk_id}"


IDEMPOTENCY: Final = Parameter(
    name=idempotency.HEADER,
    description="Any text of yours that names this request. A repetition with the same body gets,"
    " for 24 hours, the same answer, and does nothing.",
    example="0f8a6c1e-2b3d-4f5a-9c7e-8d6b5a4f3e2d",
    place="header",
    schema={"type": "string", "maxLength": idempotency.LONGEST},
)


def answer(
    request: HttpRequest, handler: Callable[[KioskAsked], Answer], **ids: str
) -> HttpResponse:
    """Answer an operation for a kiosk; a write that is repeated gets the answer that it got."""
    read = read_request(request.META, ids)
    try:
        caller = keys.admit(read)
        asked = KioskAsked(caller=caller, request=read, http=request, now=utc_now())
        found = handler(asked) if request.method == "GET" else _write(asked, handler)
    except Exception as error:  # noqa: BLE001  # the last place where it can become an answer
        found = failure(error)
    later = {name for name, _ in found.headers}
    limits = [header for header in read.answer_headers if header[0] not in later]
    return to_django(replace(found, headers=(*limits, *found.headers)))


def once(asked: KioskAsked, act: Callable[[], idempotency.Outcome]) -> idempotency.Outcome:
    """Do a thing in a transaction, once for an Idempotency-Key; returns ids and codes.

    :raises ProblemError: as :func:`rollcall.api.idempotency.once`.
    """
    key, sent = idempotency.sent_key(asked.http), idempotency.named_request(asked.http)
    return idempotency.once(asked.owner, key, sent, act, now=asked.now)


def _write(asked: KioskAsked, handler: Callable[[KioskAsked], Answer]) -> Answer:
    write = kept_answers.Write(
        owner=asked.owner,
        key=idempotency.sent_key(asked.http),
        sent=idempotency.named_request(asked.http),
        credential=keys.shown_key(asked.request),
        conditions=(asked.request.proof,),
        now=asked.now,
    )
    return kept_answers.answer_once(write, lambda: handler(asked))
