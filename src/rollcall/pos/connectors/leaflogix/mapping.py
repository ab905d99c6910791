"""The table wire ↔ canonical for Dutchie POS; pure, and fast enough to run on every row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import orjson

from rollcall.pos.connectors.leaflogix import values
from rollcall.pos.connectors.leaflogix.values import WrongValueError
from rollcall.pos.connectors.leaflogix.wire import KNOWN_KEYS
from rollcall.pos.contract import CanonicalCustomer, MappingContext, RawRow, RecordStatus
from rollcall.pos.decoding import ENCODING_MARK
from rollcall.pos.errors import RowError
from rollcall.pos.fields import FieldValue

#: Raised with every change of what this module makes of a row.
VERSION: Final = 1
MAX_ROW: Final = 8 * 1024 * 1024
MAX_ID: Final = 200

_ABSENT: Final = object()
#: Status word → what the record is, and whether the person is banned. A cancelled row no longer
#: tells whether it was banned before. [doc: the words]
_STATUS: Final[dict[str, tuple[RecordStatus, bool | None]]] = {
    "active": (RecordStatus.ACTIVE, False),
    "hold": (RecordStatus.ACTIVE, False),
    "banned": (RecordStatus.ACTIVE, True),
    "cancelled": (RecordStatus.INACTIVE, None),
    "canceled": (RecordStatus.INACTIVE, None),
    "": (RecordStatus.ACTIVE, None),
}
#: ``gender`` is free text. [doc]
_GENDER: Final = {
    "Male": "male", "Female": "female", "male": "male", "female": "female", "m": "male",
    "f": "female", "man": "male", "woman": "female", "x": "nonbinary", "nb": "nonbinary",
    "nonbinary": "nonbinary", "non-binary": "nonbinary", "non binary": "nonbinary",
    "u": "unspecified", "unknown": "unspecified", "unspecified": "unspecified",
    "not specified": "unspecified", "prefer not to say": "unspecified",
}  # fmt: skip
#: The display name of a type, which every location may choose. [doc]
_CUSTOMER_TYPE: Final = {
    "Recreational": "adult", "Medical": "medical", "recreational": "adult", "rec": "adult",
    "adult use": "adult", "adult-use": "adult", "adult": "adult", "retail": "adult",
    "medical": "medical", "med": "medical", "patient": "medical", "medical patient": "medical",
    "mmj": "medical", "caregiver": "caregiver",
}  # fmt: skip


def external_id(row: RawRow) -> str:
    """Read ``customerId``, never 0 on a stored row [doc].

    :raises RowError: ``id_missing``.
    """
    value = row.get("customerId")
    if type(value) is int and value > 0:
        return str(value)
    if isinstance(value, str):
        text = value.strip()
        if text.strip("0") and len(text) <= MAX_ID and text.isprintable():
            return text
    raise RowError("the row has no usable id", code="id_missing", field="customerId")


def to_canonical(row: RawRow, context: MappingContext) -> CanonicalCustomer:  # noqa: ARG001
    """Map one customer object; all of its times are UTC, the store's zone is not needed.

    :raises RowError: see the contract.
    """
    pos_id = external_id(row)
    _refuse_unusable(row)
    fields: dict[str, FieldValue] = {}
    get = row.get
    name = ""
    try:
        for name, key, parse in _TABLE:
            value = get(key, _ABSENT)
            if value is None:
                fields[name] = None
            elif value is not _ABSENT:
                fields[name] = parse(value)
        for name, derive in _DERIVED:  # noqa: B007  # told below
            derive(row, fields)
        name = "status"
        status, status_raw = _status(row, fields)
        name = "merged_into"
        merged_into = values.positive_id(get("mergedIntoCustomerId"))
        name = "updated_at"
        updated_at = values.moment(get("lastModifiedDateUTC"))
    except WrongValueError as wrong:
        raise wrong.row_error(name) from None
    if merged_into == pos_id:
        merged_into = None
    return CanonicalCustomer(
        external_id=pos_id,
        # A row that was merged away may keep its word. [guess]
        status=status if merged_into is None else RecordStatus.INACTIVE,
        status_raw=status_raw,
        merged_into=merged_into,
        updated_at=updated_at,
        fields=fields,
    )


def status_of(row: RawRow) -> RecordStatus:
    """Tell whether a row is active, as :func:`to_canonical` does; unknown words are active here."""
    if values.positive_id(row.get("mergedIntoCustomerId")) not in (None, external_id(row)):
        return RecordStatus.INACTIVE
    word = str(row.get("status") or "").strip().lower()
    return _STATUS.get(word, (RecordStatus.ACTIVE, None))[0]


def customer_type(name: str) -> FieldValue:
    """Translate a location's name of a type."""
    return values.translated(_CUSTOMER_TYPE)(name)


