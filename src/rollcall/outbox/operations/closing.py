"""Writing down what became of a try: arrived, to be tried again, or waiting for a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final

import structlog
from django.db import transaction
from django.db.models import F, QuerySet

from rollcall.audit import operations as audit
from rollcall.customers.operations.settling import lock_person
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.outbox import queries
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.claiming import is_ours
from rollcall.outbox.operations.enqueue import for_same_record, seal_wish
from rollcall.outbox.rules.verdicts import Verdict, judge
from rollcall.outbox.rules.wishes import merged
from rollcall.pos.errors import PosError
from rollcall.sync.operations.connections import write_rules

log = structlog.get_logger()

State = OutboxEntry.State
_GIVEN_BACK: Final = Verdict(state="queued", code="interrupted", reason="its turn comes later")


def own(scope: Scope, entry: OutboxEntry) -> QuerySet[OutboxEntry]:
    """Return the entry as long as our claim of it holds; nothing afterwards."""
    return OutboxEntry.objects.scoped(scope).filter(
        pk=entry.pk, state=State.SENDING, claim=entry.claim
    )


def still_carried(scope: Scope, customer_ids: Collection[int]) -> set[tuple[int, str]]:
    """Return (customer, field) of all that open entries of these people still have to carry."""
    others = OutboxEntry.objects.scoped(scope).filter(
        customer__in=customer_ids, state__in=OutboxEntry.OPEN
    )
    rows = others.values_list("customer_id", "fields")
    return {(customer_id, name) for customer_id, fields in rows for name in fields}


def judged(scope: Scope, entry: OutboxEntry, error: PosError) -> Verdict:
    """Decide what happens after an error."""
    rules = write_rules(scope, entry.connection)
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


def give_back(scope: Scope, entry: OutboxEntry) -> None:
    """Leave an entry that nothing is the matter with to the next sender; it was not tried."""
    # While the claim holds: how long it waits after a failure goes by how often it was tried.
    own(scope, entry).update(attempts=F("attempts") - 1)
    close_try(scope, entry, _GIVEN_BACK)


def _take_in_follower(scope: Scope, entry: OutboxEntry, verdict: Verdict) -> Verdict:
    """Only one entry of a record may wait: what was wished for meanwhile joins this one."""
    follower = (
        OutboxEntry.objects.scoped(scope)
        .select_for_update(of=("self",))
        .filter(
            for_same_record(
                entry.customer_id, entry.connection_id, entry.external_id, entry.hub_record_id
            ),
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
