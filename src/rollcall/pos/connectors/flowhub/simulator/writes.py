"""Flowhub's two endpoints that create and replace customers, and what staff's merges do."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

import orjson

from rollcall.pos.connectors.flowhub.simulator import answers, company, reads, rows
from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator.exchange import Answer, Request
from rollcall.pos.simulator.records import Record
from rollcall.pos.simulator.world import World

Values = Mapping[str, str]

_TEXTS: Final = {
    "birthDate": "born_on", "state": "state", "phone": "phone", "email": "email", "city": "city",
    "zip": "zip",
}  # fmt: skip
_WRITE_ONLY: Final = {
    "stateId": "licence", "stateIdExpiration": "licence_expires_on",
    "medId": "medical_id", "medIdExpiration": "medical_expires_on",
}  # fmt: skip
_FLAGS: Final = {
    "consentsToPromotionalEmail": "email_opt_in", "consentsToPromotionalSMS": "sms_opt_in",
    "isLoyal": "is_loyal",
}  # fmt: skip
_TYPES: Final = {"recCustomer": "adult", "medCustomer": "medical"}
_DAYS: Final = ("birthDate", "medIdExpiration", "stateIdExpiration")
_REQUIRED: Final = ("birthDate", "name", "state", "type")
_KNOWN: Final = {
    *_REQUIRED, *_TEXTS, *_WRITE_ONLY, *_FLAGS, "streetAddress1", "streetAddress2", "groups",
    "loyaltyPoints",
}  # fmt: skip


def create(world: World, request: Request, _values: Values) -> Answer:
    """``POST /v1/customer``: always creates, also whom it has already [guess]."""
    body = request.json_object()
    wrong = _wrong(world, request, body)
    if wrong or body is None:
        return reads.refused(world, 400, *wrong)
    with world.state.writing():
        if world.habits.is_on("refuses_duplicates") and _holds(world, body):
            return reads.refused(world, 409, f"customer {body['name']} already exists")
        if not world.habits.is_on("retains"):
            told = {"id": str(uuid.uuid4()), **body}
            return answers.one(world.habits.word("answers"), orjson.dumps(told))
        record = world.create(_canonical(body))
    return _told(world, record)


def replace(world: World, request: Request, values: Values) -> Answer:
    """``PUT /v1/customer/{id}``: what is not named is emptied [guess]."""
    body = request.json_object()
    wrong = _wrong(world, request, body)
    if wrong or body is None:
        return reads.refused(world, 400, *wrong)
    with world.state.writing():
        record = world.state.find(values["customer_id"])
        if record is None or record.merged_into is not None:
            return reads.refused(world, 404, "Customer not found")
        fields = _canonical(body)
        if world.habits.word("put") == "replace":
            fields = {**_emptied(world), **fields}
            record.extras = {
                k: v for k, v in record.extras.items() if k in body and k not in _KNOWN
            }
            world.state.save(record)
        foreign = {key: value for key, value in body.items() if key not in _KNOWN}
        changed = world.change(record.pos_id, fields, foreign)
    if changed is None:
        raise RuntimeError("rows do not vanish while the write lock is held")
    return _told(world, changed)


def merge_records(donor: Record, survivor: Record) -> None:
    """Merge as staff do in the portal: the other id vanishes without a word [doc, guess]."""
    for name, value in donor.truth.items():
        survivor.truth.setdefault(name, value)
    points = (donor.truth.get("loyalty_points"), survivor.truth.get("loyalty_points"))
    survivor.truth["loyalty_points"] = sum(p for p in points if isinstance(p, int))
    donor.status, donor.merged_into = "inactive", survivor.pos_id
    donor.truth["licence"] = rows.MERGED_AWAY
    # Before all lists.
    donor.signed_up = donor.updated = -1


def _wrong(world: World, request: Request, body: Mapping[str, Any] | None) -> list[str]:
    store = request.parameters().get("store_id", "")
    if not company.knows_store(store):
        return ["store_id is not a location of this client" if store else "store_id is required"]
    if body is None:
        return ["the body is not a JSON object"]
    wrong = [f"{key} is required" for key in _REQUIRED if not str(body.get(key) or "").strip()]
    return wrong or [*_wrong_values(world, body)]


def _wrong_values(world: World, body: Mapping[str, Any]) -> list[str]:
    wrong = [f"{key} is not a date" for key in _DAYS if key in body and not _is_day(body[key])]
    if not re.fullmatch(r"[A-Z]{2}", str(body["state"])):
        wrong.append(f"state {str(body['state'])[:60]} is not known")
    if body["type"] not in _TYPES:
        wrong.append("type must be recCustomer or medCustomer")
    wrong += [f"{key} must not be empty" for key in _WRITE_ONLY if body.get(key, "-") in ("", None)]
    wrong += [
        f"{key} must be a boolean" for key in _FLAGS if not isinstance(body.get(key, False), bool)
    ]
    known = company.group_ids().values()
    if "groups" in body and any(entry.get("groupId") not in known for entry in body["groups"]):
        wrong.append("groups: unknown groupId")
    needs_id = world.habits.is_on("medical_needs_id") and body["type"] == "medCustomer"
    return [*wrong, "medId is required"] if needs_id and not body.get("medId") else wrong


def _is_day(value: object) -> bool:
    try:
        text = str(value)
        return len(text) == 10 and dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _canonical(body: Mapping[str, Any]) -> dict[str, FieldValue]:
    fields: dict[str, FieldValue] = {
        name: str(body[key] or "") for key, name in {**_TEXTS, **_WRITE_ONLY}.items() if key in body
    }
    fields |= {name: body[key] for key, name in _FLAGS.items() if key in body}
    fields |= rows.split(str(body["name"]))
    fields["customer_type"] = _TYPES[str(body["type"])]
    if "streetAddress1" in body or "streetAddress2" in body:
        first, second = (str(body.get(f"streetAddress{n}") or "").strip() for n in (1, 2))
        fields |= {"street": f"{first} {second}".strip(), "street2": second if first else ""}
    if "loyaltyPoints" in body:
        fields["loyalty_points"] = int(body["loyaltyPoints"] or 0)
    if "groups" in body:
        names = {group_id: name for name, group_id in company.group_ids().items()}
        fields["groups"] = [names[entry["groupId"]] for entry in body["groups"]]
    return fields


def _emptied(world: World) -> dict[str, FieldValue]:
    """Return what a replacement without anything would leave; what cannot be read stays [guess]."""
    fields: dict[str, FieldValue] = dict.fromkeys(
        ("phone", "email", "street", "street2", "city", "zip"), ""
    )
    fields |= {"email_opt_in": False, "sms_opt_in": False, "is_loyal": False, "loyalty_points": 0}
    if world.habits.word("put_groups") == "empty":
        fields["groups"] = None
    return fields


def _holds(world: World, body: Mapping[str, Any]) -> bool:
    parts = rows.split(str(body["name"]))
    wanted = {**parts, "born_on": str(body["birthDate"])}
    return any(
        all(record.text(name) == (value or "") for name, value in wanted.items())
        for record in world.state.records()
    )


def _told(world: World, record: Record) -> Answer:
    body = reads.stored(world, record.pos_id) or b"{}"
    return answers.one(world.habits.word("answers"), reads.served(world, [body])[0])
