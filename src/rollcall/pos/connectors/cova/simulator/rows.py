"""How Cova would hold and send a customer, made from the truth."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Mapping
from typing import Final

import orjson

from rollcall.pos.connectors.cova.simulator.telling import (
    ADDRESS,
    CANONICAL,
    CONTACTS,
    EXTENSIONS,
    EXTERNAL,
    LICENCE,
    MEDICAL,
    NO_DATE,
    TEXTS,
    Row,
    address,
    contact,
    extension_of,
    number,
    read,
    told_contact,
    usable,
)
from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator.records import Record

#: What the row holds beside the canonical values, as JSON text; see :func:`wire`.
KEPT: Final = "kept"
PARTS: Final = ("Addresses", "ContactMethods", "CustomerExtensions")

_TYPES: Final = ("", "Home", "Work", "Mobile", "Company", "Pager", "Home Fax", "Work Fax", "Other",
                 "Home", "Work", "Other", "Website", "Skype", "Twitter", "Facebook", "LinkedIn",
                 "Other")  # fmt: skip
CATEGORIES: Final = ("", "Phone", "Email", "Other")
ADDRESS_TYPES: Final = ("", "None", "Home", "Shipping", "Office", "Other")
_REFERRALS: Final = (None, None, "Google", "Word of mouth", "Weedmaps", "Leafly")
_NOTES: Final = ("Prefers edibles", "Asks for Sam", "Left an umbrella")


def adopt(fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    """Return what Cova can hold; phones are compared as numbers, however they are typed."""
    held = {name: value for name, value in fields.items() if name in CANONICAL}
    if held.get("phone"):
        held["phone"] = number(held["phone"])
    return held


def season(truth: dict[str, FieldValue], rng: random.Random | None) -> None:
    """Add what a profile collects in a shop's life; typed in at the till, it is private [doc]."""
    truth["marketing_opt_in"] = False
    if rng is None:
        return
    recase = rng.choice((str, str, str, str, str, str, str, str.upper, str.lower))
    life: dict[str, FieldValue] = {
        "given_name": recase(str(truth.get("given_name") or "")) or None,
        "family_name": recase(str(truth.get("family_name") or "")) or None,
        "marketing_opt_in": rng.choice((True, True, True, False, False, None)),
        "sms_opt_in": rng.choice((True, False, None)),
        "email_opt_in": rng.choice((True, False)),
        "referral_source": rng.choice(_REFERRALS),
        "notes": rng.choice(_NOTES) if rng.random() < 0.05 else None,
    }
    truth |= {name: value for name, value in life.items() if value is not None}
    if life["marketing_opt_in"] is None:
        del truth["marketing_opt_in"]


def wire(record: Record) -> Row:
    """Return the customer as it is sent [doc], and bring the record's truth in line with it.

    The row itself is kept with the truth, because Cova holds more than the canonical values. What
    the till changed in the truth is laid over it, and raises the versions of what it touches.
    """
    kept = record.truth.get(KEPT)
    before = orjson.loads(kept) if isinstance(kept, str) else None
    row = _new(record) if before is None else orjson.loads(orjson.dumps(before))
    _lay(row, record.truth)
    row["Disabled"] = record.status != "active"
    row["MergedIntoCustomerId"] = record.merged_into
    if before is not None and row != before:
        row["Version"] += 1
    row["LastModifiedDateUtc"] = _modified(record)
    record.truth = {name: value for name, value in read(row).items() if value is not None}
    record.truth[KEPT] = orjson.dumps(row).decode()
    return row


def method(owner: str, category: int, kind: int, value: str, **more: object) -> Row:
    """Return a contact method of a customer."""
    return {
        "Id": _part_id(owner, kind, value), "CustomerId": owner,
        "ContactMethodCategoryId": category, "ContactMethodTypeId": kind,
        "ContactMethodCategory": CATEGORIES[category], "ContactMethodType": _TYPES[kind],
        "Value": value, "Default": False, "DoNotContact": True, "Notes": "", "Version": 1, **more,
    }  # fmt: skip


def method_type(kind: int) -> str:
    """Return the word of a contact method's type [doc]."""
    return _TYPES[kind]


def extension(owner: str, kind: str, type_id: int, value: str) -> Row:
    """Return an extension of a customer."""
    return {
        "Id": _part_id(owner, kind, value), "CustomerId": owner,
        "ExtensionTypeId": type_id, "ExtensionType": kind, "Value": value, "Version": 1,
    }  # fmt: skip


#: The ids of extension types, which are each tenant's own [doc].
TYPE_IDS: Final = {"CorrelationId": 1, EXTERNAL: 2, LICENCE: 1041, MEDICAL: 1042}


def _new(record: Record) -> Row:
    """Return a row with everything that the truth does not say, placeholders included."""
    odd, truth = record.position % 2, record.truth
    row: Row = {
        "Id": record.pos_id, "CustomerTypeId": 2, "CustomerType": "Person", "PrimaryName": None,
        "MiddleName": "" if odd else None, "FamilyName": None, "AlternateName": "" if odd else None,
        "Title": None, "DateOfBirth": NO_DATE if odd else None, "Disabled": False,
        "DoNotContact": None, "Notes": "" if odd else None, "Version": 1, "Addresses": [],
        "ContactMethods": [], "CustomerExtensions": [], "RelatedCustomers": [], "MemberOf": [],
        "ReferralSource": None, "PricingGroupId": None, "UniqueIdentifier": None, "Documents": [],
        "MergedCustomers": [], "MergedIntoCustomerId": None,
    }  # fmt: skip
    if record.position % 10 == 0:
        row["CustomerExtensions"].append(
            extension(record.pos_id, "CorrelationId", 1, f"{record.position:08d}")
        )
    if truth.get("phone"):
        row["ContactMethods"] = _phones(record)
    if truth.get("email") and record.position % 13 == 0:
        row["ContactMethods"].append(
            method(record.pos_id, 2, 10, "office@example.com", DoNotContact=False)
        )
        chosen = method(record.pos_id, 2, 9, str(truth["email"]), Default=True)
        row["ContactMethods"].append(chosen)
    return row


