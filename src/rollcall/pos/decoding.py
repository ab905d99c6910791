"""Turns the bytes of an answer into JSON values, also when single strings are broken."""

from __future__ import annotations

import json
from typing import Any, Final

import orjson

#: Laid into a row that held bytes that are no UTF-8 (or half a surrogate pair). The row still
#: travels, with U+FFFD in place of the bytes, and ``to_canonical`` sends it to quarantine.
ENCODING_MARK: Final = "__rollcall_encoding_invalid__"
#: Stands for a list entry that is no object at all.
NOT_A_ROW_MARK: Final = "__rollcall_not_an_object__"

_REPLACEMENT: Final = "\ufffd"


class NotJsonError(ValueError):
    """The bytes are no JSON document."""


def decode_json(body: bytes) -> tuple[Any, bool]:
    """Decode a body; the second value tells that text had to be replaced by U+FFFD.

    :raises NotJsonError: it is no JSON.
    """
    try:
        return orjson.loads(body), False
    except orjson.JSONDecodeError:
        pass
    try:
        decoded = json.loads(body.decode("utf-8", "replace"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise NotJsonError("not JSON") from None
    return _without_surrogates(decoded), True


def mark_damaged(row: dict[str, Any]) -> dict[str, Any]:
    """Mark a row of a damaged body if the damage is in it."""
    return {**row, ENCODING_MARK: True} if _holds_replacement(row) else row


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _holds_replacement(value: object) -> bool:
    if isinstance(value, str):
        return _REPLACEMENT in value
    if isinstance(value, dict):
        return any(_holds_replacement(k) or _holds_replacement(v) for k, v in value.items())
    if isinstance(value, list):
        return any(map(_holds_replacement, value))
    return False


def _without_surrogates(value: Any) -> Any:  # noqa: ANN401 - decoded JSON
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_without_surrogates(k): _without_surrogates(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    return value
