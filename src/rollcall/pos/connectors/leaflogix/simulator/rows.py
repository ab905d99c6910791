"""How Dutchie would hold and send a customer, made from the truth."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections.abc import Mapping
from typing import Any, Final

from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator.records import Record
from rollcall.pos.simulator.spec import Times

CANONICAL: Final = (
    "given_name", "middle_name", "family_name", "born_on", "gender", "phone", "email", "medical_id",
    "medical_expires_on", "street", "city", "state", "zip", "customer_type", "marketing_opt_in",
    "banned", "groups", "referral_source", "notes", "signed_up_at", "last_visit_at",
)  # fmt: skip
#: Held, but not told as they are: the licence's hash is, and which of two keys the phone stands in.
HIDDEN: Final = ("licence", "licence_expires_on", "phone_key")
#: Rows belong to the first two locations in turn, if profiles are not shared.
_OWNERS: Final = 2
_GENDER: Final = {
    "male": ("Male", "M"),
    "female": ("Female", "F"),
    "nonbinary": ("Non-Binary", "X"),
    "unspecified": ("Unknown", "Not specified"),
}
_TYPES: Final = {"adult": ("Recreational", "Adult Use"), "medical": ("Medical", "Medical")}
_REFERRALS: Final = (None, None, "Word of Mouth", "Weedmaps", "Drive by", "Leafly")
_GROUPS: Final = ("Veteran", "Senior", "Employee", "Industry")
_NOTES: Final = ("Prefers edibles", "Asks for Sam", "Left an umbrella")
_NO_DATE: Final = "1900-01-01T00:00:00"


def adopt(fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    """Canonical values as Dutchie holds them: names in the case in which they were typed [code]."""
    return {name: value for name, value in fields.items() if name in CANONICAL + HIDDEN}


def season(truth: dict[str, FieldValue], times: Times, rng: random.Random | None) -> dict[str, Any]:
    """Add what a profile collects in a shop's life."""
    truth["customer_type"] = "medical" if truth.get("medical_id") else "adult"
    truth["signed_up_at"] = _instant(times.signed_up)
    truth |= {"banned": False, "groups": [], "phone_key": "cellPhone"}
    if rng is None:
        return {}
    truth |= {k: v for k, v in _life(truth, times, rng).items() if v is not None}
    member = rng.random() < 0.6
    return {
        "isLoyaltyMember": member or None,
        "loyaltyTier": rng.choice(("Bronze", "Silver", "Gold")) if member else None,
        "createdByIntegrator": "Kiosk Co" if rng.random() < 0.1 else None,
    }


def _life(
    truth: Mapping[str, FieldValue], times: Times, rng: random.Random
) -> dict[str, FieldValue]:
    recase = rng.choice((str, str, str, str, str, str, str, str.upper, str.lower))
    return {
        "given_name": recase(str(truth.get("given_name") or "")) or None,
        "family_name": recase(str(truth.get("family_name") or "")) or None,
        "phone": _typed(str(truth.get("phone") or ""), rng) or None,
        "phone_key": rng.choice(("cellPhone", "cellPhone", "phone", "both", "differing")),
        "banned": rng.random() < 0.005,
        "groups": [rng.choice(_GROUPS)] if rng.random() < 0.1 else [],
        "marketing_opt_in": rng.choice((True, False, None)),
        "referral_source": rng.choice(_REFERRALS),
        "notes": rng.choice(_NOTES) if rng.random() < 0.05 else None,
        "last_visit_at": _instant(times.last_visit) if rng.random() < 0.9 else None,
    }


def _typed(phone: str, rng: random.Random) -> str:
    """Phones are free text [code]."""
    if len(phone) != 10 or rng.random() < 0.7:
        return phone
    area, exchange, line = phone[:3], phone[3:6], phone[6:]
    return rng.choice((f"({area}) {exchange}-{line}", f"{area}-{exchange}-{line}"))


