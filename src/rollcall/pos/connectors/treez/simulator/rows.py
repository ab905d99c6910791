"""How Treez would hold and send a customer, made from the truth."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator.records import Record
from rollcall.pos.simulator.spec import Times

CANONICAL: Final = (
    "given_name", "middle_name", "family_name", "nickname", "born_on", "gender", "phone", "email",
    "licence", "licence_expires_on", "medical_id", "medical_expires_on", "street", "city", "state",
    "zip", "customer_type", "verification", "marketing_opt_in", "banned", "is_caregiver",
    "loyalty_points", "groups", "referral_source", "notes", "signed_up_at", "last_visit_at",
)  # fmt: skip
_UPPER: Final = frozenset({"given_name", "middle_name", "family_name", "street", "city", "state"})
_GENDER: Final = {"male": "M", "female": "F", "nonbinary": "N", "unspecified": "U"}
_VERIFICATION: Final = {
    "verified": "VERIFIED",
    "pending": "VERIFICATION_PENDING",
    "not_applicable": "NOT_APPLICABLE",
}
_REFERRALS: Final = (None, None, "WEEDMAPS", "GOOGLE", "WORD OF MOUTH", "WALKING-BY", "LEAFLY")
GROUPS: Final = ("VETERAN", "SENIOR", "EMPLOYEE", "VIP")
_NOTES: Final = ("Prefers edibles", "Asks for Sam", "Left an umbrella")
#: Written by integrations where a licence is missing. [code]
_DUMMY_EXPIRY: Final = "2030-12-31"


def adopt(fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    """Canonical values as Treez holds them: names upper-cased, no state of the licence [doc]."""
    return {
        name: value.upper() if name in _UPPER and isinstance(value, str) else value
        for name, value in fields.items()
        if name in CANONICAL
    }


def season(
    truth: dict[str, FieldValue], times: Times, rng: random.Random | None, zone: ZoneInfo
) -> dict[str, Any]:
    """Add what a profile collects in a shop's life; a new one starts pending and empty [doc]."""
    truth["customer_type"] = "medical" if truth.get("medical_id") else "adult"
    truth["signed_up_at"] = _instant(times.signed_up)
    truth |= {"verification": "pending", "banned": False, "is_caregiver": False}
    truth |= {"loyalty_points": 0, "groups": []}
    if rng is not None:
        truth |= {k: v for k, v in _life(truth, times, rng, zone).items() if v is not None}
    return {}


def _life(
    truth: Mapping[str, FieldValue], times: Times, rng: random.Random, zone: ZoneInfo
) -> dict[str, FieldValue]:
    expiry = f"{rng.randint(2024, 2031)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    return {
        "verification": "verified" if rng.random() < 0.8 else "pending",
        "banned": rng.random() < 0.005,
        "is_caregiver": rng.random() < 0.02,
        "loyalty_points": int(rng.random() * 2000) if rng.random() < 0.7 else 0,
        "groups": [rng.choice(GROUPS)] if rng.random() < 0.1 else [],
        "marketing_opt_in": rng.choice((True, False, None)),
        "referral_source": rng.choice(_REFERRALS),
        "notes": rng.choice(_NOTES) if rng.random() < 0.05 else None,
        "last_visit_at": _visit(times.last_visit, zone) if rng.random() < 0.9 else None,
        "licence_expires_on": expiry if truth.get("licence") else None,
    }


