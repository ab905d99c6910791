"""Writing a mail about a notice: plain words, no personal values, headers no name can break."""

from __future__ import annotations

import datetime as dt
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from rollcall.notifications.models import Delivery
from rollcall.notifications.rules.kinds import advice_of, title_of
from rollcall.notifications.rules.mail_server import parse_sender

_LONGEST_NAME = 100


def write_letter(
    delivery: Delivery, *, opened_message_id: UUID | None, now: dt.datetime
) -> EmailMessage:
    """The mail of a delivery; its Message-ID is the same however often it is sent.

    :param opened_message_id: of the mail that told this person that the notice was opened.
    :raises ValueError: the person's address cannot stand in a header.
    """
    notice = delivery.notice
    is_over = delivery.transition == Delivery.Transition.RECOVERED
    title = title_of(notice.kind, notice.data)
    sender = parse_sender(settings.MAIL_FROM)
    letter = EmailMessage(policy=SMTP)
    subject = gettext("Over: %(title)s") % {"title": title} if is_over else title
    letter["Subject"] = on_one_line(f"[{notice.retailer.name}] {subject}", longest=200)
    letter["From"] = sender
    letter["To"] = Address(
        display_name=on_one_line(delivery.user.name), addr_spec=delivery.user.email
    )
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = message_id(delivery.message_id, sender)
    if is_over and opened_message_id is not None:
        letter["In-Reply-To"] = letter["References"] = message_id(opened_message_id, sender)
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    words = {
        "title": title,
        "advice": "" if is_over else advice_of(notice.kind, notice.data),
        "is_over": is_over,
        "notice": notice,
        "retailer": on_one_line(notice.retailer.name),
        "page": address_of(notice.page),
        "notices_page": address_of(_notices_path()),
    }
    letter.set_content(render_to_string("notifications/mail.txt", words))
    letter.add_alternative(render_to_string("notifications/mail.html", words), subtype="html")
    return letter


def message_id(own: UUID, sender: Address) -> str:
    """An id that stays the same however often a mail is sent, so that a repeat is recognised."""
    return f"<{own.hex}@{sender.domain}>"


def address_of(path: str) -> str:
    """The whole address of a page of ours; "" where the public address is not known."""
    return f"{settings.ORIGIN}{path}" if settings.ORIGIN and path else ""


def on_one_line(text: str, *, longest: int = _LONGEST_NAME) -> str:
    """Without line ends and control characters, which must not reach a header."""
    printable = "".join(one if one.isprintable() else " " for one in text)
    words = " ".join(printable.split())
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def _notices_path() -> str:
    try:
        return reverse("notifications:notices")
    except NoReverseMatch:
        return ""
