"""Working off what was received: rows that were sent along at once, the others by asking the POS.

Everything may happen twice, and in any order: a row is taken over by ``take_single_rows``, for
which old news changes nothing, and a row that is read from the POS is never older than the call.
No transaction is open while a POS is asked.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog
from django.db import InterfaceError, OperationalError, transaction

from rollcall.customers.models import PosRecord
from rollcall.customers.operations.presence import mark_gone
from rollcall.inbox import queries
from rollcall.inbox.models import InboxEvent
from rollcall.inbox.operations.claiming import claim_batch, join_waiting, lock_own, own
from rollcall.inbox.operations.closing import close, postpone
from rollcall.inbox.operations.receiving import CallRefusedError, read_event
from rollcall.inbox.rules.retrying import Verdict, judge, judge_crash
from rollcall.inbox.watching import take_orders
from rollcall.jobs import StoppedError, stopping
from rollcall.kit.clock import utc_now
from rollcall.kit.crypto import UnsealError
from rollcall.kit.scope import Scope
from rollcall.pos.contract import PosClient, RawRow
from rollcall.pos.errors import PosError, PosGoneError
from rollcall.pos.webhooks import EventKind
from rollcall.sync.models import AccountState, PosConnection
from rollcall.sync.operations.single_rows import Taken, take_single_rows
from rollcall.sync.operations.source import Source, open_source

log = structlog.get_logger()

#: Of one request for one customer; it is tried again anyway.
_TIMEOUT_S: Final = 15.0
_ATTEMPTS: Final = 1


def drain(scope: Scope, connection: PosConnection, *, seconds: float = 10.0) -> bool:
    """Work off what is due of one connection; False if time was up before everything was.

    May run beside itself. Ends early, between two events, when the worker is told to.
    """
    until = time.monotonic() + seconds
    source: Source | None = None
    while not stopping.is_set():
        if queries.find_connection(connection.pk) is None:
            return True
        events = claim_batch(scope, connection.pk, now=utc_now())
        if not events:
            return True
        try:
            source = source or open_source(scope, connection)
            _Batch(scope=scope, source=source).process(events)
        except PosError as error:
            # The connection itself cannot be opened: everything waits until somebody mends it.
            _postpone(scope, events, judge(error, attempts=events[0].attempts))
        except StoppedError:
            _postpone(scope, events, Verdict(code="stopped", wait_s=0.0))
        if time.monotonic() > until:
            return False
    return False


def _postpone(scope: Scope, events: Sequence[InboxEvent], verdict: Verdict) -> None:
    with transaction.atomic():
        postpone(scope, lock_own(scope, events), verdict, now=utc_now())


@dataclass(frozen=True, kw_only=True, slots=True)
class _Whole:
    """An event whose call brought the row along."""

    event: InboxEvent
    row: RawRow = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class _Batch:
    scope: Scope
    source: Source

    def process(self, events: Sequence[InboxEvent]) -> None:
        wholes: list[_Whole] = []
        hints: list[InboxEvent] = []
        orders: list[_Whole] = []
        for event in self._of_this_list(events):
            row = self._row_of(event)
            if event.kind == EventKind.ORDER:
                orders.append(_Whole(event=event, row=row or {}))
            elif row is None:
                hints.append(event)
            else:
                wholes.append(_Whole(event=event, row=row))
        if wholes:
            self._take_wholes(wholes)
        if orders:
            events = [one.event for one in orders]
            self._guarded(events, functools.partial(self._take_orders, orders), is_last=True)
        if hints:
            self._fetch_all(hints)

    def _of_this_list(self, events: Sequence[InboxEvent]) -> list[InboxEvent]:
        """Leave out what was told of another list, which the connection read at that time."""
        account_id = self.source.account.pk
        others = [one for one in events if one.account_id not in (None, account_id)]
        if others:
            with transaction.atomic():
                mine = lock_own(self.scope, others)
                close(self.scope, mine, {one.pk: "other_list" for one in mine}, now=utc_now())
        if any(one.account_id is None for one in events):
            own(self.scope, events).filter(account__isnull=True).update(account_id=account_id)
        return [one for one in events if one.account_id in (None, account_id)]

    def _row_of(self, event: InboxEvent) -> RawRow | None:
        """The row that the call brought, if it can be trusted; otherwise the POS is asked."""
        reader = self.source.connector.webhooks
        if reader is None or not reader.is_signed:
            return None
        try:
            body = queries.open_body(self.scope, event)
            return None if body is None else read_event(reader, event.topic, body).row
        except (CallRefusedError, UnsealError):
            return None

    # Rows that came along

    def _take_wholes(self, wholes: Sequence[_Whole]) -> None:
        events = [one.event for one in wholes]
        if self._guarded(events, functools.partial(self._take_rounds, wholes)):
            return
        # Something is wrong with one of them: the others must not suffer for it.
        for one in wholes:
            self._guarded([one.event], functools.partial(self._take_rounds, [one]), is_last=True)

    def _take_rounds(self, wholes: Sequence[_Whole]) -> None:
        with transaction.atomic():
            mine = {event.pk for event in lock_own(self.scope, [one.event for one in wholes])}
            outcomes: dict[int, str] = {}
            for some in _rounds([one for one in wholes if one.event.pk in mine]):
                outcomes |= self._take(some)
            events = [one.event for one in wholes if one.event.pk in mine]
            close(self.scope, events, outcomes, now=utc_now())

    def _take(self, wholes: Sequence[_Whole]) -> dict[int, str]:
        """Take over rows of different customers; says what became of each event."""
        # As take_single_rows does, only before looking: whoever came first has changed the record.
        states = AccountState.objects.scoped(self.scope).select_for_update()
        states.filter(account=self.source.account).first()
        before = self._hashes(wholes)
        taken = take_single_rows(self.source, [one.row for one in wholes])
        after = self._hashes(wholes)
        outcomes = {one.event.pk: self._outcome(one, taken, before, after) for one in wholes}
        for event_id in queries.find_repeats(self.scope, [one.event for one in wholes]):
            if outcomes[event_id] in ("unchanged", "old_news"):
                outcomes[event_id] = "repeat"
        return outcomes

    def _hashes(self, wholes: Sequence[_Whole]) -> dict[str, bytes]:
        records = PosRecord.objects.scoped(self.scope).filter(
            account=self.source.account, external_id__in=[one.event.external_id for one in wholes]
        )
        return {
            name: bytes(one) for name, one in records.values_list("external_id", "content_hash")
        }

    def _outcome(
        self, one: _Whole, taken: Taken, before: dict[str, bytes], after: dict[str, bytes]
    ) -> str:
        name = one.event.external_id
        if name not in taken.record_ids:
            return "quarantined"
        told = self.source.fingerprint(one.row)[1]
        if before.get(name) == told:
            return "unchanged"
        return "taken_over" if after.get(name) == told else "old_news"

    def _take_orders(self, orders: Sequence[_Whole]) -> None:
        with transaction.atomic():
            mine = {event.pk for event in lock_own(self.scope, [one.event for one in orders])}
            some = [one for one in orders if one.event.pk in mine]
            outcomes = take_orders(self.source, {one.event.pk: one.row for one in some})
            close(self.scope, [one.event for one in some], outcomes, now=utc_now())

    # Rows that the POS is asked for

    def _fetch_all(self, hints: Sequence[InboxEvent]) -> None:
        left = list(hints)
        with self.source.open(timeout_s=_TIMEOUT_S, attempts=_ATTEMPTS) as client:
            while left:
                if stopping.is_set():
                    _postpone(self.scope, left, Verdict(code="stopped", wait_s=0.0))
                    return
                first = left[0]
                joined = join_waiting(self.scope, first, left, now=utc_now())
                known = {event.pk for event in left}
                same = [event for event in left if event.external_id == first.external_id]
                same += [event for event in joined if event.pk not in known]
                left = [event for event in left if event.external_id != first.external_id]
                if not self._fetch(client, same):
                    _postpone(self.scope, left, Verdict(code="pos_away", wait_s=2.0))
                    return

    def _fetch(self, client: PosClient, events: Sequence[InboxEvent]) -> bool:
        """Read one customer again; False if the POS need not be asked for others now."""
        try:
            row = self._read(client, events[0].external_id)
        except PosError as error:
            verdict = judge(error, attempts=max(event.attempts for event in events))
            _postpone(self.scope, events, verdict)
            return not verdict.stops_all
        work = self._keep_gone if row is None else self._keep_read
        self._guarded(events, functools.partial(work, events, row), is_last=True)
        return True

    def _read(self, client: PosClient, external_id: str) -> RawRow | None:
        try:
            return client.get(external_id)
        except PosGoneError:
            return None

    def _keep_read(self, events: Sequence[InboxEvent], row: RawRow | None) -> None:
        with transaction.atomic():
            mine = lock_own(self.scope, events)
            if mine and row is not None:
                newest = _Whole(event=mine[-1], row=row)
                self._close_joined(mine, self._take([newest])[newest.event.pk])

    def _keep_gone(self, events: Sequence[InboxEvent], _row: RawRow | None) -> None:
        with transaction.atomic():
            mine = lock_own(self.scope, events)
            held = PosRecord.objects.scoped(self.scope).filter(
                account=self.source.account, external_id=events[0].external_id
            )
            ids = list(held.values_list("pk", flat=True))
            mark_gone(self.scope, ids, now=utc_now())
            if mine:
                self._close_joined(mine, "gone" if ids else "unknown_here")

    def _close_joined(self, events: Sequence[InboxEvent], outcome: str) -> None:
        outcomes = {event.pk: "joined" for event in events[:-1]} | {events[-1].pk: outcome}
        close(self.scope, events, outcomes, now=utc_now())

    def _guarded(
        self, events: Sequence[InboxEvent], work: Callable[[], None], *, is_last: bool = False
    ) -> bool:
        """Do something whose failure must not keep the queue from going on.

        :param is_last: a failure is written down; otherwise it is only told.
        """
        try:
            work()
        except (OperationalError, InterfaceError, StoppedError):
            raise  # the claim runs out, and the sweep finds the events
        except Exception:
            log.exception("inbox.crashed", events=[event.pk for event in events[:20]])
            if is_last:
                _postpone(self.scope, events, judge_crash(attempts=events[0].attempts))
            return False
        return True


def _rounds(wholes: Sequence[_Whole]) -> Iterator[list[_Whole]]:
    """Split events so that each customer is in a round once, in the order of arrival."""
    left = list(wholes)
    while left:
        first: dict[str, _Whole] = {}
        later: list[_Whole] = []
        for one in left:
            if one.event.external_id in first:
                later.append(one)
            else:
                first[one.event.external_id] = one
        yield list(first.values())
        left = later
