"""Sending codes: claim a row, send, record. Killed in between, the same mail goes once more."""

from __future__ import annotations

import datetime as dt
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.translation import gettext

from rollcall.customers.queries.sealed import unseal
from rollcall.customers.rules import contexts
from rollcall.customers.rules.sealed import SealedFields
from rollcall.kit.scope import Actor, Scope
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.notifications.operations.letters import message_id, on_one_line
from rollcall.notifications.operations.smtp import MailError, RefusedError, send_mail
from rollcall.notifications.rules.mail_server import MailServer, parse_sender
from rollcall.proofs.models import SentCode
from rollcall.proofs.operations.codes import contact_key
from rollcall.proofs.rules.limits import CODE_LIFE
from rollcall.proofs.rules.tokens import code_context
from rollcall.stores.queries import get_system_scope

log = structlog.get_logger()

_ACTOR: Final = Actor(kind="system", id="proofs")
#: Longer than any conversation with a mail server.
_CLAIM: Final = dt.timedelta(seconds=90)
_PAUSE: Final = dt.timedelta(seconds=15)
_REASON: Final = "the worker serves all retailers"


def is_any_due(*, now: dt.datetime) -> bool:
    """Whether a code waits to be sent and nobody is at it."""
    return _due(now).exists()


def send_next(*, now: dt.datetime) -> bool:
    """Send the code that is due first; False if none is. What fails is tried until it expires."""
    server: MailServer | None = settings.MAIL_SERVER
    if server is None:
        return False
    row = _claim(now=now)
    if row is None:
        return False
    try:
        letter, recipient = write_letter(row, now=now)
        sender = parse_sender(settings.MAIL_FROM).addr_spec
        send_mail(server, letter, sender=sender, recipient=recipient)
    except MailError as error:
        _note_failure(row, error, now=now)
        return True
    rows = SentCode.objects.scoped(_scope(row)).filter(pk=row.pk)
    rows.update(state=SentCode.State.SENT, sealed_code=None, claimed_until=None, error_code="")
    return True


def write_letter(row: SentCode, *, now: dt.datetime) -> tuple[EmailMessage, str]:
    """The mail with a code, and where it goes: the address that the record has.

    :raises RefusedError: the address cannot be used, or it is another one than when the code was
        asked for: the code would prove what it was not asked for.
    """
    scope = _scope(row)
    sealed, context = bytes(row.sealed_code or b""), code_context(str(row.message_id))
    code = unseal(scope, sealed, context=context).decode()
    store = on_one_line(row.store.name)
    sender = parse_sender(settings.MAIL_FROM)
    letter = EmailMessage(policy=SMTP)
    recipient = _address(scope, row)
    try:
        letter["To"] = Address(addr_spec=recipient)
    except (ValueError, IndexError):
        raise RefusedError("address_unusable") from None
    letter["Subject"] = gettext("Your code for %(store)s") % {"store": store}
    letter["From"] = sender
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = message_id(row.message_id, sender)
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    words = {
        "code": f"{code[:3]} {code[3:]}",
        "store": store,
        "minutes": int(CODE_LIFE.total_seconds() // 60),
    }
    letter.set_content(render_to_string("proofs/code.txt", words))
    letter.add_alternative(render_to_string("proofs/code.html", words), subtype="html")
    return letter, recipient


def _due(now: dt.datetime) -> ScopedQuerySet[SentCode]:
    rows = SentCode.objects.across_retailers(reason=_REASON)
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    return rows.filter(
        free, state=SentCode.State.WAITING, next_try_at__lte=now, expires_at__gt=now
    ).order_by("next_try_at", "id")


@transaction.atomic
def _claim(*, now: dt.datetime) -> SentCode | None:
    due = _due(now).select_related("store", "record")
    row = due.select_for_update(skip_locked=True, of=("self",)).first()
    if row is not None:
        row.claimed_until = now + _CLAIM
        row.attempts += 1
        row.save(update_fields=["claimed_until", "attempts"])
    return row


def _address(scope: Scope, row: SentCode) -> str:
    record = row.record
    context = contexts.record_fields(record.account_id, record.external_id)
    values = SealedFields.from_json(unseal(scope, record.sealed_fields, context=context)).values
    if row.contact_key not in (None, contact_key(scope, values, row.channel)):
        raise RefusedError("address_changed")
    return str(values.get("email") or "")


def _note_failure(row: SentCode, error: MailError, *, now: dt.datetime) -> None:
    is_final = isinstance(error, RefusedError)
    rows = SentCode.objects.scoped(_scope(row)).filter(pk=row.pk, attempts=row.attempts)
    rows.exclude(state=SentCode.State.SENT).update(
        state=SentCode.State.FAILED if is_final else SentCode.State.WAITING,
        error_code=error.code,
        next_try_at=now + _PAUSE,
        claimed_until=None,
    )
    log.warning("proofs.code_not_sent", code_id=row.pk, code=error.code, given_up=is_final)


def _scope(row: SentCode) -> Scope:
    return get_system_scope(row.retailer_id, actor=_ACTOR)
