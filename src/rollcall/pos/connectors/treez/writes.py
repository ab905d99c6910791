"""What is sent to Treez to create and change customers, and what its answers mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from rollcall.pos.connectors.treez import lookups, wire
from rollcall.pos.contract import Criteria, RawRow
from rollcall.pos.errors import PosConflictError, UnsupportedByPosError
from rollcall.pos.fields import Fields, FieldValue
from rollcall.pos.writing import WriteRules

#: Beside a missing licence Treez still demands its end [doc]; integrations write this day [code],
#: which is read as empty.
NO_LICENCE: Final = "N/A"
NO_EXPIRY: Final = "2030-12-31"
_CLOCK_SLACK: Final = dt.timedelta(minutes=5)

_KEYS: Final[Mapping[str, str]] = {
    "given_name": "first_name", "middle_name": "middle_name", "family_name": "last_name",
    "nickname": "nickname", "born_on": "birthday", "gender": "gender", "phone": "phone",
    "email": "email", "licence": "drivers_license",
    "licence_expires_on": "drivers_license_expiration", "medical_id": "state_medical_id",
    "medical_expires_on": "permit_expiration", "customer_type": "patient_type",
    "marketing_opt_in": "opt_out", "banned": "banned", "is_caregiver": "is_caregiver",
    "groups": "customer_groups", "referral_source": "referral_source", "notes": "notes",
}  # fmt: skip
_PLACES: Final[Mapping[str, str]] = {
    "street": "street1", "city": "city", "state": "state", "zip": "zipcode",
}  # fmt: skip
GENDERS: Final[Mapping[FieldValue, str]] = {
    "male": "M", "female": "F", "nonbinary": "N", "unspecified": "U",
}  # fmt: skip
#: How each of them is written when it is empty, if not as null; it is what is read then, too.
_BLANKS: Final[Mapping[str, str]] = {"nickname": "", "notes": "", "drivers_license": NO_LICENCE}
#: Named by the documentation as required in every update, although production clients leave them
#: out [doc, code]: sent along as they are held.
_REQUIRED: Final = ("first_name", "last_name", "birthday", "patient_type")

#: Groups have to exist at Treez first, staff's decisions come later: nobody starts with them.
_LATER: Final = frozenset({"groups", "banned"})
_EVERYTHING: Final = frozenset({*_KEYS, *_PLACES})
RULES: Final = WriteRules(
    creatable=_EVERYTHING - _LATER,
    # Not ``loyalty_points``, although Treez takes them: points that are earned meanwhile would go.
    updatable=_EVERYTHING,
    clearable=frozenset(
        {"middle_name", "nickname", "phone", "email", "licence", "medical_id",
         "medical_expires_on", "groups", "referral_source", "notes", *_PLACES}
    ),
    required=frozenset({"given_name", "family_name", "born_on"}),
    # No delay is documented; a few seconds cost nothing.
    settles_after=dt.timedelta(seconds=10),
)  # fmt: skip


def new_body(fields: Fields) -> dict[str, Any]:
    """Return the body of a create.

    Who was never asked is said to want no advertising: Treez takes silence for a yes [doc].
    """
    given = {
        name: value
        for name, value in fields.items()
        if name in RULES.creatable and value not in (None, "")
    }
    body: dict[str, Any] = {
        "patient_type": _patient_type("medical" if given.get("medical_id") else "adult", given),
        "drivers_license": NO_LICENCE,
        "drivers_license_expiration": NO_EXPIRY,
        "opt_out": True,
        **{_KEYS[name]: _wire_value(name, given) for name in given if name in _KEYS},
    }
    if given.keys() & _PLACES.keys():
        body["addresses"] = _addresses([], given)
    return body


def changed_body(current: RawRow, held: RawRow, changes: Fields) -> dict[str, Any]:
    """Return the keys that have to be sent so that Treez holds the changes; empty if it does.

    :param current: the row that the changes were decided on.
    :param held: the row as it is now.
    :raises PosConflictError: somebody else changed one of these keys in between.
    :raises UnsupportedByPosError: a field that cannot be changed.
    """
    refused = sorted(changes.keys() - RULES.updatable)
    if refused:
        raise UnsupportedByPosError(f"Treez takes no changes of {', '.join(refused)}")
    wanted = {_KEYS[name]: _wire_value(name, changes, held) for name in changes if name in _KEYS}
    if changes.keys() & _PLACES.keys():
        wanted["addresses"] = _addresses(_listed(held), changes)
    wanted |= _without_card(held, wanted)
    needed = {key: value for key, value in wanted.items() if not _is_held(key, held, value)}
    moved = [k for k in needed if k in current and not _same(k, current[k], held.get(k))]
    if moved:
        raise PosConflictError(f"changed at Treez meanwhile: {', '.join(sorted(moved))}")
    if not needed:
        return {}
    return {**{key: held[key] for key in _REQUIRED if held.get(key)}, **needed}


def parts_of_no_address(row: RawRow, changes: Fields) -> frozenset[str]:
    """Name the changes of an address that Treez would refuse, because it would not be whole [doc].

    One that is emptied altogether is none any more.
    """
    named = frozenset(changes.keys() & _PLACES.keys())
    if not named:
        return named
    is_whole = all(
        str(address.get(key) or "").strip()
        for address in _addresses(_listed(row), changes)
        for key in ("type", *_PLACES.values())
    )
    return frozenset() if is_whole else named


def is_made_of(row: RawRow, body: Mapping[str, Any], since: dt.datetime) -> bool:
    """Tell whether a row says the same as a create, and is not older than ``since``."""
    if not all(_tells(key, row.get(key), value) for key, value in body.items()):
        return False
    signed_up = wire.moment_of(row.get("signup_date"))
    return signed_up is None or signed_up >= since - _CLOCK_SLACK


def _tells(key: str, held: object, wanted: object) -> bool:
    """Tell whether a row says what was sent; Treez may tell further addresses beside ours."""
    if key != "addresses":
        return _same(key, held, wanted)
    told, sent = (_listed({key: value}) for value in (held, wanted))
    places = [[_folded(address.get(part)) for part in _ADDRESS] for address in told]
    return all([_folded(address.get(part)) for part in _ADDRESS] in places for address in sent)


def criteria_of(fields: Fields, reason: str = "") -> Iterator[Criteria]:
    """Return what finds this person, best first.

    :param reason: Treez's word for the value that is taken, if it named one.
    """
    email, phone, licence, given, family = (
        str(fields.get(name) or "")
        for name in ("email", "phone", "licence", "given_name", "family_name")
    )
    named = {
        "EMAIL": Criteria(email=email),
        "PHONE": Criteria(phone=phone),
        "LICENSE": Criteria(licence=licence),
    }
    taken = [word for word in named if word in reason] or list(named)
    known = [named[word] for word in taken if named[word] != Criteria()]
    if not known and given and family:
        known = [Criteria(given_name=given, family_name=family)]
    yield from known


def the_one(rows: Collection[RawRow], fields: Fields) -> str | None:
    """Return who is meant among those who hold a taken value, if that is beyond doubt."""
    alive = [row for row in rows if str(row.get("status")).upper() != "DEACTIVATED"]
    if len(alive) > 1:
        alive = [row for row in alive if row.get("birthday") == fields.get("born_on")]
    return str(alive[0].get("customer_id")) if len(alive) == 1 else None


def _wire_value(name: str, fields: Fields, held: RawRow | None = None) -> object:
    value = fields[name]
    if name == "marketing_opt_in":
        return None if value is None else not value
    if name == "customer_type":
        return _patient_type(value, fields, held or {})
    if value is None or value == "":
        return [] if name == "groups" else _BLANKS.get(_KEYS[name])
    if name == "phone":
        return lookups.ten_digits(value)
    return GENDERS.get(value, value) if name == "gender" else value


def _patient_type(kind: FieldValue, fields: Fields, held: RawRow | None = None) -> str:
    """A card makes the difference between Treez's two kinds of patients [doc]."""
    if kind != "medical":
        return "ADULT"
    row = held or {}
    card = fields.get("medical_id", row.get("state_medical_id"))
    until = fields.get("medical_expires_on", row.get("permit_expiration"))
    return "MEDICAL_MMID" if card and until else "MEDICAL"


