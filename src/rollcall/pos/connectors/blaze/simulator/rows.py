"""How BLAZE would hold and send a member, made from the truth."""

from __future__ import annotations

import datetime as dt
import random
import re
import zlib
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from rollcall.pos.connectors.blaze.simulator import documents
from rollcall.pos.connectors.blaze.simulator.days import date_of, midnight
from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator.records import Record
from rollcall.pos.simulator.spec import Times

CANONICAL: Final = (
    "given_name", "middle_name", "family_name", "nickname", "born_on", "gender", "phone", "email",
    "licence", "licence_state", "licence_expires_on", "medical_id", "medical_expires_on", "street",
    "city", "state", "zip", "customer_type", "email_opt_in", "sms_opt_in", "banned",
    "loyalty_points", "groups", "referral_source", "notes", "signed_up_at", "last_visit_at",
)  # fmt: skip
#: Held, but not told as they are: the sex as it is on the wire, whether the member waits to be
#: accepted, our key, and the lists of documents as they were written last (JSON).
HIDDEN: Final = ("sex", "is_pending", "import_id", "identifications", "recommendations")
#: Stands for the company's id in stored rows: which company it is only the running server knows.
COMPANY: Final = "companycompanycompanycom"
GROUPS: Final = ("Adult-Use", "Medical", "Veteran", "Employee")
SHOPS_OF_ROWS: Final = 2

_ORDINALS: Final = {"male": 0, "female": 1, "nonbinary": 2}
_NAMES: Final = {0: ("MALE", "male"), 1: ("FEMALE", "female"), 2: ("OTHER", "nonbinary")}
_FLAGS: Final = ("email_opt_in", "sms_opt_in", "banned")
_TYPES: Final = {"adult": "AdultUse", "medical": "MedicinalState"}
_LOST: Final = re.compile(r"(?:^|\s)\?{2,}(?=\s|$)")


