"""Dutchie's one endpoint that creates and changes customers, and what staff's merges do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from rollcall.pos.connectors.leaflogix.simulator import answers, reads, rows, search
from rollcall.pos.connectors.leaflogix.simulator.tenant import caller, tenant
from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator.exchange import Answer, Request
from rollcall.pos.simulator.records import Record
from rollcall.pos.simulator.world import World

Values = Mapping[str, str]

#: Body key in lower case → canonical field.
_WRITABLE: Final = {
    "firstname": "given_name", "middlename": "middle_name", "lastname": "family_name",
    "city": "city", "state": "state", "postalcode": "zip", "emailaddress": "email",
    "notes": "notes", "mmjidnumber": "medical_id", "driverslicenseid": "licence",
    "referralsource": "referral_source", "phone": "phone", "dateofbirth": "born_on",
    "mmjidexpirationdate": "medical_expires_on", "driverslicenseexpiration": "licence_expires_on",
}  # fmt: skip
_DATES: Final = frozenset({"born_on", "medical_expires_on", "licence_expires_on"})
#: Body key in lower case → wire key that is sent back as it came.
_KEPT: Final = {
    "externalcustomerid": "externalCustomerId", "customidentifier": "customIdentifier",
    "isloyaltymember": "isLoyaltyMember", "nameprefix": "namePrefix", "uniqueid": "uniqueId",
}  # fmt: skip
_REQUIRED: Final = ("Address1", "City", "State", "PostalCode", "Status", "CustomerType")
_STATUS: Final = ("Active", "Cancelled", "Hold", "Banned")
_TYPES: Final = {"recreational": "adult", "adult use": "adult", "medical": "medical"}
_GENDERS: Final = {
    "male": "male", "female": "female", "non-binary": "nonbinary", "not specified": "unspecified",
}  # fmt: skip
_FILLERS: Final = frozenset({"N/A", "00000"})
_WORDS: Final = {"customertype": ("customer_type", _TYPES), "gender": ("gender", _GENDERS)}
_MAX_KEY: Final = 36
_FIRST_BIRTH: Final = dt.date(1800, 1, 1)


def customer(world: World, request: Request, _values: Values) -> Answer:
    """``POST /customer/customer``: an id means update, none (or 0) create [doc]; always 200."""
    body = search.lowered(request)
    if body is None:
        return reads.refused(world, "The body is not JSON.", body="Not JSON.")
    pair = idempotency_pair(request, body)
    with world.state.writing():
        if pair in tenant(world).replays:
            return _told(world, tenant(world).replays[pair])
        pos_id = str(body.get("customerid") or "")
        answer = _update(world, body, pos_id) if pos_id else _create(world, request, body)
        if isinstance(answer, Answer):
            return answer
        if pair != ("", ""):
            tenant(world).remember(pair, answer.pos_id)
    return _told(world, answer.pos_id)


def merge_records(donor: Record, survivor: Record) -> None:
    """Merge as the back office does: the loser stays and points to the winner [guess]."""
    for name, value in donor.truth.items():
        survivor.truth.setdefault(name, value)
    donor.status = "inactive"
    donor.merged_into = survivor.pos_id
    donor.truth.pop("banned", None)
    donor.extras.pop("status", None)


def idempotency_pair(request: Request, body: Mapping[str, Any]) -> tuple[str, str]:
    """Both or nothing: with one missing, a replay creates again, without a word [doc]."""
    consumer = request.headers.get("consumerkey", "")
    key = str(body.get("idempotencykey") or "")
    return (consumer, key) if consumer and 0 < len(key) <= _MAX_KEY else ("", "")


def _create(world: World, request: Request, body: Mapping[str, Any]) -> Record | Answer:
    missing = {
        name: f"The {name} field is required."
        for name in _REQUIRED
        if not str(body.get(name.lower()) or "").strip()
    }
    if not str(body.get("firstname") or body.get("name") or "").strip():
        missing["FirstName"] = "The FirstName field is required."
    if missing:
        return reads.refused(world, "One or more validation errors occurred.", **missing)
    wrong = _wrong(body)
    if wrong:
        return reads.refused(world, "One or more validation errors occurred.", **wrong)
    if reads.parameters(request).get("bypassdeduplication", "false").lower() != "true":
        known = _same_person(world, body)
        if known is not None:
            return _changed(world, known, body)
    record = world.create({**_canonical(body, None), "phone_key": "phone"})
    location = _location(world, request)
    return _changed(world, record, body, createdAtLocation=location)


def _update(world: World, body: Mapping[str, Any], pos_id: str) -> Record | Answer:
    record = world.state.find(pos_id)
    if record is None:
        return reads.not_found(world)
    wrong = _wrong(body)
    if wrong:
        return reads.refused(world, "One or more validation errors occurred.", **wrong)
    return _changed(world, record, body)


def _changed(world: World, record: Record, body: Mapping[str, Any], **raw: object) -> Record:
    """Sparse: what is not named stays; null stays too [guess], an empty text blanks."""
    kept = {wire: body[key] for key, wire in _KEPT.items() if body.get(key) is not None}
    fields = _canonical(body, record)
    if body.get("phone") is not None and record.text("phone_key") != "phone":
        # ``cellPhone`` cannot be written and stays what it is.
        if record.truth.get("phone"):
            fields.pop("phone")
            raw["phone"] = body["phone"]
        else:
            fields["phone_key"] = "phone"
    changed = world.change(record.pos_id, fields, {**kept, **raw})
    if changed is None:
        raise RuntimeError("rows do not vanish while the write lock is held")
    status = str(body.get("status") or "")
    if status and changed.merged_into is None:
        changed.status = "inactive" if status.lower() == "cancelled" else "active"
        changed.truth["banned"] = status.lower() == "banned"
        if changed.status == "inactive":
            del changed.truth["banned"]
        changed.extras.pop("status", None)
        if rows.status(changed) != status.capitalize():
            changed.extras["status"] = status.capitalize()
        world.state.save(changed)
    return changed


def _canonical(body: Mapping[str, Any], record: Record | None) -> dict[str, FieldValue]:
    given = {key: value for key, value in body.items() if value is not None}
    fields: dict[str, FieldValue] = {
        name: str(given[key]) for key, name in _WRITABLE.items() if key in given
    }
    for key, (name, words) in _WORDS.items():
        if key in given:
            word = str(given[key]).lower()
            fields[name] = words.get(word, word)
    for name in _DATES & fields.keys():
        fields[name] = str(fields[name])[:10]
    if "address1" in given or "address2" in given:
        fields["street"] = _street(given, record)
    if "lastname" in given or "namesuffix" in given:
        fields["family_name"] = _family_name(given, record)
    for name in ("street", "city", "state", "zip"):
        if str(fields.get(name)).upper() in _FILLERS:
            fields[name] = ""
    return fields


def _family_name(given: Mapping[str, Any], record: Record | None) -> str:
    """A suffix is kept apart and stays if it is not named, like everything else."""
    last, suffix = rows.last_and_suffix(record) if record else ("", "")
    last, suffix = given.get("lastname", last), given.get("namesuffix", suffix)
    return f"{last} {suffix}".strip()


def _street(given: Mapping[str, Any], record: Record | None) -> str:
    before, unit, number = (record.text("street") if record else "").partition(" Apt ")
    street = str(given.get("address1", before))
    return f"{street} {given.get('address2', f'{unit}{number}'.strip())}".strip()


def _wrong(body: Mapping[str, Any]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if body.get("status") and str(body["status"]).capitalize() not in _STATUS:
        wrong["Status"] = "The Status is not known."
    if body.get("customertype") and str(body["customertype"]).lower() not in _TYPES:
        named = str(body["customertype"])[:60]
        wrong["CustomerType"] = f"Customer type '{named}' is not active for this location."
    if body.get("dateofbirth") and not _is_birth(str(body["dateofbirth"])):
        wrong["DateOfBirth"] = "DateOfBirth has to lie between 1800-01-01 and today."
    return wrong


def _is_birth(text: str) -> bool:
    try:
        born = dt.datetime.fromisoformat(text).date()
    except ValueError:
        return False
    return _FIRST_BIRTH <= born <= dt.datetime.now(dt.UTC).date()  # noqa: TID251  # a server's edge


def _same_person(world: World, body: Mapping[str, Any]) -> Record | None:
    """Find who is meant [guess]: the licence, the card, or name and birth with phone or e-mail."""
    candidates: list[search.Stored] = []
    if body.get("driverslicenseid"):
        candidates += search.by_licence(world, str(body["driverslicenseid"]))
    if body.get("mmjidnumber"):
        candidates += search.by_medical_id(world, str(body["mmjidnumber"]))
    reached: list[search.Stored] = []
    if body.get("phone"):
        reached += search.by_phone(world, str(body["phone"]))
    if body.get("emailaddress"):
        reached += search.by_email(world, str(body["emailaddress"]))
    wanted = (str(body.get("lastname") or "").lower(), str(body.get("dateofbirth") or "")[:10])
    for _, pos_id, _ in reached:
        record = world.state.find(pos_id)
        if (
            record
            and all(wanted)
            and (record.text("family_name").lower(), record.text("born_on")) == wanted
        ):
            return record
    return world.state.find(candidates[0][1]) if candidates else None


def _location(world: World, request: Request) -> str:
    asking = caller(world, request)
    return rows.location_name(asking.location if asking else 1)


def _told(world: World, pos_id: str) -> Answer:
    bodies = reads.served(world, [body for _, _, body in world.state.bodies("pos_id", pos_id)])
    return answers.one(bodies[0]) if bodies else reads.not_found(world)
