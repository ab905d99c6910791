"""The table wire ↔ canonical for Treez; pure, and fast enough to run on every row."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from rollcall.pos.contract import CanonicalCustomer, MappingContext, RawRow, RecordStatus
from rollcall.pos.decoding import ENCODING_MARK
from rollcall.pos.errors import RowError
from rollcall.pos.fields import FieldValue

#: Raised with every change of what this module makes of a row.
VERSION: Final = 1
MAX_NAME: Final = 500
MAX_ROW: Final = 8 * 1024 * 1024
MAX_ID: Final = 200

_EMPTY: Final = frozenset({"", "n/a"})
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROLS_BUT_LINES: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_DUMMY_EXPIRY: Final = "2030-12-31"
_STATUS: Final = {
    "ACTIVE": RecordStatus.ACTIVE,
    # The survivor of a merge, alive and well. [doc]
    "MERGED": RecordStatus.ACTIVE,
    "DEACTIVATED": RecordStatus.INACTIVE,
    # The answer to a create leaves it out. [doc]
    "": RecordStatus.ACTIVE,
}
_GENDER: Final = {"M": "male", "F": "female", "U": "unspecified", "N": "nonbinary"}
_PATIENT: Final = {"ADULT": "adult", "MEDICAL": "medical", "MEDICAL_MMID": "medical"}
_VERIFICATION: Final = {
    "VERIFIED": "verified",
    "VERIFICATION_PENDING": "pending",
    "NOT_APPLICABLE": "not_applicable",
}
_NO_ADDRESS: Final[Mapping[str, FieldValue]] = dict.fromkeys(("street", "city", "state", "zip"))
_FLAGS: Final = {"true": True, "false": False}


class _Wrong(Exception):  # noqa: N818 - never leaves this module
    """A value that cannot be taken over; becomes a RowError that names the field."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def row_error(self, name: str) -> RowError:
        return RowError(f"{name}: {self}", code=self.code, field=name)


def external_id(row: RawRow) -> str:
    """Read the id, a string here and an int elsewhere [doc].

    :raises RowError: ``id_missing``.
    """
    value = row.get("customer_id")
    if type(value) is int:
        return str(value)
    if isinstance(value, str):
        text = value.strip()
        if text and len(text) <= MAX_ID and text.isprintable():
            return text
    raise RowError("the row has no usable id", code="id_missing", field="customer_id")


def to_canonical(row: RawRow, context: MappingContext) -> CanonicalCustomer:
    """Map one customer object.

    :raises RowError: see the contract.
    """
    pos_id = external_id(row)
    _refuse_unusable(row)
    zone = context.time_zone
    fields = _fields(row, zone)
    if fields.get("licence") is None and fields.get("licence_expires_on") == _DUMMY_EXPIRY:
        fields["licence_expires_on"] = None
    name = "status"
    try:
        status_raw = _text(row.get("status")) or ""
        status = _status(status_raw)
        name = "merged_into"
        merged_into = _reference(row.get("merged_into_customer_id"))
        name = "updated_at"
        updated_at = _moment(row.get("last_update"), zone)
    except _Wrong as wrong:
        raise wrong.row_error(name) from None
    return CanonicalCustomer(
        external_id=pos_id,
        status=status,
        status_raw=status_raw,
        merged_into=merged_into,
        updated_at=updated_at,
        fields=fields,
    )


def _refuse_unusable(row: RawRow) -> None:
    if ENCODING_MARK in row:
        raise RowError("the row holds bytes that are no text", code="encoding_invalid")
    try:
        size = len(orjson.dumps(row))
    except TypeError:
        raise RowError("the row holds a number beyond 64 bits", code="type_invalid") from None
    if size > MAX_ROW:
        raise RowError("the row is larger than 8 MB", code="row_too_large")


def _fields(row: RawRow, zone: ZoneInfo) -> dict[str, FieldValue]:
    fields: dict[str, FieldValue] = {}
    name = ""
    try:
        for name, key, parse in _TABLE:
            if key in row:
                fields[name] = parse(row[key])
        for name, key in _MOMENTS:
            if key in row:
                moment = _moment(row[key], zone)
                fields[name] = None if moment is None else _instant(moment)
        name = "street"
        if "addresses" in row:
            fields.update(_address(row["addresses"]))
    except _Wrong as wrong:
        raise wrong.row_error(name) from None
    return fields


def _text(value: object) -> str | None:
    """One line: trimmed, inner white space collapsed, control characters removed."""
    if type(value) is not str:
        if value is None:
            return None
        if type(value) is int:
            return str(value)
        raise _Wrong("type_invalid", "not a text")
    if not value.isprintable():
        # White space that is control too keeps separating words.
        value = _CONTROLS.sub(lambda found: " " if found[0].isspace() else "", value)
    text = " ".join(value.split())
    if not text or (len(text) == 3 and text.lower() == "n/a"):
        return None
    return text


def _name(value: object) -> str | None:
    text = _text(value)
    if text is not None and len(text) > MAX_NAME:
        raise _Wrong("too_long", "longer than 500 characters")
    return text


