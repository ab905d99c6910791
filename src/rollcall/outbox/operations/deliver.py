"""Sending entries to their POS: nothing twice, nothing wiped, everything told.

No transaction is open while a POS is asked. What a crash leaves behind is an entry whose claim runs
out; the next sender looks before it creates, and reads before it changes. What has arrived is
written down by :mod:`arriving`.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass, field, replace
from typing import Final

import structlog
from django.db import transaction

from rollcall.customers.models import Link, PosRecord
from rollcall.customers.operations.settling import lock_ties
from rollcall.customers.queries.priorities import get_priorities
from rollcall.customers.rules.priorities import outranked
from rollcall.jobs import StoppedError
from rollcall.kit.clock import utc_now
from rollcall.kit.fields import FieldValue
from rollcall.kit.scope import Scope
from rollcall.outbox import queries
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.arriving import Arrived, write_down
from rollcall.outbox.operations.claiming import NotAllowedError, begin_call, is_ours
from rollcall.outbox.operations.closing import close_try, give_back, judged, own
from rollcall.outbox.operations.enqueue import can_hold
from rollcall.outbox.rules import contexts
from rollcall.outbox.rules.three_way import Decision, decide
from rollcall.outbox.rules.verdicts import Verdict, pause_s
from rollcall.outbox.rules.wishes import Wish, with_writes, without
from rollcall.pos.contract import CanonicalCustomer, PosClient, RawRow, RecordStatus
from rollcall.pos.errors import PosDuplicateError, PosError, PosGoneError, PosRefusedDataError
from rollcall.pos.writing import NewCustomer
from rollcall.stores.queries import get_keys
from rollcall.sync.operations.single_rows import lock_list, take_single_rows
from rollcall.sync.operations.source import Source

log = structlog.get_logger()

Intent = OutboxEntry.Intent
#: Clocks of machines differ; a record that came to be a little earlier may still be ours.
_GRACE: Final = dt.timedelta(minutes=5)
_STOPPED: Final = Verdict(state="queued", code="stopped", reason="writing was stopped")


@dataclass(kw_only=True)
class Sender:
    """Sends the entries of one connection; one client, one thread.

    What has arrived is collected and written down together: :meth:`finish`.
    """

    scope: Scope
    source: Source
    client: PosClient
    arrived: list[Arrived] = field(default_factory=list)
    tried: int = 0

    def send(self, entry: OutboxEntry) -> None:
        """Carry out a claimed entry. Never raises PosError."""
        self.tried += 1
        try:
            wish = queries.open_wish(self.scope, entry)
            if entry.intent == Intent.CREATE:
                self.arrived.append(self._create(entry, wish))
            else:
                self._update(entry, wish)
        except PosError as error:
            self._fail(entry, error)
        except NotAllowedError:
            close_try(self.scope, entry, _STOPPED)
        except StoppedError:
            # No fault of the entry: the next worker sends it at once.
            give_back(self.scope, entry)
            raise
        except Exception as error:
            # A bug of ours must not keep the queue from going on, nor lose the entry.
            log.exception("outbox.crashed", entry_id=entry.pk)
            self._fail_inside(entry, error)

    def finish(self) -> None:
        """Write down what has arrived since the last time; also if one of them cannot be."""
        arrived, self.arrived = self.arrived, []
        if not arrived:
            return
        try:
            write_down(self.source, arrived)
        except Exception as error:
            log.exception("outbox.not_written_down", entries=len(arrived))
            if len(arrived) == 1:
                self._fail_inside(arrived[0].entry, error)
                return
            # One of them stands in the way: the others must not wait for it.
            for one in arrived:
                self.arrived.append(one)
                self.finish()

    def _fail(self, entry: OutboxEntry, error: PosError) -> None:
        if isinstance(error, PosDuplicateError) and error.existing_id:
            own(self.scope, entry).update(decisions={"duplicate_of": error.existing_id})
        close_try(self.scope, entry, judged(self.scope, entry, error))

    def _fail_inside(self, entry: OutboxEntry, error: Exception) -> None:
        reason = f"internal error ({type(error).__name__})"
        wait_s = pause_s(entry.attempts)
        verdict = Verdict(state="queued", code="internal", reason=reason, wait_s=wait_s)
        close_try(self.scope, entry, verdict)

    # Creating

    def _create(self, entry: OutboxEntry, wish: Wish) -> Arrived:
        kept = self.client.cannot_hold({}, wish.values)
        wish = without(wish, kept)
        sent = queries.open_sent(self.scope, entry)
        row = None if sent is None else self._made_before(entry, sent)
        if row is None or sent is None:
            sent = wish
            self._begin(entry, wish)
            row = self._send_create(entry, wish)
        decisions = {
            **dict.fromkeys(kept, Decision.KEPT_HERE),
            **dict.fromkeys(sent.values, Decision.SENT),
        }
        return Arrived(entry=entry, row=row, decisions=decisions, wish=wish, created_as=sent)

    def _made_before(self, entry: OutboxEntry, sent: Wish) -> RawRow | None:
        """Look for what an earlier try may have made before it broke off."""
        if self.source.write_rules.has_idempotency_key:
            begin_call(self.scope, entry, now=utc_now())
            return self._send_create(entry, sent)
        new = NewCustomer(key=entry.key.hex, fields=sent.values)
        since = entry.sent_at or entry.created_at
        for row in self.client.find_created(new, since=since - _GRACE):
            if not self._is_somebody_else(entry, self.source.connector.external_id(row)):
                return row
        return None

    def _send_create(self, entry: OutboxEntry, wish: Wish) -> RawRow:
        try:
            return self.client.create(NewCustomer(key=entry.key.hex, fields=wish.values))
        except PosDuplicateError:
            raise  # it may be what an earlier try of ours made
        except PosRefusedDataError:
            # Surely not made. What a person mends is sent, not what was refused once more.
            own(self.scope, entry).update(sealed_sent=None, sent_at=None)
            raise

    def _is_somebody_else(self, entry: OutboxEntry, external_id: str) -> bool:
        entries = OutboxEntry.objects.scoped(self.scope).filter(
            connection__account=self.source.account.pk, intent=Intent.CREATE
        )
        if entries.filter(external_id=external_id).exclude(pk=entry.pk).exists():
            return True
        held = PosRecord.objects.scoped(self.scope).filter(
            account=self.source.account, external_id=external_id
        )
        return entry.sent_at is not None and held.filter(first_seen_at__lt=entry.sent_at).exists()

    def _begin(self, entry: OutboxEntry, wish: Wish) -> None:
        # Whoever finds this entry after a crash looks first.
        context = contexts.entry_sent(entry.customer_id, entry.connection_id)
        sealed = get_keys(self.scope).seal(wish.to_json(), context=context)
        begin_call(self.scope, entry, sealed=sealed, now=utc_now())

    # Changing

    def _update(self, entry: OutboxEntry, wish: Wish) -> None:
        external_id = entry.external_id or self._record_of(entry)
        row = self.client.get(external_id)
        read = self.source.connector.to_canonical(row, self.source.context)
        if read.merged_into is not None:
            self._send_to_survivor(entry, row, read.merged_into)
            return
        sent = queries.open_sent(self.scope, entry)
        kept = self.client.cannot_hold(row, wish.values)
        outcome = decide(
            replace(wish, pinned=wish.pinned | self._outranked),
            theirs=read.fields,
            theirs_at=read.updated_at,
            wished_at=entry.wished_at,
            can_hold=lambda name, value: name not in kept and self._can_hold(name, value),
            sent=sent,
            sent_before=queries.open_sent_before(self.scope, entry, external_id),
        )
        if outcome.writes:
            self._begin(entry, with_writes(sent, outcome.writes, theirs=read.fields))
            row = self.client.update(row, outcome.writes)
        row = self._set_status(entry, wish, read, row)
        self.arrived.append(Arrived(entry=entry, row=row, decisions=outcome.decisions, wish=wish))

    @functools.cached_property
    def _outranked(self) -> frozenset[str]:
        """Fields for which another POS counts more than this one: its news overrule nothing."""
        return outranked(get_priorities(self.scope), self.source.connector.kind)

    def _can_hold(self, name: str, value: FieldValue) -> bool:
        return can_hold(self.source.write_rules, name, value)

    def _set_status(
        self, entry: OutboxEntry, wish: Wish, read: CanonicalCustomer, row: RawRow
    ) -> RawRow:
        if not wish.status or read.status == wish.status:
            return row
        begin_call(self.scope, entry, now=utc_now())
        return self.client.set_status(row, RecordStatus(wish.status))

    def _record_of(self, entry: OutboxEntry) -> str:
        base_id = entry.customer_id
        if entry.hub_record_id is not None:
            base_id = Link.objects.scoped(self.scope).get(record=entry.hub_record_id).base_id
        record = (
            PosRecord.objects.scoped(self.scope)
            .filter(account=self.source.account, link__base=base_id)
            .filter(gone_at__isnull=True, merged_into__isnull=True)
            .first()
        )
        if record is None:
            raise PosGoneError("the POS has no record of this person")
        return record.external_id

    def _send_to_survivor(self, entry: OutboxEntry, row: RawRow, survivor: str) -> None:
        with transaction.atomic():
            lock_list(self.source)
            lock_ties(self.scope)
            if is_ours(self.scope, entry):
                take_single_rows(self.source, [row])
                own(self.scope, entry).update(external_id=survivor)
        entry.external_id = survivor
        verdict = Verdict(state="queued", code="merged", reason="merged at the POS: sent on")
        close_try(self.scope, entry, verdict)
