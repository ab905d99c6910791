"""What is sent to create a member, and what a changed one looks like: BLAZE replaces the whole."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from rollcall.pos.connectors.blaze import mapping, values
from rollcall.pos.connectors.blaze.values import WrongValueError, local_midnight
from rollcall.pos.contract import MappingContext, RawRow, RecordStatus
from rollcall.pos.decoding import ENCODING_MARK
from rollcall.pos.errors import (
    PosNeedsHumanError,
    PosRefusedDataError,
    RowError,
    UnsupportedByPosError,
)
from rollcall.pos.fields import Fields, FieldValue
from rollcall.pos.writing import NewCustomer, WriteRules, is_empty

_PERSON: Final = frozenset({
    "given_name", "middle_name", "family_name", "nickname", "born_on", "gender", "phone", "email",
    "licence", "licence_state", "licence_expires_on", "medical_id", "medical_expires_on", "street",
    "city", "state", "zip", "customer_type", "email_opt_in", "sms_opt_in", "referral_source",
})  # fmt: skip
RULES: Final = WriteRules(
    creatable=_PERSON | {"notes"},
    # Notes are a list that staff write; points have an endpoint of their own.
    updatable=_PERSON | {"banned"},
    clearable=_PERSON
    - {"given_name", "family_name", "born_on", "gender", "customer_type"}
    - {"email_opt_in", "sms_opt_in"},
    # The swagger calls nothing required; without these a till could not tell people apart. [guess]
    required=frozenset({"given_name", "family_name", "born_on"}),
    # Searches are answered from an index that may lag. [doc]
    settles_after=dt.timedelta(minutes=1),
)

#: How much earlier than ours the POS's clock may say that something was created.
_CLOCK_SLACK: Final = dt.timedelta(minutes=5)
_SEX: Final = {"male": "MALE", "female": "FEMALE", "nonbinary": "OTHER"}
#: Canonical field → wire key, and what stands for empty there. [code]
_PLAIN: Final[Mapping[str, tuple[str, object]]] = {
    "given_name": ("firstName", ""), "middle_name": ("middleName", None),
    "family_name": ("lastName", ""), "nickname": ("nickname", None), "email": ("email", ""),
    "referral_source": ("marketingSource", ""), "email_opt_in": ("emailOptIn", False),
    "sms_opt_in": ("textOptIn", False),
}  # fmt: skip
_ADDRESS: Final = {"street": "address", "city": "city", "state": "state", "zip": "zipCode"}


def new_member(customer: NewCustomer, zone: ZoneInfo) -> dict[str, Any]:
    """Return the body of a create; who was not asked gets nothing sent to them."""
    fields = {k: v for k, v in customer.fields.items() if k in RULES.creatable}
    given = {name: value for name, value in fields.items() if not is_empty(fields, name)}
    if given.get("gender") not in _SEX:
        given.pop("gender", None)
    given.setdefault("customer_type", "medical" if "medical_id" in given else "adult")
    body: dict[str, Any] = {
        "status": "Active",
        "textOptIn": False,
        "emailOptIn": False,
        "importId": customer.key,
    }
    _apply(body, given, zone)
    for key in ("cpn", "localDob"):
        # No keys of a create: BLAZE makes them. [doc]
        body.pop(key, None)
    if "notes" in given:
        body["notes"] = [{"message": given["notes"]}]
    return body


def changed_member(row: RawRow, changes: Fields, zone: ZoneInfo) -> dict[str, Any]:
    """Return the whole member with the changes laid over; equal to the row if nothing changes.

    Lists keep all of their entries, and keys that we do not know stay as they came.

    :raises UnsupportedByPosError: a field that BLAZE does not take, or not this value of it.
    :raises PosNeedsHumanError: the row cannot be read well enough to be written back.
    """
    for name in changes:
        if name not in RULES.updatable:
            raise UnsupportedByPosError(f"{name} cannot be changed at BLAZE")
    if ENCODING_MARK in row:
        raise PosNeedsHumanError("the member holds bytes that are no text; repair it in BLAZE")
    body = copy.deepcopy(dict(row))
    try:
        held = mapping.to_canonical(row, MappingContext(time_zone=zone)).fields
        _apply(body, {k: v for k, v in changes.items() if _is_news(held, k, v)}, zone)
    except (RowError, WrongValueError):
        message = "the member holds values that cannot be read; repair it in BLAZE"
        raise PosNeedsHumanError(message) from None
    return body


def member_with_status(row: RawRow, status: RecordStatus) -> dict[str, Any]:
    """Return the whole member with another status, the same one if it means that already."""
    active = (values.text(row.get("status")) or "").lower() != "inactive"
    if status is RecordStatus.ACTIVE and mapping.is_deleted(row):
        raise PosRefusedDataError("BLAZE deleted this member; it cannot be activated from outside")
    body = dict(row)
    if active != (status is RecordStatus.ACTIVE):
        body["status"] = "Active" if status is RecordStatus.ACTIVE else "Inactive"
    return body


def is_what_was_created(
    row: RawRow, customer: NewCustomer, *, since: dt.datetime, zone: ZoneInfo
) -> bool:
    """Tell whether a row is what an earlier create of exactly this customer made.

    ``importId`` says so for sure; where BLAZE dropped it [guess], everything that was sent has to
    be equal, and the row no older.
    """
    import_id = values.text(row.get("importId"))
    if import_id is not None:
        return import_id == customer.key
    try:
        created = values.moment(row.get("created"))
        held = mapping.to_canonical(row, MappingContext(time_zone=zone)).fields
    except (RowError, WrongValueError):
        return False
    if created is not None and created < since - _CLOCK_SLACK:
        return False
    sent = {k: v for k, v in customer.fields.items() if k in RULES.creatable}
    return all(
        _folded(name, value) == _folded(name, held.get(name))
        for name, value in sent.items()
        # Sex is told as a number that may mean nothing.
        if not is_empty(sent, name) and (name != "gender" or held.get(name))
    )


def _is_news(held: Fields, name: str, value: FieldValue) -> bool:
    return not (held.get(name) == value or (is_empty(held, name) and value in (None, "")))


def _folded(name: str, value: object) -> object:
    if name == "phone":
        return values.phone(value)
    return " ".join(value.split()).casefold() if isinstance(value, str) else value


def _apply(body: dict[str, Any], changes: Fields, zone: ZoneInfo) -> None:
    for name, (key, empty) in _PLAIN.items():
        if name in changes:
            value = changes[name]
            body[key] = empty if value in (None, "") else value
    for writer in _WRITERS:
        writer(body, changes, zone)


def _born_on(body: dict[str, Any], changes: Fields, zone: ZoneInfo) -> None:
    if "born_on" not in changes:
        return
    on = str(changes["born_on"])
    body |= {"dob": local_midnight(on, zone), "birthdate": on, "localDob": on}
    if body.get("localDobUTC") is not None:
        body["localDobUTC"] = local_midnight(on, ZoneInfo("UTC"))


def _phone(body: dict[str, Any], changes: Fields, zone: ZoneInfo) -> None:  # noqa: ARG001
    """Ten digits, as searches take them [code]; ``cpn`` mirrors them as E.164."""
    if "phone" not in changes:
        return
    number = changes["phone"]
    e164 = values.phone(number)
    is_north_american = e164 is not None and e164.startswith("+1")
    body["primaryPhone"] = values.ten_digits(e164) if is_north_american else (number or "")
    body["cpn"] = e164


def _address(body: dict[str, Any], changes: Fields, zone: ZoneInfo) -> None:  # noqa: ARG001
    named = [name for name in _ADDRESS if name in changes]
    if not named:
        return
    home = values.home_address(body)
    if home is None:
        home = body["address"] = {"country": "US"}
    for name in named:
        home[_ADDRESS[name]] = changes[name] or ""
    if "street" in changes and home.get("addressLine2"):
        # The canonical street is both lines.
        home["addressLine2"] = ""


def _licence(body: dict[str, Any], changes: Fields, zone: ZoneInfo) -> None:
    edit: dict[str, Any] = {}
    if "licence" in changes:
        # Nobody at the counter has seen the document with this number.
        edit |= {"licenseNumber": changes["licence"] or "", "verified": False}
    if "licence_state" in changes:
        edit["state"] = changes["licence_state"]
    if "licence_expires_on" in changes:
        ends = changes["licence_expires_on"]
        edit["localExpirationDate"] = ends or ""
        edit["expirationDate"] = local_midnight(str(ends), zone) if ends else 0
    if not edit:
        return
    licence = values.licence_in(body)
    if licence is None:
        _list_in(body, "identifications").append({"type": "Drivers", **edit})
    else:
        licence.update(edit)


def _medical(body: dict[str, Any], changes: Fields, zone: ZoneInfo) -> None:
    edit: dict[str, Any] = {}
    if "medical_id" in changes:
        edit |= {"recommendationNumber": changes["medical_id"] or "", "verified": False}
    if "medical_expires_on" in changes:
        ends = changes["medical_expires_on"]
        edit["expirationDate"] = local_midnight(str(ends), zone) if ends else 0
    if not edit:
        return
    entry = values.recommendation_in(body)
    if entry is None:
        entry = copy.deepcopy(values.recommendation_twin(body) or {})
        _list_in(body, "recommendations").append(entry)
    number = entry.get("recommendationNumber")
    entry.update(edit)
    for key in values.TWINS:
        twin = body.get(key)
        if isinstance(twin, dict) and twin.get("recommendationNumber") == number:
            twin.update(edit)


def _words(body: dict[str, Any], changes: Fields, zone: ZoneInfo) -> None:  # noqa: ARG001
    """Write enumerations by name [doc]."""
    if "gender" in changes:
        body["sex"] = _word(_SEX, "gender", changes["gender"])
    if "customer_type" in changes:
        kind = _word({"adult": "AdultUse", "medical": "MedicinalState"}, "customer_type",
                     changes["customer_type"])  # fmt: skip
        body |= {"consumerType": kind, "medical": kind != "AdultUse"}
    if "banned" in changes:
        body["banPatient"] = changes["banned"] is True


def _word(table: Mapping[str, str], name: str, value: object) -> str:
    word = table.get(str(value))
    if word is None:
        raise UnsupportedByPosError(f"BLAZE has no word for this {name}")
    return word


def _list_in(body: dict[str, Any], key: str) -> list[dict[str, Any]]:
    if body.get(key) is None:
        body[key] = []
    return values.objects(body, key)


_WRITERS: Final[tuple[Callable[[dict[str, Any], Fields, ZoneInfo], None], ...]] = (
    _born_on, _phone, _address, _licence, _medical, _words,
)  # fmt: skip
