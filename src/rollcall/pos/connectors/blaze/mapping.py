"""The table wire ↔ canonical for BLAZE members; pure, and fast enough to run on every row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from rollcall.pos.connectors.blaze import values
from rollcall.pos.connectors.blaze.values import WrongValueError
from rollcall.pos.connectors.blaze.wire import KNOWN_KEYS
from rollcall.pos.contract import CanonicalCustomer, MappingContext, RawRow, RecordStatus
from rollcall.pos.decoding import ENCODING_MARK
from rollcall.pos.errors import RowError
from rollcall.pos.fields import FieldValue

#: Raised with every change of what this module makes of a row.
VERSION: Final = 1
MAX_ROW: Final = 8 * 1024 * 1024
MAX_ID: Final = 200

_ABSENT: Final = object()
_STATUS: Final = {
    "active": RecordStatus.ACTIVE,
    #: Waits for the shop to accept them.
    "pending": RecordStatus.ACTIVE,
    "inactive": RecordStatus.INACTIVE,
    "": RecordStatus.ACTIVE,
}
#: By name [doc] and by ordinal [code]; whether the ordinals follow the names' order is a guess.
#: 0 stands on every row whose sex nobody chose, so it tells nothing. [code]
_SEX: Final[dict[object, str | None]] = {
    "male": "male", "female": "female", "other": "nonbinary", 0: None, 1: "female", 2: "nonbinary",
}  # fmt: skip
_CONSUMER_TYPE: Final = {
    "adultuse": "adult", "medicinalstate": "medical", "medicinalthirdparty": "medical",
}  # fmt: skip


def external_id(row: RawRow) -> str:
    """Read ``id``, 24 hexadecimal digits [code], kept as it is.

    :raises RowError: ``id_missing``.
    """
    value = row.get("id")
    if isinstance(value, str):
        told = value.strip()
        if told and len(told) <= MAX_ID and told.isprintable():
            return told
    raise RowError("the row has no usable id", code="id_missing", field="id")


def to_canonical(row: RawRow, context: MappingContext) -> CanonicalCustomer:
    """Map one member object.

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
            derive(row, fields, context.time_zone)
        name = "status"
        status, status_raw = _status(row)
        name = "updated_at"
        updated_at = values.moment(get("modified"))
    except WrongValueError as wrong:
        raise wrong.row_error(name) from None
    return CanonicalCustomer(
        external_id=pos_id,
        status=status,
        status_raw=status_raw,
        # Whoever lost a merge is deleted; nothing points to the winner. [guess]
        merged_into=None,
        updated_at=updated_at,
        fields=fields,
    )


def is_deleted(row: RawRow) -> bool:
    """Tell whether BLAZE marks the member as deleted, as it does losers of merges [guess]."""
    return values.flag(row.get("deleted")) is True


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
            named = key if key in KNOWN_KEYS else ""
            message = "a value that is no text, a number beyond 64 bits or nested too deeply"
            return RowError(message, code="type_invalid", field=named)
    return RowError("the row cannot be written down", code="type_invalid")


def _status(row: RawRow) -> tuple[RecordStatus, str]:
    word = values.text(row.get("status")) or ""
    known = _STATUS.get(word.lower())
    if known is None:
        raise WrongValueError("value_unknown", "a word that is not documented")
    if is_deleted(row):
        return RecordStatus.INACTIVE, f"{word} (deleted)".strip()
    return known, word


def _sex(value: object) -> str | None:
    if type(value) is int:
        return _SEX.get(value)
    word = (values.text(value) or "").lower()
    return _SEX.get(int(word) if re.fullmatch("[0-9]", word) else word, word or None)


def _born_on(row: RawRow, fields: dict[str, FieldValue], zone: ZoneInfo) -> None:
    """Read the written days first, which need no zone; most rows have milliseconds only [code]."""
    for key in ("localDob", "birthdate"):
        if (told := values.day(row.get(key))) is not None:
            fields["born_on"] = told
            return
    if any(key in row for key in ("dob", "localDob", "birthdate")):
        fields["born_on"] = values.day_of_millis(row.get("dob"), zone)


def _phone(row: RawRow, fields: dict[str, FieldValue], zone: ZoneInfo) -> None:  # noqa: ARG001
    """Prefer ``cpn``, E.164, null on old rows; ``primaryPhone`` may be empty beside it [code]."""
    if "cpn" in row or "primaryPhone" in row:
        cpn = values.phone(row.get("cpn"))
        fields["phone"] = values.phone(row.get("primaryPhone")) if cpn is None else cpn


