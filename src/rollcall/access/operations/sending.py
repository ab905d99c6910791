"""Mailing invitations: claim a row, send, record. Killed in between, it is sent once more."""

from __future__ import annotations

import datetime as dt
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext

from rollcall.access.models import Invitation
from rollcall.access.operations.invitations import key_of
from rollcall.access.queries.people import mail_to_send
from rollcall.kit.scope import Actor
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.notifications.operations.letters import address_of, message_id, on_one_line
from rollcall.notifications.operations.smtp import MailError, RefusedError, send_mail
from rollcall.notifications.rules.mail_server import MailServer, parse_sender
from rollcall.notifications.rules.retrying import CLAIM, next_try
from rollcall.stores.queries import get_system_scope

log = structlog.get_logger()


def send_next_invitation(*, now: dt.datetime) -> bool:
    """Send the mail that is due first; False if none is, or it could not be sent."""
    server: MailServer | None = settings.MAIL_SERVER
    if server is None or not settings.ORIGIN:
        return False
    invitation = _claim(now=now)
    if invitation is None:
        return False
    try:
        _send(server, invitation, now=now)
    except MailError as error:
        _note_failure(invitation, error, now=now)
        return False
    _row(invitation).update(sent_at=now, claimed_until=None, error_code="")
    return True


def link_of(invitation: Invitation) -> str:
    """Where the invited person goes; without a public address the path alone."""
    path = f"{reverse('access:join')}?key={key_of(invitation)}"
    return address_of(path) or path


@transaction.atomic
def _claim(*, now: dt.datetime) -> Invitation | None:
    claimed = mail_to_send(now).select_for_update(skip_locked=True).first()
    if claimed is None:
        return None
    claimed.claimed_until = now + CLAIM
    claimed.attempts += 1
    claimed.save(update_fields=["claimed_until", "attempts"])
    return claimed


def _send(server: MailServer, invitation: Invitation, *, now: dt.datetime) -> None:
    try:
        letter = write_invitation(invitation, now=now)
    except (ValueError, IndexError):
        raise RefusedError("address_unusable") from None
    sender = parse_sender(settings.MAIL_FROM).addr_spec
    send_mail(server, letter, sender=sender, recipient=invitation.email)


def write_invitation(invitation: Invitation, *, now: dt.datetime) -> EmailMessage:
    """The mail; the same however often it is sent.

    :raises ValueError: the address cannot stand in a header.
    """
    sender = parse_sender(settings.MAIL_FROM)
    retailer = on_one_line(invitation.retailer.name)
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = gettext("%(retailer)s invites you to Rollcall") % {"retailer": retailer}
    letter["From"] = sender
    letter["To"] = Address(display_name=on_one_line(invitation.name), addr_spec=invitation.email)
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = message_id(invitation.message_id, sender)
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(
        render_to_string(
            "access/invitation.txt",
            {
                "retailer": retailer,
                "link": link_of(invitation),
                "expires_at": invitation.expires_at,
            },
        )
    )
    return letter


def _note_failure(invitation: Invitation, error: MailError, *, now: dt.datetime) -> None:
    at = next_try(attempts=invitation.attempts, since=invitation.created_at, now=now)
    if isinstance(error, RefusedError) or at is None:
        at = invitation.expires_at  # given up: the page says so, and one may invite again
    _row(invitation).filter(attempts=invitation.attempts, sent_at__isnull=True).update(
        error_code=error.code, next_try_at=at, claimed_until=None
    )
    log.warning("invitation.mail_failed", invitation_id=invitation.pk, code=error.code)


def _row(invitation: Invitation) -> ScopedQuerySet[Invitation]:
    scope = get_system_scope(invitation.retailer_id, actor=Actor(kind="system", id="invitations"))
    return Invitation.objects.scoped(scope).filter(pk=invitation.pk)
