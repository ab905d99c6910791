"""Creates, changes and disables customers and their parts, and what staff's merges do."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, Final

import orjson

from rollcall.pos.connectors.cova.simulator import answers, reads, rows, telling
from rollcall.pos.simulator.exchange import Answer, Request
from rollcall.pos.simulator.records import Record
from rollcall.pos.simulator.world import World

Values = Mapping[str, str]
Row = dict[str, Any]

#: Longest text of a column. [code]
_LONGEST: Final = {
    "PrimaryName": 100, "MiddleName": 50, "FamilyName": 100, "AlternateName": 50, "Title": 50,
    "Notes": 2000,
}  # fmt: skip
#: What a caller may say of the slim customer, and what it is unless they do. [doc]
_SLIM: Final[Mapping[str, object]] = {
    "CustomerTypeId": 2, "PrimaryName": None, "MiddleName": None, "FamilyName": None,
    "AlternateName": None, "Title": None, "DateOfBirth": None, "Disabled": False,
    "DoNotContact": True, "Notes": None,
}  # fmt: skip
_NEW_PART: Final[Mapping[str, Row]] = {
    "ContactMethods": {"Default": False, "DoNotContact": True, "Notes": ""},
    "Addresses": {"Default": False, "DoNotContact": True},
    "CustomerExtensions": {},
}
_CUSTOMER_TYPES: Final = ("", "None", "Person", "Company")
_COUNTRIES: Final = {"US": "United States", "CA": "Canada"}


class RefusedError(Exception):
    """Values that are refused with 400."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def create_full(world: World, request: Request, _values: Values) -> Answer:
    """``POST CustomerFull``: with parts, without any look for duplicates [doc]."""
    return _create(world, request, with_parts=True)


def create_slim(world: World, request: Request, _values: Values) -> Answer:
    """``POST Customers``."""
    return _create(world, request, with_parts=False)


def replace_slim(world: World, request: Request, values: Values) -> Answer:
    """``PUT Customers({id})``: replaces the slim customer whole [guess], parts stay [doc]."""
    body = request.json_object() or {}
    with world.state.writing():
        row = reads.find(world, values)
        if row is None:
            return answers.not_found()
        refusal = _refused_version(world, body, row, values["id"])
        if refusal is not None:
            return refusal
        try:
            changed = {**row, **_slim(body)}
        except RefusedError as error:
            return reads.refused(world, str(error), error.key)
        if "ReferralSource" in body:
            changed["ReferralSource"] = body["ReferralSource"]
        _save(world, changed)
    return _put_answer(world, reads.slim(_row(world, values["id"])))


def disable(world: World, _request: Request, values: Values) -> Answer:
    """``DELETE Customers({id})``: only disables [doc]."""
    with world.state.writing():
        row = reads.find(world, values)
        if row is None:
            return answers.not_found()
        _save(world, {**row, "Disabled": True})
    return _delete_answer(world, reads.slim(_row(world, values["id"])))


def add_part(world: World, request: Request, values: Values) -> Answer:
    """``POST Customers({id})/{part}s``: 201."""
    kind, body = values["kind"], request.json_object()
    with world.state.writing():
        row = reads.find(world, values)
        if row is None or kind not in rows.PARTS:
            return answers.not_found()
        try:
            part = _part(kind, body or {})
        except RefusedError as error:
            return reads.refused(world, str(error), error.key)
        part |= {"Id": str(uuid.uuid4()), "CustomerId": row["Id"], "Version": 1}
        row[kind].append(part)
        _save(world, row)
    return Answer(status=201, body=orjson.dumps(part))


def replace_part(world: World, request: Request, values: Values) -> Answer:
    """``PUT Customers({id})/{part}s({part})``."""
    body = request.json_object() or {}
    with world.state.writing():
        row = reads.find(world, values)
        held = reads.part_of(row, values) if row else None
        if row is None or held is None:
            return answers.not_found()
        refusal = _refused_version(world, body, held, values["part"])
        if refusal is not None:
            return refusal
        try:
            part = _part(values["kind"], body)
        except RefusedError as error:
            return reads.refused(world, str(error), error.key)
        part |= {"Id": held["Id"], "CustomerId": row["Id"], "Version": held["Version"] + 1}
        row[values["kind"]] = [part if p is held else p for p in row[values["kind"]]]
        _save(world, row)
    return _put_answer(world, part)


def remove_part(world: World, _request: Request, values: Values) -> Answer:
    """``DELETE Customers({id})/{part}s({part})``."""
    with world.state.writing():
        row = reads.find(world, values)
        held = reads.part_of(row, values) if row else None
        if row is None or held is None:
            return answers.not_found()
        row[values["kind"]] = [p for p in row[values["kind"]] if p is not held]
        _save(world, row)
    return _delete_answer(world, held)


def merge_records(donor: Record, survivor: Record, now: dt.datetime) -> None:  # noqa: ARG001
    """Merge as the back office does: the loser points to the survivor, which lists it [doc]."""
    kept = survivor.truth.get(rows.KEPT)
    row: Row = orjson.loads(str(kept))
    row["MergedCustomers"] = [*row["MergedCustomers"], donor.pos_id]
    row["Version"] += 1
    survivor.truth[rows.KEPT] = orjson.dumps(row).decode()
    donor.status = "inactive"
    donor.merged_into = survivor.pos_id


