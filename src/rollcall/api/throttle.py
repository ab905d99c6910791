"""Limits per minute that hold over all processes, without a statement for every request.

The database keeps how much of a bucket was given out in the present window. A process leases a
block of it (a twentieth of the limit) in one statement and spends it in memory; what it does not
spend ends with the window. So there is never more than the limit, and sometimes a little less.
Windows are whole minutes of the database's clock.
"""

from __future__ import annotations

import hashlib
import os
import random
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from rollcall.api import database, problems
from rollcall.api.answers import Headers
from rollcall.api.database import Value
from rollcall.api.problems import ProblemError

WINDOW_S: Final = 60
_BLOCKS: Final = 20
#: Leases kept in memory; a forgotten one only loses what was left of it.
_MOST_LEASES: Final = 10_000
_SWEEP_ONE_IN: Final = 200

#: A window that lies ahead belongs to a process that asked a moment later; one that lies far ahead
#: was opened before the database's clock was put back.
_LEASE: Final = f"""
with moment as (
  select to_timestamp(floor(extract(epoch from clock_timestamp()) / {WINDOW_S}) * {WINDOW_S}) as at
), taken as (
  insert into api_throttlewindow as held (bucket, opened_at, leased)
  select %(bucket)s, moment.at, %(block)s::int8 from moment
  on conflict (bucket) do update set
    leased = case when held.opened_at >= excluded.opened_at
                   and held.opened_at <= excluded.opened_at + interval '{WINDOW_S} seconds'
                  then held.leased + excluded.leased else excluded.leased end,
    opened_at = case when held.opened_at >= excluded.opened_at
                   and held.opened_at <= excluded.opened_at + interval '{WINDOW_S} seconds'
                  then held.opened_at else excluded.opened_at end
  where held.leased < %(quota)s::int8 or held.opened_at < excluded.opened_at
     or held.opened_at > excluded.opened_at + interval '{WINDOW_S} seconds'
  returning leased, opened_at
)
select taken.leased,
       extract(epoch from coalesce(taken.opened_at, moment.at) - clock_timestamp())::float8
       + {WINDOW_S}
  from moment left join taken on true
"""  # noqa: S608  # a number of our own
_SWEEP: Final = (
    "delete from api_throttlewindow where opened_at < now() - interval '1 hour' returning 1"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """A limit: so many per minute for each subject.

    :param quota: read at every use, so that settings may be changed by tests.
    """

    name: str
    quota: Callable[[], int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """What is left after a request, as far as this process knows.

    :param resets_in_s: until the window ends.
    """

    policy: Policy
    quota: int
    allowed: bool
    remaining: int
    resets_in_s: int

    @property
    def headers(self) -> Headers:
        """RateLimit fields. Source: draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4."""
        name = self.policy.name
        return (
            ("RateLimit-Policy", f'"{name}";q={self.quota};w={WINDOW_S}'),
            ("RateLimit", f'"{name}";r={self.remaining};t={self.resets_in_s}'),
        )


LOOKUPS: Final = Policy(name="kiosk-key", quota=lambda: settings.KIOSK_LOOKUPS_PER_MINUTE)
FAILED_AUTHENTICATION: Final = Policy(
    name="failed-authentication", quota=lambda: settings.FAILED_AUTHENTICATIONS_PER_MINUTE
)


@dataclass(kw_only=True, slots=True)
class _Lease:
    left: int
    elsewhere: int  # not leased by anybody when this lease was taken
    until: float  # by the monotonic clock


_leases: OrderedDict[str, _Lease] = OrderedDict()
_guard = threading.Lock()


def spend(policy: Policy, subject: str) -> Budget:
    """Take one from the subject's bucket, if there is one.

    :param subject: a key's id, or what :func:`hide_address` made; it becomes a row's name.
    """
    quota = policy.quota()
    bucket = f"{policy.name}:{subject}"
    with _guard:
        now = time.monotonic()
        lease = _leases.get(bucket)
        if lease is None or lease.until <= now or (lease.left == 0 and lease.elsewhere > 0):
            lease = _leases[bucket] = _take(bucket, quota)
            if len(_leases) > _MOST_LEASES:
                _leases.popitem(last=False)
        allowed = lease.left > 0
        if allowed:
            lease.left -= 1
        return Budget(
            policy=policy,
            quota=quota,
            allowed=allowed,
            remaining=lease.left + lease.elsewhere,
            resets_in_s=max(1, int(lease.until - now) + 1),
        )


def require_budget(policy: Policy, subject: str) -> Budget:
    """Take one from the bucket, or end the request.

    :raises ProblemError: 429, with Retry-After.
    """
    budget = spend(policy, subject)
    if not budget.allowed:
        raise too_many(budget)
    return budget


def too_many(budget: Budget) -> ProblemError:
    """The answer when nothing is left."""
    return ProblemError(
        problems.TOO_MANY_REQUESTS,
        f"The limit is {budget.quota} in {WINDOW_S} seconds; try again when the window has ended.",
        headers=(("Retry-After", str(budget.resets_in_s)), *budget.headers),
    )


def hide_address(address: str) -> str:
    """A name for a client's address that does not tell it."""
    key = settings.SECRET_KEY.encode()[:64]
    return hashlib.blake2b(address.encode(), key=key, digest_size=16).hexdigest()


def forget_leases() -> None:
    """Give up what this process has leased; for tests."""
    with _guard:
        _leases.clear()


def _forget_in_child() -> None:
    # A forked lease is a copy: spending it twice would break the limit.
    global _guard  # some thread of the parent may hold the old one for ever
    _guard = threading.Lock()
    _leases.clear()


os.register_at_fork(after_in_child=_forget_in_child)


def _take(bucket: str, quota: int) -> _Lease:
    block = max(1, quota // _BLOCKS)
    asked_at = time.monotonic()  # before the database looks at its clock: never too late
    parameters: dict[str, Value] = {"bucket": bucket, "block": block, "quota": quota}
    leased, seconds_left = database.execute(_LEASE, parameters)[0]
    if random.randrange(_SWEEP_ONE_IN) == 0:  # noqa: S311  # no secret
        database.execute(_SWEEP, {})
    until = asked_at + seconds_left
    if leased is None:
        return _Lease(left=0, elsewhere=0, until=until)
    granted = block - max(0, leased - quota)
    return _Lease(left=max(0, granted), elsewhere=max(0, quota - leased), until=until)
