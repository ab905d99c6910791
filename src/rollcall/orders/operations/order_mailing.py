"""Mailing about orders: claim a row, send, record. Killed in between, it is sent once more."""

from __future__ import annotations

import datetime as dt
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from rollcall.kit.scope import Actor, Scope
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.notifications.operations.smtp import (
    MailError,
    RefusedError,
    ServerDownError,
    send_mail,
)
from rollcall.notifications.rules.mail_server import MailServer, parse_sender
from rollcall.notifications.rules.retrying import CLAIM, next_try
from rollcall.orders.models import OrderMail
from rollcall.orders.operations.order_letters import write_letter
from rollcall.stores.queries import get_system_scope

log = structlog.get_logger()

_ACTOR: Final = Actor(kind="system", id="order-mail")
_REASON: Final = "the worker serves all retailers"


def is_mail_due(*, now: dt.datetime) -> bool:
    """Whether a mail waits to be sent and nobody is at it."""
    return settings.MAIL_SERVER is not None and _due(now).exists()


def send_next_mail(*, now: dt.datetime) -> bool:
    """Send the mail that is due first; False if none is, or the server is down."""
    server: MailServer | None = settings.MAIL_SERVER
    mail = None if server is None else _claim(now=now)
    if server is None or mail is None:
        return False
    try:
        letter, recipient = write_letter(_scope(mail), mail, now=now)
        sender = parse_sender(settings.MAIL_FROM).addr_spec
        send_mail(server, letter, sender=sender, recipient=recipient)
    except MailError as error:
        _note_failure(mail, error, now=now)
        return not isinstance(error, ServerDownError)
    rows = OrderMail.objects.scoped(_scope(mail)).filter(pk=mail.pk)
    rows.update(
        state=OrderMail.State.SENT,
        sent_at=now,
        sealed_letter=None,
        claimed_until=None,
        error_code="",
    )
    return True


def _due(now: dt.datetime) -> ScopedQuerySet[OrderMail]:
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    rows = OrderMail.objects.across_retailers(reason=_REASON)
    waiting = rows.filter(free, state=OrderMail.State.WAITING, next_try_at__lte=now)
    return waiting.order_by("next_try_at", "id")


@transaction.atomic
def _claim(*, now: dt.datetime) -> OrderMail | None:
    mail = _due(now).select_for_update(skip_locked=True).first()
    if mail is not None:
        mail.claimed_until = now + CLAIM
        mail.attempts += 1
        mail.save(update_fields=["claimed_until", "attempts"])
    return mail


def _note_failure(mail: OrderMail, error: MailError, *, now: dt.datetime) -> None:
    at = next_try(attempts=mail.attempts, since=mail.due_at, now=now)
    is_over = isinstance(error, RefusedError) or at is None
    # Only as long as it is still ours: another worker may have sent it since.
    rows = OrderMail.objects.scoped(_scope(mail)).filter(pk=mail.pk, attempts=mail.attempts)
    rows.exclude(state=OrderMail.State.SENT).update(
        state=OrderMail.State.GIVEN_UP if is_over else OrderMail.State.WAITING,
        error_code=error.code,
        next_try_at=at or now,
        claimed_until=None,
    )
    log.warning("orders.mail_failed", mail_id=mail.pk, code=error.code, given_up=is_over)


def _scope(mail: OrderMail) -> Scope:
    return get_system_scope(mail.retailer_id, actor=_ACTOR)
