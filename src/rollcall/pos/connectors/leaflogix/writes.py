"""What is sent to Dutchie to create and change customers, and what its refusals say."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from rollcall.pos.connectors.leaflogix import lookups, mapping, values, wire
from rollcall.pos.contract import RawRow, RecordStatus
from rollcall.pos.errors import (
    PosDuplicateError,
    PosGoneError,
    PosRefusedDataError,
    PosUnavailableError,
    UnsupportedByPosError,
)
from rollcall.pos.fields import Fields, FieldValue
from rollcall.pos.http import Reply
from rollcall.pos.writing import NewCustomer, WriteRules

#: The first half of the idempotency pair, a GUID [doc]; the same for everything that we send.
CONSUMER_KEY: Final = "3c1f9a52-7c1e-4a57-9d0b-52d6f0b1c8e4"
#: Dutchie demands an address of everybody [doc]; this is what others send where there is none, and
#: what is read as empty [code].
FILLER: Final[Mapping[str, str]] = {
    "address1": "N/A", "city": "N/A", "state": "N/A", "postalCode": "00000",
}  # fmt: skip
#: Data reaches the lists one to five minutes after it was saved. [doc]
_SETTLES_AFTER: Final = dt.timedelta(minutes=6)
#: In which zone ``creationDate`` is written is not documented: none is further than this from UTC.
_ZONE_SLACK: Final = dt.timedelta(days=1)
_LONGEST_REASON: Final = 200

_TEXTS: Final[Mapping[str, str]] = {
    "given_name": "firstName", "middle_name": "middleName", "family_name": "lastName",
    "email": "emailAddress", "medical_id": "mmjidNumber", "licence": "driversLicenseID",
    "referral_source": "referralSource", "notes": "notes",
}  # fmt: skip
_PLACES: Final[Mapping[str, str]] = {"city": "city", "state": "state", "zip": "postalCode"}
_DATES: Final[Mapping[str, str]] = {
    "born_on": "dateOfBirth", "medical_expires_on": "mmjidExpirationDate",
    "licence_expires_on": "driversLicenseExpiration",
}  # fmt: skip
_GENDER: Final[Mapping[FieldValue, str]] = {
    "male": "Male", "female": "Female", "nonbinary": "Non-Binary", "unspecified": "Not specified",
}  # fmt: skip
_CREATABLE: Final = frozenset(
    {*_TEXTS, *_PLACES, *_DATES, "phone", "gender", "street", "customer_type"}
)

RULES: Final = WriteRules(
    creatable=_CREATABLE,
    updatable=_CREATABLE | {"banned"},
    # A null stays what it was [guess], and no date is an empty text.
    clearable=frozenset(
        {"middle_name", "email", "phone", "gender", "medical_id", "referral_source", "notes",
         "street", "city", "state", "zip"}
    ),
    required=frozenset({"given_name"}),
    settles_after=_SETTLES_AFTER,
    has_idempotency_key=True,
)  # fmt: skip


def new_body(customer: NewCustomer, type_name: str) -> dict[str, Any]:
    """Return the body of a create."""
    given = {
        name: value
        for name, value in customer.fields.items()
        if name in RULES.creatable and value not in (None, "")
    }
    return {
        **FILLER,
        "status": "Active",
        **_plain(given),
        "customerType": type_name,
        "externalCustomerId": customer.key,
        "idempotencyKey": customer.key,
    }


def changed_body(current: RawRow, changes: Fields, type_name: str | None) -> dict[str, Any]:
    """Return the sparse body of an update: what is not in it stays [doc]; empty if all is done.

    :raises UnsupportedByPosError: a field that Dutchie lets nobody else change.
    """
    refused = sorted(changes.keys() - RULES.updatable)
    if refused:
        raise UnsupportedByPosError(f"Dutchie takes no changes of {', '.join(refused)}")
    body = _plain({name: value for name, value in changes.items() if name != "phone"})
    if "street" in changes:
        # The new street is one line: what was in the second one belonged to the old.
        body["address2"] = ""
    body |= _names(current, body) | _phone(current, changes) | _ban(current, changes)
    if type_name is not None:
        body["customerType"] = type_name
    return {"customerId": current.get("customerId"), **body} if body else {}


def status_body(current: RawRow, status: RecordStatus) -> dict[str, Any]:
    """Return the body that sets the status; empty if it is set.

    A customer on hold or banned is active as it is, and stays so.

    :raises UnsupportedByPosError: who was merged away does not come back; who is banned cannot be
        cancelled, because the same word keeps the ban, and nothing would bring it back later.
    """
    if status is mapping.status_of(current):
        return {}
    if values.positive_id(current.get("mergedIntoCustomerId")) is not None:
        raise UnsupportedByPosError("Dutchie brings nobody back who was merged away")
    if is_banned(current):
        raise UnsupportedByPosError(
            "Dutchie keeps ban and cancellation in one word, and this customer is banned there: "
            "cancelled they would lose the ban; end it first, or leave them banned"
        )
    word = "Active" if status is RecordStatus.ACTIVE else "Cancelled"
    return {"customerId": current.get("customerId"), "status": word}


def is_banned(row: RawRow) -> bool:
    """Tell whether the status word says that somebody is banned."""
    return lookups.folded(row.get("status")) == "banned"


def type_wanted(fields: Fields) -> str:
    """Return which kind of customer somebody new is; Dutchie demands one [doc]."""
    said = fields.get("customer_type")
    return str(said) if said else "medical" if fields.get("medical_id") else "adult"


def type_name(types: Iterable[RawRow], wanted: str) -> str:
    """Find this location's name for a kind of customer, by its name, else by its flags.

    :raises PosRefusedDataError: the location has no such type.
    """
    flag = {"medical": "isMedical", "adult": "isRetail"}.get(wanted, "")
    listed = [(str(entry.get("name") or ""), entry.get(flag) is True) for entry in types]
    for name, _ in listed:
        if name and mapping.customer_type(name) == wanted:
            return name
    for name, has_flag in listed:
        if name and has_flag:
            return name
    raise PosRefusedDataError("this location has no such customer type", code="customer_type")


def duplicate_questions(fields: Fields) -> list[tuple[dict[str, Any], bool]]:
    """Return searches for the person who is to be created, and whether a hit alone is proof.

    A licence is asked for alone, because its number is never told; the others together: Dutchie
    finds who fits any of them [doc].
    """
    asked: list[tuple[dict[str, Any], bool]] = []
    if fields.get("licence"):
        asked.append(({"driversLicenseId": fields["licence"]}, True))
    others: dict[str, Any] = {}
    if fields.get("medical_id"):
        others["mmjidNumber"] = fields["medical_id"]
    if fields.get("email"):
        others["emailAddress"] = fields["email"]
    if fields.get("phone"):
        others["phone"] = _number(fields["phone"])
    return [*asked, (others, False)] if others else asked


def is_same_person(row: RawRow, fields: Fields) -> bool:
    """Tell whether Dutchie would take this row for the person who is to be created [guess]."""
    medical_id = fields.get("medical_id")
    if medical_id and folded_equal(row.get("mmjidNumber"), medical_id):
        return True
    _, last = lookups.both_names(row)
    born_on = fields.get("born_on")
    if not born_on or str(row.get("dateOfBirth"))[:10] != born_on:
        return False
    family_names = {lookups.folded(last), lookups.folded(f"{last} {row.get('nameSuffix') or ''}")}
    if lookups.folded(fields.get("family_name")) not in family_names:
        return False
    phone, email = lookups.ten_digits(fields.get("phone") or ""), fields.get("email")
    is_reached = bool(phone) and phone in lookups.numbers(row)
    return is_reached or (bool(email) and folded_equal(row.get("emailAddress"), email))


def folded_equal(one: object, other: object) -> bool:
    """Compare as Dutchie searches: whatever the case."""
    return lookups.folded(one) == lookups.folded(other)


def duplicate(row: RawRow) -> PosDuplicateError:
    """Return the error that names who is held already."""
    return PosDuplicateError(
        "Dutchie holds this person already",
        code="deduplicated",
        existing_id=_survivor_id(row),
    )


def _survivor_id(row: RawRow) -> str:
    return values.positive_id(row.get("mergedIntoCustomerId")) or mapping.external_id(row)


def is_older(row: RawRow, moment: dt.datetime) -> bool:
    """Tell whether a row surely was there before a moment."""
    try:
        created = values.moment(row.get("creationDate"))
    except values.WrongValueError:
        return False
    return created is not None and created < moment - _ZONE_SLACK


def refusal(reply: Reply, body: Mapping[str, Any]) -> Exception:
    """Return the error of a refused write, in Dutchie's words without anything that was sent."""
    error = wire.refusal(reply)
    if isinstance(error, PosGoneError | PosUnavailableError):
        return error
    reason = _without_values("; ".join(wire.reasons(reply.data)), body)
    return PosRefusedDataError(f"{error}{reason and f' ({reason})'}", code=error.code)


