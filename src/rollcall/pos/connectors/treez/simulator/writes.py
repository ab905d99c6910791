"""Treez's create, update and merge, with its error words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rollcall.pos.connectors.treez.simulator import answers, rows
from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator.exchange import Answer, Request
from rollcall.pos.simulator.records import Record
from rollcall.pos.simulator.world import World

_WRITABLE: Final = {
    "first_name": "given_name", "middle_name": "middle_name", "last_name": "family_name",
    "nickname": "nickname", "birthday": "born_on", "phone": "phone", "email": "email",
    "drivers_license": "licence", "drivers_license_expiration": "licence_expires_on",
    "state_medical_id": "medical_id", "permit_expiration": "medical_expires_on", "notes": "notes",
    "referral_source": "referral_source", "banned": "banned", "is_caregiver": "is_caregiver",
    "rewards_balance": "loyalty_points", "customer_groups": "groups",
}  # fmt: skip
_GENDER: Final = {"M": "male", "F": "female", "N": "nonbinary", "U": "unspecified"}
_UNIQUE: Final = {
    "email": ("DUPLICATED_CUSTOMER_EMAIL", "Email"),
    "phone": ("DUPLICATED_CUSTOMER_PHONE", "Phone number"),
    "licence": ("DRIVER_LICENSE_DUPLICATION", "Drivers license"),
}
_PHONE: Final = re.compile(r"[2-9]\d{9}")
_PATIENT_TYPES: Final = frozenset({"ADULT", "MEDICAL", "MEDICAL_MMID"})
_NOT_READ_ONLY_ON_REPLACE: Final = frozenset(
    {"customer_type", "verification", "signed_up_at", "last_visit_at", "loyalty_points", "groups"}
)

Values = Mapping[str, str]


def create(world: World, request: Request, _values: Values) -> Answer:
    """``POST /customer/detailcustomer`` [doc].

    A new profile is never verified, and its ``status`` is not told.
    """
    body = request.json_object()
    if body is None:
        return answers.not_json(world)
    with world.state.writing():
        refusal = _missing_names(body) or _missing_rest(body) or _wrong(body)
        refusal = refusal or _duplicate(world, body, "")
        if refusal is not None:
            return refusal
        # Who says nothing about advertising is taken to want it. [doc]
        said = {"opt_out": False, **body}
        record = world.create({**_canonical(said), "verification": "pending"})
    told = dict(rows.wire(record, world.zone))
    del told["status"]
    return answers.created(told)


def patch(world: World, request: Request, values: Values) -> Answer:
    """``PATCH /customer/update/{id}``: only the keys sent [doc]."""
    return _update(world, request, values["customer_id"], replace_all=False)


def replace(world: World, request: Request, values: Values) -> Answer:
    """``POST /customer/update/{id}``: what is left out is wiped [doc]."""
    return _update(world, request, values["customer_id"], replace_all=True)


def merge(world: World, request: Request, _values: Values) -> Answer:
    """``POST /customer/merge``; answers an internal row that clients had better ignore [doc]."""
    body = request.json_object()
    if body is None:
        return answers.not_json(world)
    ids = {word: str(body.get(f"{word}CustomerId", "")) for word in ("source", "destination")}
    missing = [w for w, pos_id in ids.items() if world.state.find(pos_id) is None]
    if missing or ids["source"] == ids["destination"]:
        detail = "\n".join(f"{word} customer cannot be found " for word in missing)
        return answers.failure(400, "MODEL_VALIDATION_FAIL", detail.rstrip())
    merged = world.merge(ids["source"], ids["destination"])
    if merged is None:
        return answers.failure(400, "MODEL_VALIDATION_FAIL")
    survivor = merged[1]
    internal = {
        "id": int(survivor.pos_id),
        "firstName": survivor.text("given_name"),
        "isMerged": 1,
        "currentFlag": 1,
        "cancelDate": None,
        "lastUpdatedAt": survivor.updated * 1000,
    }
    return answers.created(internal)


def merge_records(donor: Record, survivor: Record, now: dt.datetime) -> None:
    """Merge by the portal's rules [doc].

    The target's value if it has one, else the donor's; points are summed, the later visit counts, a
    line is added to the notes.
    """
    for name, value in donor.truth.items():
        survivor.truth.setdefault(name, value)
    survivor.truth["loyalty_points"] = _points(survivor) + _points(donor)
    visits = [v for v in (survivor.text("last_visit_at"), donor.text("last_visit_at")) if v]
    if visits:
        survivor.truth["last_visit_at"] = max(visits)
    line = f"Merged with customer {donor.pos_id} on {now:%m/%d/%Y %I:%M %p}"
    survivor.truth["notes"] = f"{survivor.text('notes')}\n{line}".strip()
    merged = [*survivor.extras.get("merged_customer_ids", []), int(donor.pos_id)]
    survivor.extras["merged_customer_ids"] = merged
    donor.status = "inactive"
    donor.merged_into = survivor.pos_id
    donor.truth.pop("email", None)
    donor.truth |= {"loyalty_points": 0, "verification": "not_applicable"}


def _update(world: World, request: Request, pos_id: str, *, replace_all: bool) -> Answer:
    body = request.json_object()
    if body is None:
        return answers.not_json(world)
    with world.state.writing():
        record = world.state.find(pos_id)
        if record is None:
            return answers.failure(400, "CUSTOMER_DOESNT_EXIST")
        if record.merged_into is not None:
            detail = f"Customer was merged. MERGED_INTO_CUSTOMER_ID: {record.merged_into}"
            return answers.failure(400, "CUSTOMER_MERGED", detail)
        needs_all = replace_all or world.habits.is_on("patch_needs_all")
        refusal = (_missing_names(body) if needs_all else None) or (
            _missing_rest(body) if replace_all else None
        )
        refusal = refusal or _wrong(body, record) or _duplicate(world, body, pos_id)
        if refusal is not None:
            return refusal
        wiped = set(rows.CANONICAL) - _NOT_READ_ONLY_ON_REPLACE if replace_all else set()
        changes: dict[str, FieldValue] = dict.fromkeys(wiped)
        changed = world.change(pos_id, {**changes, **_canonical(body)}, {})
    return answers.created({} if changed is None else rows.wire(changed, world.zone))


def _canonical(body: Mapping[str, Any]) -> dict[str, FieldValue]:
    fields: dict[str, FieldValue] = {
        name: body[key] for key, name in _WRITABLE.items() if key in body
    }
    if "gender" in body:
        fields["gender"] = _GENDER.get(str(body["gender"]))
    if "patient_type" in body:
        fields["customer_type"] = "adult" if body["patient_type"] == "ADULT" else "medical"
    if "opt_out" in body:
        fields["marketing_opt_in"] = None if body["opt_out"] is None else not body["opt_out"]
    if "addresses" in body:
        fields |= _address(body["addresses"] or [])
    for name in ("licence", "notes"):
        if str(fields.get(name)).upper() == "N/A":
            fields[name] = None
    return fields


def _address(addresses: Sequence[Mapping[str, Any]]) -> dict[str, FieldValue]:
    """Return the primary address; without one there is none."""
    for address in addresses:
        if address.get("primary", True):
            street = f"{address.get('street1', '')} {address.get('street2') or ''}".strip()
            return {"street": street, "city": address.get("city"), "state": address.get("state"),
                    "zip": address.get("zipcode")}  # fmt: skip
    return dict.fromkeys(("street", "city", "state", "zip"))


def _missing_names(body: Mapping[str, Any]) -> Answer | None:
    """What even an update has to name by the documentation."""
    for key, word in (("first_name", "FIRST"), ("last_name", "LAST")):
        if key not in body:
            return answers.failure(
                400, f"CUSTOMER_{word}_NAME_EMPTY", f"Field {key} cannot be blank"
            )
    for key in ("birthday", "patient_type"):
        if not body.get(key):
            return answers.failure(400, "INVALID_REQUEST", f"Field {key} cannot be blank")
    return None


def _missing_rest(body: Mapping[str, Any]) -> Answer | None:
    if not body.get("drivers_license_expiration"):
        return answers.failure(400, "DRIVER_LICENSE_EXPIRATION_CANNOT_BE_NULL")
    return None


def _wrong(body: Mapping[str, Any], record: Record | None = None) -> Answer | None:
    if body.get("phone") and not _PHONE.fullmatch(str(body["phone"])):
        return answers.failure(400, "INCORRECT_VALUE", "phone")
    if body.get("patient_type") not in {None, *_PATIENT_TYPES}:
        return answers.failure(400, "INCORRECT_VALUE", "patient_type")
    if "drivers_license_expiration" in body and not body["drivers_license_expiration"]:
        return answers.failure(400, "DRIVER_LICENSE_EXPIRATION_CANNOT_BE_NULL")
    return (
        _wrong_name(body)
        or _wrong_dates(body)
        or _wrong_card(body, record)
        or _wrong_groups(body, record)
        or _wrong_addresses(body.get("addresses"))
    )


def _wrong_name(body: Mapping[str, Any]) -> Answer | None:
    for key, word in (("first_name", "FIRST"), ("last_name", "LAST")):
        if key in body and not str(body[key] or "").strip():
            detail = f"Field {key} cannot be blank"
            return answers.failure(400, f"CUSTOMER_{word}_NAME_EMPTY", detail)
        if len(str(body.get(key) or "")) > 45:
            return answers.failure(400, f"CUSTOMER_{word}_NAME_TOO_LONG")
    return None


def _wrong_card(body: Mapping[str, Any], record: Record | None) -> Answer | None:
    """Look for the card's number and end, without which nobody has a card [doc]."""
    if body.get("patient_type") != "MEDICAL_MMID":
        return None
    held = {} if record is None else record.truth
    number = body.get("state_medical_id", held.get("medical_id"))
    until = body.get("permit_expiration", held.get("medical_expires_on"))
    if number and until:
        return None
    return answers.failure(400, "INVALID_REQUEST", "MEDICAL_MMID needs id and expiration")


