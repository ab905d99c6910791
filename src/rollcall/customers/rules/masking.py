"""Which values a role may read beyond what stands now, and values shown only in part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from rollcall.kit.fields import FieldValue
from rollcall.kit.scope import Role

#: Numbers of documents and free text: what they were before is no business of the counter.
_FOR_MANAGERS: Final = frozenset({"licence", "medical_id", "notes"})
#: Always as long, so that nobody can count what is behind it.
_HIDDEN: Final = "•••"
#: Of shorter numbers even the last digits would tell too much.
_SHORTEST_NUMBER: Final = 7
_MOST_WORDS: Final = 4


def shows_history(role: Role, field: str) -> bool:
    """Tell whether a role may read a field's former values."""
    return role.includes(Role.MANAGER) or (role.includes(Role.STAFF) and field not in _FOR_MANAGERS)


def is_masked(role: Role, field: str) -> bool:
    """Tell whether programs of a role get a field's value in part only."""
    return field in _MASKS and not role.includes(Role.MANAGER)


def mask_value(role: Role, field: str, value: FieldValue) -> FieldValue:
    """Return a value as programs of a role get it: of a birth date the year, of numbers the end."""
    if value is None or not is_masked(role, field):
        return value
    return _MASKS[field](str(value))


def _year(text: str) -> str:
    return text[:4]


def _last_four(text: str) -> str:
    return f"{_HIDDEN} {text[-4:]}" if len(text) >= _SHORTEST_NUMBER else _HIDDEN


#: Field → what whoever is below a manager gets of it.
_MASKS: Final[Mapping[str, Callable[[str], str]]] = {
    "born_on": _year,
    "licence": _last_four,
    "medical_id": _last_four,
}


def mask_name(name: str) -> str:
    """``Nora Okafor`` → ``N••• O•••``: enough for whoever knows the person."""
    return " ".join(word[0] + _HIDDEN for word in name.split()[:_MOST_WORDS])


def mask_phone(phone: str) -> str:
    """``+14155550177`` → ``••• 77``; "" stays "" here and below."""
    digits = [one for one in phone if one.isdecimal()]
    if len(digits) < _SHORTEST_NUMBER:
        return _HIDDEN if phone else ""
    return f"{_HIDDEN} {''.join(digits[-2:])}"


def mask_email(email: str) -> str:
    """``nora@example.com`` → ``n•••@e•••.com``."""
    local, at, host = email.rpartition("@")
    name, dot, end = host.rpartition(".")
    if not (at and local and dot and name and end):
        return _HIDDEN if email else ""
    return f"{local[0]}{_HIDDEN}@{name[0]}{_HIDDEN}.{end}"
