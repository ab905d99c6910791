"""Raw rows as bytes: the same row always gives the same bytes, whatever the order of its keys."""

from __future__ import annotations

import json
from collections.abc import Collection

import orjson

from rollcall.pos.contract import RawRow


def canonical_bytes(row: RawRow, *, without: Collection[str] = ()) -> bytes:
    """The row as JSON with sorted keys.

    :param without: top-level keys that change without the customer changing.
    """
    kept = {key: value for key, value in row.items() if key not in without} if without else row
    try:
        return orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONEncodeError, TypeError):
        # Lone surrogates and numbers beyond 64 bits: legal JSON that the fast encoder refuses.
        return json.dumps(kept, sort_keys=True, ensure_ascii=True).encode("ascii")


def read_row(content: bytes) -> RawRow:
    """The inverse of :func:`canonical_bytes`."""
    try:
        row: RawRow = orjson.loads(content)
    except orjson.JSONDecodeError:
        row = json.loads(content)
    return row
