"""Making rows of what is to be delivered, before anybody is called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

import orjson
from django.db import transaction

from rollcall.audit.queries import FeedPlace
from rollcall.events.models import Webhook, WebhookDelivery
from rollcall.events.queries.feed import Event, read_events
from rollcall.events.queries.webhooks import scope_of
from rollcall.kit.scope import Scope

_PAGE: Final = 200
#: So many deliveries may wait for one webhook; the rest stays in the feed until some are done.
MOST_WAITING: Final = 1_000


def gather(scope: Scope, webhook_id: int, *, now: dt.datetime) -> bool:
    """Take the next page of the feed over for a webhook; True: it had events, or there is more.

    Rows and the new place are one transaction, and a second reader finds the webhook locked, so
    that every event is taken over exactly once.
    """
    with transaction.atomic():
        webhook = (
            Webhook.objects.scoped(scope)
            .select_for_update(of=("self",), skip_locked=True)
            .filter(pk=webhook_id, state=Webhook.State.ACTIVE)
            .first()
        )
        if webhook is None or _is_full(scope, webhook):
            return False
        page = read_events(
            scope_of(scope, webhook),
            start=FeedPlace(webhook.place_transaction, webhook.place_entry, webhook.place_subjects),
            limit=_PAGE,
            types=webhook.types,
        )
        put_deliveries(scope, webhook, page.events, now=now)
        webhook.place_transaction = page.next.transaction_id
        webhook.place_entry = page.next.entry_id
        webhook.place_subjects = page.next.subjects
        webhook.save(update_fields=["place_transaction", "place_entry", "place_subjects"])
    return bool(page.events) or page.has_more


def put_deliveries(
    scope: Scope, webhook: Webhook, events: Iterable[Event], *, now: dt.datetime
) -> None:
    """Write what is to be sent; an event that the webhook has already is passed over."""
    WebhookDelivery.objects.scoped(scope).bulk_create(
        [
            WebhookDelivery(
                retailer_id=scope.retailer_id,
                webhook=webhook,
                event_id=event.id,
                type=event.type,
                body=body_of(event),
                occurred_at=event.at,
                created_at=now,
                next_try_at=now,
            )
            for event in events
        ],
        ignore_conflicts=True,
    )


def body_of(event: Event) -> str:
    """What is sent. Source: the specification, "Payload structure"."""
    content = {"type": event.type, "timestamp": event.at, "data": event.data}
    return orjson.dumps(content, option=orjson.OPT_UTC_Z).decode()


def _is_full(scope: Scope, webhook: Webhook) -> bool:
    waiting = WebhookDelivery.objects.scoped(scope).filter(
        webhook=webhook, state=WebhookDelivery.State.WAITING
    )
    return waiting[:MOST_WAITING].count() >= MOST_WAITING
