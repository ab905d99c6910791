"""Answers of writes, kept a day, byte for byte, for whoever repeats one with its Idempotency-Key.

An answer may tell of people. It is sealed with a key that is derived from the credential of whoever
asked, which stands nowhere in the database: neither another caller nor a copy of the database can
read it. The effect is committed before its answer is kept. Whoever dies in between leaves what
``rollcall.api.idempotency`` notes in the effect's own transaction; a repetition acts on that, and
its answer is made anew.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import orjson
import structlog
from django.db import DatabaseError, InterfaceError

from rollcall.api import problems
from rollcall.api.answers import Answer
from rollcall.api.idempotency import claimed
from rollcall.api.models import KeptAnswer
from rollcall.api.problems import ProblemError
from rollcall.kit.crypto import UnsealError, seal_alone, unseal_alone

KEPT: Final = dt.timedelta(hours=24)
#: Tells that an answer is that of an earlier request.
REPLAYED: Final = "Idempotency-Replayed"
#: What is refused for who asks, or for now, is judged anew.
_NOT_KEPT: Final = frozenset({401, 403, 429})
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """A write as it was asked for.

    :param owner: who asks, whatever credential they use.
    :param key: the Idempotency-Key, "" if there is none.
    :param sent: the address and the body: what the key stands for.
    :param credential: by which they showed who they are, with at least 128 random bits.
    :param conditions: what else decides the answer (a proof, a version): with others it is not the
        answer to this request.
    """

    owner: str
    key: str
    sent: bytes = field(repr=False)
    credential: str = field(repr=False)
    conditions: tuple[str, ...] = field(default=(), repr=False)
    now: dt.datetime


def answer_once(write: Write, act: Callable[[], Answer]) -> Answer:
    """Answer a write, or a repetition of it with the very same answer.

    :param act: safe to be called again after it was cut off: what it did is noted with it.
    :raises ProblemError: 400 for a key that cannot be one, 409 while the first one is being
        answered, 422 for a key that was used with another body; and what is refused for now.
    """
    if not write.key:
        return act()
    with claimed(write.owner, write.key, write.sent, now=write.now) as claim:
        place = _Place(write, claim.id)
        kept = place.read()
        if kept is not None:
            return replace(kept, headers=(*kept.headers, (REPLAYED, "true")))
        try:
            answer = act()
        except ProblemError as error:
            if error.problem.kind is problems.KEY_IN_FLIGHT:
                raise
            answer = error.problem.answer()
        if answer.is_final and answer.status < 500 and answer.status not in _NOT_KEPT:
            place.write(answer)
        return answer


def forget_answers(*, now: dt.datetime) -> int:
    """Delete what was kept long enough; returns how many answers."""
    count, _ = KeptAnswer.objects.filter(kept_at__lt=now - KEPT).delete()
    return count


class _Place:
    """Where the answer to one request of one asker is kept."""

    def __init__(self, write: Write, request_id: int) -> None:
        self._request_id, self._now = request_id, write.now
        # Lengths keep two conditions from being taken for one.
        shown = orjson.dumps([write.key, *write.conditions])
        secret = write.credential.encode(errors="surrogatepass")
        self._name = hmac.digest(secret, b"kept answer's name\0" + shown, "sha256")
        self._sealer = hmac.digest(secret, b"kept answer's key\0" + shown, "sha256")
        self._context = b"kept answer %d" % request_id

    def read(self) -> Answer | None:
        rows = KeptAnswer.objects.filter(request_id=self._request_id, asker_hash=self._name)
        sealed = rows.filter(kept_at__gt=self._now - KEPT).values_list("sealed", flat=True).first()
        if sealed is None:
            return None
        try:
            return _unpack(unseal_alone(self._sealer, bytes(sealed), context=self._context))
        except UnsealError:
            log.warning("api.kept_answer_damaged")
            return None

    def write(self, answer: Answer) -> None:
        """Keep it. What was done is done: if that fails, a repetition's answer is made anew."""
        sealed = seal_alone(self._sealer, _pack(answer), context=self._context)
        try:
            KeptAnswer.objects.update_or_create(
                request_id=self._request_id,
                asker_hash=self._name,
                defaults={"sealed": sealed, "kept_at": self._now},
            )
        except (DatabaseError, InterfaceError) as error:
            log.warning("api.answer_not_kept", exception=type(error).__name__)


def _pack(answer: Answer) -> bytes:
    head = [answer.status, answer.content_type, [list(one) for one in answer.headers]]
    return orjson.dumps(head) + b"\n" + answer.body


def _unpack(packed: bytes) -> Answer:
    head, _, body = packed.partition(b"\n")
    status, content_type, headers = orjson.loads(head)
    return Answer(
        status=status,
        body=body,
        content_type=content_type,
        headers=tuple((name, value) for name, value in headers),
    )
