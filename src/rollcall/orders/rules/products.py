"""What a catalogue says of a product: one shape for the file, the table of a shop, and the API."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from rollcall.orders.rules.money import AmountError, read_amount

LONGEST_SKU: Final = 100
LONGEST_NAME: Final = 200
LONGEST_VALUE_ID: Final = 60
MOST_VALUES: Final = 50
Errors = dict[str, list[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceSaid:
    """One price under a name."""

    external_id: str
    name: str
    value: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductSaid:
    """A product as a catalogue has it.

    :param active: None leaves it as it is; a new one is sold.
    """

    sku: str
    name: str
    values: Sequence[PriceSaid]
    active: bool | None = None


class ProductInvalidError(ValueError):
    """This is no product; ``errors`` says which member is wrong and how, without values."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("a product cannot be used")
        self.errors = errors


def read_product(given: Mapping[str, object]) -> ProductSaid:
    """Read ``sku``, ``name``, ``active`` and ``values`` (each ``id``, ``name``, ``value``).

    :raises ProductInvalidError: everything that is wrong, at once.
    """
    reader = _Reader()
    reader.refuse_others(given, ("sku", "name", "active", "values"), "")
    said = ProductSaid(
        sku=reader.text(given, "sku", "sku", longest=LONGEST_SKU),
        name=reader.text(given, "name", "name", longest=LONGEST_NAME),
        values=reader.values(given.get("values")),
        active=reader.flag(given, "active"),
    )
    if reader.errors:
        raise ProductInvalidError(reader.errors)
    return said


def check_text(value: object, *, longest: int) -> str:
    """Return a text for one line, without white space around.

    :raises ValueError: why it cannot be used.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        raise ValueError("can't be blank")
    if not isinstance(value, str):
        raise ValueError("is not a text")  # noqa: TRY004  # told to whoever sent it
    text = unicodedata.normalize("NFC", value.strip())
    if not text:
        raise ValueError("can't be blank")
    if len(text) > longest:
        raise ValueError(f"has more than {longest} characters")
    if not text.isprintable():
        raise ValueError("has characters that cannot be kept")
    return text


@dataclass(kw_only=True)
class _Reader:
    errors: Errors = field(default_factory=dict)

    def wrong(self, name: str, words: str) -> None:
        self.errors.setdefault(name, []).append(words)

    def refuse_others(self, given: Mapping[str, object], known: Sequence[str], before: str) -> None:
        # Others are not named: what nobody knows may be anything.
        if not given.keys() <= set(known):
            self.wrong(before or "product", "has a member not known here")

    def text(self, given: Mapping[str, object], name: str, place: str, *, longest: int) -> str:
        try:
            return check_text(given.get(name), longest=longest)
        except ValueError as error:
            self.wrong(place, str(error))
            return ""

    def flag(self, given: Mapping[str, object], name: str) -> bool | None:
        value = given.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.wrong(name, "is neither true nor false")
        return None

    def values(self, given: object) -> Sequence[PriceSaid]:
        if not isinstance(given, list) or not given:
            self.wrong("values", "has to be a list with at least one price")
            return ()
        if len(given) > MOST_VALUES:
            self.wrong("values", f"has more than {MOST_VALUES} prices")
            return ()
        read = [self._value(one, f"values.{number}") for number, one in enumerate(given)]
        ids = [one.external_id for one in read]
        if not self.errors and len(set(ids)) < len(ids):
            self.wrong("values", "has an id twice")
        return read

    def _value(self, given: object, place: str) -> PriceSaid:
        if not isinstance(given, Mapping):
            self.wrong(place, "is not an object")
            return PriceSaid(external_id="", name="", value=Decimal(0))
        self.refuse_others(given, ("id", "name", "value"), place)
        return PriceSaid(
            external_id=self.text(given, "id", f"{place}.id", longest=LONGEST_VALUE_ID),
            name=self.text(given, "name", f"{place}.name", longest=LONGEST_NAME),
            value=self._amount(given.get("value"), f"{place}.value"),
        )

    def _amount(self, given: object, place: str) -> Decimal:
        if given is None or given == "":
            self.wrong(place, "can't be blank")
            return Decimal(0)
        try:
            return read_amount(given)
        except AmountError as error:
            self.wrong(place, str(error))
            return Decimal(0)