def _without_card(held: RawRow, wanted: Mapping[str, Any]) -> dict[str, str]:
    """Who loses the card is a patient of the other kind: one with a card needs both of these."""
    card = ("state_medical_id", "permit_expiration")
    loses = any(key in wanted and not wanted[key] for key in card)
    is_due = loses and "patient_type" not in wanted and held.get("patient_type") == "MEDICAL_MMID"
    return {"patient_type": "MEDICAL"} if is_due else {}


def _listed(row: RawRow) -> list[dict[str, Any]]:
    addresses = row.get("addresses")
    listed = addresses if isinstance(addresses, list) else []
    return [dict(address) for address in listed if isinstance(address, Mapping)]


def _addresses(listed: list[dict[str, Any]], changes: Fields) -> list[dict[str, Any]]:
    """Lay changes over the address that counts, all others stay; an emptied one goes."""
    primary = next((a for a in listed if a.get("primary") is True), listed[0] if listed else None)
    if primary is None:
        primary = {"type": "address_of_record", "street2": "", "primary": True}
        listed = [primary]
    for name, key in _PLACES.items():
        if name in changes:
            primary[key] = changes[name] or ""
    if "street" in changes:
        # The new street is one line: what was in the second one belonged to the old.
        primary["street2"] = ""
    if any(primary.get(key) for key in _PLACES.values()):
        return listed
    return [address for address in listed if address is not primary]


def _is_held(key: str, held: RawRow, wanted: object) -> bool:
    """Tell whether nothing has to be sent; capitals count where Treez keeps them [doc]."""
    value = held.get(key)
    if key in _AS_TYPED and isinstance(wanted, str) and _folded(wanted):
        return bool(value == wanted)
    return _same(key, value, wanted)


def _same(key: str, held: object, wanted: object) -> bool:
    """Compare as Treez keeps things: in capitals, days with a time, blanks of several kinds."""
    if key == "addresses":
        places = [[_folded(a.get(k)) for k in _ADDRESS] for a in _listed({key: held})]
        return places == [[_folded(a.get(k)) for k in _ADDRESS] for a in _listed({key: wanted})]
    if key in ("birthday", "permit_expiration", "drivers_license_expiration"):
        return _folded(held)[:10] == _folded(wanted)[:10]
    if isinstance(wanted, str) or wanted is None:
        return _folded(held) == _folded(wanted)
    return held == wanted


_AS_TYPED: Final = frozenset(
    {"nickname", "email", "notes", "referral_source", "drivers_license", "state_medical_id"}
)
_ADDRESS: Final = ("type", "street1", "street2", "city", "state", "zipcode", "primary")


def _folded(value: object) -> str:
    text = " ".join(str("" if value is None else value).split()).casefold()
    return "" if text == "n/a" else text
