"""Limits that hold over all processes, without a statement for every request.

The database keeps how much of a bucket was given out in the present window. A process leases a
block of it (a twentieth of the limit) in one statement and spends it in memory; what it does not
spend ends with the window. So there is never more than the limit, and sometimes a little less.
Windows are whole minutes, hours or days (UTC) of the database's clock. A limit whose subjects are
many and rarely come twice is given *on credit*: a process spends the first block before it asks, so
there may be a block more for each process.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import random
import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db.models import QuerySet

from rollcall.api import database, problems
from rollcall.api.answers import Headers
from rollcall.api.database import Value
from rollcall.api.models import ThrottleWindow
from rollcall.api.problems import ProblemError

WINDOW_S: Final = 60
_BLOCKS: Final = 20
#: Leases kept in memory; a forgotten one only loses what was left of it.
_MOST_LEASES: Final = 10_000
_SWEEP_ONE_IN: Final = 200

#: A window that lies ahead belongs to a process that asked a moment later; one that lies far ahead
#: was opened before the database's clock was put back.
_LEASE: Final = """
with moment as (
  select to_timestamp(floor(extract(epoch from clock_timestamp()) / %(window)s::int8)
                      * %(window)s::int8) as at
), taken as (
  insert into api_throttlewindow as held (bucket, opened_at, leased)
  select %(bucket)s, moment.at, %(block)s::int8 from moment
  on conflict (bucket) do update set
    leased = case when held.opened_at >= excluded.opened_at
                  and held.opened_at - excluded.opened_at <= make_interval(secs => %(window)s::int8)
                  then held.leased + excluded.leased else excluded.leased end,
    opened_at = case when held.opened_at >= excluded.opened_at
                  and held.opened_at - excluded.opened_at <= make_interval(secs => %(window)s::int8)
                  then held.opened_at else excluded.opened_at end
  where held.leased < %(quota)s::int8 or held.opened_at < excluded.opened_at
     or held.opened_at > excluded.opened_at + make_interval(secs => %(window)s::int8)
  returning leased, opened_at
)
select taken.leased,
       extract(epoch from coalesce(taken.opened_at, moment.at) - clock_timestamp())::float8
       + %(window)s::int8
  from moment left join taken on true