def _notes(value: object) -> str | None:
    """Keep line breaks and tabs."""
    if not isinstance(value, str) or value == "N/A":
        return _text(value)
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROLS_BUT_LINES.sub("", text).strip()
    return None if text.lower() in _EMPTY else text


def _day(value: object) -> str | None:
    """``YYYY-MM-DD``, alone or at the beginning of a time as the store's clock shows it [doc]."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _Wrong("date_invalid", "not a date")
    day = value if len(value) == 10 else value.strip()[:10]
    try:
        dt.date.fromisoformat(day)
        if len(value) > 10:
            dt.datetime.fromisoformat(value.strip())
        # Other ISO forms (week dates) would pass too.
        if day[4] == "-" == day[7]:
            return day
    except (ValueError, IndexError):
        if value.strip().lower() in _EMPTY:
            return None
    raise _Wrong("date_invalid", "not a date that exists")


def _moment(value: object, zone: ZoneInfo) -> dt.datetime | None:
    """Read a time with an offset, or without one by the store's clock [doc].

    Of an hour that a clock change repeats the first one is meant; one that it skips is read by the
    offset before the change.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _Wrong("date_invalid", "not a time")
    try:
        moment = dt.datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        text = value.strip()
        if text.lower() in _EMPTY:
            return None
        if text != value:
            return _moment(text, zone)
        raise _Wrong("date_invalid", "not a time that exists") from None


def _instant(moment: dt.datetime) -> str:
    return moment.isoformat()[:19] + "Z"


def _word(table: Mapping[str, str]) -> Callable[[object], str | None]:
    """Translate Treez's words; a new one passes in lower case rather than getting lost."""

    def parse(value: object) -> str | None:
        if type(value) is str and value in table:
            return table[value]
        text = _text(value)
        return None if text is None else table.get(text.upper(), text.lower())

    return parse


def _flag(value: object) -> bool | None:
    if value is None or value is True or value is False:
        return value
    flag = _FLAGS.get(value.strip().lower()) if isinstance(value, str) else None
    if flag is None and not (isinstance(value, str) and value.strip().lower() in _EMPTY):
        raise _Wrong("type_invalid", "neither yes nor no")
    return flag


def _opted_in(value: object) -> bool | None:
    """Invert ``opt_out``; null was never asked, which is no consent and no refusal [doc]."""
    opted_out = _flag(value)
    return None if opted_out is None else not opted_out


def _number(value: object) -> int | None:
    if type(value) is int or value is None:
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    text = value.strip() if isinstance(value, str) else "?"
    if text == "":
        return None
    if re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        return int(text)
    raise _Wrong("type_invalid", "not a whole number")


def _words(value: object) -> list[str] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise _Wrong("type_invalid", "not a list")
    return [text for text in map(_text, value) if text is not None] if value else []


def _address(value: object) -> dict[str, FieldValue]:
    """Read the address marked primary, else the first."""
    if not isinstance(value, list):
        if value is None:
            return dict(_NO_ADDRESS)
        raise _Wrong("type_invalid", "not a list of addresses")
    if not value:
        return dict(_NO_ADDRESS)
    chosen = value[0]
    for address in value:
        if not isinstance(address, dict):
            raise _Wrong("type_invalid", "not a list of addresses")
        if address.get("primary") is True:
            chosen = address
            break
    get = chosen.get
    street, unit = _text(get("street1")), _text(get("street2"))
    return {
        "street": f"{street} {unit}" if street and unit else street or unit,
        "city": _text(get("city")),
        "state": _text(get("state")),
        "zip": _text(get("zipcode")),
    }


def _status(word: str) -> RecordStatus:
    status = _STATUS.get(word.upper())
    if status is None:
        raise _Wrong("value_unknown", "a word that is not documented")
    return status


def _reference(value: object) -> str | None:
    text = _text(value)
    return None if text in (None, "0") else text


#: Canonical field, wire key, parse.
_TABLE: Final[tuple[tuple[str, str, Callable[[Any], FieldValue]], ...]] = (
    ("given_name", "first_name", _name),
    ("middle_name", "middle_name", _name),
    ("family_name", "last_name", _name),
    ("nickname", "nickname", _name),
    ("born_on", "birthday", _day),
    ("gender", "gender", _word(_GENDER)),
    ("phone", "phone", _text),
    ("email", "email", _text),
    ("licence", "drivers_license", _text),
    ("licence_expires_on", "drivers_license_expiration", _day),
    ("medical_id", "state_medical_id", _text),
    ("medical_expires_on", "permit_expiration", _day),
    ("customer_type", "patient_type", _word(_PATIENT)),
    ("verification", "verification_status", _word(_VERIFICATION)),
    ("marketing_opt_in", "opt_out", _opted_in),
    ("banned", "banned", _flag),
    ("is_caregiver", "is_caregiver", _flag),
    ("loyalty_points", "rewards_balance", _number),
    ("groups", "customer_groups", _words),
    ("referral_source", "referral_source", _text),
    ("notes", "notes", _notes),
)
_MOMENTS: Final = (("signed_up_at", "signup_date"), ("last_visit_at", "last_visit_date"))
