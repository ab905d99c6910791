"""Rows that cannot be taken over."""

from __future__ import annotations

from dataclasses import dataclass

from rollcall.pos.errors import RowError


@dataclass(frozen=True, kw_only=True, slots=True)
class BadRow:
    """A row that could not be taken over, and why.

    :param external_id: "" if the row has no usable id.
    """

    external_id: str
    raw: bytes
    content_hash: bytes
    code: str
    field: str
    reason: str

    @classmethod
    def of(cls, error: RowError, *, external_id: str, raw: bytes, content_hash: bytes) -> BadRow:
        """From the mapping's error."""
        return cls(
            external_id=external_id,
            raw=raw,
            content_hash=content_hash,
            code=error.code,
            field=error.field,
            reason=str(error),
        )
