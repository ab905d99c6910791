"""What each sealed value is bound to, so that a ciphertext cannot be moved to another row."""

from __future__ import annotations


def connection_settings(connection_id: int) -> bytes:
    """Binds a connection's settings, secrets included."""
    return f"connection settings {connection_id}".encode()


def quarantine_raw(account_id: int, external_id: str) -> bytes:
    """Binds a quarantined wire row; ``external_id`` is empty where the row has none."""
    return f"quarantine raw {account_id} {external_id}".encode()
