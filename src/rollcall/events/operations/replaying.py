"""Having events delivered once more, and trying a webhook; both under ids that stay."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from rollcall.audit import operations as audit
from rollcall.events.models import Webhook, WebhookDelivery
from rollcall.events.operations.gathering import put_deliveries
from rollcall.events.queries.feed import Event
from rollcall.events.queries.webhooks import get_webhook
from rollcall.jobs import wake
from rollcall.kit.scope import Role, Scope, require

#: The type of what a test sends.
TEST: Final = "webhook.test"
#: A range is replayed in one transaction, and in one order.
MOST: Final = 10_000


@transaction.atomic
def replay_deliveries(
    scope: Scope, webhook_id: int, delivery_ids: Collection[int], *, now: dt.datetime
) -> int:
    """Let these deliveries wait again, under their ids; returns how many there are.

    :raises WebhookNotFoundError: none that the scope may see.
    """
    webhook = _get(scope, webhook_id)
    found = WebhookDelivery.objects.scoped(scope).filter(webhook=webhook, pk__in=delivery_ids)
    return _replay(scope, webhook, found, now=now)


@transaction.atomic
def replay_range(
    scope: Scope,
    webhook_id: int,
    *,
    since: dt.datetime,
    until: dt.datetime,
    only_dead: bool = False,
    now: dt.datetime,
) -> int:
    """Let all deliveries of events from ``since`` up to ``until`` wait again, at most ``MOST``.

    :param only_dead: none but those that were given up.
    :raises WebhookNotFoundError: none that the scope may see.
    """
    webhook = _get(scope, webhook_id)
    found = WebhookDelivery.objects.scoped(scope).filter(
        webhook=webhook, occurred_at__gte=since, occurred_at__lt=until
    )
    if only_dead:
        found = found.filter(state=WebhookDelivery.State.DEAD)
    return _replay(scope, webhook, found, now=now)


@transaction.atomic
def send_test(scope: Scope, webhook_id: int, *, now: dt.datetime) -> WebhookDelivery:
    """Have an event without content delivered, by a worker as any other.

    :raises WebhookNotFoundError: none that the scope may see.
    """
    webhook = _get(scope, webhook_id)
    event = Event(id=f"test_{uuid.uuid4().hex}", type=TEST, at=now, data={"webhook": webhook.pk})
    put_deliveries(scope, webhook, [event], now=now)
    _forget_rest(scope, webhook)
    _record(scope, "webhook.tested", webhook)
    return WebhookDelivery.objects.scoped(scope).get(webhook=webhook, event_id=event.id)


def _get(scope: Scope, webhook_id: int) -> Webhook:
    require(scope, Role.ADMIN)
    return get_webhook(scope, webhook_id)


def _replay(
    scope: Scope, webhook: Webhook, found: QuerySet[WebhookDelivery], *, now: dt.datetime
) -> int:
    ids = list(
        found.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)[:MOST]
    )
    if not ids:
        return 0
    WebhookDelivery.objects.scoped(scope).filter(pk__in=ids).update(
        state=WebhookDelivery.State.WAITING,
        attempts=0,
        next_try_at=now,
        finished_at=None,
        code="",
    )
    _forget_rest(scope, webhook)
    _record(scope, "webhook.replayed", webhook, deliveries=len(ids))
    return len(ids)


def _forget_rest(scope: Scope, webhook: Webhook) -> None:
    Webhook.objects.scoped(scope).filter(pk=webhook.pk).update(not_before=None)
    wake("events.deliver", webhook_id=webhook.pk)


def _record(scope: Scope, action: str, webhook: Webhook, **context: int) -> None:
    audit.record(scope, action, subject_kind="webhook", subject_ids=[webhook.pk], context=context)