"""
_SWEEP: Final = (
    "delete from api_throttlewindow where opened_at < now() - interval '2 days' returning 1"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """A limit: so many in a window for each subject.

    :param quota: read at every use, so that settings may be changed by tests.
    :param window_s: a minute, an hour or a day.
    """

    name: str
    quota: Callable[[], int]
    window_s: int = WINDOW_S
    on_credit: bool = False


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
            ("RateLimit-Policy", f'"{name}";q={self.quota};w={self.policy.window_s}'),
            ("RateLimit", f'"{name}";r={self.remaining};t={self.resets_in_s}'),
        )


LOOKUPS: Final = Policy(name="kiosk-key", quota=lambda: settings.KIOSK_LOOKUPS_PER_MINUTE)
LOOKUPS_A_DAY: Final = Policy(
    name="kiosk-key-day", quota=lambda: settings.KIOSK_LOOKUPS_PER_DAY, window_s=86_400
)
#: Of one record, by whichever kiosk: nobody is looked up so often at a counter.
LOOKUPS_OF_ONE: Final = Policy(
    name="kiosk-person",
    quota=lambda: settings.KIOSK_LOOKUPS_PER_PERSON,
    window_s=3_600,
    on_credit=True,
)
#: Of kiosks that ask who somebody is, whatever the answer.
IDENTIFICATIONS: Final = Policy(
    name="identify-key", quota=lambda: settings.KIOSK_IDENTIFICATIONS_PER_HOUR, window_s=3_600
)
#: Claims of guests' orders, by one key.
CLAIMS: Final = Policy(
    name="claim-key", quota=lambda: settings.KIOSK_IDENTIFICATIONS_PER_HOUR, window_s=3_600
)
INTEGRATIONS: Final = Policy(
    name="integration-key", quota=lambda: settings.INTEGRATION_REQUESTS_PER_MINUTE
)
FAILED_AUTHENTICATION: Final = Policy(
    name="failed-authentication", quota=lambda: settings.FAILED_AUTHENTICATIONS_PER_MINUTE
)


@dataclass(kw_only=True, slots=True)
class _Lease:
    left: int
    elsewhere: int  # not leased by anybody when this lease was taken
    until: float  # by the monotonic clock
    owed: int = 0  # spent before anybody was asked


#: By policy: many subjects of one must not push out those of another.
_leases: defaultdict[str, OrderedDict[str, _Lease]] = defaultdict(OrderedDict)
_guard = threading.Lock()


def spend(policy: Policy, subject: str) -> Budget:
    """Take one from the subject's bucket, if there is one.

    :param subject: a key's id, or what :func:`hide_address` made; it becomes a row's name.
    """
    quota = policy.quota()
    lease, allowed = _spend(policy, subject, quota)
    return _budget(policy, quota, lease, allowed=allowed)


def require_budget(policy: Policy, subject: str) -> Budget:
    """Take one from the bucket, or end the request.

    :raises ProblemError: 429, with Retry-After.
    """
    budget = spend(policy, subject)
    if not budget.allowed:
        raise too_many(budget)
    return budget


def require_left(policy: Policy, subject: str) -> None:
    """Take one from the bucket, or end the request; says nothing of what is left.

    :raises ProblemError: 429, with Retry-After.
    """
    quota = policy.quota()
    lease, allowed = _spend(policy, subject, quota)
    if not allowed:
        raise too_many(_budget(policy, quota, lease, allowed=False))


def too_many(budget: Budget) -> ProblemError:
    """The answer when nothing is left."""
    return ProblemError(
        problems.TOO_MANY_REQUESTS,
        f"The limit is {budget.quota} in {budget.policy.window_s} seconds;"
        " try again when the window has ended.",
        headers=(("Retry-After", str(budget.resets_in_s)), *budget.headers),
    )


def _spend(policy: Policy, subject: str, quota: int) -> tuple[_Lease, bool]:
    bucket = f"{policy.name}:{subject}"
    with _guard:
        now = time.monotonic()
        leases = _leases[policy.name]
        lease = leases.get(bucket)
        if lease is None or lease.until <= now or (lease.left == 0 and lease.elsewhere > 0):
            lease = leases[bucket] = _lend(policy, bucket, quota, lease, now)
            if len(leases) > _MOST_LEASES:
                leases.popitem(last=False)
        allowed = lease.left > 0
        if allowed:
            lease.left -= 1
        return lease, allowed


def _budget(policy: Policy, quota: int, lease: _Lease, *, allowed: bool) -> Budget:
    return Budget(
        policy=policy,
        quota=quota,
        allowed=allowed,
        remaining=lease.left + lease.elsewhere,
        resets_in_s=max(1, int(lease.until - time.monotonic()) + 1),
    )


def list_used_up(policy: Policy, subjects: Sequence[str], *, now: dt.datetime) -> list[str]:
    """Those of some subjects who have used up what the present window gives them."""
    names = {f"{policy.name}:{subject}": subject for subject in subjects}
    buckets = _used_up(policy, now=now).filter(bucket__in=list(names))
    return [names[bucket] for bucket in buckets.values_list("bucket", flat=True)]


def count_used_up(policy: Policy, *, beginning: str, now: dt.datetime) -> int:
    """How many subjects that begin so have used up what the present window gives them."""
    return _used_up(policy, now=now).filter(bucket__startswith=f"{policy.name}:{beginning}").count()


def _used_up(policy: Policy, *, now: dt.datetime) -> QuerySet[ThrottleWindow]:
    return ThrottleWindow.objects.filter(
        leased__gte=policy.quota(), opened_at__gt=now - dt.timedelta(seconds=policy.window_s)
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


def _lend(policy: Policy, bucket: str, quota: int, held: _Lease | None, now: float) -> _Lease:
    block = max(1, quota // _BLOCKS)
    if policy.on_credit and (held is None or held.until <= now):
        return _Lease(left=block, elsewhere=quota - block, until=now + policy.window_s, owed=block)
    return _take(bucket, quota, window_s=policy.window_s, owed=held.owed if held else 0)


def _take(bucket: str, quota: int, *, window_s: int, owed: int) -> _Lease:
    """Lease a block, and pay for what was spent before.

    :param owed: of a lease on credit; what is granted now is the same block.
    """
    block = max(1, quota // _BLOCKS)
    if owed:
        database.execute(
            _LEASE, {"bucket": bucket, "block": owed, "quota": quota, "window": window_s}
        )
    asked_at = time.monotonic()  # before the database looks at its clock: never too late
    parameters: dict[str, Value] = {
        "bucket": bucket,
        "block": block,
        "quota": quota,
        "window": window_s,
    }
    leased, seconds_left = database.execute(_LEASE, parameters)[0]
    if random.randrange(_SWEEP_ONE_IN) == 0:  # noqa: S311  # no secret
        database.execute(_SWEEP, {})
    until = asked_at + seconds_left
    if leased is None:
        return _Lease(left=0, elsewhere=0, until=until)
    granted = block - max(0, leased - quota)
    return _Lease(left=max(0, granted), elsewhere=max(0, quota - leased), until=until)
