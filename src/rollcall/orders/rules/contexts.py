"""What each sealed value is bound to, so that a ciphertext cannot be moved to another row."""

from __future__ import annotations

import uuid


def kiosk_order_name(order_uuid: uuid.UUID | str) -> bytes:
    """Binds the name that was typed at a kiosk."""
    return f"kiosk order name {order_uuid}".encode()


def kiosk_order_contact(order_uuid: uuid.UUID | str) -> bytes:
    """Binds the contact that a guest left at a kiosk."""
    return f"kiosk order contact {order_uuid}".encode()


def order_write_body(write_uuid: uuid.UUID | str) -> bytes:
    """Binds what was asked for of an order at a POS."""
    return f"order write body {write_uuid}".encode()


def order_mail_letter(message_id: uuid.UUID | str) -> bytes:
    """Binds what a mail about an order says, and to whom."""
    return f"order mail letter {message_id}".encode()