def _address(row: RawRow, fields: dict[str, FieldValue], zone: ZoneInfo) -> None:  # noqa: ARG001
    if "address" not in row and "addresses" not in row:
        return
    home = values.home_address(row) or {}
    street, unit = values.text(home.get("address")), values.text(home.get("addressLine2"))
    fields["street"] = f"{street} {unit}" if street and unit else street or unit
    fields["city"] = values.text(home.get("city"))
    fields["state"] = values.text(home.get("state"))
    fields["zip"] = values.number_text(home.get("zipCode"))


def _licence(row: RawRow, fields: dict[str, FieldValue], zone: ZoneInfo) -> None:
    if "identifications" not in row:
        return
    entry = values.licence_in(row) or {}
    ends = values.day(entry.get("localExpirationDate"))
    fields["licence"] = values.number_text(entry.get("licenseNumber"))
    fields["licence_state"] = values.text(entry.get("state"))
    fields["licence_expires_on"] = ends or values.day_of_millis(entry.get("expirationDate"), zone)


def _medical(row: RawRow, fields: dict[str, FieldValue], zone: ZoneInfo) -> None:
    if not any(key in row for key in ("recommendations", *values.TWINS)):
        return
    entry = values.recommendation_in(row) or values.recommendation_twin(row) or {}
    fields["medical_id"] = values.number_text(entry.get("recommendationNumber"))
    fields["medical_expires_on"] = values.day_of_millis(entry.get("expirationDate"), zone)


def _customer_type(row: RawRow, fields: dict[str, FieldValue], zone: ZoneInfo) -> None:  # noqa: ARG001
    """``consumerType`` is the truth [code]; where it says ``Other``, ``medical`` may know more."""
    if "consumerType" not in row and "medical" not in row:
        return
    told = _consumer_type(row.get("consumerType"))
    if told in (None, "other"):
        told = "medical" if values.flag(row.get("medical")) else None
    fields["customer_type"] = told


def _groups(row: RawRow, fields: dict[str, FieldValue], zone: ZoneInfo) -> None:  # noqa: ARG001
    """The member's group, then the tags."""
    if "memberGroup" not in row and "tags" not in row:
        return
    group, tags = row.get("memberGroup"), row.get("tags")
    if not isinstance(group, dict | None) or not isinstance(tags, list | None):
        raise WrongValueError("type_invalid", "neither a group nor tags")
    found = [values.text((group or {}).get("name")), *map(values.text, tags or [])]
    fields["groups"] = list(dict.fromkeys(word for word in found if word is not None))


def _notes(row: RawRow, fields: dict[str, FieldValue], zone: ZoneInfo) -> None:  # noqa: ARG001
    if "notes" not in row:
        return
    kept = [n for n in values.objects(row, "notes") if n.get("deleted") is not True]
    messages = [values.lines(note.get("message")) for note in kept]
    fields["notes"] = "\n".join(m for m in messages if m is not None) or None


def _signed_up(row: RawRow, fields: dict[str, FieldValue], zone: ZoneInfo) -> None:  # noqa: ARG001
    if "startDate" in row or "created" in row:
        began = values.instant(row.get("startDate"))
        fields["signed_up_at"] = began or values.instant(row.get("created"))


_consumer_type: Final = values.translated(_CONSUMER_TYPE)
_Parse = Callable[[Any], FieldValue]
_Derive = Callable[[RawRow, dict[str, FieldValue], ZoneInfo], None]

#: Canonical field, wire key, parse; null has become None before.
_TABLE: Final[Sequence[tuple[str, str, _Parse]]] = (
    ("given_name", "firstName", values.name),
    ("middle_name", "middleName", values.name),
    ("family_name", "lastName", values.name),
    ("nickname", "nickname", values.name),
    ("gender", "sex", _sex),
    ("email", "email", values.text),
    ("email_opt_in", "emailOptIn", values.flag),
    ("sms_opt_in", "textOptIn", values.flag),
    ("banned", "banPatient", values.flag),
    ("loyalty_points", "loyaltyPoints", values.points),
    ("referral_source", "marketingSource", values.text),
    ("last_visit_at", "lastVisitDate", values.instant),
)
#: What several keys, or the inside of one, say. The name is the one that a RowError tells.
_DERIVED: Final[Sequence[tuple[str, _Derive]]] = (
    ("born_on", _born_on),
    ("phone", _phone),
    ("street", _address),
    ("licence", _licence),
    ("medical_id", _medical),
    ("customer_type", _customer_type),
    ("groups", _groups),
    ("notes", _notes),
    ("signed_up_at", _signed_up),
)
