"""Turns canonical values into what Flowhub takes: bodies of creates, and of updates in full."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from rollcall.kit.normalise.phone import phone_e164
from rollcall.pos.connectors.flowhub import mapping, values
from rollcall.pos.contract import RawRow
from rollcall.pos.errors import PosRefusedDataError
from rollcall.pos.fields import Fields, FieldValue
from rollcall.pos.writing import is_empty

NAMES: Final = frozenset({"given_name", "middle_name", "family_name"})
#: What Flowhub keeps, but never tells again [doc].
WRITE_ONLY: Final[Mapping[str, str]] = {
    "medical_id": "medId",
    "medical_expires_on": "medIdExpiration",
    "licence": "stateId",
    "licence_expires_on": "stateIdExpiration",
}
#: Canonical field → key of the body.
_KEYS: Final[Mapping[str, str]] = {
    "born_on": "birthDate",
    "phone": "phone",
    "email": "email",
    "street": "streetAddress1",
    "city": "city",
    "state": "state",
    "zip": "zip",
    "customer_type": "type",
    "email_opt_in": "consentsToPromotionalEmail",
    "sms_opt_in": "consentsToPromotionalSMS",
}
CREATABLE: Final = NAMES | _KEYS.keys() | WRITE_ONLY.keys()
UPDATABLE: Final = NAMES | _KEYS.keys() | {"groups"}
CLEARABLE: Final = frozenset({"middle_name", "phone", "email", "street", "city", "zip", "groups"})
REQUIRED: Final = frozenset({"given_name", "family_name", "born_on", "state"})
#: canonical customer_type → ``type``.
TYPES: Final = {meaning: word for word, meaning in mapping.TYPES.items()}
USUAL_TYPE: Final = "recCustomer"
_ORDER: Final = ("given_name", "middle_name", "family_name")
#: Keys of a row that no body may hold: ``groups`` are read by name and written by id [doc].
_READ_ONLY: Final = frozenset(
    {"id", "createdAt", "updatedAt", "country", "loyaltyPointsInPennies", "groups"}
)
_STRICT_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def new_body(fields: Fields) -> dict[str, Any]:
    """Return the body that creates a customer; nothing empty is in it."""
    given = {name: fields[name] for name in fields if not is_empty(fields, name)}
    body: dict[str, Any] = {"name": " ".join(_all({n: _words(given.get(n)) for n in _ORDER}))}
    for name, key in {**_KEYS, **WRITE_ONLY}.items():
        if name in given:
            body[key] = _written(name, given[name])
    body.setdefault("type", USUAL_TYPE)
    return body


def changed_keys(
    row: RawRow, told: Fields, changes: Fields, group_ids: Mapping[str, str]
) -> dict[str, Any]:
    """Return the keys of a body that differ from a row; empty if the row says it all already.

    :param told: the row's canonical fields.
    :raises PosRefusedDataError: a group without an id, or emptied what has to be there.
    """
    emptied = [n for n in changes if is_empty(changes, n) and n not in CLEARABLE]
    if emptied:
        message = f"Flowhub keeps nobody without: {', '.join(sorted(emptied))}"
        raise PosRefusedDataError(message, code="required")
    keys: dict[str, Any] = {}
    for name, key in _KEYS.items():
        if name in changes and not _agree(changes[name], told.get(name)):
            keys[key] = _written(name, changes[name])
    if "streetAddress1" in keys:
        keys["streetAddress2"] = ""
    full = renamed(str(row.get("name") or ""), changes)
    if full is not None:
        keys["name"] = full
    if "groups" in changes and (changes["groups"] or []) != (told.get("groups") or []):
        keys["groups"] = _group_entries(changes["groups"], group_ids)
    return {key: value for key, value in keys.items() if row.get(key) != value}


def whole_body(row: RawRow, keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with changed keys laid over: an update replaces everything [guess].

    Keys that we do not know are sent back as they came; what is null stays away.
    """
    body = {k: v for k, v in row.items() if k not in _READ_ONLY and v is not None}
    born = str(body.get("birthDate") or "")
    if len(born) > len("1986-02-09") and _STRICT_DAY.match(born):
        # Old rows may tell a time that a body may not hold.
        body["birthDate"] = born[:10]
    return {**body, **keys}


def renamed(name: str, changes: Fields) -> str | None:
    """Return the one name after some of its parts changed; None if it says so already.

    The parts that a name is taken into are an opinion (``Mary Ann Lee``: is Ann a second given
    name?), so what the whole already begins or ends with is not put into it once more.
    """
    parts = mapping.name_parts(values.name(name))
    changed = {part: _words(changes[part]) for part in _ORDER if part in changes}
    before = {part: _words(parts[part]) for part in _ORDER}
    wanted = {**before, **changed}
    if not changed or any(_says(words, wanted, changed) for words in (name.split(), _all(before))):
        return None
    given, middle, family = (wanted[part] for part in _ORDER)
    if "middle_name" not in changed and (
        given[len(given) - len(middle) :] == middle or family[: len(middle)] == middle
    ):
        middle = []
    return " ".join([*given, *middle, *family])


def _says(
    words: list[str], wanted: Mapping[str, list[str]], changed: Mapping[str, list[str]]
) -> bool:
    """Tell whether a whole name, however it is taken apart, holds each changed part."""
    given, middle, family = (wanted[part] for part in _ORDER)
    if "middle_name" in changed and not middle:
        # Nothing may stand between the others.
        return words == given + family
    says = {
        "given_name": words[: len(given)] == given,
        "middle_name": words[len(given) : len(given) + len(middle)] == middle,
        "family_name": words[len(words) - len(family) :] == family,
    }
    long_enough = len(words) >= sum(map(len, changed.values()))
    return long_enough and all(says[part] for part in changed)


def _written(name: str, value: FieldValue) -> object:
    if isinstance(value, bool):
        return value
    text = " ".join(str(value or "").split())
    if name == "phone":
        return _national(text)
    if name == "customer_type":
        return TYPES.get(text, text)
    return text.upper() if name == "state" else text


def _national(phone: str) -> str:
    """Write ten digits, as in Flowhub's own example of a create; other countries' as they are."""
    e164 = phone_e164(phone) or ""
    return values.ten_digits(e164) if e164.startswith("+1") else phone


def _group_entries(names: FieldValue, group_ids: Mapping[str, str]) -> list[dict[str, str]]:
    wanted = names if isinstance(names, list) else []
    if any(name not in group_ids for name in wanted):
        message = "a group has no id in the connection's settings; Flowhub takes groups by id only"
        raise PosRefusedDataError(message, code="group_unknown")
    return [{"groupId": group_ids[name]} for name in wanted]


def _agree(wanted: FieldValue, told: FieldValue) -> bool:
    if isinstance(wanted, bool) or isinstance(told, bool):
        return wanted is told
    return " ".join(str(wanted or "").split()) == str(told or "")


def _all(parts: Mapping[str, list[str]]) -> list[str]:
    return [word for part in _ORDER for word in parts[part]]


def _words(value: object) -> list[str]:
    return str(value or "").split()
