"""BLAZE's create and full replacement of members, points and free fields, with its refusals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from rollcall.pos.connectors.blaze.simulator import answers, documents, reads, rows
from rollcall.pos.connectors.blaze.simulator.days import date_of, shown_day
from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator.exchange import Answer, Request, json_answer
from rollcall.pos.simulator.hooks import HookChange
from rollcall.pos.simulator.records import Record
from rollcall.pos.simulator.world import World

Values = Mapping[str, str]
Body = Mapping[str, Any]

_ENUMS: Final[Mapping[str, tuple[str, ...]]] = {
    "sex": ("MALE", "FEMALE", "OTHER"),
    "status": ("Active", "Pending", "Inactive"),
    "consumerType": ("Other", "AdultUse", "MedicinalState", "MedicinalThirdParty"),
}
_GENDER: Final = {"MALE": "male", "FEMALE": "female", "OTHER": "nonbinary"}
_TEXTS: Final = {
    "firstName": "given_name", "middleName": "middle_name", "lastName": "family_name",
    "nickname": "nickname", "email": "email", "marketingSource": "referral_source",
}  # fmt: skip
#: Made from the truth, or the server's own: what a replacement sends under these is not kept as is.
_OWN: Final = frozenset({
    *_TEXTS, "id", "created", "modified", "updated", "companyId", "shopId", "dirty",
    "primaryPhone", "cpn", "dob", "birthdate", "localDob", "localDobUTC", "sex", "address",
    "uppercaseCity", "textOptIn", "emailOptIn", "medical", "consumerType", "status", "banPatient",
    "identifications", "recommendations", "lastestRecommendation", "latestRecommendation",
    "memberGroupId", "memberGroup", "tags", "loyaltyPoints", "notes", "lastVisitDate", "startDate",
    "importId", "searchText", "listedByElastic",
})  # fmt: skip
_UNIQUE: Final = {
    "email": "Member with this email already exists.",
    "phone": "Member with this phone number already exists.",
    "licence": "Member with this license number already exists.",
}
_MEDICAL_AGE: Final = 18


def create(world: World, request: Request, _values: Values) -> Answer:
    """``POST /members`` [doc]; refusals are guesses."""
    body = request.json_object()
    if body is None:
        return _not_json()
    refusal = _wrong(world, body) or _incomplete(world, body)
    if refusal is not None:
        return refusal
    fields = {**truth_of(body, {}, world.zone), "banned": body.get("banned")}
    if not world.habits.is_on("keeps_import_id"):
        fields["import_id"] = None
    # A create says nothing of these, or the server knows better.
    for name in ("signed_up_at", "last_visit_at", "loyalty_points", "groups"):
        fields.pop(name)
    with world.state.writing():
        refusal = _duplicate(world, fields, {}, "")
        if refusal is not None:
            return refusal
        record = world.create(fields)
    return _told(world, record.pos_id)


def replace(world: World, request: Request, values: Values) -> Answer:
    """``PUT /members/{memberId}``: the whole member; what is left out is wiped [code]."""
    body = request.json_object()
    if body is None:
        return _not_json()
    with world.state.writing():
        record = world.state.find(values["member_id"].lower())
        if record is None:
            return reads.not_found(world)
        current = _current(world, record)
        fields = truth_of(body, current, world.zone)
        refusal = _wrong(world, body) or _duplicate(world, fields, record.truth, record.pos_id)
        if refusal is not None:
            return refusal
        _lay_over(record, body, current, fields)
        world.touch(record)
        world.state.save(record)
    world.announce(HookChange.CHANGED, record)
    return _told(world, record.pos_id)


def metadata(world: World, request: Request, values: Values) -> Answer:
    """``PUT /members/{memberId}/metadata`` [doc]."""
    body = request.json_object()
    if body is None or not isinstance(body.get("metadata"), list):
        return _not_json()
    changed = world.change(values["member_id"].lower(), {}, {"metadata": body["metadata"]})
    return reads.not_found(world) if changed is None else _told(world, changed.pos_id)


def points(world: World, request: Request, _values: Values) -> Answer:
    """``GET /loyalty/points?memberId=`` [doc]."""
    record = world.state.find(request.parameters().get("memberId", "").lower())
    return reads.not_found(world) if record is None else _points_of(record)


def add_points(world: World, request: Request, _values: Values) -> Answer:
    """``POST /loyalty/points`` [doc]; what actions there are is a guess."""
    body = request.json_object() or {}
    amount = body.get("points")
    if not isinstance(amount, int | float) or body.get("action") not in ("ADD", "SUBTRACT"):
        return answers.error(400, "points", "Invalid points or action.")
    with world.state.writing():
        record = world.state.find(str(body.get("memberId", "")).lower())
        if record is None:
            return reads.not_found(world)
        held = int(str(record.truth.get("loyalty_points", 0)))
        after = held + int(amount if body["action"] == "ADD" else -amount)
        changed = world.change(record.pos_id, {"loyalty_points": max(0, after)}, {})
    return _points_of(changed or record)


def merge_records(donor: Record, survivor: Record) -> None:
    """Merge as the back office does: the loser is deleted, nothing points to the winner [guess]."""
    if "gender" not in survivor.truth:
        survivor.truth.pop("sex", None)  # 0, which stands on rows of people whom nobody asked
    for name, value in donor.truth.items():
        survivor.truth.setdefault(name, value)
    donor.status = "inactive"
    donor.extras["deleted"] = True


def truth_of(body: Body, current: Body, zone: ZoneInfo) -> dict[str, FieldValue]:
    """Return what a whole member says; ``current`` is what was told of it before."""
    address = body.get("address")
    home: Body = address if isinstance(address, dict) else {}
    street = " ".join(filter(None, (home.get("address"), home.get("addressLine2"))))
    group = body.get("memberGroup")
    groups = [str(group.get("name"))] if isinstance(group, dict) else []
    notes = [n.get("message") for n in body.get("notes") or [] if isinstance(n, dict)]
    kind = body.get("consumerType")
    return {
        **{name: body.get(key) for key, name in _TEXTS.items()},
        **documents.truth_of(body, zone),
        **_sex(body.get("sex")),
        "born_on": _born_on(body, current, zone),
        "phone": rows.e164(str(body.get("primaryPhone") or body.get("cpn") or "")),
        "street": street, "city": home.get("city"), "state": home.get("state"),
        "zip": home.get("zipCode"),
        "customer_type": None if kind in (None, "Other") else
                         "adult" if kind == "AdultUse" else "medical",
        "email_opt_in": body.get("emailOptIn") is True, "sms_opt_in": body.get("textOptIn") is True,
        "banned": body.get("banPatient") is True, "is_pending": body.get("status") == "Pending",
        "loyalty_points": int(body.get("loyaltyPoints") or 0),
        "groups": [*groups, *(body.get("tags") or [])],
        "notes": "\n".join(filter(None, notes)),
        "import_id": body.get("importId"),
        "signed_up_at": _instant(body.get("startDate") or current.get("created")),
        "last_visit_at": _instant(body.get("lastVisitDate")),
    }  # fmt: skip


def _sex(value: object) -> dict[str, FieldValue]:
    """Numbers go back and forth as they are; a name that was written is told as a number [code]."""
    if isinstance(value, str):
        return {"gender": _GENDER[value]}
    ordinal = value if isinstance(value, int) else None
    gender = {1: "female", 2: "nonbinary"}.get(ordinal) if ordinal is not None else None
    return {"sex": ordinal, "gender": gender}


def _born_on(body: Body, current: Body, zone: ZoneInfo) -> str | None:
    """What the shop's screens show: a midnight of UTC is a day early there [code]."""
    if current and body.get("dob") == current.get("dob"):
        return str(current["__born_on__"]) if current.get("__born_on__") else None
    written = body.get("birthdate")
    return shown_day(body.get("dob"), zone) or (written if isinstance(written, str) else None)


