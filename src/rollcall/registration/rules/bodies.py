"""What a kiosk sends of a customer: read, checked, brought into canonical fields.

Keys are the original system's; further ones are the canonical names. Unknown keys are dropped, as
there. Texts of errors are the original's where it has them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from rollcall.kit.fields import FIELDS, Fields, FieldType, FieldValue
from rollcall.kit.normalise.dates import EARLIEST_YEAR
from rollcall.kit.normalise.email import email_normal
from rollcall.kit.normalise.phone import phone_e164

#: Key of the body → canonical field.
KEYS: Final[Mapping[str, str]] = {
    "first_name": "given_name",
    "last_name": "family_name",
    "gender": "gender",
    "birthday": "born_on",
    "email": "email",
    "phone": "phone",
    "drivers_license": "licence",
    "notes": "notes",
    **{
        name: name
        for name in (
            "middle_name", "nickname", "licence_state", "licence_expires_on", "medical_id",
            "medical_expires_on", "street", "city", "state", "zip", "customer_type",
            "marketing_opt_in", "email_opt_in", "sms_opt_in", "referral_source",
        )
    },
}  # fmt: skip
#: Canonical field → key of the body, for errors.
KEY_OF: Final[Mapping[str, str]] = {field: key for key, field in KEYS.items()}

_GENDERS: Final = {
    "m": "male", "male": "male", "f": "female", "female": "female", "n": "nonbinary",
    "nonbinary": "nonbinary", "non-binary": "nonbinary", "x": "nonbinary", "u": "unspecified",
    "unspecified": "unspecified",
}  # fmt: skip
_TYPES: Final = frozenset({"adult", "medical", "caregiver"})
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LONGEST: Final = {"notes": 2000}
_LONGEST_USUAL: Final = 200
_BREAKS: Final = "\n\t"

Errors = dict[str, list[str]]


class BodyUnreadableError(ValueError):
    """The body is not a JSON object."""


class CustomerMissingError(ValueError):
    """There is no object ``customer``, or it is empty."""


class CustomerInvalidError(ValueError):
    """Values cannot be used.

    :param errors: key of the body → texts, which do not repeat the value.
    """

    def __init__(self, errors: Errors) -> None:
        super().__init__("values cannot be used")
        self.errors = errors


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerBody:
    """What was sent: canonical field → value; None where it is to be empty."""

    fields: Fields = field(repr=False)

    @property
    def is_lead(self) -> bool:
        """Whether a phone is all that is known: nobody can be registered at a POS so."""
        return {name for name, value in self.fields.items() if value is not None} == {"phone"}


def read_customer(body: bytes, *, today: dt.date) -> CustomerBody:
    """Read ``{"customer": {…}}``.

    :raises BodyUnreadableError: no JSON object.
    :raises CustomerMissingError: nothing in it of a customer.
    :raises CustomerInvalidError: all that is wrong, at once.
    """
    try:
        decoded = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BodyUnreadableError from None
    if not isinstance(decoded, dict):
        raise BodyUnreadableError
    sent = decoded.get("customer")
    if not isinstance(sent, dict):
        raise CustomerMissingError
    return read_fields(sent, today=today)


def read_fields(sent: Mapping[str, Any], *, today: dt.date) -> CustomerBody:
    """Read what was sent of a customer; keys that nobody knows are dropped.

    :raises CustomerMissingError: nothing was sent.
    :raises CustomerInvalidError: all that is wrong, at once.
    """
    if not sent:
        raise CustomerMissingError
    fields: dict[str, FieldValue] = {}
    errors: Errors = {}
    for key, name in KEYS.items():
        if key in sent:
            try:
                fields[name] = _read(name, sent[key], today)
            except _WrongError as error:
                errors[key] = [str(error)]
    if errors:
        raise CustomerInvalidError(errors)
    return CustomerBody(fields=fields)


class _WrongError(ValueError):
    pass


def _read(name: str, value: Any, today: dt.date) -> FieldValue:  # noqa: ANN401 - decoded JSON
    if value is None:
        return None
    kind = FIELDS[name].type
    if kind is FieldType.FLAG:
        if not isinstance(value, bool):
            raise _WrongError("is neither true nor false")
        return value
    text = _text(name, value)
    if not text:
        return None
    if kind is FieldType.DATE:
        return _day(name, text, today)
    return _READERS.get(name, _as_it_is)(text)


def _text(name: str, value: Any) -> str:  # noqa: ANN401 - decoded JSON
    if not isinstance(value, str):
        raise _WrongError("is not a text")
    text = " ".join(value.split()) if name != "notes" else value.strip()
    longest = _LONGEST.get(name, _LONGEST_USUAL)
    if len(text) > longest:
        raise _WrongError(f"is too long (maximum is {longest} characters)")
    if not all(letter.isprintable() or letter in _BREAKS for letter in text):
        raise _WrongError("has characters that cannot be kept")
    return text


def _day(name: str, text: str, today: dt.date) -> str:
    if not _DAY.fullmatch(text):
        raise _WrongError("expected format is yyyy-MM-dd")
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise _WrongError("is not a valid date") from None
    if day.year < EARLIEST_YEAR or (name == "born_on" and day > today):
        raise _WrongError("is not a valid date")
    return text


def _as_it_is(text: str) -> str:
    return text


def _phone(text: str) -> str:
    normal = phone_e164(text)
    if normal is None:
        raise _WrongError("is invalid")
    return normal


def _email(text: str) -> str:
    if email_normal(text) is None:
        raise _WrongError("is invalid")
    return text


def _gender(text: str) -> str:
    known = _GENDERS.get(text.casefold())
    if known is None:
        raise _WrongError("is not included in the list")
    return known


def _customer_type(text: str) -> str:
    if text.casefold() not in _TYPES:
        raise _WrongError("is not included in the list")
    return text.casefold()


_READERS: Final[Mapping[str, Callable[[str], str]]] = {
    "phone": _phone,
    "email": _email,
    "gender": _gender,
    "customer_type": _customer_type,
    "state": str.upper,
    "licence_state": str.upper,
}
