"""A member's lists of identifications and medical recommendations, made from truth and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from rollcall.pos.connectors.blaze.simulator.days import date_of, midnight, shown_day
from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator.records import Record

Entry = dict[str, Any]

_BLANK_LICENCE: Final[Mapping[str, Any]] = {
    "created": 0, "modified": 0, "deleted": False, "updated": False, "verified": False,
    "licenseNumber": "", "expirationDate": 0, "localExpirationDate": "", "frontPhoto": None,
    "assets": [], "state": None, "type": None,
}  # fmt: skip
_BLANK_RECOMMENDATION: Final[Mapping[str, Any]] = {
    "created": 0, "modified": 0, "deleted": False, "recommendationNumber": "", "state": "CA",
    "verifyWebsite": None, "verifyPhoneNumber": None, "issueDate": 0, "expirationDate": 0,
    "doctorId": None, "doctor": None, "temporary": False, "limitExemption": False,
    "verified": True, "verifyMethod": "MANUAL", "frontPhoto": None, "assets": [],
}  # fmt: skip


def identifications(record: Record, zone: ZoneInfo) -> list[Entry]:
    """Return the list as it was written last, the licence in it as the truth has it."""
    held = record.text("identifications")
    entries: list[Entry] = orjson.loads(held) if held else _first_identifications(record)
    told = [record.text(n) for n in ("licence", "licence_state", "licence_expires_on")]
    entry = _licence(entries)
    if entry is None and any(told):
        entry = {**_BLANK_LICENCE, "id": f"6b{record.pos_id[2:]}"}
        entries.append(entry)
    if entry is not None:
        day = date_of(told[2])
        entry |= {
            "licenseNumber": told[0], "state": told[1] or None,
            "expirationDate": midnight(day, zone) if day else 0,
            # The written day is missing on some rows. [code]
            "localExpirationDate": "" if record.position % 4 == 1 else told[2],
        }  # fmt: skip
    return entries


def recommendations(record: Record, zone: ZoneInfo) -> list[Entry]:
    """Return the list as it was written last, the one that counts as the truth has it."""
    held = record.text("recommendations")
    entries: list[Entry] = orjson.loads(held) if held else []
    number, ends = record.text("medical_id"), record.text("medical_expires_on")
    entry = main_recommendation(entries)
    if entry is None and (number or ends):
        entry = {**_BLANK_RECOMMENDATION, "id": f"6c{record.pos_id[2:]}"}
        entries.append(entry)
    if entry is not None:
        day = date_of(ends)
        moment = midnight(day, zone) if day else 0
        entry |= {"recommendationNumber": number, "expirationDate": moment}
    return entries


def truth_of(body: Mapping[str, Any], zone: ZoneInfo) -> dict[str, FieldValue]:
    """Return what a member's lists of documents say, and the lists themselves as JSON."""
    identifications, recommendations = (_entries(body, key) for key in
                                        ("identifications", "recommendations"))  # fmt: skip
    licence = _licence(identifications) or {}
    medical = main_recommendation(recommendations) or {}
    ends = licence.get("localExpirationDate") or shown_day(licence.get("expirationDate"), zone)
    return {
        "licence": licence.get("licenseNumber"),
        "licence_state": licence.get("state"),
        "licence_expires_on": ends,
        "medical_id": medical.get("recommendationNumber"),
        "medical_expires_on": shown_day(medical.get("expirationDate"), zone),
        "identifications": orjson.dumps(
            [{**_BLANK_LICENCE, **entry} for entry in identifications]
        ).decode(),
        "recommendations": orjson.dumps(
            [{**_BLANK_RECOMMENDATION, **entry} for entry in recommendations]
        ).decode(),
    }


def main_recommendation(entries: Sequence[Entry]) -> Entry | None:
    """Return the recommendation that counts: with a number, and the longest."""
    usable = [e for e in entries if not e.get("deleted")]
    usable.sort(key=lambda e: (not e.get("recommendationNumber"), -(e.get("expirationDate") or 0)))
    return usable[0] if usable else None


def _licence(entries: Sequence[Entry]) -> Entry | None:
    usable = [e for e in entries if not e.get("deleted") and e.get("type") != "Passport"]
    usable.sort(key=lambda e: not e.get("licenseNumber"))
    return usable[0] if usable else None


def _first_identifications(record: Record) -> list[Entry]:
    """Some people showed a passport first."""
    if record.position % 23:
        return []
    passport = {"id": f"6d{record.pos_id[2:]}", "type": "Passport", "verified": True,
                "licenseNumber": f"P{record.position:08d}"}  # fmt: skip
    return [{**_BLANK_LICENCE, **passport}]


def _entries(body: Mapping[str, Any], key: str) -> list[Entry]:
    listed = body.get(key)
    return [dict(e) for e in listed if isinstance(e, dict)] if isinstance(listed, list) else []
