"""What of one record counts when it is compared: normal forms, and nothing that says nothing."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from rollcall.identity.rules.addresses import read_address
from rollcall.identity.rules.pet_names import pet_forms
from rollcall.kit.fields import FieldValue
from rollcall.kit.normalise.dates import day
from rollcall.kit.normalise.email import email_key
from rollcall.kit.normalise.ids import id_normal
from rollcall.kit.normalise.names import name_tokens
from rollcall.kit.normalise.phone import phone_e164

#: Longer values are no evidence: nobody has such a name, and comparing them costs.
LONGEST: Final = 254


def _words(listing: str) -> frozenset[str]:
    return frozenset(listing.split())


_SUFFIXES: Final = {
    "jr": "2", "junior": "2", "ii": "2", "2nd": "2", "sr": "1", "senior": "1", "iii": "3",
    "3rd": "3", "iv": "4", "4th": "4",
}  # fmt: skip
_TITLES: Final = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "md", "phd", "esq"})
_PARTICLES: Final = _words("""
af al ap av bin bint da dal das de del della den der des di dos du el ibn la las le los mac
san santa st ste ten ter van vom von y zu zum zur
""")
_NO_NAME: Final = _words("""
adult anonymous brother cash child customer dad daughter declined dontknow dr fake father female
first fname gentleman gentlemen given grandchild granddaughter grandson guest hija hijo
household husband inmate kid last lname male miss mom mother mr mrs ms na name nephew niece nobody
none null occupant oldest online patient refuse refused resident respondent senor senora
sister spouse test tester unknown walkin wife woman xxx youngest
""")
#: Some of these are names, but no two of them together are.
_NO_PHRASE: Final = _NO_NAME | _words("""
baby boy boyfriend dont friend girl girlfriend in know lady man my of old roommate son the young
""")
_EIGHT_DIGITS: Final = re.compile(r"(\d{4})[-/]?(\d{2})[-/]?(\d{2})", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One record as the matcher sees it; None says nothing, neither for nor against.

    :param given: folded given names without middle initials, single spaces between.
    :param family: folded family name without spaces (``de la Cruz`` and ``Delacruz`` are one).
    :param family_parts: its words without particles, single spaces between.
    :param suffix: which of that name: ``1`` senior, ``2`` junior, ``3`` …
    :param born: ``YYYY-MM-DD``; may be a day that no calendar has, if eight digits were given.
    :param phone: E.164, or the bare digits of what is no valid number.
    :param street: without its unit (flat, suite), common words abbreviated.
    :param gender: ``f`` or ``m``; other answers are no evidence of being another person.
    """

    given: str | None = None
    family: str | None = None
    family_parts: str | None = None
    suffix: str | None = None
    born: str | None = None
    gender: str | None = None
    licence: str | None = None
    licence_state: str | None = None
    medical: str | None = None
    phone: str | None = None
    email: str | None = None
    street: str | None = None
    unit: str | None = None
    zip: str | None = None


EVIDENCE_COLUMNS: Final[tuple[str, ...]] = tuple(field.name for field in fields(Evidence))


def evidence_of(record: Mapping[str, FieldValue]) -> Evidence:
    """Read a record's canonical fields (``rollcall.kit.fields``); whatever they hold, no error."""
    held = {
        name: value
        for name, value in record.items()
        if value and isinstance(value, str) and len(value) <= LONGEST
    }
    text = held.get
    given, given_suffix = _given(text("given_name", ""))
    family, parts, suffix = _family(text("family_name", ""))
    licence = _id(text("licence", ""))
    address = read_address(text("street", ""), text("zip", ""))
    return Evidence(
        given=given,
        family=family,
        family_parts=parts,
        suffix=suffix or given_suffix,
        born=_born(text("born_on", "")),
        gender=_GENDERS.get(text("gender", "").strip().lower()),
        licence=licence,
        licence_state=_state(text("licence_state", "")) if licence else None,
        medical=_id(text("medical_id", "")),
        phone=_phone(text("phone", "")),
        email=_email(text("email", "")),
        street=address.street,
        unit=address.unit,
        zip=address.zip,
    )


def given_forms(given: str) -> frozenset[str]:
    """What else the first of these given names may be called by."""
    return pet_forms(given.partition(" ")[0])


_GENDERS: Final = {"female": "f", "f": "f", "male": "m", "m": "m"}


@functools.lru_cache(maxsize=1 << 10)
def _state(text: str) -> str | None:
    return text.strip().upper() or None


@functools.lru_cache(maxsize=1 << 16)
def _given(text: str) -> tuple[str | None, str | None]:
    words, suffix = _name_words(text)
    while len(words) > 1 and len(words[-1]) == 1:
        words.pop()  # a middle initial, which most registers leave out
    return " ".join(words) or None, suffix


@functools.lru_cache(maxsize=1 << 17)
def _family(text: str) -> tuple[str | None, str | None, str | None]:
    words, suffix = _name_words(text)
    parts = [word for word in words if word not in _PARTICLES] or words
    return "".join(words) or None, " ".join(parts) or None, suffix


def _name_words(text: str) -> tuple[list[str], str | None]:
    words = [word for word in name_tokens(text) if word not in _TITLES or text.count(" ") == 0]
    suffix = None
    while len(words) > 1 and words[-1] in _SUFFIXES:
        suffix = _SUFFIXES[words.pop()]
    if (_NO_PHRASE if len(words) > 1 else _NO_NAME).issuperset(words):
        words = []
    return words, suffix


@functools.lru_cache(maxsize=1 << 16)
def _born(text: str) -> str | None:
    text = text.strip()
    if not text:
        return None
    known = day(text)
    if known is not None:
        return known.isoformat()
    # A slip of the keyboard may make a day that no calendar has; its other digits still count.
    match = _EIGHT_DIGITS.fullmatch(text)
    if match is None or match[1] == "0000":
        return None
    return f"{match[1]}-{match[2]}-{match[3]}"


def _phone(text: str) -> str | None:
    if not text:
        return None
    known = phone_e164(text)
    if known is None:
        digits = "".join(c for c in text if c.isascii() and c.isdigit())[-10:]
        known = digits if len(digits) >= 7 else ""
    national = known[-10:]
    return known if len(set(national[-7:])) > 2 and national not in _COUNTED else None


#: What fingers type into a field that must not stay empty.
_COUNTED: Final = frozenset({"1234567890", "0123456789", "9876543210", "1231231234"})


def _email(text: str) -> str | None:
    if not text:
        return None
    key = email_key(text)
    if key is None:
        return None
    return None if key.partition("@")[0] in _NO_MAIL else key


_NO_MAIL: Final = _words("""
none no na n/a noemail no.email no-email nomail noreply no-reply test example fake declined
refused unknown null email customer guest walkin anonymous nobody abc a x xx xxx asdf
""")


def _id(text: str) -> str | None:
    key = id_normal(text) if text else None
    return key if key and len(key) >= 4 else None
