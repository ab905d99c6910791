"""What a kiosk searches by: read from a query string, brought into normal forms, compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_to_bytes

from rollcall.customers.rules.name_words import LONGEST_WORD
from rollcall.kit.fields import Fields, FieldValue
from rollcall.kit.normalise.dates import DayError, parse_birth_day
from rollcall.kit.normalise.email import email_normal
from rollcall.kit.normalise.ids import id_normal
from rollcall.kit.normalise.names import name_tokens
from rollcall.kit.normalise.phone import phone_e164

#: Parameter of the API → canonical field. The spelling is the original system's.
PARAMETERS: Final[Mapping[str, str]] = {
    "first_name": "given_name",
    "last_name": "family_name",
    "phone": "phone",
    "email": "email",
    "driver_license": "licence",
    "birthday": "born_on",
}
#: Parameters that are compared exactly, by a blind index, and the index's name.
EXACT: Final[Mapping[str, str]] = {
    "phone": "phone",
    "email": "email",
    "driver_license": "licence",
    "birthday": "born_on",
}
NAMES: Final = ("first_name", "last_name")
_BIRTHDAY_ERROR: Final = "is not a date (YYYY-MM-DD or MM/DD/YYYY) in the past"


class CriteriaUnreadableError(ValueError):
    """The query string is not UTF-8."""


class ParameterRepeatedError(ValueError):
    """A criterion was given twice: nobody knows which one is meant."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class CriteriaMissingError(ValueError):
    """Nothing to search for: that would list everybody."""


class CriteriaInvalidError(ValueError):
    """A criterion cannot be what it should be.

    :param errors: parameter → texts, which do not repeat the value.
    """

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


@dataclass(frozen=True, kw_only=True, slots=True)
class Criteria:
    """What to search for; all of it must fit.

    :param names: parameters that were given, in a fixed order.
    :param exact: parameter → normal form; None for a value that has none and so fits nobody.
    :param words: parameter → folded words, each of which must begin a word of that name; none for
        a name without letters, which fits nobody.
    """

    names: tuple[str, ...]
    exact: Mapping[str, str | None] = field(repr=False)
    words: Mapping[str, tuple[str, ...]] = field(repr=False)

    @property
    def is_impossible(self) -> bool:
        """Whether it is clear without looking that nobody fits."""
        return None in self.exact.values() or () in self.words.values()

    def fit(self, values: Fields) -> bool:
        """Whether a record's own values fit: blind indexes may collide, words were cut."""
        return all(
            value is not None and _exact_form(name, values) == value
            for name, value in self.exact.items()
        ) and all(
            bool(words) and _words_fit(words, values.get(PARAMETERS[name]))
            for name, words in self.words.items()
        )


def read_criteria(query: str, *, today: dt.date) -> Criteria:
    """Read the query string of a search, still encoded. Unknown parameters and blanks are ignored.

    :raises CriteriaUnreadableError: a value is not UTF-8.
    :raises ParameterRepeatedError: a known parameter occurs twice, even if one of them is blank.
    :raises CriteriaMissingError: no criterion is left.
    :raises CriteriaInvalidError: the birthday is no day in the past.
    """
    given = _read_parameters(query)
    if not given:
        raise CriteriaMissingError
    names = tuple(name for name in PARAMETERS if name in given)
    return Criteria(
        names=names,
        exact={name: _normal_form(name, given[name], today) for name in names if name in EXACT},
        words={name: name_tokens(given[name]) for name in names if name in NAMES},
    )


def searched_words(words: Sequence[str]) -> list[str]:
    """Words as the dictionary of names holds them: cut, each once."""
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in words))


def _read_parameters(query: str) -> dict[str, str]:
    given: dict[str, str] = {}
    seen: set[str] = set()
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name not in PARAMETERS:
            # A name may be encoded, too; the others are not worth the work.
            name = _decode(name, errors="replace") if "%" in name or "+" in name else ""
            if name not in PARAMETERS:
                continue
        if name in seen:
            raise ParameterRepeatedError(name)
        seen.add(name)
        text = _decode(value).strip()
        if text:
            given[name] = text
    return given


def _decode(text: str, *, errors: str = "strict") -> str:
    """Decode form encoding; the server hands bytes over as Latin-1 characters (WSGI)."""
    if text.isascii() and "%" not in text:
        return text.replace("+", " ")
    try:
        raw = text.replace("+", " ").encode("latin-1", errors="replace")
        return unquote_to_bytes(raw).decode(errors=errors)
    except UnicodeDecodeError as error:
        raise CriteriaUnreadableError from error


def _normal_form(name: str, text: str, today: dt.date) -> str | None:
    # As records are brought into their normal forms; what has none is compared as it was given.
    if name == "phone":
        return phone_e164(text) or text
    if name == "email":
        return email_normal(text) or text
    if name == "driver_license":
        return id_normal(text)
    try:
        return parse_birth_day(text, today=today).isoformat()
    except DayError:
        raise CriteriaInvalidError({name: [_BIRTHDAY_ERROR]}) from None


def _exact_form(name: str, values: Fields) -> FieldValue:
    """As the blind index of the record was made (``rules.values.search_values``)."""
    value = values.get(PARAMETERS[name])
    return id_normal(value) if name == "driver_license" and isinstance(value, str) else value


def _words_fit(words: Sequence[str], name: object) -> bool:
    own = name_tokens(name) if isinstance(name, str) else ()
    return all(any(one.startswith(word) for one in own) for word in words)