def adopt(fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    """Canonical values as BLAZE holds them, and as a correct reader makes them out."""
    held = {name: value for name, value in fields.items() if name in CANONICAL + HIDDEN}
    for name in ("given_name", "family_name"):
        if isinstance(held.get(name), str):
            held[name] = " ".join(_LOST.sub("", str(held[name])).split())
    for name in _FLAGS:
        if name in held:
            held[name] = held[name] is True
    if "phone" in held:
        held["phone"] = e164(str(held["phone"] or ""))
    if "gender" in held:
        ordinal = _ORDINALS.get(str(held["gender"]))
        # 0 stands on rows of people whom nobody asked, too [code]: it tells nothing.
        held |= {"sex": ordinal, "gender": held["gender"] if ordinal else None}
    if held.get("customer_type") not in (None, *_TYPES):
        held["customer_type"] = None
    return held


def season(truth: dict[str, FieldValue], times: Times, rng: random.Random | None) -> dict[str, Any]:
    """Add what a profile collects in a shop's life."""
    medical = "medical_id" in truth
    truth |= {
        "customer_type": "medical" if medical else "adult", "banned": False, "loyalty_points": 0,
        "email_opt_in": False, "sms_opt_in": False, "groups": [GROUPS[1 if medical else 0]],
        "signed_up_at": _instant(times.signed_up),
    }  # fmt: skip
    if rng is not None:
        truth |= {k: v for k, v in _life(truth, times, rng).items() if v is not None}
        return {"enableLoyalty": True, "lifetimePoints": float(rng.randint(0, 5000))}
    return {}


def _life(
    truth: Mapping[str, FieldValue], times: Times, rng: random.Random
) -> dict[str, FieldValue]:
    recase = rng.choice((str, str, str, str, str, str, str, str.upper, str.lower))
    smile = " 😎" if rng.random() < 0.01 else ""
    sex = truth.get("sex")
    named = _NAMES[sex] if isinstance(sex, int) and rng.random() < 0.15 else None
    return {
        "given_name": recase(str(truth.get("given_name") or "")) or None,
        "family_name": (recase(str(truth.get("family_name") or "")) + smile).strip() or None,
        "sex": named[0] if named else None,
        "gender": named[1] if named else None,
        "banned": rng.random() < 0.005,
        "is_pending": rng.random() < 0.01,
        "groups": [*_listed(truth.get("groups")), *rng.sample(("vip", "delivery", "text only"), 1)]
        if rng.random() < 0.1
        else None,
        "email_opt_in": rng.random() < 0.4,
        "sms_opt_in": rng.random() < 0.5,
        "loyalty_points": int(rng.random() * 2000) if rng.random() < 0.7 else 0,
        "licence_expires_on": f"{rng.randint(2024, 2032)}-{rng.randint(1, 12):02d}-15"
        if truth.get("licence")
        else None,
        "referral_source": rng.choice((None, None, "Weedmaps", "Friend", "Drive by")),
        "notes": rng.choice(("Prefers edibles", "Asks for Sam\nLeft an umbrella"))
        if rng.random() < 0.05
        else None,
        "last_visit_at": _instant(times.last_visit) if rng.random() < 0.9 else None,
    }


def wire(record: Record, zone: ZoneInfo) -> dict[str, object]:
    """Return the member object as the API documents it [doc], quirks of production included."""
    truth, odd = record.truth, record.position % 2 == 1
    began = record.signed_up * 1000
    modified = record.updated * 1000 + _noise(record)
    visit = record.text("last_visit_at")
    recommendations = documents.recommendations(record, zone)
    counted = documents.main_recommendation(recommendations) if odd else None
    return {
        "id": record.pos_id, "created": began, "modified": modified, "deleted": False,
        "updated": False, "companyId": COMPANY, "dirty": False,
        "shopId": f"5e2b0c11aa94f1b7c3d20a{record.position % SHOPS_OF_ROWS + 1:02x}",
        "firstName": truth.get("given_name", "" if odd else None),
        "middleName": truth.get("middle_name"), "lastName": _family_name(record),
        "nickname": truth.get("nickname"), "email": truth.get("email", ""), **_phones(record),
        **_births(record, zone), "sex": truth.get("sex", 0), "address": _address(record),
        "addresses": [], "uppercaseCity": record.text("city").upper() or None,
        "textOptIn": truth.get("sms_opt_in"), "emailOptIn": truth.get("email_opt_in"),
        "medical": truth.get("customer_type") == "medical",
        "consumerType": _TYPES.get(record.text("customer_type"), "Other"),
        "status": _status(record), "banPatient": truth.get("banned"),
        "identifications": documents.identifications(record, zone),
        "recommendations": recommendations, "lastestRecommendation": counted,
        "latestRecommendation": counted,
        # Also on adult-use rows without any recommendation. [code]
        "recommendationExpired": True, "dlExpired": False, "agreementExpired": False,
        "expStatuses": [], "recommendationExpiryLeft": 0, **_groups(record), "enableLoyalty": False,
        "loyaltyPoints": int(str(truth.get("loyalty_points", 0))) + (0.5 if odd else 0.0),
        "lifetimePoints": 0.0, "marketingSource": truth.get("referral_source", ""),
        "referralCode": f"R{record.position:06d}",
        "notes": [{"writerId": None, "writerName": "Sam", "message": line}
                  for line in record.text("notes").split("\n") if line],
        "metadata": [], "preferences": [], "contracts": [], "recentProducts": [], "careGivers": [],
        "lastVisitDate": _epoch(visit) * 1000 if visit else 0 if odd else None,
        "startDate": 0 if record.position % 3 == 0 else began, "importId": truth.get("import_id"),
        "consumerUserId": None, "emailVerified": False, "anonymous": False,
        "enabledCareGiver": False, "sbid": None, "exemptFromLimits": False,
        "listedByElastic": False, "qbCustomerRef": [],
        "searchText": f"{record.text('given_name')} {record.text('family_name')}".lower(),
    }  # fmt: skip


def e164(phone: str) -> str | None:
    """Write a phone as BLAZE mirrors it [code]; what is no US number stays as it is [guess]."""
    digits = re.sub(r"[^0-9]", "", phone)
    digits = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    if len(digits) == 10 and (not phone.startswith("+") or phone.startswith("+1")):
        return f"+1{digits}"
    return phone.strip() or None


def _phones(record: Record) -> dict[str, object]:
    """Return the display form and its mirror; one of them may be missing [code]."""
    phone = record.text("phone")
    if not phone:
        return {"primaryPhone": "", "cpn": None}
    digits = phone.removeprefix("+1")
    shown = f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if len(digits) == 10 else phone
    if record.position % 3 == 0:
        return {"primaryPhone": shown, "cpn": None}
    if record.position % 7 == 0:
        return {"primaryPhone": "", "cpn": phone}
    return {"primaryPhone": digits if record.position % 5 == 0 else shown, "cpn": phone}


def _births(record: Record, zone: ZoneInfo) -> dict[str, object]:
    """Return the shop's midnight [code], and the written days on some rows only."""
    born = record.text("born_on")
    day = date_of(born)
    if day is None:
        # A people file may hold anything: it is sent as it is.
        return {"dob": 0 if record.position % 2 else None, "birthdate": None,
                "localDob": born or None, "localDobUTC": None}  # fmt: skip
    # Some integrations write midnight UTC, and no day beside it. [guess]
    naive = record.position % 17 == 0
    return {
        "dob": midnight(day, ZoneInfo("UTC") if naive else zone),
        "birthdate": born if record.position % 4 == 0 and not naive else None,
        "localDob": born if record.position % 3 == 0 and not naive else None,
        "localDobUTC": None,
    }


def _family_name(record: Record) -> str:
    lost = " ???" if record.position % 41 == 0 else ""
    return record.text("family_name") + lost


def _address(record: Record) -> dict[str, object] | None:
    street, unit, number = record.text("street").partition(" Apt ")
    parts = {key: record.text(key) for key in ("city", "state", "zip")}
    if not (street or any(parts.values())) and record.position % 2:
        return None
    began = record.signed_up * 1000
    return {
        "id": f"6a{record.pos_id[2:]}", "created": began, "modified": began, "deleted": False,
        "updated": False, "companyId": None, "address": street,
        "addressLine2": f"{unit}{number}".strip(), "city": parts["city"], "state": parts["state"],
        "zipCode": parts["zip"], "country": "US", "latitude": None, "longitude": None,
        "completeTransaction": False,
    }  # fmt: skip


def _groups(record: Record) -> dict[str, object]:
    """Return the group, with the company's counters in it [code], and the tags."""
    groups = _listed(record.truth.get("groups"))
    if not groups:
        return {"memberGroupId": None, "memberGroup": None, "tags": []}
    name, tags = groups[0], groups[1:]
    group_id = group_id_of(name)
    group = {
        "id": group_id, "name": name, "discount": 0.0, "discountType": "Percentage",
        "defaultGroup": name == GROUPS[0], "active": True, "memberCount": 48210 + record.position,
        "memberCountTextOptIn": 20_000, "memberCountEmailOptIn": 9000, "enablePromotion": False,
        "promotionId": None, "promotionShopMap": {},
    }  # fmt: skip
    return {"memberGroupId": group_id, "memberGroup": group, "tags": tags}


def group_id_of(name: str) -> str:
    """Return the id of the company's group of this name."""
    return f"5e2b0c11aa94f1b7{zlib.crc32(name.encode()):08x}"


def _status(record: Record) -> str:
    if record.status != "active":
        return "Inactive"
    return "Pending" if record.truth.get("is_pending") else "Active"


def _noise(record: Record) -> int:
    """Milliseconds that differ from one state of a member to the next."""
    state = orjson.dumps([record.truth, record.extras, record.status], option=orjson.OPT_SORT_KEYS)
    return zlib.crc32(state) % 1000


def _listed(value: FieldValue) -> list[str]:
    return list(value) if isinstance(value, list) else []


def _instant(epoch_s: int) -> str:
    return dt.datetime.fromtimestamp(epoch_s, dt.UTC).isoformat()[:19] + "Z"


def _epoch(instant: str) -> int:
    return int(dt.datetime.fromisoformat(instant).timestamp())
