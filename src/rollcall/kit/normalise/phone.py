"""Phone numbers as E.164, judged by libphonenumber, answered without it where that is safe."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final

import phonenumbers

from rollcall.kit.normalise.characters import visible

_UNKNOWN: Final = 0
_VALID: Final = 1
_INVALID: Final = 2
#: It depends on the seventh digit, too (some Caribbean ranges): the library is asked each time.
_MIXED: Final = 3

#: What the library says about numbers of the North American plan, by their first six digits. One
#: byte each, filled on first use, so that a distinct prefix asks once and memory stays at 1 MB.
_verdicts = bytearray(1_000_000)

_KINDS: Final = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Phone:
    """A valid phone number.

    :param e164: ``+`` and digits.
    :param extension: digits as typed behind ``x`` or ``ext``; empty if none.
    """

    e164: str
    extension: str = ""


def phone_e164(text: str) -> str | None:
    """E.164 form of a number that libphonenumber calls valid when dialled from the US; else None.

    An extension is dropped (:func:`normalise_phone` keeps it). Common US spellings never reach the
    library; the answer is the library's all the same. Idempotent.
    """
    digits = text
    if not (len(text) == 10 and text.isdigit()):
        digits = text.replace("-", "").replace(" ", "").replace("(", "")
        digits = digits.replace(")", "").replace(".", "")
        length = len(digits)
        if length == 12 and digits.startswith("+1"):
            digits = digits[2:]
        elif length == 11 and digits[0] == "1":
            digits = digits[1:]
    # int() and isdigit() take the digits of every script; those are left to the library.
    if len(digits) == 10 and digits.isascii() and digits.isdigit() and digits[0] > "1":
        verdict = _verdicts[int(digits[:6])] or _learn(digits[:6])
        if verdict == _VALID:
            return "+1" + digits
        if verdict == _INVALID:
            return None
    phone = normalise_phone(text)
    return None if phone is None else phone.e164


def normalise_phone(text: str, region: str = "US") -> Phone | None:
    """Ask libphonenumber; None if it does not call the number valid.

    A text that it refuses is tried once more without invisible characters, which come along when
    numbers are pasted. Letters dial what they spell (1-800-FLOWERS).

    :param region: two-letter country in which a number without a country code is meant.
    """
    if not text or text.isspace():
        return None
    phone = _ask_library(text, region)
    if phone is None and not text.isprintable():
        phone = _ask_library(visible(text), region)
    return phone


def last4(text: str) -> str | None:
    """Return the last four digits of a valid number, by which staff look people up."""
    e164 = phone_e164(text)
    return None if e164 is None else e164[-4:]


def _ask_library(text: str, region: str) -> Phone | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(e164=e164, extension=number.extension or "")


def _learn(prefix: str) -> int:
    """Find out the verdict for six leading digits, and remember it.

    Patterns of the library look at seven digits at most, which a test proves on the library's data.
    """
    answers = {_is_valid(f"{prefix}{seventh}000") for seventh in range(10)}
    verdict = _MIXED if len(answers) == 2 else _VALID if answers.pop() else _INVALID
    _verdicts[int(prefix)] = verdict
    return verdict


def _is_valid(national: str) -> bool:
    # The library tries the main region first, so that a match there is its answer, too; asking it
    # costs thirty times as much.
    if _main_region().fullmatch(national):
        return True
    number = phonenumbers.PhoneNumber(country_code=1, national_number=int(national))
    return phonenumbers.is_valid_number(number)


@functools.cache
def _main_region() -> re.Pattern[str]:
    """Whatever is a number in the US, from the library's own data."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region("US")
    descriptions = (getattr(metadata, kind) for kind in _KINDS)
    patterns = {
        description.national_number_pattern
        for description in descriptions
        if description is not None and description.national_number_pattern
    }
    return re.compile("|".join(f"(?:{pattern})" for pattern in sorted(patterns)))
