"""Builds what is sent to Cova: customers, contact methods, addresses, extensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rollcall.kit.normalise.phone import phone_e164
from rollcall.pos.connectors.cova import mapping
from rollcall.pos.connectors.cova.wire import ARRAY_KEYS, EXTENSIONS_MARK, HAL_KEYS
from rollcall.pos.connectors.cova.writes.rules import ADDRESS, CONSENT_OF, SLIM, country_of
from rollcall.pos.contract import RawRow
from rollcall.pos.decoding import ENCODING_MARK, NOT_A_ROW_MARK
from rollcall.pos.fields import Fields, FieldValue
from rollcall.pos.writing import is_empty

Body = dict[str, Any]

#: 1 none, 2 person, 3 company; nothing about recreational or medical. [doc]
_PERSON: Final = 2
_EMAIL_AT_HOME: Final = 9
_TYPES: Final = {
    "phone": (mapping.PHONE, mapping.MOBILE),
    "email": (mapping.EMAIL, _EMAIL_AT_HOME),
}
_OURS: Final = frozenset({EXTENSIONS_MARK, ENCODING_MARK, NOT_A_ROW_MARK})
#: Ignored on write [doc], and wrong as soon as the code beside them changes.
_READ_ONLY_OF_ADDRESSES: Final = frozenset({"State", "Country", "CountryName"})
_TEXTS_OF_ADDRESSES: Final = ("AttentionTo", "PostOfficeBoxNumber", "Phone", "Email", "Notes")


def new_customer(fields: Fields, extensions: Mapping[int, str]) -> Body:
    """Return a ``CustomerFull`` to create.

    ``DoNotContact`` is always told, on every level: left out, it would be true [doc]. Who was not
    asked is not to be contacted.

    :param extensions: type → value.
    """
    may_contact = _may_contact(fields)
    body: Body = {"CustomerTypeId": _PERSON, "Disabled": False, "DoNotContact": not may_contact}
    body |= {key: fields[name] for name, key in SLIM.items() if not is_empty(fields, name)}
    methods = [name for name in CONSENT_OF if not is_empty(fields, name)]
    body["ContactMethods"] = [
        new_method(name, fields, is_default=name == methods[0]) for name in methods
    ]
    address = {name: fields[name] for name in ADDRESS if not is_empty(fields, name)}
    body["Addresses"] = [new_address(address, may_contact=may_contact)] if address else []
    body["CustomerExtensions"] = [
        {"ExtensionTypeId": kind, "Value": value} for kind, value in extensions.items()
    ]
    return body


def new_method(name: str, fields: Fields, *, is_default: bool) -> Body:
    """Return a contact method to add; contacting is allowed only if the fields say so."""
    category, kind = _TYPES[name]
    return {
        "ContactMethodCategoryId": category,
        "ContactMethodTypeId": kind,
        "Value": method_value(name, fields[name]),
        "Default": is_default,
        "DoNotContact": fields.get(CONSENT_OF[name]) is not True,
    }


def new_address(address: Fields, *, may_contact: bool) -> Body:
    """Return an address to add."""
    body: Body = {
        "AddressTypeId": mapping.HOME_ADDRESS,
        "Default": True,
        "DoNotContact": not may_contact,
    }
    return changed_address(body, address)


def changed_customer(row: RawRow, changes: Mapping[str, Any]) -> Body:
    """Return the slim customer as it was read, with changes; PUT replaces it whole [guess].

    Keys that nobody knows stay; the parts have endpoints of their own.
    """
    dropped = ARRAY_KEYS | HAL_KEYS | _OURS | {"LastModifiedDateUtc"}
    held = {key: value for key, value in row.items() if key not in dropped}
    # The one that is required. [doc]
    return {**held, "CustomerTypeId": held.get("CustomerTypeId") or _PERSON, **changes}


def changed_address(address: Mapping[str, Any], changes: Fields) -> Body:
    """Return an address with changes laid over; state and country come together [doc]."""
    body = {k: v for k, v in address.items() if k not in _READ_ONLY_OF_ADDRESSES | HAL_KEYS}
    for name, value in changes.items():
        key, other = ADDRESS[name]
        body[key] = value
        if other in body:
            body[other] = value
    if "street" in changes:
        # The hub knows one line; the second one is part of it.
        body |= {key: None for key in ("StreetAddress2", "AddressLine2") if key in body}
    if "state" in changes:
        state = changes["state"]
        body["CountryCode"] = country_of(str(state)) if state else None
    return body


def is_blank_address(address: Mapping[str, Any]) -> bool:
    """Tell whether nothing is left in an address."""
    texts = any(address.get(key) for key in _TEXTS_OF_ADDRESSES)
    return not texts and not any(mapping.address_fields(address).values())


def method_value(name: str, value: FieldValue) -> str:
    """Write a contact's value: phones of the North American plan as ten digits [code]."""
    text = str(value)
    if name != "phone":
        return text
    e164 = phone_e164(text)
    if e164 is None:
        return text
    return e164.removeprefix("+1") if len(e164) == 12 and e164.startswith("+1") else e164


def _may_contact(fields: Fields) -> bool:
    """Join the consents for the customer as a whole, of which each single one needs a yes."""
    if fields.get("marketing_opt_in") is not None:
        return fields["marketing_opt_in"] is True
    return any(fields.get(consent) is True for consent in CONSENT_OF.values())
