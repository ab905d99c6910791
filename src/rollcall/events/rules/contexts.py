"""What each sealed value is bound to, so that a ciphertext cannot be moved to another row."""

from __future__ import annotations

import uuid


def webhook_secret(webhook_id: int, name: uuid.UUID) -> bytes:
    """Binds a secret that signs."""
    return f"webhook secret {webhook_id} {name}".encode()
