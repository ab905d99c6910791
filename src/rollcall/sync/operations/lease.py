"""One reader per POS account: a lease with a heartbeat, and a fence in every transaction.

The lease is a row with an epoch that grows with every change of hands. Whoever writes first locks
that row and finds its own epoch there, so an owner that was thought dead can write nothing more.
Times are the database's, because workers' clocks differ.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from rollcall.kit.processes import is_gone, process_name
from rollcall.kit.scope import Scope

log = structlog.get_logger()

#: Leases (account, epoch) of this process that ended while the database was away. Nobody uses them
#: any more, so this process need not wait for them to run out.
_given_up: set[tuple[int, int]] = set()


class LeaseHeldError(RuntimeError):
    """Another process reads this account at the moment.

    :ivar seconds: until its lease runs out if it gives no sign of life.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__("another process is synchronising this account")
        self.seconds = seconds


class LeaseLostError(RuntimeError):
    """Somebody else took over; this process must stop without writing anything more."""


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right to read and write one account's records."""

    retailer_id: int
    account_id: int
    epoch: int
    lost: threading.Event = field(default_factory=threading.Event)


@contextmanager
def hold(scope: Scope, account_id: int) -> Iterator[Lease]:
    """Hold the account's lease, with a heartbeat in the background, until the block ends.

    :raises LeaseHeldError: somebody else holds it and lives.
    """
    lease = _acquire(scope, account_id)
    stop = threading.Event()
    heart = threading.Thread(target=_beat, args=(lease, stop), name="lease", daemon=True)
    heart.start()
    try:
        yield lease
    finally:
        stop.set()
        heart.join()
        _release(lease)


@dataclass(frozen=True, kw_only=True, slots=True)
class SingleWrites:
    """Rows of an account that were taken over beside its reader (``single_rows``).

    :param count: how many there ever were.
    :param last_ids: external ids of the last ones, the newest at the end.
    """

    count: int
    last_ids: Sequence[str]

    def since(self, count: int) -> Set[str] | None:
        """Which ids came after the counter stood at ``count``; None: too many to know."""
        new = self.count - count
        return None if new > len(self.last_ids) else set(self.last_ids[len(self.last_ids) - new :])


def count_single_writes(retailer_id: int, account_id: int) -> int:
    """Return how many rows were taken over beside the reader so far."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select single_writes from sync_accountstate"
            " where account_id = %s and retailer_id = %s",
            [account_id, retailer_id],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def fence(lease: Lease) -> SingleWrites:
    """Lock the lease within the current transaction, and with it everybody's writing.

    :raises LeaseLostError: it is no longer ours.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select single_writes, single_ids from sync_accountstate"
            " where account_id = %s and retailer_id = %s and lease_epoch = %s for update",
            [lease.account_id, lease.retailer_id, lease.epoch],
        )
        row = cursor.fetchone()
    if row is None:
        lease.lost.set()
        raise LeaseLostError("the lease went to another process")
    return SingleWrites(count=row[0], last_ids=row[1])


def _acquire(scope: Scope, account_id: int) -> Lease:
    with connection.cursor() as cursor:
        cursor.execute(
            "select lease_owner, lease_epoch,"
            " coalesce(extract(epoch from lease_until - now()), 0)::float8"
            " from sync_accountstate where account_id = %s and retailer_id = %s",
            [account_id, scope.retailer_id],
        )
        owner, epoch, seconds = cursor.fetchone()
        if seconds > 0 and not is_gone(owner) and (account_id, epoch) not in _given_up:
            raise LeaseHeldError(seconds)
        cursor.execute(
            "update sync_accountstate set lease_owner = %s, lease_epoch = lease_epoch + 1,"
            " lease_until = now() + %s * interval '1 second'"
            " where account_id = %s and retailer_id = %s and lease_epoch = %s",
            [process_name(), settings.LEASE_SECONDS, account_id, scope.retailer_id, epoch],
        )
        if cursor.rowcount == 0:
            raise LeaseHeldError(settings.LEASE_SECONDS)
    _given_up.discard((account_id, epoch))
    return Lease(retailer_id=scope.retailer_id, account_id=account_id, epoch=epoch + 1)


def _beat(lease: Lease, stop: threading.Event) -> None:
    # A thread of its own with a connection of its own: a slow POS must not cost the lease.
    while not stop.wait(settings.LEASE_SECONDS / 4):
        try:
            if not _extend(lease):
                lease.lost.set()
                break
        except Exception as error:  # noqa: BLE001  # a heart goes on beating
            # Whatever it was (an embedded server has errors of its own), the next beat tries again.
            log.warning(
                "sync.lease.heartbeat_failed",
                account_id=lease.account_id,
                error=type(error).__name__,
            )
            connection.close()
    connection.close()


def _extend(lease: Lease) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "update sync_accountstate set lease_until = now() + %s * interval '1 second'"
            " where account_id = %s and lease_epoch = %s",
            [settings.LEASE_SECONDS, lease.account_id, lease.epoch],
        )
        return bool(cursor.rowcount == 1)


def _release(lease: Lease) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "update sync_accountstate set lease_until = null, lease_owner = ''"
                " where account_id = %s and lease_epoch = %s",
                [lease.account_id, lease.epoch],
            )
    except DatabaseError:
        _given_up.add((lease.account_id, lease.epoch))
        log.warning("sync.lease.release_failed", account_id=lease.account_id)
        connection.close()
