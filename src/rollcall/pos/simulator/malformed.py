"""Ways in which a row can be broken on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson


@dataclass(frozen=True, kw_only=True)
class MalformedKeys:
    """Which wire keys of a POS are broken."""

    id: str
    date: str
    name: str
    note: str


MALFORMATIONS: Final = (
    "missing_id",
    "bad_date",
    "nul_in_name",
    "invalid_utf8",
    "huge_note",
    "wrong_types",
)
_MARK: Final = "INVALID-UTF8-HERE"


def malform(kind: str, body: bytes, keys: MalformedKeys) -> bytes:
    """Return the row's JSON with one thing wrong.

    :param kind: one of :data:`MALFORMATIONS`.
    """
    row: dict[str, Any] = orjson.loads(body)
    if kind == "missing_id":
        row.pop(keys.id, None)
    else:
        row.update(_replacements(kind, row, keys))
    text = orjson.dumps(row)
    if kind == "invalid_utf8":
        return text.replace(_MARK.encode(), b"JOS\xe9 \xff")
    return text


def _replacements(kind: str, row: Mapping[str, Any], keys: MalformedKeys) -> dict[str, Any]:
    name = str(row.get(keys.name) or "X")
    table: dict[str, dict[str, Any]] = {
        "bad_date": {keys.date: "2023-02-30"},
        "nul_in_name": {keys.name: f"{name[:2]}\x00{name[2:]}"},
        "invalid_utf8": {keys.name: _MARK},
        "huge_note": {keys.note: "x" * 2_000_000},
        "wrong_types": {keys.name: {"text": name}, keys.date: 19780930},
    }
    return table[kind]