def _plain(given: Fields) -> dict[str, Any]:
    """Translate what stands in a key of its own; an empty text blanks [guess]."""
    body: dict[str, Any] = {}
    for name, value in given.items():
        if name in _TEXTS:
            body[_TEXTS[name]] = value or ""
        elif name in _PLACES:
            body[_PLACES[name]] = value or FILLER[_PLACES[name]]
        elif name in _DATES:
            body[_DATES[name]] = f"{value}T00:00:00"
    if "street" in given:
        body["address1"] = given["street"] or FILLER["address1"]
    if "gender" in given:
        body["gender"] = _GENDER.get(given["gender"], given["gender"] or "")
    if "phone" in given:
        body["phone"] = _number(given["phone"])
    return body


def _number(phone: FieldValue) -> str:
    """Write a US number with ten digits, as registers do [code]; others as they are."""
    digits = lookups.ten_digits(phone or "")
    return digits if len(digits) == 10 else str(phone or "")


def _names(current: RawRow, body: Mapping[str, Any]) -> dict[str, str]:
    """Return what has to be sent along with a changed name, so that none gets lost."""
    if not body.keys() & {"firstName", "lastName"}:
        return {}
    first, last = lookups.both_names(current)
    names: dict[str, str] = {}
    if not current.get("firstName") and not current.get("lastName"):
        # As soon as one of the two is filled, the full name is not looked at any more.
        names = {"firstName": body.get("firstName", first), "lastName": body.get("lastName", last)}
    if "lastName" in body and current.get("nameSuffix"):
        names["nameSuffix"] = ""
    return names


