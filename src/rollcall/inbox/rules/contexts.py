"""What each sealed value is bound to, so that a ciphertext cannot be moved to another row."""

from __future__ import annotations


def event_body(connection_id: int, external_id: str) -> bytes:
    """Binds the body of a call."""
    return f"inbox body {connection_id} {external_id}".encode()
