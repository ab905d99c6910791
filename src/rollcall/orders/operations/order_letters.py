"""Mails about orders: who gets one, and what it says, fixed in the transaction that causes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Final

import orjson
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext, gettext_lazy

from rollcall.customers.queries.sealed import unseal
from rollcall.jobs import wake
from rollcall.kit.ids import new_public_id
from rollcall.kit.normalise.email import email_normal
from rollcall.kit.scope import Scope
from rollcall.notifications.operations.letters import message_id, on_one_line
from rollcall.notifications.operations.smtp import RefusedError
from rollcall.notifications.rules.mail_server import parse_sender
from rollcall.orders.models import OrderMail, OrderWrite
from rollcall.orders.queries import order_writes as queries
from rollcall.orders.queries.customer_orders import open_lines
from rollcall.orders.rules import contexts
from rollcall.stores.queries import get_keys

Kind = OrderMail.Kind

_SUBJECTS: Final[Mapping[str, Any]] = {
    Kind.CREATED: gettext_lazy("Order %(number)s at %(store)s"),
    Kind.UPDATED: gettext_lazy("[UPDATED] Order %(number)s at %(store)s"),
    Kind.STATUS: gettext_lazy("Order %(number)s at %(store)s: %(status)s"),
}


def queue_mails(scope: Scope, write: OrderWrite, kind: Kind, *, now: dt.datetime) -> None:
    """Write down whom to mail, and what; in the transaction of what they are told of."""
    rules = queries.get_rules(scope, write.store_id)
    typed = _typed(scope, write)
    shopper = _usable(typed.get("email")) if rules.mail_shopper else ""
    if not rules.mail_to and not shopper:
        return
    letter = _letter(scope, write, typed)
    staff = {**letter, "name": typed.get("name", ""), "note": typed.get("note", "")}
    _keep(scope, write, kind, [{**staff, "to": one} for one in rules.mail_to], now=now)
    if shopper:
        _keep(scope, write, kind, [{**letter, "to": shopper}], to_shopper=True, now=now)
    wake("orders.mail")


def write_letter(scope: Scope, mail: OrderMail, *, now: dt.datetime) -> tuple[EmailMessage, str]:
    """The mail, and where it goes; the same however often it is sent.

    :raises RefusedError: the address cannot be used.
    """
    sealed, context = bytes(mail.sealed_letter or b""), contexts.order_mail_letter(mail.message_id)
    said: dict[str, Any] = orjson.loads(unseal(scope, sealed, context=context))
    sender = parse_sender(settings.MAIL_FROM)
    letter = EmailMessage(policy=SMTP)
    try:
        letter["To"] = Address(addr_spec=said["to"])
    except (ValueError, IndexError):
        raise RefusedError("address_unusable") from None
    subject = str(_SUBJECTS[mail.kind]) % {
        "number": said["number"],
        "store": said["store"],
        "status": said["status"],
    }
    letter["Subject"] = on_one_line(subject, longest=200)
    letter["From"] = sender
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = message_id(mail.message_id, sender)
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    words = {**said, "title": subject, "to_shopper": mail.to_shopper}
    letter.set_content(render_to_string("orders/mail.txt", words))
    letter.add_alternative(render_to_string("orders/mail.html", words), subtype="html")
    return letter, str(said["to"])


def _typed(scope: Scope, write: OrderWrite) -> Mapping[str, Any]:
    """What was typed with the order, also if only its status is set now."""
    if write.intent == OrderWrite.Intent.PLACE:
        return queries.open_body(scope, write)
    placed = None
    if write.order is not None:
        placed = queries.find_placed_write(scope, write.order, write.store_id)
    return {} if placed is None else queries.open_body(scope, placed)


def _letter(scope: Scope, write: OrderWrite, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What everybody may read of it."""
    order = write.order
    lines = None if order is None else open_lines(scope, order)
    rows = typed.get("lines", []) if lines is None else [_pos_line(one) for one in lines]
    labels = {one["name"]: one["label"] for one in typed.get("lines", [])}
    total = queries.total_of(rows) if order is None else order.amount
    return {
        "number": (order.number if order is not None else "") or write.number or _code(write),
        "store": write.store.name,
        "status": _status_word(order.status) if order is not None else "",
        "lines": [
            {
                "name": one["name"] or one["product_id"],
                "label": one.get("label") or labels.get(one["name"], ""),
                "quantity": _plain(one["quantity"]),
                "price": one["price"],
            }
            for one in rows
        ],
        "total": None if total is None else f"{total:.2f}",
    }


def _pos_line(line: Any) -> dict[str, Any]:  # noqa: ANN401  # a line of the POS's, as it is shown
    return {
        "product_id": line.product_id,
        "name": line.name,
        "quantity": line.quantity,
        "price": None if line.price is None else f"{line.price:.2f}",
    }


def _plain(quantity: object) -> str:
    text = str(quantity)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _code(write: OrderWrite) -> str:
    return write.uuid.hex[:8].upper()


def _status_word(status: str) -> str:
    return gettext(status.replace("_", " ")) if status else ""


def _usable(text: object) -> str:
    """An address that can be written to; "" for anything else."""
    return (email_normal(text) or "") if isinstance(text, str) and text else ""


def _keep(
    scope: Scope,
    write: OrderWrite,
    kind: Kind,
    letters: Iterable[Mapping[str, Any]],
    *,
    to_shopper: bool = False,
    now: dt.datetime,
) -> None:
    keys = get_keys(scope)
    rows = []
    for letter in letters:
        own_id = new_public_id()
        sealed = keys.seal(orjson.dumps(letter), context=contexts.order_mail_letter(own_id))
        rows.append(
            OrderMail(
                retailer_id=scope.retailer_id,
                write=write,
                kind=kind,
                to_shopper=to_shopper,
                message_id=own_id,
                sealed_letter=sealed,
                due_at=now,
                next_try_at=now,
            )
        )
    OrderMail.objects.scoped(scope).bulk_create(rows)