def _wrong_groups(body: Mapping[str, Any], record: Record | None) -> Answer | None:
    """Groups have to exist in the portal [doc]; the word for it is a guess."""
    groups = body.get("customer_groups", [])
    held = record.truth.get("groups") if record else None
    known = {*rows.GROUPS, *(held if isinstance(held, list) else [])}
    if isinstance(groups, list) and all(group in known for group in groups):
        return None
    return answers.failure(400, "INCORRECT_VALUE", "customer_groups")


def _wrong_addresses(addresses: object) -> Answer | None:
    """All parts or no address; one primary, one of each type [doc]."""
    listed = addresses or []
    if not isinstance(listed, list) or not all(isinstance(a, dict) for a in listed):
        return answers.failure(400, "INCORRECT_VALUE", "addresses")
    for address in listed:
        if not all(address.get(k) for k in ("type", "street1", "city", "state", "zipcode")):
            return answers.failure(400, "INVALID_REQUEST", "Field addresses cannot be blank")
    if sum(address.get("primary", True) is True for address in listed) > 1:
        return answers.failure(400, "DUPLICATE_ADDRESS_PRIMARY")
    if len({str(address["type"]).lower() for address in listed}) < len(listed):
        return answers.failure(400, "DUPLICATE_ADDRESS_TYPE")
    return None


def _wrong_dates(body: Mapping[str, Any]) -> Answer | None:
    for key in ("birthday", "drivers_license_expiration", "permit_expiration"):
        if body.get(key) is None:
            continue
        try:
            day = dt.date.fromisoformat(str(body[key]))
        except ValueError:
            return answers.failure(400, "INCORRECT_VALUE", key)
        if key == "birthday" and day.year < 1900:
            return answers.failure(400, "CUSTOMER_AGE_TOO_HIGH")
    return None


def _duplicate(world: World, body: Mapping[str, Any], pos_id: str) -> Answer | None:
    fields = _canonical(body)
    for name, (reason, label) in _UNIQUE.items():
        value = fields.get(name)
        if not value:
            continue
        if any(other != pos_id for _, other, _ in world.state.bodies(name, str(value))):
            detail = f"{label} is a duplicate of a {label.lower()} that already exists"
            return answers.failure(400, reason, detail)
    return None


def _points(record: Record) -> int:
    value = record.truth.get("loyalty_points")
    return value if isinstance(value, int) else 0
