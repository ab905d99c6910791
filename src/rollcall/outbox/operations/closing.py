"""Writing down what became of a try: arrived, to be tried again, or waiting for a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import structlog
from django.db import transaction
from django.db.models import QuerySet

from rollcall.audit import operations as audit
from rollcall.customers.operations.edits import settle_edits, withdraw_edits
from rollcall.customers.operations.hub_records import lock_person
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.outbox import queries
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.claiming import is_ours
from rollcall.outbox.operations.enqueue import seal_wish
from rollcall.outbox.rules.three_way import Decision
from rollcall.outbox.rules.verdicts import Verdict, judge
from rollcall.outbox.rules.wishes import merged
from rollcall.pos.errors import PosError
from rollcall.pos.registry import connector

log = structlog.get_logger()

State = OutboxEntry.State


def own(scope: Scope, entry: OutboxEntry) -> QuerySet[OutboxEntry]:
    """Return the entry as long as our claim of it holds; nothing afterwards."""
    return OutboxEntry.objects.scoped(scope).filter(
        pk=entry.pk, state=State.SENDING, claim=entry.claim
    )


def close_delivered(
    scope: Scope, entry: OutboxEntry, decisions: Mapping[str, Decision], *, now: dt.datetime
) -> None:
    """Close an entry that has arrived; within the transaction that keeps the POS's row."""
    told = {name: str(decision) for name, decision in decisions.items()}
    own(scope, entry).update(
        state=State.DELIVERED,
        external_id=entry.external_id,
        closed_at=now,
        claimed_until=None,
        decisions=told,
        code="",
        reason="",
    )
    overruled = {name for name, one in told.items() if one == Decision.POS_NEWER}
    withdraw_edits(scope, entry.customer_id, overruled, outcome="overruled", now=now)
    settle_edits(scope, entry.customer_id, nowhere_waiting(scope, entry, set(told)))
    tell(scope, entry, "outbox.delivered")


def nowhere_waiting(scope: Scope, entry: OutboxEntry, names: set[str]) -> set[str]:
    """Return those fields that no other entry of the person still has to carry."""
    others = (
        OutboxEntry.objects.scoped(scope)
        .filter(customer=entry.customer_id, state__in=OutboxEntry.OPEN)
        .exclude(pk=entry.pk)
    )
    waiting = {name for fields in others.values_list("fields", flat=True) for name in fields}
    return names - waiting


def judged(entry: OutboxEntry, error: PosError) -> Verdict:
    """Decide what happens after an error."""
    rules = connector(entry.connection.kind).writes
    return judge(
        error,
        attempts=entry.attempts,
        waited=utc_now() - entry.wished_at,
        # A POS that knows our key tells by itself whether it has done it already.
        settles_after=dt.timedelta() if rules.has_idempotency_key else rules.settles_after,
    )


def close_try(scope: Scope, entry: OutboxEntry, verdict: Verdict) -> None:
    """End a try that did not arrive; does nothing if another sender took the entry over."""
    with transaction.atomic():
        lock_person(scope, entry.customer_id)
        if not is_ours(scope, entry):
            return
        verdict = _take_in_follower(scope, entry, verdict)
        own(scope, entry).update(
            state=verdict.state,
            code=verdict.code,
            reason=verdict.reason,
            claimed_until=None,
            not_before=utc_now() + dt.timedelta(seconds=verdict.wait_s),
        )
        if verdict.state != State.QUEUED:
            tell(scope, entry, f"outbox.{verdict.state}")
    log.info(
        "outbox.not_delivered",
        entry_id=entry.pk,
        state=verdict.state,
        code=verdict.code,
        attempts=entry.attempts,
    )


def _take_in_follower(scope: Scope, entry: OutboxEntry, verdict: Verdict) -> Verdict:
    """Only one entry of a record may wait: what was wished for meanwhile joins this one."""
    follower = (
        OutboxEntry.objects.scoped(scope)
        .select_for_update(of=("self",))
        .filter(
            customer=entry.customer_id,
            connection=entry.connection_id,
            external_id=entry.external_id,
            state__in=OutboxEntry.WAITING,
        )
        .first()
    )
    if follower is None:
        return verdict
    whole = merged(queries.open_wish(scope, entry), queries.open_wish(scope, follower))
    follower.state, follower.code, follower.closed_at = State.DISCARDED, "joined", utc_now()
    follower.save(update_fields=["state", "code", "closed_at"])
    own(scope, entry).update(
        sealed_wish=seal_wish(scope, entry.customer_id, entry.connection_id, whole),
        fields=whole.names(),
        wished_at=follower.wished_at,
    )
    if verdict.state == State.QUEUED:
        return verdict
    # What was refused may be mended by what was typed since.
    return Verdict(state=State.QUEUED, code=verdict.code, reason=verdict.reason)


def tell(scope: Scope, entry: OutboxEntry, action: str) -> None:
    """Write the audit entry of what became of an entry."""
    audit.record(
        scope,
        action,
        subject_kind="customer",
        subject_ids=[entry.customer_id],
        fields=entry.fields,
        context={"entry": entry.pk, "connection": entry.connection_id, "wished_by": entry.actor},
    )
