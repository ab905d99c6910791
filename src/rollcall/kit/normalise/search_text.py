"""What one search box was given: every plausible reading of it, several at once."""

from __future__ import annotations

import datetime as dt
import enum
import re
import unicodedata
import uuid
from dataclasses import dataclass
from typing import Final

from rollcall.kit.normalise.characters import visible
from rollcall.kit.normalise.dates import day
from rollcall.kit.normalise.email import email_normal
from rollcall.kit.normalise.ids import id_normal
from rollcall.kit.normalise.names import name_tokens
from rollcall.kit.normalise.phone import phone_e164

#: Characters; nobody types more, and a longer text costs time.
MAX_LENGTH: Final = 200
#: Characters of the longest licence or card number that is looked for.
_MAX_ID_LENGTH: Final = 40

_UUID = re.compile(
    r"\{?[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}\}?", re.IGNORECASE
)
_POS_ID = re.compile(r"(?=\S*\d)[A-Za-z0-9][A-Za-z0-9_:.-]*")
#: Digits behind letters are a licence, not a phone, although the library would dial them.
_PHONE_START = re.compile(r"[+\uff0b(]*\s*\d")
_PHONE_GAPS = re.compile(r"[-. ()]")
_SPACED_SLASH = re.compile(r"(?<=\d) */ *(?=\d)")


class SearchTextProblem(enum.StrEnum):
    """Why a text cannot be searched for."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOTHING_TO_SEARCH = "nothing_to_search"


_MESSAGES: Final = {
    SearchTextProblem.EMPTY: "Type a name, phone number, e-mail, birth date or id.",
    SearchTextProblem.TOO_LONG: f"The search is longer than {MAX_LENGTH} characters.",
    SearchTextProblem.NOTHING_TO_SEARCH: "The search has neither letters nor digits.",
}


class SearchTextError(ValueError):
    """The text cannot be searched for; the message is for the person who typed it."""

    def __init__(self, problem: SearchTextProblem) -> None:
        super().__init__(_MESSAGES[problem])
        self.problem = problem


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class SearchTerms:
    """Plausible readings of a text; all that are set may be tried. Not shown in logs (no repr).

    Name words, a birth date, an e-mail and digits narrow one another down; a phone, its last digits
    and the ids are rival readings of the same digits.

    :param phone_e164: a valid number, in any spelling.
    :param phone_last4: exactly four digits were typed.
    :param phone_suffix: five to nine digits were typed, which may be the end of a number.
    :param email: as :func:`~rollcall.kit.normalise.email.email_normal` gives it.
    :param born_on: a day up to today, US order.
    :param id_key: may be a licence or medical card number, as ``id_normal`` gives it.
    :param external_id: may be the id in a POS, exactly as typed.
    :param public_id: may be a customer's public id.
    :param name_tokens: folded words; the last one may be unfinished.
    """

    phone_e164: str | None = None
    phone_last4: str | None = None
    phone_suffix: str | None = None
    email: str | None = None
    born_on: dt.date | None = None
    id_key: str | None = None
    external_id: str | None = None
    public_id: uuid.UUID | None = None
    name_tokens: tuple[str, ...] = ()


def parse_search_text(text: str, *, today: dt.date) -> SearchTerms:
    """Read what a person typed into one box.

    :param today: births are not after it; decides the century of ``4/17/91``.
    :raises SearchTextError: empty, longer than 200 characters, or no letter or digit in it. Nothing
        else is raised, whatever the text.
    """
    words = _words(text)
    if len(words) == 1 and _UUID.fullmatch(words[0]):
        return SearchTerms(public_id=uuid.UUID(words[0].strip("{}")), external_id=words[0])
    email = _take_email(words)
    born_on, word_of_day = _take_day(words, today)
    coded = [word for word in words if any(character.isdigit() for character in word)]
    plain = [word for word in words if word not in coded]
    # Eight digits are a day, and may be an id all the same.
    if not words and word_of_day.isdigit():
        coded = [word_of_day]
    terms = _read_codes(
        coded,
        alone=email is None and not plain,
        email=email,
        born_on=born_on,
        tokens=name_tokens(" ".join(plain)),
    )
    if terms == SearchTerms():
        raise SearchTextError(SearchTextProblem.NOTHING_TO_SEARCH)
    return terms


def _words(text: str) -> list[str]:
    if len(text) > MAX_LENGTH:
        raise SearchTextError(SearchTextProblem.TOO_LONG)
    # Full-width letters and digits come from phones set to Asian keyboards.
    shown = visible(unicodedata.normalize("NFKC", visible(text)))
    if not shown:
        raise SearchTextError(SearchTextProblem.EMPTY)
    return _SPACED_SLASH.sub("/", shown).split()


def _take_email(words: list[str]) -> str | None:
    for index, word in enumerate(words):
        email = email_normal(word.strip("<>,;")) if "@" in word else None
        if email is not None:
            del words[index]
            return email
    return None


def _take_day(words: list[str], today: dt.date) -> tuple[dt.date | None, str]:
    for index, word in enumerate(words):
        found = day(word.strip(",;"), latest=today)
        if found is not None:
            del words[index]
            return found, word
    return None, ""


def _read_codes(
    coded: list[str],
    *,
    alone: bool,
    email: str | None,
    born_on: dt.date | None,
    tokens: tuple[str, ...],
) -> SearchTerms:
    """Fill in the readings of the words that have digits in them.

    :param alone: nothing else was typed, so that the text may be a POS's own id.
    """
    joined = " ".join(coded)
    phone = phone_e164(joined) if _PHONE_START.match(joined) else None
    # Brackets and hyphens say that a number was meant as a phone number.
    is_only_phone = phone is not None and not joined.isalnum()
    is_day = born_on is not None and joined == f"{born_on:%Y%m%d}"
    one_word = alone and len(coded) == 1 and _POS_ID.fullmatch(joined) is not None
    return SearchTerms(
        phone_e164=phone,
        phone_last4=joined if len(joined) == 4 and _is_ascii_digits(joined) else None,
        email=email,
        born_on=born_on,
        phone_suffix=_phone_suffix(joined) if phone is None and not is_day else None,
        id_key=None if is_only_phone else _id_key(joined),
        external_id=joined if one_word and not is_only_phone else None,
        name_tokens=tokens,
    )


def _phone_suffix(joined: str) -> str | None:
    digits = _PHONE_GAPS.sub("", joined)
    return digits if 5 <= len(digits) <= 9 and _is_ascii_digits(digits) else None


def _id_key(joined: str) -> str | None:
    key = id_normal(joined)
    return key if key is not None and len(key) <= _MAX_ID_LENGTH else None


def _is_ascii_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