def _phone(current: RawRow, changes: Fields) -> dict[str, str]:
    """``cellPhone``, the number that counts where there is one, can only be changed by staff."""
    if "phone" not in changes:
        return {}
    cell, wanted = values.number_text(current.get("cellPhone")), _number(changes["phone"])
    if cell is None:
        return {"phone": wanted}
    if lookups.ten_digits(cell) != lookups.ten_digits(wanted):
        raise UnsupportedByPosError("Dutchie lets only its own staff change the cell phone")
    return {}


def _ban(current: RawRow, changes: Fields) -> dict[str, str]:
    """Return the status word that bans or stops a ban, which Dutchie keeps in the status [doc]."""
    if "banned" not in changes:
        return {}
    was_banned = is_banned(current)
    if was_banned is bool(changes["banned"]):
        return {}
    if mapping.status_of(current) is RecordStatus.INACTIVE:
        raise UnsupportedByPosError("Dutchie bans nobody who is cancelled: both are one status")
    return {"status": "Active" if was_banned else "Banned"}


#: Quotations, addresses, and anything with several digits may be a person's.
_PERSONAL: Final = re.compile(r"'[^']*'|\"[^\"]*\"|\S+@\S+|\+?\d[\d\-/. ]{2,}\d")


def _without_values(text: str, sent: Mapping[str, Any]) -> str:
    """Shorten a reason and take out of it whatever was sent."""
    said = sorted({str(v) for v in sent.values() if str(v or "").strip()}, key=len, reverse=True)
    text = _PERSONAL.sub("…", text[: 4 * _LONGEST_REASON])
    for value in said:
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "…", text, flags=re.IGNORECASE)
    return " ".join(text.split())[:_LONGEST_REASON]
