"""Street lines in one spelling, their unit apart, and zips."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from rollcall.kit.normalise.names import name_tokens


class Address(NamedTuple):
    """The parts of an address that are compared; None where nothing was said."""

    street: str | None
    unit: str | None
    zip: str | None


_SHORT: Final = {
    "street": "st", "str": "st", "avenue": "ave", "av": "ave", "aven": "ave", "road": "rd",
    "drive": "dr", "drv": "dr", "lane": "ln", "court": "ct", "crt": "ct", "place": "pl",
    "boulevard": "blvd", "boul": "blvd", "terrace": "ter", "terr": "ter", "circle": "cir",
    "crescent": "cres", "parkway": "pkwy", "highway": "hwy", "square": "sq", "trail": "trl",
    "way": "way", "north": "n", "south": "s", "east": "e", "west": "w", "northeast": "ne",
    "northwest": "nw", "southeast": "se", "southwest": "sw", "mount": "mt", "saint": "st",
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th",
}  # fmt: skip
_UNITS: Final = frozenset(
    {"apt", "apartment", "unit", "ste", "suite", "lot", "rm", "room", "flat", "spc", "space", "no"}
)

#: "Unit #4" names the unit once.
_HASH: Final = re.compile(r"(?:\b(?:apt|unit|ste|suite)\b\.?)?\s*#", re.IGNORECASE)


def read_address(street: str, postcode: str) -> Address:
    """``12 North Main Street #4`` in ``94601-1234`` is ``12 n main st``, ``4``, ``94601``."""
    line, unit = _street(street) if street else (None, None)
    return Address(line, unit, _zip(postcode) if postcode else None)


def _street(text: str) -> tuple[str | None, str | None]:
    words = name_tokens(_HASH.sub(" unit ", text) if "#" in text else text)
    at = _unit_at(words)
    unit = " ".join(words[at + 1 :]) or None if at else None
    kept = words[:at] if at else words
    line = " ".join([_SHORT.get(word, word) for word in kept])
    return (line if len(line) > 2 and line not in _UNITS else None), unit


def _unit_at(words: Sequence[str]) -> int | None:
    """Where the unit's word stands; never first, and something follows it."""
    for at in range(len(words) - 2, 0, -1):
        if words[at] in _UNITS:
            return at
    return None


def _zip(text: str) -> str | None:
    digits = text.partition("-")[0].strip()
    if not (digits.isascii() and digits.isdigit()):
        digits = "".join(name_tokens(text))[:8]
        return digits or None
    return digits[:5] if len(digits) >= 4 and digits.strip("0") else None
