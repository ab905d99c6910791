"""Sending entries to their POS: nothing twice, nothing wiped, everything told.

No transaction is open while a POS is asked. What a crash leaves behind is an entry whose claim runs
out; the next sender looks before it creates, and reads before it changes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import structlog
from django.db import transaction

from rollcall.customers.models import PosRecord
from rollcall.customers.operations.hub_records import join_record, lock_person, retire_hub_record
from rollcall.jobs import StoppedError
from rollcall.kit.clock import utc_now
from rollcall.kit.fields import FieldValue
from rollcall.kit.scope import Scope
from rollcall.outbox import queries
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.claiming import is_ours
from rollcall.outbox.operations.closing import close_delivered, close_try, judged, own
from rollcall.outbox.operations.enqueue import can_hold, put_entry
from rollcall.outbox.rules import contexts
from rollcall.outbox.rules.three_way import Decision, decide
from rollcall.outbox.rules.verdicts import Verdict, pause_s
from rollcall.outbox.rules.wishes import Wish, with_writes
from rollcall.pos.contract import CanonicalCustomer, PosClient, RawRow, RecordStatus
from rollcall.pos.errors import PosDuplicateError, PosError, PosGoneError, PosRefusedDataError
from rollcall.pos.writing import NewCustomer
from rollcall.stores.queries import get_keys
from rollcall.sync.operations.single_rows import take_single_rows
from rollcall.sync.operations.source import Source

log = structlog.get_logger()

State, Intent = OutboxEntry.State, OutboxEntry.Intent
#: Clocks of machines differ; a record that came to be a little earlier may still be ours.
_GRACE: Final = dt.timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Sends the entries of one connection; one client, one thread."""

    scope: Scope
    source: Source
    client: PosClient

    def send(self, entry: OutboxEntry) -> None:
        """Carry out a claimed entry and write down what became of it. Never raises PosError."""
        try:
            wish = queries.open_wish(self.scope, entry)
            if entry.intent == Intent.CREATE:
                self._create(entry, wish)
            else:
                self._update(entry, wish)
        except PosError as error:
            self._fail(entry, error)
        except StoppedError:
            # No fault of the entry: the next worker sends it at once.
            stopped = Verdict(state="queued", code="interrupted", reason="the worker was stopped")
            close_try(self.scope, entry, stopped)
            raise
        except Exception as error:
            # A bug of ours must not keep the queue from going on, nor lose the entry.
            log.exception("outbox.crashed", entry_id=entry.pk)
            reason = f"internal error ({type(error).__name__})"
            wait_s = pause_s(entry.attempts)
            verdict = Verdict(state="queued", code="internal", reason=reason, wait_s=wait_s)
            close_try(self.scope, entry, verdict)

    # Creating

    def _create(self, entry: OutboxEntry, wish: Wish) -> None:
        sent = queries.open_sent(self.scope, entry)
        row = None if sent is None else self._made_before(entry, sent)
        if row is None or sent is None:
            sent = wish
            self._note_sending(entry, wish)
            row = self._send_create(entry, wish)
        self._finish_create(entry, wish, sent, row)

    def _made_before(self, entry: OutboxEntry, sent: Wish) -> RawRow | None:
        """Look for what an earlier try may have made before it broke off."""
        if self.source.connector.writes.has_idempotency_key:
            self._count_call(entry)
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

    def _note_sending(self, entry: OutboxEntry, wish: Wish) -> None:
        # Committed before the call: whoever finds this entry after a crash looks first.
        entry.sent_at = utc_now()
        context = contexts.entry_sent(entry.customer_id, entry.connection_id)
        sealed = get_keys(self.scope).seal(wish.to_json(), context=context)
        entry.calls += 1
        own(self.scope, entry).update(sent_at=entry.sent_at, sealed_sent=sealed, calls=entry.calls)

    def _finish_create(self, entry: OutboxEntry, wish: Wish, sent: Wish, row: RawRow) -> None:
        external_id = self.source.connector.external_id(row)
        now = utc_now()
        with transaction.atomic():
            lock_person(self.scope, entry.customer_id)
            if not is_ours(self.scope, entry):
                return
            record_id = take_single_rows(self.source, [row]).record_ids.get(external_id)
            if record_id is not None:
                join_record(self.scope, record_id, entry.customer, now=now)
                if entry.hub_record_id is not None:
                    retire_hub_record(self.scope, entry.hub_record_id, now=now)
            entry.external_id = external_id
            self._name_followers(entry, external_id)
            self._send_the_rest(entry, wish, sent, now)
            close_delivered(self.scope, entry, dict.fromkeys(sent.values, Decision.SENT), now=now)

    def _name_followers(self, entry: OutboxEntry, external_id: str) -> None:
        OutboxEntry.objects.scoped(self.scope).filter(
            customer=entry.customer_id,
            connection=entry.connection_id,
            intent=Intent.UPDATE,
            external_id="",
        ).update(external_id=external_id)

    def _send_the_rest(self, entry: OutboxEntry, wish: Wish, sent: Wish, now: dt.datetime) -> None:
        """What was wished for after the create had gone out follows as a change."""
        rest = {k: v for k, v in wish.values.items() if sent.values.get(k) != v}
        if rest or wish.status:
            put_entry(
                self.scope,
                entry.customer,
                connection=entry.connection,
                external_id=entry.external_id,
                intent=Intent.UPDATE,
                wish=Wish(values=rest, bases=sent.values, pinned=wish.pinned, status=wish.status),
                store=entry.store,
                hub_record=None,
                now=now,
            )

    # Changing

    def _update(self, entry: OutboxEntry, wish: Wish) -> None:
        external_id = entry.external_id or self._record_of(entry)
        row = self.client.get(external_id)
        read = self.source.connector.to_canonical(row, self.source.context)
        if read.merged_into is not None:
            self._send_to_survivor(entry, row, read.merged_into)
            return
        sent = queries.open_sent(self.scope, entry)
        outcome = decide(
            wish,
            theirs=read.fields,
            theirs_at=read.updated_at,
            wished_at=entry.wished_at,
            can_hold=self._can_hold,
            sent=sent,
        )
        if outcome.writes:
            self._note_sending(entry, with_writes(sent, outcome.writes, theirs=read.fields))
            row = self.client.update(row, outcome.writes)
        row = self._set_status(entry, wish, read, row)
        with transaction.atomic():
            lock_person(self.scope, entry.customer_id)
            if is_ours(self.scope, entry):
                take_single_rows(self.source, [row])
                close_delivered(self.scope, entry, outcome.decisions, now=utc_now())

    def _can_hold(self, name: str, value: FieldValue) -> bool:
        return can_hold(self.source.connector.writes, name, value)

    def _set_status(
        self, entry: OutboxEntry, wish: Wish, read: CanonicalCustomer, row: RawRow
    ) -> RawRow:
        if not wish.status or read.status == wish.status:
            return row
        self._count_call(entry)
        return self.client.set_status(row, RecordStatus(wish.status))

    def _record_of(self, entry: OutboxEntry) -> str:
        record = (
            PosRecord.objects.scoped(self.scope)
            .filter(account=self.source.account, link__customer=entry.customer_id)
            .filter(gone_at__isnull=True, merged_into__isnull=True)
            .first()
        )
        if record is None:
            raise PosGoneError("the POS has no record of this person")
        return record.external_id

    def _send_to_survivor(self, entry: OutboxEntry, row: RawRow, survivor: str) -> None:
        with transaction.atomic():
            if is_ours(self.scope, entry):
                take_single_rows(self.source, [row])
                own(self.scope, entry).update(external_id=survivor)
        entry.external_id = survivor
        verdict = Verdict(state="queued", code="merged", reason="merged at the POS: sent on")
        close_try(self.scope, entry, verdict)

    def _count_call(self, entry: OutboxEntry) -> None:
        entry.calls += 1
        own(self.scope, entry).update(calls=entry.calls)

    def _fail(self, entry: OutboxEntry, error: PosError) -> None:
        if isinstance(error, PosDuplicateError) and error.existing_id:
            own(self.scope, entry).update(decisions={"duplicate_of": error.existing_id})
        close_try(self.scope, entry, judged(entry, error))
