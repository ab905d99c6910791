"""Calling webhooks: a claim, a call, and what came of it; at least once, in order if all is well.

One sender at a time has a webhook. The claim is renewed before each call and runs out with whoever
dies; a delivery is done only when its row says so, so that another sender repeats exactly what was
not delivered, under the same id.
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from typing import Final

import structlog
from django.db import transaction
from django.db.models import F, QuerySet

from rollcall.audit import operations as audit
from rollcall.events.models import Webhook, WebhookDelivery
from rollcall.events.operations.calling import CALL_S, CallError, post
from rollcall.events.operations.gathering import gather
from rollcall.events.queries.webhooks import active_webhooks, find_due, list_live_secrets
from rollcall.events.rules.retrying import pause_s, rest_s
from rollcall.events.rules.signing import headers_of
from rollcall.jobs import stopping
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope

log = structlog.get_logger()

CLAIM_FOR: Final = dt.timedelta(seconds=CALL_S + 15)
#: Senders of the whole installation, so that slow receivers never take all threads of a worker.
_MOST_SENDERS: Final = 2
_TURN_S: Final = 10.0
_GONE: Final = 410


def drain(scope: Scope, webhook_id: int, *, turn_s: float = _TURN_S) -> bool:
    """Deliver what is due, for some seconds; True: there is more to do at once.

    Must not be called inside a transaction.
    """
    claim = take_webhook(scope, webhook_id, now=utc_now())
    if claim is None:
        return False
    until = time.monotonic() + turn_s
    try:
        while not stopping.is_set():
            if not _do_next(scope, webhook_id, claim):
                return False
            if time.monotonic() >= until:
                return True
    finally:
        mine = Webhook.objects.scoped(scope).filter(pk=webhook_id, claim=claim)
        mine.update(claim=None, claimed_until=None)
    return False


def take_webhook(scope: Scope, webhook_id: int, *, now: dt.datetime) -> uuid.UUID | None:
    """Claim a webhook; None: it is not its turn, or somebody else has it."""
    everybody = Webhook.objects.across_retailers(reason="senders are the installation's")
    if everybody.filter(claimed_until__gt=now).count() >= _MOST_SENDERS:
        return None
    claim = uuid.uuid4()
    free = active_webhooks(now).filter(retailer_id=scope.retailer_id, pk=webhook_id)
    taken = free.update(claim=claim, claimed_until=now + CLAIM_FOR)
    return claim if taken else None


def _do_next(scope: Scope, webhook_id: int, claim: uuid.UUID) -> bool:
    """One delivery, or one page of the feed; False: nothing is left to do now."""
    now = utc_now()
    delivery = find_due(scope, webhook_id, now=now)
    if delivery is None:
        return gather(scope, webhook_id, now=now)
    if not _own(scope, webhook_id, claim).update(claimed_until=now + CLAIM_FOR):
        return False
    webhook = Webhook.objects.scoped(scope).get(pk=webhook_id)
    status, code = _call(scope, webhook, delivery, now)
    if 200 <= status < 300:
        return _delivered(scope, claim, delivery)
    _failed(scope, claim, delivery, code=code, is_gone=status == _GONE)
    return False


def _call(
    scope: Scope, webhook: Webhook, delivery: WebhookDelivery, now: dt.datetime
) -> tuple[int, str]:
    """Status and code of the answer; 0 if there was none."""
    body = delivery.body.encode()
    headers = headers_of(
        list_live_secrets(scope, webhook.pk, now=now),
        message_id=delivery.event_id,
        timestamp=int(now.timestamp()),
        body=body,
    )
    try:
        status = post(webhook.url, body, headers)
    except CallError as error:
        return 0, error.code
    return status, f"http_{status}"


@transaction.atomic
def _delivered(scope: Scope, claim: uuid.UUID, delivery: WebhookDelivery) -> bool:
    now = utc_now()
    mine = _own(scope, delivery.webhook_id, claim).update(
        failures=0,
        failing_since=None,
        not_before=None,
        delivered=F("delivered") + 1,
        last_delivered_at=now,
        claimed_until=now + CLAIM_FOR,
    )
    _waiting(scope, delivery).update(
        state=WebhookDelivery.State.DELIVERED,
        attempts=F("attempts") + 1,
        finished_at=now,
        code="",
    )
    return bool(mine)


@transaction.atomic
def _failed(
    scope: Scope, claim: uuid.UUID, delivery: WebhookDelivery, *, code: str, is_gone: bool
) -> None:
    now = utc_now()
    webhook = _own(scope, delivery.webhook_id, claim).select_for_update(of=("self",)).first()
    if webhook is None:
        return
    webhook.failures += 1
    webhook.failed += 1
    webhook.failing_since = webhook.failing_since or now
    webhook.last_code = code
    webhook.not_before = now + dt.timedelta(seconds=rest_s(webhook.failures))
    if is_gone:
        webhook.state = Webhook.State.DISABLED
        audit.record(scope, "webhook.disabled", subject_kind="webhook", subject_ids=[webhook.pk])
    webhook.save()
    pause = pause_s(delivery.attempts + 1)
    changes = (
        {"state": WebhookDelivery.State.DEAD, "finished_at": now}
        if pause is None
        else {"next_try_at": now + dt.timedelta(seconds=pause)}
    )
    _waiting(scope, delivery).update(attempts=F("attempts") + 1, code=code, **changes)
    log.info("webhook.not_delivered", webhook_id=webhook.pk, code=code, given_up=pause is None)


def _own(scope: Scope, webhook_id: int, claim: uuid.UUID) -> QuerySet[Webhook]:
    """The webhook, if it still is this sender's and may be called."""
    return Webhook.objects.scoped(scope).filter(
        pk=webhook_id, claim=claim, state=Webhook.State.ACTIVE
    )


def _waiting(scope: Scope, delivery: WebhookDelivery) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.scoped(scope).filter(
        pk=delivery.pk, state=WebhookDelivery.State.WAITING
    )
