"""Reads of webhooks and their deliveries."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Min, Q, QuerySet

from rollcall.events.models import Webhook, WebhookDelivery, WebhookSecret
from rollcall.events.rules import contexts
from rollcall.events.rules.signing import show_secret
from rollcall.kit.scope import Scope
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.stores.queries import get_keys

#: Ids beyond this are nobody's.
_LARGEST_ID: Final = 2**63 - 1


class WebhookNotFoundError(LookupError):
    """Not a webhook of this retailer, or one that tells of stores that the scope may not see."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backlog:
    """What a webhook still has to deliver, and what it gave up."""

    waiting: int = 0
    oldest_at: dt.datetime | None = None
    dead: int = 0


def select_webhooks(scope: Scope) -> ScopedQuerySet[Webhook]:
    """The webhooks that tell of no store which the scope may not see."""
    found = Webhook.objects.scoped(scope).exclude(state=Webhook.State.REMOVED)
    if scope.store_ids is not None:
        found = found.filter(store_ids__contained_by=sorted(scope.store_ids))
    return found


def list_webhooks(scope: Scope) -> list[Webhook]:
    """All webhooks, the oldest first."""
    return list(select_webhooks(scope).order_by("pk"))


def get_webhook(scope: Scope, webhook_id: int) -> Webhook:
    """One webhook.

    :raises WebhookNotFoundError: none that the scope may see.
    """
    found = None
    if 0 < webhook_id <= _LARGEST_ID:
        found = select_webhooks(scope).filter(pk=webhook_id).first()
    if found is None:
        raise WebhookNotFoundError("there is no such webhook")
    return found


def count_backlogs(scope: Scope, *, dead_since: dt.datetime) -> dict[int, Backlog]:
    """Webhook → what it still has to do; those with nothing are left out."""
    dead = Q(state=WebhookDelivery.State.DEAD, finished_at__gte=dead_since)
    waiting = Q(state=WebhookDelivery.State.WAITING)
    rows = (
        WebhookDelivery.objects.scoped(scope)
        .filter(waiting | dead)
        .order_by()
        .values("webhook")
        .annotate(
            waiting=Count("pk", filter=waiting),
            oldest=Min("created_at", filter=waiting),
            dead=Count("pk", filter=dead),
        )
    )
    return {
        row["webhook"]: Backlog(waiting=row["waiting"], oldest_at=row["oldest"], dead=row["dead"])
        for row in rows
    }


def list_deliveries(
    scope: Scope, webhook: Webhook, *, state: str = "", before: int | None = None, limit: int
) -> list[WebhookDelivery]:
    """Deliveries of a webhook, the newest first.

    :param before: only those with a smaller id.
    """
    found = WebhookDelivery.objects.scoped(scope).filter(webhook=webhook)
    if state:
        found = found.filter(state=state)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-pk")[:limit])


def find_due(scope: Scope, webhook_id: int, *, now: dt.datetime) -> WebhookDelivery | None:
    """The oldest delivery whose turn it is."""
    waiting = WebhookDelivery.objects.scoped(scope).filter(
        webhook_id=webhook_id, state=WebhookDelivery.State.WAITING, next_try_at__lte=now
    )
    return waiting.order_by("pk").first()


def active_webhooks(now: dt.datetime) -> QuerySet[Webhook]:
    """Webhooks of everybody that may be called now and that no sender has."""
    everybody = Webhook.objects.across_retailers(reason="workers deliver for everybody")
    return everybody.filter(
        Q(not_before__isnull=True) | Q(not_before__lte=now),
        Q(claimed_until__isnull=True) | Q(claimed_until__lt=now),
        state=Webhook.State.ACTIVE,
    )


def list_live_secrets(scope: Scope, webhook_id: int, *, now: dt.datetime) -> list[bytes]:
    """The secrets that sign now, the newest first."""
    rows = WebhookSecret.objects.scoped(scope).filter(webhook_id=webhook_id)
    live = rows.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
    return [open_secret(scope, row) for row in live.order_by("-pk")]


def open_secret(scope: Scope, row: WebhookSecret) -> bytes:
    """The secret of a row."""
    context = contexts.webhook_secret(row.webhook_id, row.name)
    return get_keys(scope).unseal(bytes(row.sealed_secret), context=context)


def read_secret(scope: Scope, secret_id: int) -> str:
    """A secret as its receiver enters it; only to answer once more who was just shown it.

    :raises WebhookNotFoundError: it was removed.
    """
    row = WebhookSecret.objects.scoped(scope).filter(pk=secret_id).first()
    if row is None:
        raise WebhookNotFoundError("the secret was removed")
    return show_secret(open_secret(scope, row))


def scope_of(scope: Scope, webhook: Webhook) -> Scope:
    """What a webhook may tell of."""
    stores = None if webhook.store_ids is None else frozenset(webhook.store_ids)
    return dataclasses.replace(scope, store_ids=stores)


def find_retailer(webhook_id: int) -> int | None:
    """Whose webhook this is; None: it was removed."""
    everybody = Webhook.objects.across_retailers(reason="the webhook itself says whose it is")
    found = everybody.exclude(state=Webhook.State.REMOVED).filter(pk=webhook_id)
    return found.values_list("retailer_id", flat=True).first()
