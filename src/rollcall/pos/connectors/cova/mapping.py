"""The table wire ↔ canonical for Cova; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from rollcall.pos.connectors.cova import values
from rollcall.pos.connectors.cova.values import WrongValueError
from rollcall.pos.connectors.cova.wire import EXTENSIONS_MARK, KNOWN_KEYS, parts
from rollcall.pos.contract import CanonicalCustomer, MappingContext, RawRow, RecordStatus
from rollcall.pos.decoding import ENCODING_MARK
from rollcall.pos.errors import RowError
from rollcall.pos.fields import FieldValue

#: Raised with every change of what this module makes of a row.
VERSION: Final = 1
MAX_ROW: Final = 8 * 1024 * 1024

PHONE: Final = 1
EMAIL: Final = 2
MOBILE: Final = 3
HOME_ADDRESS: Final = 2
_ABSENT: Final = object()
_CATEGORIES: Final = {"phone": PHONE, "email": EMAIL}
#: Type → category, for methods that tell their type only. [doc]
_CATEGORY_OF_TYPE: Final = {
    **dict.fromkeys(range(1, 9), PHONE),
    **dict.fromkeys((9, 10, 11), EMAIL),
}
#: Pager and fax: nobody is called or texted there. [doc]
_NOT_CALLED: Final = frozenset({5, 6, 7})

Part = dict[str, Any]


def external_id(row: RawRow) -> str:
    """Read ``Id``, a GUID, in lower case.

    :raises RowError: ``id_missing``.
    """
    try:
        found = values.guid(row.get("Id"))
    except WrongValueError:
        found = None
    if found is None:
        raise RowError("the row has no usable id", code="id_missing", field="Id")
    return found


def to_canonical(row: RawRow, context: MappingContext) -> CanonicalCustomer:  # noqa: ARG001
    """Map one customer object; all of its times are UTC, the store's zone is not needed.

    :raises RowError: see the contract.
    """
    pos_id = external_id(row)
    _refuse_unusable(row)
    name = "merged_into"
    try:
        merged_into = values.guid(row.get("MergedIntoCustomerId"))
        name = "updated_at"
        updated_at = values.moment(row.get("LastModifiedDateUtc"))
        name = "status"
        disabled = values.flag(row.get("Disabled"))
    except WrongValueError as wrong:
        raise wrong.row_error(name) from None
    if merged_into == pos_id:
        merged_into = None
    gone = disabled is True or merged_into is not None
    return CanonicalCustomer(
        external_id=pos_id,
        status=RecordStatus.INACTIVE if gone else RecordStatus.ACTIVE,
        status_raw="Merged" if merged_into else "Disabled" if disabled else "Enabled",
        merged_into=merged_into,
        updated_at=updated_at,
        fields=fields_of(row),
    )


def fields_of(row: RawRow) -> dict[str, FieldValue]:
    """Map the fields alone.

    :raises RowError: a value cannot be taken over.
    """
    fields: dict[str, FieldValue] = {}
    name = ""
    try:
        for name, key, parse in _TABLE:
            value = row.get(key, _ABSENT)
            if value is not _ABSENT:
                fields[name] = parse(value)
        for name, derive in _DERIVED:  # noqa: B007  # told below
            derive(row, fields)
    except WrongValueError as wrong:
        raise wrong.row_error(name) from None
    return fields


def phones_of(row: RawRow) -> list[Part]:
    """Return the contact methods under which a person can be called, in the POS's order."""
    return [
        method
        for method in parts(row, "ContactMethods")
        if _category(method) == PHONE
        and method.get("ContactMethodTypeId") not in _NOT_CALLED
        and values.number_text(method.get("Value")) is not None
    ]


def emails_of(row: RawRow) -> list[Part]:
    """Return the contact methods that are e-mail addresses, in the POS's order."""
    return [
        method
        for method in parts(row, "ContactMethods")
        if _category(method) == EMAIL and values.text(method.get("Value")) is not None
    ]


def chosen_phone(row: RawRow) -> Part | None:
    """Return the default phone, else the first mobile, else the first one [code]."""
    phones = phones_of(row)
    mobiles = [phone for phone in phones if phone.get("ContactMethodTypeId") == MOBILE]
    return _default(phones) or next(iter(mobiles or phones), None)


def chosen_email(row: RawRow) -> Part | None:
    """Return the default e-mail, else the first one."""
    emails = emails_of(row)
    return _default(emails) or next(iter(emails), None)


def chosen_address(row: RawRow) -> Part | None:
    """Return the default address, else the first home address, else the first one."""
    addresses = parts(row, "Addresses")
    homes = [part for part in addresses if part.get("AddressTypeId") == HOME_ADDRESS]
    return _default(addresses) or next(iter(homes or addresses), None)


