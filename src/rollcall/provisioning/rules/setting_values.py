"""From what somebody typed to a connector's settings, with every problem in words."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, SecretStr, ValidationError

from rollcall.provisioning.rules.setting_fields import Control, SettingField, as_text
from rollcall.provisioning.rules.targets import check_address

ModelT = TypeVar("ModelT", bound=BaseModel)

#: Beyond it a text is no setting.
_MOST_CHARACTERS: Final = 20_000
#: Of what a POS says.
_MOST_WORDS: Final = 300
_WORDS: Final[Mapping[str, str]] = {
    "missing": "is needed",
    "string_too_short": "is needed",
    "too_short": "is needed",
    "string_too_long": "is longer than {max_length} characters",
    "too_long": "is longer than {max_length} allow",
    "string_pattern_mismatch": "does not look like one; see what is said about it",
    "int_parsing": "has to be a whole number",
    "int_from_float": "has to be a whole number",
    "float_parsing": "has to be a number",
    "finite_number": "has to be a number",
    "greater_than_equal": "has to be {ge} or more",
    "less_than_equal": "has to be {le} or less",
    "greater_than": "has to be more than {gt}",
    "less_than": "has to be less than {lt}",
    "literal_error": "has to be one of the list",
    "enum": "has to be one of the list",
}


@dataclass(frozen=True, kw_only=True)
class Filled(Generic[ModelT]):
    """What a form was filled with.

    :param settings: None if something is wrong.
    :param problems: words by the name of the setting; under ``""`` what concerns several.
    """

    settings: ModelT | None = field(default=None, repr=False)
    problems: Mapping[str, str]


def read_settings(
    model: type[ModelT],
    fields: Sequence[SettingField],
    typed: Mapping[str, str],
    *,
    held: Mapping[str, object],
    dropped: frozenset[str] = frozenset(),
    trusted: frozenset[str] = frozenset(),
) -> Filled[ModelT]:
    """Check everything at once; no problem repeats what was typed into a secret.

    What is typed as it is by default is left to the default, so that a later version may change it.

    :param held: what the connection has now; a secret that is not typed stays.
    :param dropped: names of held secrets to forget.
    :param trusted: addresses that need no check, because the connection has them already.
    """
    reader = _Reader(fields, held, dropped, trusted)
    values = reader.read(typed)
    problems = reader.problems
    try:
        settings = model.model_validate(values)
    except ValidationError as error:
        found = _in_words(error)
        if problems:
            found.pop("", None)  # it may only be what was found already, in other words
        return Filled(problems={**found, **problems})
    return Filled(settings=None if problems else settings, problems=problems)


class _Reader:
    """Turns texts into what the model takes, and gathers what the model cannot say."""

    def __init__(
        self,
        fields: Sequence[SettingField],
        held: Mapping[str, object],
        dropped: frozenset[str],
        trusted: frozenset[str],
    ) -> None:
        self._fields, self._held = fields, held
        self._dropped, self._trusted = dropped, trusted
        self._has_moved = False
        self.problems: dict[str, str] = {}

    def read(self, typed: Mapping[str, str]) -> dict[str, object]:
        values: dict[str, object] = {}
        self._has_moved = any(self._is_new_address(one, typed) for one in self._fields)
        for one in self._fields:
            text = typed.get(one.name, "").replace("\r\n", "\n").strip()
            try:
                _check_text(text, lines=one.control is Control.PAIRS)
                value = self._value(one, text)
            except ValueError as error:
                self.problems[one.name] = str(error)
                value = text or None
            if value is not None:
                values[one.name] = value
        return values

    def _value(self, one: SettingField, text: str) -> object:
        if one.control is Control.SECRET:
            return text or self._kept_secret(one.name)
        if one.control is Control.SWITCH:
            return self._unless_default(one, text, value=text == "yes")
        if not text:
            return None
        if one.is_address and text not in self._trusted:
            check_address(text)
        if one.control is Control.PAIRS:
            return self._unless_default(one, text, value=_read_pairs(text))
        if one.control is Control.DAY:
            return self._unless_default(one, text, value=_read_day(text))
        return self._unless_default(one, text, value=text)

    def _kept_secret(self, name: str) -> object:
        if name in self._dropped or name not in self._held:
            return None
        if self._has_moved:
            raise ValueError("has to be typed again, because an address has changed")
        return self._held[name]

    def _is_new_address(self, one: SettingField, typed: Mapping[str, str]) -> bool:
        # A secret that somebody else typed must not be sent to where the next one pleases.
        now = typed.get(one.name, "").strip() or one.default
        return one.is_address and now != as_text(self._held.get(one.name, one.default))

    def _unless_default(self, one: SettingField, text: str, *, value: object) -> object:
        by_default = not one.is_required and text == one.default and one.name not in self._held
        return None if by_default else value


def _check_text(text: str, *, lines: bool) -> None:
    if len(text) > _MOST_CHARACTERS:
        raise ValueError("is far too long")
    shown = text.replace("\n", "") if lines else text
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in shown):
        raise ValueError("holds a character that cannot be shown; type it, or copy it again")


def _read_day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError("has to be a day such as 2024-01-31") from None


def _read_pairs(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        name, equals, value = (part.strip() for part in line.partition("="))
        if not (name and equals and value):
            raise ValueError(f"line {number} is not name=value")
        if name in pairs:
            raise ValueError(f"line {number} has a name that stands further up already")
        pairs[name] = value
    return pairs


def _in_words(error: ValidationError) -> dict[str, str]:
    problems: dict[str, str] = {}
    for one in error.errors(include_url=False, include_input=False):
        name = str(one["loc"][0]) if one["loc"] else ""
        problems.setdefault(name, _message(one))
    return problems


def _message(one: Mapping[str, Any]) -> str:
    if one["type"] == "value_error":
        return str(one["msg"]).removeprefix("Value error, ")
    words = _WORDS.get(one["type"])
    if words is None:
        return "cannot be used as it is"
    return words.format_map(one.get("ctx", {}))


def secrets_of(settings: BaseModel) -> list[str]:
    """The texts that nobody may see, the longest first."""
    values = (getattr(settings, name) for name in type(settings).model_fields)
    texts = (one.get_secret_value() for one in values if isinstance(one, SecretStr))
    return sorted((text for text in texts if text), key=len, reverse=True)


def without_secrets(text: str, settings: BaseModel) -> str:
    """A POS's words with every secret of the settings cut out, and cut short."""
    for secret in secrets_of(settings):
        text = text.replace(secret, "…")
    return text if len(text) <= _MOST_WORDS else text[:_MOST_WORDS] + "…"
