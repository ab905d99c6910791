"""What all operations of ``/api/v2`` share: problems, ids, instants, and doing a thing once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from rollcall.api import idempotency, problems
from rollcall.api.bodies import read_number
from rollcall.api.describing import Parameter
from rollcall.api.integrations import Asked
from rollcall.api.problems import ProblemError

#: Of every operation.
SHARED: Final = (
    problems.UNAUTHENTICATED,
    problems.FORBIDDEN,
    problems.METHOD_NOT_ALLOWED,
    problems.URI_TOO_LONG,
    problems.TOO_MANY_REQUESTS,
    problems.INTERNAL_ERROR,
    problems.UNAVAILABLE,
)
#: Of a list.
LISTED: Final = (*SHARED, problems.INVALID, problems.PARAMETER_REPEATED)
#: Of one thing.
FOUND: Final = (*SHARED, problems.NOT_FOUND)
#: Of what takes a body, and of those that change something.
SENT: Final = (*SHARED, problems.BAD_REQUEST, problems.CONTENT_TOO_LARGE, problems.INVALID)
WRITTEN: Final = (*SENT, problems.KEY_REUSED, problems.KEY_IN_FLIGHT)
#: Of what changes one thing.
CHANGED: Final = (*WRITTEN, problems.NOT_FOUND)
IDEMPOTENCY: Final = Parameter(
    name=idempotency.HEADER,
    description="Any text of yours that names this request. A repetition with the same body gets,"
    " for 24 hours, the same answer, and does nothing.",
    example="0f8a6c1e-2b3d-4f5a-9c7e-8d6b5a4f3e2d",
    place="header",
    schema={"type": "string", "maxLength": idempotency.LONGEST},
)


def missing(what: str) -> ProblemError:
    """The answer to an id that nothing has which the key may see."""
    return ProblemError(problems.NOT_FOUND, f"There is no such {what}.")


@contextmanager
def found(what: str, *errors: type[Exception]) -> Iterator[None]:
    """Turn errors of look-ups into the answer that there is no such thing.

    :raises ProblemError: 404.
    """
    try:
        yield
    except errors as error:
        raise missing(what) from error


def read_id(text: str, what: str) -> int:
    """Return an id that stands in an address.

    :raises ProblemError: 404 for what can be none.
    """
    return read_number(text, missing(what))


def sent_key(asked: Asked) -> str:
    """Return the Idempotency-Key of a request, "" if it has none."""
    return idempotency.sent_key(asked.http)


def named_body(asked: Asked) -> bytes:
    """Return what a key stands for: the address with what was sent there."""
    return idempotency.named_request(asked.http)


def do_once(asked: Asked, act: Callable[[], dict[str, Any]]) -> idempotency.Outcome:
    """Do a thing in a transaction, once for an Idempotency-Key; returns ids and codes.

    :raises ProblemError: 409 while the first request is under way; 422 for a key that was used
        otherwise.
    """
    owner, body = asked.caller.owner, named_body(asked)
    return idempotency.once(owner, sent_key(asked), body, act, now=asked.now)


def moment(at: dt.datetime | None) -> str | None:
    """Return an instant as answers have it: UTC, with a Z."""
    return None if at is None else at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
