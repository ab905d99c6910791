"""What each sealed value is bound to, so that a ciphertext cannot be moved to another row."""

from __future__ import annotations


def entry_wish(customer_id: int, connection_id: int) -> bytes:
    """Binds what an entry wants."""
    return f"outbox wish {customer_id} {connection_id}".encode()


def entry_sent(customer_id: int, connection_id: int) -> bytes:
    """Binds what an entry wanted when it was sent."""
    return f"outbox sent {customer_id} {connection_id}".encode()
