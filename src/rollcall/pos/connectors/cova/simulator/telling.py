"""What a correct reader makes of a row of Cova's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rollcall.kit.normalise.phone import phone_e164
from rollcall.pos.fields import FieldValue

CANONICAL: Final = (
    "given_name", "middle_name", "family_name", "nickname", "born_on", "phone", "email", "licence",
    "medical_id", "street", "city", "state", "zip", "marketing_opt_in", "email_opt_in",
    "sms_opt_in", "referral_source", "notes",
)  # fmt: skip
#: Names of extension types as this tenant chose them.
LICENCE: Final = "Driver Licence"
MEDICAL: Final = "Medical Card"
EXTERNAL: Final = "ExternalCustomerId"
TEXTS: Final = {
    "given_name": "PrimaryName", "middle_name": "MiddleName", "family_name": "FamilyName",
    "nickname": "AlternateName", "notes": "Notes", "referral_source": "ReferralSource",
}  # fmt: skip
ADDRESS: Final = {"city": "Locality", "state": "StateCode", "zip": "PostalCode"}
EXTENSIONS: Final = {"licence": LICENCE, "medical_id": MEDICAL}
CONTACTS: Final = {"phone": ("sms_opt_in", 1), "email": ("email_opt_in", 2)}
NO_DATE: Final = "0001-01-01T00:00:00"

Row = dict[str, Any]


def read(row: Mapping[str, Any]) -> dict[str, FieldValue]:
    """Return what a correct reader makes of a row."""
    fields: dict[str, FieldValue] = {
        name: " ".join(str(row.get(key) or "").split()) or None for name, key in TEXTS.items()
    }
    fields["notes"] = str(row.get("Notes") or "").strip() or None
    born = str(row.get("DateOfBirth") or "")[:10]
    fields["born_on"] = None if born in ("", NO_DATE[:10]) else born
    private = row.get("DoNotContact")
    fields["marketing_opt_in"] = None if private is None else not private
    for name in CONTACTS:
        fields |= told_contact(row, name, contact(row, name))
    home = address(row) or {}
    lines = (home.get("StreetAddress1"), home.get("StreetAddress2"))
    fields["street"] = " ".join(filter(None, lines)) or None
    fields |= {name: home.get(key) or None for name, key in ADDRESS.items()}
    for name, kind in EXTENSIONS.items():
        extension = extension_of(row, kind)
        fields[name] = extension["Value"] if extension else None
    return fields


def extension_of(row: Mapping[str, Any], kind: str) -> Row | None:
    """Return the extension of a type."""
    return next((e for e in row["CustomerExtensions"] if e["ExtensionType"] == kind), None)


def usable(row: Mapping[str, Any], name: str) -> list[Row]:
    """Return the contact methods under which somebody is reached."""
    kinds = (1, 2, 3, 4, 8) if name == "phone" else (9, 10, 11)
    return [m for m in row["ContactMethods"] if m["ContactMethodTypeId"] in kinds and m["Value"]]


def contact(row: Mapping[str, Any], name: str) -> Row | None:
    """Return the contact method that counts: the default, then a mobile, then the first."""
    methods = usable(row, name)
    ranked = sorted(methods, key=lambda m: (not m["Default"], m["ContactMethodTypeId"] != 3))
    return ranked[0] if ranked else None


def address(row: Mapping[str, Any]) -> Row | None:
    """Return the address that counts: the default, then home, then the first."""
    ranked = sorted(row["Addresses"], key=lambda a: (not a["Default"], a["AddressTypeId"] != 2))
    return ranked[0] if ranked else None


def told_contact(row: Mapping[str, Any], name: str, held: Row | None) -> dict[str, FieldValue]:
    """Return a contact and its consent, for which it takes two yes."""
    consent, _ = CONTACTS[name]
    if held is None:
        return {name: None, consent: None}
    value = held["Value"] if name == "email" else number(held["Value"])
    return {name: value, consent: _consent(row.get("DoNotContact"), held.get("DoNotContact"))}


def _consent(customer: object, method: object) -> bool | None:
    if customer or method:
        return False
    return True if customer is False and method is False else None


def number(value: object) -> str:
    """Return a phone as a number, if it is one."""
    text = str(value)
    return phone_e164(text) or text
