"""The table wire ↔ canonical for Flowhub; pure, and fast enough to run on every row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import orjson

from rollcall.kit.normalise.names import split_full_name
from rollcall.pos.connectors.flowhub import values
from rollcall.pos.connectors.flowhub.values import WrongValueError
from rollcall.pos.connectors.flowhub.wire import KNOWN_KEYS
from rollcall.pos.contract import CanonicalCustomer, MappingContext, RawRow, RecordStatus
from rollcall.pos.decoding import ENCODING_MARK
from rollcall.pos.errors import RowError
from rollcall.pos.fields import FieldValue

#: Raised with every change of what this module makes of a row.
VERSION: Final = 1
MAX_ROW: Final = 8 * 1024 * 1024
MAX_ID: Final = 200

_ABSENT: Final = object()
#: ``type`` → customer_type [doc].
TYPES: Final = {"recCustomer": "adult", "medCustomer": "medical"}
_TYPES_LOWER: Final = {word.lower(): meaning for word, meaning in TYPES.items()}


def external_id(row: RawRow) -> str:
    """Read ``id``, a UUID [doc], kept as it is written.

    :raises RowError: ``id_missing``.
    """
    value = row.get("id")
    if isinstance(value, str):
        text = value.strip()
        if text and len(text) <= MAX_ID and text.isprintable():
            return text
    raise RowError("the row has no usable id", code="id_missing", field="id")


def to_canonical(row: RawRow, context: MappingContext) -> CanonicalCustomer:  # noqa: ARG001
    """Map one customer object; all of its times are UTC, the store's zone is not needed.

    Flowhub tells neither a status nor merges: whoever is listed is active.

    :raises RowError: see the contract.
    """
    pos_id = external_id(row)
    _refuse_unusable(row)
    fields: dict[str, FieldValue] = {}
    name = ""
    try:
        for name, key, parse in _TEXTS:
            # Unset text is empty, null or missing, all the same. [guess]
            fields[name] = parse(row.get(key))
        for name, key, parse in _OTHERS:
            value = row.get(key, _ABSENT)
            if value is not _ABSENT:
                fields[name] = parse(value)
        name = "given_name"
        fields.update(name_parts(values.name(row.get("name"))))
        name = "street"
        fields["street"] = _street(row)
        name = "updated_at"
        updated_at = values.moment(row.get("updatedAt"))
    except WrongValueError as wrong:
        raise wrong.row_error(name) from None
    return CanonicalCustomer(
        external_id=pos_id,
        status=RecordStatus.ACTIVE,
        status_raw="",
        merged_into=None,
        updated_at=updated_at,
        fields=fields,
    )


def name_parts(full: str | None) -> dict[str, FieldValue]:
    """Take Flowhub's one name apart; a suffix ends the family name: it tells father from son."""
    parts = split_full_name(full or "")
    family = f"{parts.family} {parts.suffix}".strip()
    return {
        "given_name": parts.given or None,
        "middle_name": parts.middle or None,
        "family_name": family or None,
    }


def _refuse_unusable(row: RawRow) -> None:
    if ENCODING_MARK in row:
        raise RowError("the row holds bytes that are no text", code="encoding_invalid")
    try:
        size = len(orjson.dumps(row))
    except TypeError:
        raise _undumpable(row) from None
    if size > MAX_ROW:
        raise RowError("the row is larger than 8 MB", code="row_too_large")


def _undumpable(row: RawRow) -> RowError:
    """Name the first key with half a surrogate, a number beyond 64 bits, or too deep nests."""
    for key, value in row.items():
        try:
            orjson.dumps({key: value})
        except TypeError:
            shown = key if key in KNOWN_KEYS else ""
            message = "a value that is no text, a number beyond 64 bits or nested too deeply"
            return RowError(message, code="type_invalid", field=shown)
    return RowError("the row cannot be written down", code="type_invalid")


def _street(row: RawRow) -> str | None:
    first, second = values.text(row.get("streetAddress1")), values.text(row.get("streetAddress2"))
    return f"{first} {second}" if first and second else first or second


def _customer_type(value: object) -> str | None:
    """Translate the two known words; a new one passes in lower case."""
    if type(value) is str and value in TYPES:
        return TYPES[value]
    word = (values.text(value) or "").lower()
    return _TYPES_LOWER.get(word, word) or None


Table = tuple[tuple[str, str, Callable[[Any], FieldValue]], ...]

#: Canonical field, wire key, parse.
_TEXTS: Final[Table] = (
    ("born_on", "birthDate", values.day),
    ("phone", "phone", values.phone),
    ("email", "email", values.text),
    ("city", "city", values.text),
    ("state", "state", values.text),
    ("zip", "zip", values.zip_code),
)
_OTHERS: Final[Table] = (
    ("customer_type", "type", _customer_type),
    ("email_opt_in", "consentsToPromotionalEmail", values.flag),
    ("sms_opt_in", "consentsToPromotionalSMS", values.flag),
    ("loyalty_points", "loyaltyPoints", values.number),
    ("groups", "groups", values.group_names),
    ("signed_up_at", "createdAt", values.instant),
)