def extension_of(row: RawRow, name: str) -> Part | None:
    """Return the extension of a type, whatever the case of its name."""
    for part in parts(row, "CustomerExtensions"):
        if str(part.get("ExtensionType") or "").strip().casefold() == name.strip().casefold():
            return part
    return None


def address_fields(address: Mapping[str, Any] | None) -> dict[str, FieldValue]:
    """Map an address; the gateway's sample lists other names for the same things [doc]."""
    held = address or {}
    first = values.text(held.get("StreetAddress1")) or values.text(held.get("AddressLine1"))
    second = values.text(held.get("StreetAddress2")) or values.text(held.get("AddressLine2"))
    return {
        "street": " ".join(filter(None, (first, second))) or None,
        "city": values.text(held.get("Locality")) or values.text(held.get("City")),
        "state": _state(held),
        "zip": values.number_text(held.get("PostalCode")) or values.number_text(held.get("Zip")),
    }


def _default(candidates: list[Part]) -> Part | None:
    return next((part for part in candidates if part.get("Default") is True), None)


def _category(method: Part) -> int | None:
    told = method.get("ContactMethodCategoryId")
    if type(told) is int:
        return told
    word = str(method.get("ContactMethodCategory") or "").strip().lower()
    kind = method.get("ContactMethodTypeId")
    return _CATEGORIES.get(word) or (_CATEGORY_OF_TYPE.get(kind) if type(kind) is int else None)


def _state(address: Mapping[str, Any]) -> str | None:
    """Read ``CO``; ISO 3166-2 is documented, which would be ``US-CO``."""
    code = values.text(address.get("StateCode"))
    if code is None:
        return values.text(address.get("State")) or values.text(address.get("StateName"))
    country, hyphen, state = code.partition("-")
    return state.upper() if hyphen and len(country) == 2 and state else code.upper()


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


def _allowed(do_not_contact: object) -> bool | None:
    """Turn ``DoNotContact`` round; null stays "not told"."""
    told = values.flag(do_not_contact)
    return None if told is None else not told


def _both(customer: FieldValue, method: FieldValue) -> bool | None:
    """Join the customer's and the method's word: one no is a no, and only two yes are a yes."""
    if customer is False or method is False:
        return False
    return True if customer is True and method is True else None


def _contacts(row: RawRow, fields: dict[str, FieldValue]) -> None:
    if not _has_list(row, "ContactMethods"):
        return
    customer = fields.get("marketing_opt_in")
    for name, consent, method, parse in (
        ("phone", "sms_opt_in", chosen_phone(row), values.phone),
        ("email", "email_opt_in", chosen_email(row), values.text),
    ):
        fields[name] = fields[consent] = None
        if method is not None:
            fields[name] = parse(method.get("Value"))
            fields[consent] = _both(customer, _allowed(method.get("DoNotContact")))


def _address(row: RawRow, fields: dict[str, FieldValue]) -> None:
    if _has_list(row, "Addresses"):
        fields.update(address_fields(chosen_address(row)))


def _extensions(row: RawRow, fields: dict[str, FieldValue]) -> None:
    wanted = row.get(EXTENSIONS_MARK)
    if not isinstance(wanted, Mapping) or not _has_list(row, "CustomerExtensions"):
        return
    for name, extension in wanted.items():
        found = extension_of(row, str(extension))
        fields[str(name)] = None if found is None else values.number_text(found.get("Value"))


def _has_list(row: RawRow, key: str) -> bool:
    """Tell whether the row says anything about these parts; null says that there are none."""
    if key not in row:
        return False
    if row[key] is not None and not isinstance(row[key], list):
        raise WrongValueError("type_invalid", "not a list")
    return True


#: Canonical field, wire key, parse.
_TABLE: Final[tuple[tuple[str, str, Callable[[Any], FieldValue]], ...]] = (
    ("given_name", "PrimaryName", values.name),
    ("middle_name", "MiddleName", values.name),
    ("family_name", "FamilyName", values.name),
    ("nickname", "AlternateName", values.name),
    ("born_on", "DateOfBirth", values.day),
    ("marketing_opt_in", "DoNotContact", _allowed),
    ("referral_source", "ReferralSource", values.text),
    ("notes", "Notes", values.lines),
)
#: What several keys say together. The name is the one that a RowError tells.
_DERIVED: Final[tuple[tuple[str, Callable[[RawRow, dict[str, FieldValue]], None]], ...]] = (
    ("phone", _contacts),
    ("street", _address),
    ("licence", _extensions),
)