def wire(record: Record, zone: ZoneInfo) -> dict[str, object]:
    """Return the customer object as the API documents it [doc]."""
    truth = record.truth
    verification = _VERIFICATION.get(record.text("verification"), "VERIFICATION_PENDING")
    medical_until = truth.get("medical_expires_on")
    dummy_expiry = None if truth.get("licence") else _DUMMY_EXPIRY
    consent = truth.get("marketing_opt_in")
    return {
        "status": _status(record),
        "verification_status": verification,
        "verification_reasons": _reasons(verification),
        "customer_id": record.pos_id,
        "first_name": truth.get("given_name"),
        "middle_name": truth.get("middle_name"),
        "nickname": truth.get("nickname") or "",
        "last_name": truth.get("family_name"),
        "birthday": truth.get("born_on"),
        "drivers_license": truth.get("licence") or "N/A",
        "drivers_license_expiration": truth.get("licence_expires_on") or dummy_expiry,
        "state_medical_id": truth.get("medical_id"),
        "permit_expiration": f"{medical_until} 00:00:00.000" if medical_until else None,
        "email": truth.get("email"),
        "phone": truth.get("phone"),
        "notes": truth.get("notes") or "N/A",
        "physician_first_name": None,
        "physician_last_name": None,
        "physician_license": None,
        "physician_address": None,
        "physician_phone": None,
        "is_caregiver": truth.get("is_caregiver"),
        "caregiver_license_number": "",
        "caregiver_name_1": "N/A",
        "caregiver_name_2": "N/A",
        "caregiver_details": [],
        "rewards_balance": truth.get("loyalty_points"),
        "rewards_type": "POINTS",
        "gender": _GENDER.get(record.text("gender")),
        "signup_date": iso_local(record.signed_up, zone),
        "last_visit_date": _local_without_zone(record.text("last_visit_at"), zone),
        "last_update": iso_local(record.updated, zone),
        "opt_out": None if consent is None else not consent,
        "referral_source": truth.get("referral_source"),
        "banned": truth.get("banned"),
        "warning_1": False,
        "warning_2": False,
        "addresses": _addresses(record),
        "merged_customer_ids": [],
        "merged_into_customer_id": record.merged_into,
        "patient_type": _patient_type(truth),
        "customer_groups": truth.get("groups"),
        "external_ids": {"aiq_contact_id": None},
    }  # fmt: skip


def _status(record: Record) -> str:
    if record.status != "active":
        return "DEACTIVATED"
    return "MERGED" if record.extras.get("merged_customer_ids") else "ACTIVE"


def _patient_type(truth: Mapping[str, FieldValue]) -> str:
    if truth.get("customer_type") != "medical":
        return "ADULT"
    return "MEDICAL_MMID" if truth.get("medical_id") else "MEDICAL"


def iso_local(epoch_s: int, zone: ZoneInfo) -> str:
    """``2026-05-14T09:06:40.000-07:00``, the store's offset [doc]."""
    return dt.datetime.fromtimestamp(epoch_s, zone).isoformat(timespec="milliseconds")


def _instant(epoch_s: int) -> str:
    return dt.datetime.fromtimestamp(epoch_s, dt.UTC).isoformat()[:19] + "Z"


def _visit(epoch_s: int, zone: ZoneInfo) -> str:
    """Return a visit in opening hours, clear of the hour that a clock change repeats."""
    local = dt.datetime.fromtimestamp(epoch_s, zone)
    return _instant(int(local.replace(hour=9 + local.hour % 12, fold=0).timestamp()))


def _local_without_zone(instant: str, zone: ZoneInfo) -> str | None:
    if not instant:
        return None
    local = dt.datetime.fromisoformat(instant).astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S}.000"


def _reasons(verification: str) -> list[dict[str, str]]:
    if verification != "VERIFICATION_PENDING":
        return []
    reason = {
        "verification_reason": "NEW",
        "verification_reason_description": "NEW_INTAKE_CUSTOMER",
    }
    return [reason]


def _addresses(record: Record) -> list[dict[str, object]]:
    parts = {key: record.text(key) for key in ("street", "city", "state", "zip")}
    if not any(parts.values()):
        return []
    street, unit, number = parts["street"].partition(" APT ")
    home = _address("address_of_record", street, f"{unit}{number}".strip(), parts, primary=True)
    if record.position % 20:
        return [home]
    # Some people have a second address, and it may well stand first.
    return [_address("alternative_address", "1 ELSEWHERE RD", "", parts, primary=False), home]


def _address(
    kind: str, street1: str, street2: str, parts: Mapping[str, str], *, primary: bool
) -> dict[str, object]:
    return {
        "type": kind,
        "street1": street1,
        "street2": street2,
        "city": parts["city"],
        "state": parts["state"],
        "zipcode": parts["zip"],
        "primary": primary,
    }
