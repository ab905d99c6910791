"""Making and changing webhooks."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.events.models import Webhook, WebhookDelivery, WebhookSecret
from rollcall.events.queries.feed import find_latest
from rollcall.events.queries.sources import list_types
from rollcall.events.queries.webhooks import get_webhook, select_webhooks
from rollcall.events.rules import contexts
from rollcall.events.rules.signing import mint_secret, show_secret
from rollcall.events.rules.targets import TargetRefusedError, parse_target
from rollcall.kit.scope import Role, Scope, require
from rollcall.stores.queries import get_keys

#: A rotated secret goes on signing beside the new one for so long.
OVERLAP: Final = dt.timedelta(hours=24)
MOST: Final = 20
_LONGEST_NAME: Final = 100
State = Webhook.State


class WebhookInvalidError(ValueError):
    """There can be no such webhook.

    :param member: ``url``, ``name`` or ``types``.
    """

    def __init__(self, member: str, code: str) -> None:
        super().__init__(f"{member}: {code}")
        self.member = member
        self.code = code


class TooManyWebhooksError(ValueError):
    """The retailer has as many webhooks as there may be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownSecret:
    """A secret as it is shown, once."""

    webhook: Webhook
    secret_id: int
    text: str = field(repr=False)


@transaction.atomic
def create_webhook(
    scope: Scope, *, url: str, name: str = "", types: Collection[str] = (), now: dt.datetime
) -> ShownSecret:
    """Have an address called with what happens from now on, as far as the scope's stores go.

    :param types: of events; empty: all, also such as come later.
    :raises WebhookInvalidError: see there, as the other.
    :raises TooManyWebhooksError:
    """
    require(scope, Role.ADMIN)
    checked = _check(url, name, types)
    if select_webhooks(scope).count() >= MOST:
        raise TooManyWebhooksError(f"there may be {MOST} webhooks")
    webhook = Webhook.objects.scoped(scope).create(
        **checked,
        store_ids=None if scope.store_ids is None else sorted(scope.store_ids),
        created_at=now,
        created_by=str(scope.actor),
        place_transaction=find_latest().transaction_id,
    )
    shown = _add_secret(scope, webhook, now)
    _record(scope, "webhook.created", webhook, shown.secret_id)
    return shown


@transaction.atomic
def change_webhook(
    scope: Scope,
    webhook_id: int,
    *,
    url: str | None = None,
    name: str | None = None,
    types: Collection[str] | None = None,
) -> Webhook:
    """Change what is named; what waits goes to the new address.

    :raises WebhookNotFoundError: see there, as the other.
    :raises WebhookInvalidError:
    """
    webhook = _lock(scope, webhook_id)
    checked = _check(
        webhook.url if url is None else url,
        webhook.name if name is None else name,
        webhook.types if types is None else types,
    )
    changed = sorted(one for one, value in checked.items() if getattr(webhook, one) != value)
    if changed:
        for member in changed:
            setattr(webhook, member, checked[member])
        if "url" in changed:
            _forget_failures(webhook)
        webhook.save()
        _record(scope, "webhook.changed", webhook, members=changed)
    return webhook


@transaction.atomic
def pause_webhook(scope: Scope, webhook_id: int) -> Webhook:
    """Call the address no more until somebody resumes; what happens meanwhile is kept.

    :raises WebhookNotFoundError: none that the scope may see.
    """
    webhook = _lock(scope, webhook_id)
    if webhook.state == State.ACTIVE:
        webhook.state = State.PAUSED
        webhook.save(update_fields=["state"])
        _record(scope, "webhook.paused", webhook)
    return webhook


@transaction.atomic
def resume_webhook(scope: Scope, webhook_id: int) -> Webhook:
    """Go on calling, where it stopped; also an address that asked to be called no more.

    :raises WebhookNotFoundError: none that the scope may see.
    """
    webhook = _lock(scope, webhook_id)
    if webhook.state != State.ACTIVE:
        webhook.state = State.ACTIVE
        _forget_failures(webhook)
        webhook.save()
        _record(scope, "webhook.resumed", webhook)
    return webhook


@transaction.atomic
def remove_webhook(scope: Scope, webhook_id: int) -> None:
    """Call the address never again; its secrets and what waits for it are deleted.

    :raises WebhookNotFoundError: none that the scope may see.
    """
    webhook = _lock(scope, webhook_id)
    webhook.state = State.REMOVED
    webhook.save(update_fields=["state"])
    WebhookSecret.objects.scoped(scope).filter(webhook=webhook).delete()
    waiting = WebhookDelivery.objects.scoped(scope).filter(webhook=webhook)
    waiting.filter(state=WebhookDelivery.State.WAITING).delete()
    _record(scope, "webhook.removed", webhook)


@transaction.atomic
def rotate_secret(scope: Scope, webhook_id: int, *, now: dt.datetime) -> ShownSecret:
    """Make a new secret; the one before it signs as well for a day, any earlier one no more.

    :raises WebhookNotFoundError: none that the scope may see.
    """
    webhook = _lock(scope, webhook_id)
    secrets = WebhookSecret.objects.scoped(scope).filter(webhook=webhook)
    secrets.filter(expires_at__isnull=False).delete()
    secrets.update(expires_at=now + OVERLAP)
    shown = _add_secret(scope, webhook, now)
    _record(scope, "webhook.secret_rotated", webhook, shown.secret_id)
    return shown


def _lock(scope: Scope, webhook_id: int) -> Webhook:
    require(scope, Role.ADMIN)
    found = get_webhook(scope, webhook_id)
    return Webhook.objects.scoped(scope).select_for_update(of=("self",)).get(pk=found.pk)


def _check(url: str, name: str, types: Collection[str]) -> dict[str, object]:
    title = " ".join(name.split())
    if len(title) > _LONGEST_NAME or not title.isprintable():
        raise WebhookInvalidError("name", "bad_name")
    wanted = url.strip()
    try:
        target = parse_target(wanted, opens_loopback=settings.WEBHOOKS_TO_LOOPBACK)
    except TargetRefusedError as error:
        raise WebhookInvalidError("url", error.code) from None
    if set(types) - list_types().keys():
        raise WebhookInvalidError("types", "unknown_type")
    shown = title or target.host[:_LONGEST_NAME]
    return {"url": wanted, "name": shown, "types": sorted(set(types))}


def _add_secret(scope: Scope, webhook: Webhook, now: dt.datetime) -> ShownSecret:
    secret, name = mint_secret(), uuid.uuid4()
    sealed = get_keys(scope).seal(secret, context=contexts.webhook_secret(webhook.pk, name))
    row = WebhookSecret.objects.scoped(scope).create(
        webhook=webhook, name=name, sealed_secret=sealed, created_at=now
    )
    return ShownSecret(webhook=webhook, secret_id=row.pk, text=show_secret(secret))


def _forget_failures(webhook: Webhook) -> None:
    webhook.failures, webhook.failing_since, webhook.not_before = 0, None, None


def _record(
    scope: Scope,
    action: str,
    webhook: Webhook,
    secret_id: int | None = None,
    members: Collection[str] = (),
) -> None:
    audit.record(
        scope,
        action,
        subject_kind="webhook",
        subject_ids=[webhook.pk],
        fields=members,
        context={} if secret_id is None else {"secret": secret_id},
    )
