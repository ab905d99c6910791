"""How Flowhub would hold and send a customer, made from the truth."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rollcall.pos.connectors.flowhub.simulator.company import GROUPS
from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator.records import Record
from rollcall.pos.simulator.spec import Times

NAMES: Final = ("given_name", "middle_name", "family_name")
CANONICAL: Final = (
    *NAMES, "born_on", "phone", "email", "street", "city", "state", "zip", "customer_type",
    "email_opt_in", "sms_opt_in", "loyalty_points", "groups", "signed_up_at",
)  # fmt: skip
#: Kept and never told; ``licence`` also marks who was merged away (it can be counted).
WRITE_ONLY: Final = ("licence", "licence_expires_on", "medical_id", "medical_expires_on")
#: Told, but not in the hub's vocabulary: the second line of the street, loyalty, the country.
EXTRA: Final = ("street2", "is_loyal", "country")
MERGED_AWAY: Final = "(merged away)"

#: Words that begin a family name of several words.
_BEGINNINGS: Final = frozenset(
    {"da", "de", "del", "den", "der", "di", "dos", "la", "las", "los", "st.", "van", "von"}
)
_SUFFIXES: Final = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
_INITIALS: Final = "ABCDEFGHJKLMNPRST"


def adopt(fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    """Canonical values as Flowhub holds them: of the names only the whole counts."""
    held = {k: v for k, v in fields.items() if k in CANONICAL + WRITE_ONLY + EXTRA}
    if "given_name" in held and "family_name" in held:
        held |= split(" ".join(str(held.get(name) or "") for name in NAMES))
    if held.get("state") == "":
        held["state"] = fields.get("licence_state") or ""
    if held.get("phone"):
        held["phone"] = international(str(held["phone"]))
    if held.get("groups") == []:
        held["groups"] = None
    return held


def split(full: str) -> dict[str, FieldValue]:
    """Take a name apart as people would: first word, words between, family name with a suffix."""
    words = full.split()
    if not words:
        return dict.fromkeys(NAMES)
    end = len(words)
    while end > 2 and words[end - 1].lower() in _SUFFIXES:
        end -= 1
    start = max(1, end - 1)
    while start > 1 and words[start - 1].lower() in _BEGINNINGS:
        start -= 1
    parts = (words[:1], words[1:start], words[start:])
    return {name: " ".join(part) for name, part in zip(NAMES, parts, strict=True)}


def season(truth: dict[str, FieldValue], times: Times, rng: random.Random | None) -> dict[str, Any]:
    """Add what a profile collects in a shop's life."""
    truth["customer_type"] = "medical" if truth.get("medical_id") else "adult"
    truth["signed_up_at"] = _instant(times.signed_up)
    truth |= {"loyalty_points": 0, "is_loyal": False, "email_opt_in": False, "sms_opt_in": False}
    # Nobody can be saved without a state [doc].
    truth.setdefault("state", "CO")
    truth["country"] = "US" if truth.get("street") else ""
    if rng is None:
        return {}
    truth["is_loyal"] = rng.random() < 0.6
    truth["loyalty_points"] = rng.randint(0, 900) if truth["is_loyal"] else 0
    truth["email_opt_in"] = rng.random() < 0.5
    truth["sms_opt_in"] = rng.random() < 0.5
    if rng.random() < 0.1:
        truth["groups"] = rng.sample(GROUPS, rng.randint(1, 2))
    if rng.random() < 0.05 and truth.get("family_name") and not truth.get("middle_name"):
        truth["middle_name"] = rng.choice(_INITIALS) + rng.choice(("", "."))
    return {}


def wire(record: Record) -> dict[str, object]:
    """Return the customer object as the API documents it [doc]."""
    truth = record.truth
    created_at = _moment(record.signed_up, record.position)
    told: dict[str, object] = {
        "id": record.pos_id,
        "createdAt": created_at,
        "updatedAt": created_at
        if record.updated == record.signed_up
        else _moment(record.updated, record.position),
        "type": "medCustomer" if truth.get("customer_type") == "medical" else "recCustomer",
        "name": " ".join(record.text(name) for name in NAMES if record.text(name)),
        "state": record.text("state"),
        "birthDate": _birth_date(record),
        "isLoyal": truth.get("is_loyal") is True,
        "loyaltyPoints": truth.get("loyalty_points") or 0,
        "phone": national(record.text("phone")),
        "email": record.text("email"),
        **_street(record),
        "city": record.text("city"),
        "zip": record.text("zip"),
        "country": record.text("country"),
        "consentsToPromotionalEmail": truth.get("email_opt_in") is True,
        "consentsToPromotionalSMS": truth.get("sms_opt_in") is True,
        "groups": [{"name": name} for name in _groups(record)],
    }
    return _unset(told, record.position)


def national(phone: str) -> str:
    """Write ``(303) 555-0176`` [doc]; what is no number of North America stays as it is."""
    digits = phone.removeprefix("+1")
    if len(digits) != 10 or not digits.isdigit():
        return phone
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def international(phone: str) -> str:
    """Write a number of North America with its country code; anything else stays as it is."""
    digits = "".join(c for c in phone if c in "0123456789")
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    is_number = len(digits) == 10 and digits[0] in "23456789" and digits[3] in "23456789"
    return f"+1{digits}" if is_number else phone


def _birth_date(record: Record) -> str | None:
    born_on = record.truth.get("born_on")
    if born_on is None:
        return None
    # Old rows may hold a time. [guess]
    return f"{born_on}T00:00:00" if record.position % 23 == 0 else str(born_on)


def _street(record: Record) -> dict[str, object]:
    street, second = record.text("street"), record.text("street2")
    if not second and record.position % 2:
        street, unit, number = street.partition(" Apt ")
        second = f"{unit}{number}".strip()
        return {"streetAddress1": street, "streetAddress2": second}
    if second and street.endswith(f" {second}"):
        return {"streetAddress1": street.removesuffix(f" {second}"), "streetAddress2": second}
    return {"streetAddress1": street, "streetAddress2": ""}


def _groups(record: Record) -> Sequence[str]:
    groups = record.truth.get("groups")
    return groups if isinstance(groups, list) else []


def _unset(told: dict[str, object], position: int) -> dict[str, object]:
    """Write what is unset as an empty text, null, or not at all [guess]."""
    if position % 3 == 0:
        return told
    empty = {key for key, value in told.items() if value == "" and key != "name"}
    if position % 3 == 1:
        return {key: None if key in empty else value for key, value in told.items()}
    return {key: value for key, value in told.items() if key not in empty}


def _moment(epoch_s: int, position: int) -> str:
    """Write UTC with microseconds [doc]."""
    micros = position * 7919 % 1_000_000
    return f"{dt.datetime.fromtimestamp(epoch_s, dt.UTC).isoformat()[:19]}.{micros:06d}Z"


def _instant(epoch_s: int) -> str:
    return dt.datetime.fromtimestamp(epoch_s, dt.UTC).isoformat()[:19] + "Z"
