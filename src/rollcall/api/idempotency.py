"""Writes that may be repeated: the header Idempotency-Key names a request, once for a caller."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.http import HttpRequest

from rollcall.api import problems
from rollcall.api.models import IdempotentPart, IdempotentRequest
from rollcall.api.problems import ProblemError

#: Ids and codes of what a request made.
Outcome = Mapping[str, Any]

HEADER: Final = "Idempotency-Key"
LONGEST: Final = 200
#: A repetition that comes later than this is a new request. The answer itself is kept for a shorter
#: time (``kept_answers``); after that a repetition still does nothing twice.
KEPT: Final = dt.timedelta(days=7)
_SWEEP_ONE_IN: Final = 500
#: First number of the advisory locks of requests under way ("idem").
LOCKS: Final = 0x6964656D


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A request with a key that nobody else carries out at the moment.

    :param made: the id of what it makes, the same whenever it is repeated.
    """

    id: int
    made: uuid.UUID


def sent_key(http: HttpRequest) -> str:
    """Return the Idempotency-Key of a request, "" if it has none."""
    return str(http.headers.get(HEADER, ""))


def named_request(http: HttpRequest) -> bytes:
    """Return what a key stands for: the address with what was sent there."""
    return f"{http.method} {http.path_info}\n".encode(errors="surrogatepass") + http.body


def name_of(owner: str, key: str, body: bytes, *, now: dt.datetime) -> uuid.UUID:
    """Return the id of what a request makes: the same one whenever it is repeated.

    Without a key every request is a new one.

    :param owner: who asks, whatever credential they use; names that others gave do not meet it.
    :raises ProblemError: 400 for a key that cannot be one, 422 for a key that was used with another
        body.
    """
    return _named(owner, key, body, now=now).made if key else uuid.uuid4()


def once(
    owner: str, key: str, body: bytes, act: Callable[[], Outcome], *, now: dt.datetime
) -> Outcome:
    """Act in a transaction and return what came of it; a repetition returns the same and does not.

    What raised may be asked again under the same key.

    :param body: with the address, so that one key means one thing.
    :param act: returns ids and codes, nothing of a person.
    :raises ProblemError: as :func:`name_of`; 409 while the first one is being carried out.
    """
    if not key:
        with transaction.atomic():
            return act()
    named = _named(owner, key, body, now=now)
    with transaction.atomic():
        rows = IdempotentRequest.objects.select_for_update(skip_locked=True)
        held = rows.filter(pk=named.pk).first()
        if held is None:
            raise in_flight()
        if held.outcome is None:
            held.outcome = dict(act())
            held.save(update_fields=["outcome"])
        outcome: Outcome = held.outcome
    return outcome


@contextlib.contextmanager
def claimed(owner: str, key: str, body: bytes, *, now: dt.datetime) -> Iterator[Claim]:
    """Keep others with the same key out for the length of the block, over many transactions.

    For what takes longer than a transaction may. Whoever dies in the block lets go: the lock is the
    database connection's. Whoever holds it may claim the same once more.

    :raises ProblemError: as :func:`once`.
    """
    named = _named(owner, key, body, now=now)
    number = named.pk & 0x7FFFFFFF
    if not _ask("select pg_try_advisory_lock(%s, %s)", number):
        raise in_flight()
    try:
        yield Claim(id=named.pk, made=named.made)
    finally:
        # A connection that broke in the block has let go by itself.
        with contextlib.suppress(Exception):
            _ask("select pg_advisory_unlock(%s, %s)", number)


def parts_of(claim: Claim) -> dict[int, Outcome]:
    """Return what became of the parts of a request so far, by place."""
    rows = IdempotentPart.objects.filter(request_id=claim.id)
    return dict(rows.values_list("place", "outcome"))


def note_part(claim: Claim, place: int, outcome: Outcome) -> None:
    """Note what became of a part; call it in the transaction in which that happens."""
    IdempotentPart.objects.create(request_id=claim.id, place=place, outcome=dict(outcome))


def in_flight() -> ProblemError:
    """The answer to a request that is being carried out already."""
    return ProblemError(
        problems.KEY_IN_FLIGHT,
        f"The first request with this {HEADER} is not done yet. Send it again in a moment.",
        headers=(("Retry-After", "1"),),
    )


def _ask(statement: str, number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [LOCKS, number])
        row = cursor.fetchone()
    return bool(row[0])


def _named(owner: str, key: str, body: bytes, *, now: dt.datetime) -> IdempotentRequest:
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
    return found