def _create(world: World, request: Request, *, with_parts: bool) -> Answer:
    body = request.json_object() or {}
    try:
        slim = _slim(body)
        parts = {
            kind: [_part(kind, part) for part in body.get(kind) or []] if with_parts else []
            for kind in rows.PARTS
        }
    except RefusedError as error:
        return reads.refused(world, str(error), error.key)
    with world.state.writing():
        record = world.create({})
        row = _row(world, record.pos_id)
        for kind, held in parts.items():
            row[kind] = [
                {**part, "Id": str(uuid.uuid4()), "CustomerId": row["Id"], "Version": 1}
                for part in held
            ]
        _save(world, {**row, **slim, "Version": 0})
    made = _row(world, record.pos_id)
    style = world.habits.word("create_answer")
    told = orjson.dumps(made if with_parts else reads.slim(made))
    return Answer(
        status=200 if style == "200_row" else 201, body=b"" if style == "201_empty" else told
    )


def _save(world: World, row: Row) -> None:
    """Store a row as it is to be sent, and the truth that it tells."""
    record = world.state.find(row["Id"])
    if record is None:
        raise RuntimeError("rows do not vanish while the write lock is held")
    row = {
        **row,
        "Version": row["Version"] + 1,
        "CustomerType": _CUSTOMER_TYPES[row["CustomerTypeId"]],
    }
    record.status = "inactive" if row["Disabled"] else "active"
    world.touch(record)
    record.extras = {}
    record.truth = {name: value for name, value in telling.read(row).items() if value is not None}
    # So that nothing looks changed when the row is rendered.
    record.truth[rows.KEPT] = orjson.dumps(row).decode()
    world.state.save(record)


def _row(world: World, pos_id: str) -> Row:
    row = reads.find(world, {"id": pos_id})
    if row is None:
        raise RuntimeError("rows do not vanish while a request is answered")
    return row


def _slim(body: Mapping[str, Any]) -> Row:
    """Check and complete the slim customer; what is absent becomes what it is at first [doc]."""
    if body.get("CustomerTypeId") not in (1, 2, 3):
        raise RefusedError("customer.CustomerTypeId", "The CustomerTypeId field is required.")
    slim = {key: body.get(key, usual) for key, usual in _SLIM.items()}
    for key, most in _LONGEST.items():
        if len(str(slim[key] or "")) > most:
            shown = str(slim[key])[:40]
            raise RefusedError(f"customer.{key}", f"{key} '{shown}' is longer than {most}.")
    if slim["DateOfBirth"]:
        try:
            dt.date.fromisoformat(str(slim["DateOfBirth"])[:10])
        except ValueError:
            message = f"DateOfBirth {slim['DateOfBirth']} is not a date."
            raise RefusedError("customer.DateOfBirth", message) from None
    return slim


def _part(kind: str, body: Mapping[str, Any]) -> Row:
    part = {**_NEW_PART[kind], **body}
    {"ContactMethods": _check_method, "Addresses": _check_address}.get(kind, _check_extension)(part)
    return part


def _check_method(part: Row) -> None:
    category, kind = part.get("ContactMethodCategoryId"), part.get("ContactMethodTypeId")
    fitting = {1: range(1, 9), 2: range(9, 12), 3: range(12, 18)}
    if kind not in fitting.get(category or 0, ()):
        raise RefusedError("ContactMethodTypeId", "The type does not fit the category.")
    value = str(part.get("Value") or "")
    if category == 2 and ("@" not in value or " " in value):
        raise RefusedError("Value", f"{value} is not a valid e-mail address.")
    part["ContactMethodCategory"] = rows.CATEGORIES[category or 0]
    part["ContactMethodType"] = rows.method_type(kind or 0)


def _check_address(part: Row) -> None:
    kind = part.get("AddressTypeId")
    if kind not in (1, 2, 3, 4, 5):
        raise RefusedError("AddressTypeId", "The AddressTypeId field is required.")
    country, state = part.get("CountryCode"), part.get("StateCode")
    if bool(country) != bool(state):
        raise RefusedError("StateCode", "CountryCode and StateCode have to come together.")
    if country and country not in _COUNTRIES:
        raise RefusedError("CountryCode", "The country is not known.")
    part |= {"AddressType": rows.ADDRESS_TYPES[kind], "State": state}
    part["Country"] = _COUNTRIES.get(str(country))


def _check_extension(part: Row) -> None:
    names = {number: name for name, number in rows.TYPE_IDS.items()}
    if part.get("ExtensionTypeId") not in names:
        raise RefusedError("ExtensionTypeId", "The extension type is not known.")
    part["ExtensionType"] = names[part["ExtensionTypeId"]]


def _refused_version(
    world: World, body: Mapping[str, Any], held: Mapping[str, Any], pos_id: str
) -> Answer | None:
    """Refuse a body for another id, without a version, or with an old one."""
    if str(body.get("Id", "")).lower() != pos_id.lower():
        return reads.refused(world, "The id is not the one of the address.", "Id")
    status = world.habits.count("conflict")
    if not status:
        return None
    if type(body.get("Version")) is not int:
        return reads.refused(world, "The Version field is required.", "Version")
    return None if body["Version"] == held["Version"] else answers.conflict(status)


def _put_answer(world: World, row: Row) -> Answer:
    if world.habits.word("put_answer") == "204":
        return Answer(status=204, body=b"")
    return Answer(status=200, body=orjson.dumps(row))


def _delete_answer(world: World, row: Row) -> Answer:
    style = world.habits.word("delete_answer")
    if style == "200_row":
        return Answer(status=200, body=orjson.dumps(row))
    return Answer(status=200 if style == "200_empty" else 204, body=b"")
