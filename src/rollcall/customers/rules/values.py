"""Bringing canonical values into the hub's normal forms."""

from __future__ import annotations

from typing import Final

from rollcall.kit.fields import Fields, FieldValue
from rollcall.kit.normalise.email import email_normal
from rollcall.kit.normalise.ids import id_normal
from rollcall.kit.normalise.names import fold_name
from rollcall.kit.normalise.phone import phone_e164

_SHORTEST_PHONE: Final = 7
#: Characters of a name that are searched: the database's index takes no more than 2,704 bytes.
_SEARCHED_NAME: Final = 200


def normalise_fields(fields: Fields) -> dict[str, FieldValue]:
    """Normal forms where there are any; what has none is kept as it was given, never dropped."""
    values = dict(fields)
    phone = values.get("phone")
    if isinstance(phone, str):
        values["phone"] = phone_e164(phone) or phone.strip() or None
    email = values.get("email")
    if isinstance(email, str):
        values["email"] = email_normal(email) or email.strip() or None
    return values


def search_values(values: Fields) -> dict[str, str]:
    """What each blind index is made from; a value without a normal form has no index.

    The names of the result are the index columns without ``_key``.
    """
    found: dict[str, str] = {}
    phone = values.get("phone")
    if isinstance(phone, str):
        found["phone"] = phone
        # Old POS data holds numbers without an area code; their last digits still find them.
        digits = "".join(filter(str.isdigit, phone))
        if len(digits) >= _SHORTEST_PHONE:
            found["phone_last4"] = digits[-4:]
    email = values.get("email")
    if isinstance(email, str):
        found["email"] = email
    born_on = values.get("born_on")
    if isinstance(born_on, str):
        found["born_on"] = born_on
    for name in ("licence", "medical_id"):
        number = values.get(name)
        normal = id_normal(number) if isinstance(number, str) else None
        if normal:
            found[name] = normal
    return found


def folded_names(values: Fields) -> tuple[str, str]:
    """Given and family name as they are searched: folded, without accents."""
    given, family = values.get("given_name"), values.get("family_name")
    return (
        fold_name(given)[:_SEARCHED_NAME].rstrip() if isinstance(given, str) else "",
        fold_name(family)[:_SEARCHED_NAME].rstrip() if isinstance(family, str) else "",
    )