def wire(record: Record) -> dict[str, object]:
    """Return the customer object as the API documents it [doc], placeholders included [code]."""
    truth, odd = record.truth, record.position % 2
    medical_until = truth.get("medical_expires_on")
    no_date = _NO_DATE if odd else None
    merged_into = record.merged_into
    return {
        "customerId": int(record.pos_id),
        "uniqueId": str(638_261_190_447_000_000 + int(record.pos_id)),
        **_names(record),
        **_address(record),
        **_phones(record),
        "emailAddress": truth.get("email") or ("" if odd else None),
        "status": status(record),
        "mmjidNumber": truth.get("medical_id") or ("0" if odd else None),
        "mmjidExpirationDate": f"{medical_until}T00:00:00" if medical_until else no_date,
        "lastModifiedDateUTC": modified(record.updated, iso=record.position % 5 == 0),
        "creationDate": _utc(record.signed_up) + (".113" if odd else ""),
        "customerType": _worded(record, "customer_type", _TYPES),
        "gender": _worded(record, "gender", _GENDER),
        "driversLicenseHash": _hash(record.text("licence")),
        "dateOfBirth": f"{truth['born_on']}T00:00:00" if truth.get("born_on") else no_date,
        "externalCustomerId": None,
        "createdByIntegrator": None,
        "isAnonymous": False,
        "referralSource": truth.get("referral_source"),
        "otherReferralSource": None,
        "springBigMemberId": 0,
        "customIdentifier": None,
        "discountGroups": truth.get("groups"),
        "createdAtLocation": location_name(record.position % _OWNERS + 1),
        "notes": truth.get("notes"),
        "isLoyaltyMember": None,
        "primaryQualifyingCondition": "Chronic pain" if truth.get("medical_id") else None,
        "secondaryQualifyingConditions": [],
        "mergedIntoCustomerId": int(merged_into) if merged_into else (0 if odd else None),
        "optedIntoMarketing": truth.get("marketing_opt_in"),
        "loyaltyTier": None,
        "lastTransactionDate": record.text("last_visit_at").removesuffix("Z") or None,
    }


def location_name(location: int) -> str:
    """Return the name of one of the company's locations."""
    return f"Location {location}"


def modified(epoch_s: int, *, iso: bool) -> str:
    """Write ``lastModifiedDateUTC``, a text that differs between tenants [code], without a zone."""
    moment = dt.datetime.fromtimestamp(epoch_s, dt.UTC)
    if iso:
        return f"{moment:%Y-%m-%dT%H:%M:%S}.4833333"
    return f"{moment:%m/%d/%Y %H:%M:%S}"


def _names(record: Record) -> dict[str, object]:
    given, family = record.text("given_name"), record.text("family_name")
    full = (
        f"{family}, {given}".lower() if record.position % 13 == 0 else f"{given} {family}".strip()
    )
    first: str | None = given + (" " if record.position % 11 == 0 else "")
    last: str | None
    suffix: str | None
    last, suffix = last_and_suffix(record)
    if record.position % 29 == 0 and given and family and " " not in given:
        # Rows of old tenants hold the deprecated full name only.
        first, last, suffix, full = None, None, None, f"{given} {family}"
    return {
        "name": full,
        "firstName": first,
        "middleName": record.truth.get("middle_name") or ("" if record.position % 3 else None),
        "lastName": last,
        "namePrefix": None,
        "nameSuffix": suffix or None,
    }


def last_and_suffix(record: Record) -> tuple[str, str]:
    """Return the family name as it is kept: some have the suffix apart."""
    family = record.text("family_name")
    if family.endswith(" Jr") and record.position % 2:
        return family.removesuffix(" Jr"), "Jr"
    return family, ""


def _address(record: Record) -> dict[str, object]:
    street, unit, number = record.text("street").partition(" Apt ")
    filler = "N/A" if record.position % 2 else None
    return {
        "address1": street or filler,
        "address2": f"{unit}{number}".strip() or None,
        "city": record.text("city") or filler,
        "state": record.truth.get("state"),
        "postalCode": record.text("zip") or ("00000" if filler else None),
    }


def _phones(record: Record) -> dict[str, object]:
    phone, key = record.truth.get("phone"), record.text("phone_key")
    if phone is None:
        return {"phone": "" if record.position % 2 else None, "cellPhone": None}
    if key == "phone":
        return {"phone": phone, "cellPhone": None}
    landline = f"303555{record.position % 10_000:04d}" if key == "differing" else None
    return {"phone": phone if key == "both" else landline, "cellPhone": phone}


def status(record: Record) -> str:
    """Return the word for it; some people are on hold."""
    if record.status != "active":
        return "Cancelled"
    if record.truth.get("banned"):
        return "Banned"
    return "Hold" if record.position % 97 == 0 else "Active"


def _worded(record: Record, name: str, table: Mapping[str, tuple[str, str]]) -> str | None:
    word = record.text(name)
    ways = table.get(word)
    return ways[record.position % 2] if ways else word or None


def _hash(licence: str) -> str | None:
    """Hash a licence; how Dutchie writes it is not documented [guess]."""
    return "0x" + hashlib.sha256(licence.encode()).hexdigest().upper() if licence else None


def _utc(epoch_s: int) -> str:
    return dt.datetime.fromtimestamp(epoch_s, dt.UTC).isoformat()[:19]


def _instant(epoch_s: int) -> str:
    return _utc(epoch_s) + "Z"