def _phones(record: Record) -> list[Row]:
    """Phones are free text [doc]; there may be others, faxes among them, in any order."""
    owner, line = record.pos_id, f"{record.position % 10_000:04d}"
    kind = 3 if record.position % 4 else 1
    chosen = method(owner, 1, kind, _typed(record), Default=True)
    landline = method(owner, 1, 1, f"303555{line}", DoNotContact=False)
    fax = method(owner, 1, 6, f"(303) 556-{line}", DoNotContact=False)
    turn = record.position % 9
    if turn == 1:
        return [landline, chosen]
    if turn == 2:
        return [landline, method(owner, 1, 3, _typed(record))]
    if turn == 3:
        return [{**fax, "Default": True}, {**chosen, "Default": False}]
    return [chosen]


def _typed(record: Record) -> str:
    typed = record.text("phone")
    if not typed.startswith("+1") or len(typed) != 12:
        return typed
    area, exchange, line = typed[2:5], typed[5:8], typed[8:]
    ways = (f"({area}) {exchange}-{line}", typed[2:], typed, f"{area}-{exchange}-{line}")
    return ways[record.position % len(ways)]


def _lay(row: Row, truth: Mapping[str, FieldValue]) -> None:
    """Change whatever the row tells otherwise than the truth."""
    told = read(row)
    differing = {name for name in CANONICAL if told[name] != truth.get(name)}
    for name in differing & TEXTS.keys():
        row[TEXTS[name]] = truth.get(name)
    if "born_on" in differing:
        row["DateOfBirth"] = _birth(row["Id"], truth.get("born_on"))
    if "marketing_opt_in" in differing:
        allowed = truth.get("marketing_opt_in")
        row["DoNotContact"] = None if allowed is None else not allowed
    for name in CONTACTS:
        _lay_contact(row, name, truth)
    if differing & {"street", *ADDRESS}:
        _lay_address(row, truth)
    for name in differing & EXTENSIONS.keys():
        _lay_extension(row, EXTENSIONS[name], truth.get(name))


def _lay_contact(row: Row, name: str, truth: Mapping[str, FieldValue]) -> None:
    consent, category = CONTACTS[name]
    value = truth.get(name)
    if value is None:
        row["ContactMethods"] = [m for m in row["ContactMethods"] if m not in usable(row, name)]
        return
    held = contact(row, name)
    told = told_contact(row, name, held)
    if held is None:
        kind = 3 if name == "phone" else 9
        held = method(row["Id"], category, kind, str(value), Default=name == "phone")
        if truth.get(consent) is not None:
            held["DoNotContact"] = not truth[consent]
        row["ContactMethods"].append(held)
    elif told[name] != value or told[consent] != truth.get(consent):
        held["Value"] = value if told[name] != value else held["Value"]
        if truth.get(consent) is not None:
            held["DoNotContact"] = not truth[consent]
        held["Version"] += 1


def _lay_address(row: Row, truth: Mapping[str, FieldValue]) -> None:
    if not any(truth.get(name) for name in ("street", *ADDRESS)):
        row["Addresses"] = [a for a in row["Addresses"] if a is not address(row)]
        return
    held = address(row)
    if held is None:
        held = {
            "Id": _part_id(row["Id"], "Addresses"), "CustomerId": row["Id"],
            "AddressTypeId": 2, "AddressType": "Home", "AttentionTo": "",
            "PostOfficeBoxNumber": "", "Phone": "", "Email": "", "Notes": "", "Default": True,
            "DoNotContact": bool(row["DoNotContact"]), "Version": 0,
        }  # fmt: skip
        row["Addresses"].append(held)
    street, unit, number = str(truth.get("street") or "").partition(" Apt ")
    state = truth.get("state")
    held |= {"StreetAddress1": street, "StreetAddress2": f"{unit}{number}".strip()}
    held |= {key: truth.get(name) or "" for name, key in ADDRESS.items()}
    held |= {"CountryCode": "US" if state else None, "Country": "United States" if state else None}
    held["State"] = state
    held["Version"] += 1


def _lay_extension(row: Row, kind: str, value: FieldValue) -> None:
    held = extension_of(row, kind)
    if value is None:
        row["CustomerExtensions"] = [e for e in row["CustomerExtensions"] if e is not held]
    elif held is None:
        made = extension(row["Id"], kind, TYPE_IDS[kind], str(value))
        row["CustomerExtensions"].append(made)
    else:
        held |= {"Value": value, "Version": held["Version"] + 1}


def _part_id(owner: str, *about: object) -> str:
    """Return the same id for the same seed."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{owner} {about}"))


def _birth(pos_id: str, born: FieldValue) -> str | None:
    if not born:
        return None
    return f"{born}T{('00:00:00', '12:00:00', '12:00:00.000')[int(pos_id[0], 16) % 3]}"


def _modified(record: Record) -> str:
    moment = dt.datetime.fromtimestamp(record.updated, dt.UTC).isoformat()[:19]
    return moment + (".73Z", "Z", ".1234567Z")[record.position % 3]
