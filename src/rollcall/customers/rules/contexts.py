"""What each sealed value is bound to, so that a ciphertext cannot be moved to another row."""

from __future__ import annotations


def record_fields(account_id: int, external_id: str) -> bytes:
    """Binds a PosRecord's values."""
    return f"record fields {account_id} {external_id}".encode()


def record_raw(account_id: int, external_id: str) -> bytes:
    """Binds a PosRecord's wire row."""
    return f"record raw {account_id} {external_id}".encode()


def version_values(record_id: int) -> bytes:
    """Binds the old and new values of a RecordVersion."""
    return f"version {record_id}".encode()


def edit_value(customer_id: int, field: str) -> bytes:
    """Binds a hub edit."""
    return f"edit {customer_id} {field}".encode()
