"""What a kiosk sends to identify somebody: read, checked, brought into normal forms."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rollcall.kit.normalise.dates import DayError, parse_birth_day
from rollcall.kit.normalise.email import email_normal
from rollcall.kit.normalise.names import name_tokens
from rollcall.kit.normalise.phone import phone_e164
from rollcall.proofs.rules.ladder import Given
from rollcall.proofs.rules.limits import CODE_DIGITS

KEYS: Final = ("phone", "email", "first_name", "last_name", "birthday", "code", "send_code")
#: Ways by which a code may be asked for; which of them there are is another question.
CHANNELS: Final = ("email", "sms")
#: What a code by such a way proves: the field of a record.
CONTACT_OF: Final = {"email": "email", "sms": "phone"}
_LONGEST: Final = 200
_MOST_WORDS: Final = 8
_CODE: Final = re.compile(rf"[0-9]{{{CODE_DIGITS}}}", re.ASCII)

Errors = dict[str, list[str]]


class NothingGivenError(ValueError):
    """Neither a contact nor both names: nobody could be meant."""


class GivenInvalidError(ValueError):
    """Values cannot be used.

    :param errors: key of the body → texts, which do not repeat the value.
    """

    def __init__(self, errors: Errors) -> None:
        super().__init__("values cannot be used")
        self.errors = errors


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What was said, and by which way a code shall be sent ("" for none)."""

    given: Given
    send_code: str


def read_given(sent: Mapping[str, Any], *, today: dt.date) -> Asked:
    """Read the member ``identify``; blank values and keys that nobody knows are ignored.

    A phone or an e-mail that has no normal form is compared as it is, and so fits nobody.

    :raises GivenInvalidError: all that is wrong, at once.
    :raises NothingGivenError: nobody could be meant.
    """
    errors: Errors = {}
    texts = {key: _text(key, sent, errors) for key in KEYS}
    born_on = _birthday(texts["birthday"], today, errors)
    code = "".join(texts["code"].split())
    if code and not _CODE.fullmatch(code):
        errors["code"] = [f"has {CODE_DIGITS} digits"]
    if texts["send_code"] and texts["send_code"] not in CHANNELS:
        errors["send_code"] = ["is not included in the list"]
    if errors:
        raise GivenInvalidError(errors)
    given = Given(
        phone=_normal(texts["phone"], phone_e164),
        email=_normal(texts["email"], email_normal),
        given_words=name_tokens(texts["first_name"])[:_MOST_WORDS],
        family_words=name_tokens(texts["last_name"])[:_MOST_WORDS],
        born_on=born_on,
        code=code,
    )
    if not given.has_contact and not given.has_names:
        raise NothingGivenError
    return Asked(given=given, send_code=texts["send_code"])


def _text(key: str, sent: Mapping[str, Any], errors: Errors) -> str:
    value = sent.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        errors[key] = ["is not a text"]
        return ""
    text = value.strip()
    if len(text) > _LONGEST:
        errors[key] = [f"is too long (maximum is {_LONGEST} characters)"]
    elif not text.isprintable():
        errors[key] = ["has characters that cannot be kept"]
    return text


def _normal(text: str, normalise: Any) -> str:  # noqa: ANN401  # text to text or None
    return normalise(text) or text if text else ""


def _birthday(text: str, today: dt.date, errors: Errors) -> str:
    if not text or "birthday" in errors:
        return ""
    try:
        return parse_birth_day(text, today=today).isoformat()
    except DayError:
        errors["birthday"] = ["is not a date (YYYY-MM-DD or MM/DD/YYYY) in the past"]
        return ""