def _lay_over(record: Record, body: Body, current: Body, fields: Mapping[str, FieldValue]) -> None:
    held = rows.adopt(fields)
    if isinstance(body.get("sex"), int):
        held |= _sex(body["sex"])
    elif "sex" in current and current["sex"] == body.get("sex"):
        held["sex"] = body.get("sex")
        held["gender"] = _GENDER.get(str(body.get("sex")))
    record.truth = {name: value for name, value in held.items() if value not in (None, "")}
    record.status = "inactive" if body.get("status") == "Inactive" else "active"
    kept = {key: value for key, value in body.items() if key not in _OWN}
    wiped: dict[str, object] = {
        key: [] if isinstance(value, list) else None
        for key, value in current.items()
        if key not in _OWN and key not in body and not key.startswith("__")
    }
    record.extras = {**record.extras, **wiped, **kept}


def _current(world: World, record: Record) -> dict[str, Any]:
    """Return the member as it is told now, and its birth date beside it."""
    wire = {**rows.wire(record, world.zone), **record.extras}
    return {**wire, "__born_on__": record.text("born_on")}


def _wrong(world: World, body: Body) -> Answer | None:
    for key, names in _ENUMS.items():
        value = body.get(key)
        is_ordinal = type(value) is int and world.habits.is_on("takes_ordinals")
        if value is not None and value not in names and not is_ordinal:
            return answers.error(400, key, f"Can not deserialize value of type {key}.")
    for key in ("dob", "lastVisitDate", "startDate"):
        if type(body.get(key)) not in (int, type(None)):
            return answers.error(400, key, f"Can not deserialize value of {key} to long.")
    for key in ("identifications", "recommendations", "tags", "notes"):
        if not isinstance(body.get(key), list | None):
            return answers.error(400, key, f"Can not deserialize value of {key} to list.")
    return None


