"""Writes that may be repeated: the header Idempotency-Key names a request, once for a caller."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import uuid
from typing import Final

from rollcall.api import problems
from rollcall.api.models import IdempotentRequest
from rollcall.api.problems import ProblemError

HEADER: Final = "Idempotency-Key"
LONGEST: Final = 200
#: A repetition that comes later than this is a new request.
KEPT: Final = dt.timedelta(days=7)
_SWEEP_ONE_IN: Final = 500


def name_of(owner: str, key: str, body: bytes, *, now: dt.datetime) -> uuid.UUID:
    """Return the id of what a request makes: the same one whenever it is repeated.

    Without a key every request is a new one.

    :param owner: who asks, whatever credential they use; names that others gave do not meet it.
    :raises ProblemError: 400 for a key that cannot be one, 422 for a key that was used with another
        body.
    """
    if not key:
        return uuid.uuid4()
    if len(key) > LONGEST or not key.isprintable():
        raise ProblemError(problems.BAD_REQUEST, f"{HEADER} has at most {LONGEST} characters.")
    if random.randrange(_SWEEP_ONE_IN) == 0:  # noqa: S311 - no secret
        IdempotentRequest.objects.filter(created_at__lt=now - KEPT).delete()
    body_hash = hashlib.sha256(body).digest()
    found, _ = IdempotentRequest.objects.get_or_create(
        owner=owner,
        name_hash=hashlib.sha256(key.encode()).digest(),
        defaults={"body_hash": body_hash, "made": uuid.uuid4(), "created_at": now},
    )
    if bytes(found.body_hash) != body_hash:
        raise ProblemError(
            problems.KEY_REUSED, f"This {HEADER} was used before, with another body."
        )
    return found.made
