"""Sending mail that is due: claim a row, send, record. Killed in between, it is sent once more."""

from __future__ import annotations

import datetime as dt
import enum
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from rollcall.kit.scope import Actor, Scope
from rollcall.notifications import queries
from rollcall.notifications.models import Delivery
from rollcall.notifications.operations.letters import write_letter
from rollcall.notifications.operations.smtp import (
    MailError,
    RefusedError,
    ServerDownError,
    send_mail,
)
from rollcall.notifications.rules.mail_server import MailServer, parse_sender
from rollcall.notifications.rules.retrying import CLAIM, next_try
from rollcall.stores.queries import get_system_scope

log = structlog.get_logger()

_ACTOR = Actor(kind="system", id="notifications")
#: Mails that are under way at once, over all workers: a server that hangs must not hold them all.
_MOST_AT_ONCE = 2


class Outcome(enum.Enum):
    """What became of the mail that was next."""

    NOTHING_DUE = "nothing_due"
    SENT = "sent"
    NOT_SENT = "not_sent"
    SERVER_DOWN = "server_down"


def send_next(*, now: dt.datetime) -> Outcome:
    """Send the mail that is due first, of whichever retailer; what fails is tried again later."""
    server: MailServer | None = settings.MAIL_SERVER
    if server is None:
        return Outcome.NOTHING_DUE
    delivery = claim_next(now=now)
    if delivery is None:
        return Outcome.NOTHING_DUE
    try:
        _send(server, delivery, now=now)
    except MailError as error:
        _note_failure(delivery, error, now=now)
        down = isinstance(error, ServerDownError)
        return Outcome.SERVER_DOWN if down else Outcome.NOT_SENT
    record_sent(delivery, now=now)
    return Outcome.SENT


@transaction.atomic
def claim_next(*, now: dt.datetime) -> Delivery | None:
    """Take the mail that is due first for :data:`CLAIM`; None if none is, or enough are under way.

    Whoever dies with it leaves it to the next worker when the claim has run out.
    """
    if queries.count_claimed_mail(now) >= _MOST_AT_ONCE:
        return None
    claimed = queries.mail_to_send(now).select_for_update(skip_locked=True, of=("self",)).first()
    if claimed is None:
        return None
    claimed.claimed_until = now + CLAIM
    claimed.attempts += 1
    claimed.save(update_fields=["claimed_until", "attempts"])
    return claimed


def _send(server: MailServer, delivery: Delivery, *, now: dt.datetime) -> None:
    scope = _scope_of(delivery)
    if delivery.user_id not in {one.pk for one in queries.list_recipients(scope, delivery.notice)}:
        raise RefusedError("not_concerned_any_more")
    try:
        letter = write_letter(delivery, opened_message_id=_opened(scope, delivery), now=now)
    except (ValueError, IndexError):
        raise RefusedError("address_unusable") from None
    sender = parse_sender(settings.MAIL_FROM).addr_spec
    send_mail(server, letter, sender=sender, recipient=delivery.user.email)


def _opened(scope: Scope, delivery: Delivery) -> UUID | None:
    return (
        Delivery.objects.scoped(scope)
        .filter(
            notice_id=delivery.notice_id,
            user_id=delivery.user_id,
            channel=Delivery.Channel.EMAIL,
            transition=Delivery.Transition.OPENED,
        )
        .values_list("message_id", flat=True)
        .first()
    )


def record_sent(delivery: Delivery, *, now: dt.datetime) -> None:
    """Note that the server has taken a mail, whoever may have claimed it meanwhile."""
    Delivery.objects.scoped(_scope_of(delivery)).filter(pk=delivery.pk).update(
        state=Delivery.State.SENT, sent_at=now, claimed_until=None, error_code=""
    )


def _note_failure(delivery: Delivery, error: MailError, *, now: dt.datetime) -> None:
    at = next_try(attempts=delivery.attempts, since=delivery.due_at, now=now)
    given_up = isinstance(error, RefusedError) or at is None
    # Only as long as it is still ours: another worker may have sent it since.
    Delivery.objects.scoped(_scope_of(delivery)).filter(
        pk=delivery.pk, attempts=delivery.attempts
    ).exclude(state=Delivery.State.SENT).update(
        state=Delivery.State.GIVEN_UP if given_up else Delivery.State.FAILED,
        error_code=error.code,
        next_try_at=at or now,
        claimed_until=None,
    )
    log.warning(
        "notice.mail_failed",
        delivery_id=delivery.pk,
        attempts=delivery.attempts,
        code=error.code,
        given_up=given_up,
    )


def _scope_of(delivery: Delivery) -> Scope:
    return get_system_scope(delivery.retailer_id, actor=_ACTOR)