def _refuse_unusable(row: RawRow) -> None:
    if ENCODING_MARK in row:
        raise RowError("the row holds bytes that are no text", code="encoding_invalid")
    try:
        # One microsecond for a usual row, half of what adding up lengths in Python takes.
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


def _status(row: RawRow, fields: dict[str, FieldValue]) -> tuple[RecordStatus, str]:
    word = row.get("status", _ABSENT)
    if word == "Active":
        fields["banned"] = False
        return RecordStatus.ACTIVE, "Active"
    word, was_told = values.text(None if word is _ABSENT else word) or "", word is not _ABSENT
    known = _STATUS.get(word.lower())
    if known is None:
        raise WrongValueError("value_unknown", "a word that is not documented")
    if was_told:
        fields["banned"] = known[1]
    return known[0], word


def _names(row: RawRow, fields: dict[str, FieldValue]) -> None:
    """Old tenants fill the deprecated full name only [doc]; suffixes end the family name."""
    if fields.get("given_name") is None and fields.get("family_name") is None and "name" in row:
        given, _, family = (values.name(row["name"]) or "").partition(" ")
        fields["given_name"], fields["family_name"] = given or None, family or None
    if row.get("nameSuffix") is None:
        return
    suffix, family_name = values.text(row["nameSuffix"]), fields.get("family_name")
    if suffix and isinstance(family_name, str) and not family_name.endswith(f" {suffix}"):
        fields["family_name"] = values.name(f"{family_name} {suffix}")


def _phone(row: RawRow, fields: dict[str, FieldValue]) -> None:
    """``cellPhone`` is the number that shops send to, ``phone`` the fallback [code]."""
    if "cellPhone" in row or "phone" in row:
        cell = values.number_text(row.get("cellPhone"))
        fields["phone"] = values.number_text(row.get("phone")) if cell is None else cell


def _street(row: RawRow, fields: dict[str, FieldValue]) -> None:
    street, unit = row.get("address1"), row.get("address2")
    if street is None and unit is None:
        if "address1" in row or "address2" in row:
            fields["street"] = None
        return
    street, unit = values.text(street), None if unit is None else values.text(unit)
    fields["street"] = f"{street} {unit}" if street and unit else street or unit


def _referral(row: RawRow, fields: dict[str, FieldValue]) -> None:
    """The free text stands beside the choice ``Other`` [guess]."""
    other = row.get("otherReferralSource")
    if other is None:
        return
    chosen = fields.get("referral_source")
    if chosen is None or str(chosen).lower() == "other":
        fields["referral_source"] = values.text(other) or chosen


#: Canonical field, wire key, parse; null has become None before.
_TABLE: Final[tuple[tuple[str, str, Callable[[Any], FieldValue]], ...]] = (
    ("given_name", "firstName", values.name),
    ("middle_name", "middleName", values.name),
    ("family_name", "lastName", values.name),
    ("born_on", "dateOfBirth", values.day),
    ("gender", "gender", values.translated(_GENDER)),
    ("email", "emailAddress", values.text),
    ("medical_id", "mmjidNumber", values.number_text),
    ("medical_expires_on", "mmjidExpirationDate", values.day),
    ("city", "city", values.text),
    ("state", "state", values.text),
    ("zip", "postalCode", values.number_text),
    ("customer_type", "customerType", values.translated(_CUSTOMER_TYPE)),
    ("marketing_opt_in", "optedIntoMarketing", values.flag),
    ("groups", "discountGroups", values.words),
    ("referral_source", "referralSource", values.text),
    ("notes", "notes", values.lines),
    ("signed_up_at", "creationDate", values.instant),
    ("last_visit_at", "lastTransactionDate", values.instant),
)
#: What several keys say together. The name is the one that a RowError tells.
_DERIVED: Final[tuple[tuple[str, Callable[[RawRow, dict[str, FieldValue]], None]], ...]] = (
    ("given_name", _names),
    ("phone", _phone),
    ("street", _street),
    ("referral_source", _referral),
)