def _incomplete(world: World, body: Body) -> Answer | None:
    for key in ("firstName", "lastName"):
        if not str(body.get(key) or "").strip():
            return answers.error(400, key, f"{key} is required.")
    if world.habits.is_on("needs_contact") and not (body.get("email") or body.get("primaryPhone")):
        return answers.error(400, "Member", "A phone number or an email is required.")
    adult_age = world.habits.count("adult_age")
    if adult_age:
        age = min(adult_age, _MEDICAL_AGE) if body.get("medical") else adult_age
        today = world.now().astimezone(world.zone).date()
        born = date_of(shown_day(body.get("dob"), world.zone) or "")
        if born is None or _years(born, today) < age:
            return answers.error(400, "dob", f"Member must be at least {age} years old.")
    return None


def _years(born: dt.date, today: dt.date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _duplicate(
    world: World, fields: Mapping[str, FieldValue], held: Mapping[str, FieldValue], pos_id: str
) -> Answer | None:
    """Refuse what somebody else in the company has already, if it is new here [guess]."""
    for name, message in _UNIQUE.items():
        value = fields.get(name)
        if not value or not world.habits.is_on(f"unique_{name}"):
            continue
        if str(value).lower() == str(held.get(name, "")).lower():
            continue
        others = [row for row in world.state.bodies(name, str(value)) if row[1] != pos_id]
        if any(not orjson.loads(row[2])["deleted"] for row in others):
            return answers.error(400, "Member", message)
    return None


def _told(world: World, pos_id: str) -> Answer:
    return answers.one(reads.finished(world, [
        body for _, _, body in world.state.bodies("pos_id", pos_id)
    ])[0])  # fmt: skip


def _points_of(record: Record) -> Answer:
    held = float(str(record.truth.get("loyalty_points", 0)))
    lifetime = record.extras.get("lifetimePoints", held)
    return json_answer(
        200, {"memberId": record.pos_id, "loyaltyPoints": held, "lifetimePoints": lifetime}
    )


def _instant(millis: object) -> str | None:
    if not isinstance(millis, int) or not millis:
        return None
    return dt.datetime.fromtimestamp(millis // 1000, dt.UTC).isoformat()[:19] + "Z"


def _not_json() -> Answer:
    return answers.error(400, "body", "Can not deserialize the body.")
