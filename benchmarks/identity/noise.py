"""What goes wrong when somebody types: slips of fingers, dates, numbers."""

from __future__ import annotations

import random
import string
from typing import Final

_NEXT_TO: Final = {
    "a": "qsz", "b": "vgn", "c": "xvd", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy",
    "i": "uok", "j": "hku", "k": "jli", "l": "kop", "m": "nk", "n": "bmh", "o": "ipl", "p": "ol",
    "q": "wa", "r": "etf", "s": "adw", "t": "ryg", "u": "yij", "v": "cbf", "w": "qes", "x": "zcs",
    "y": "tuh", "z": "xa",
}  # fmt: skip
_HEARD: Final = (
    ("ph", "f"), ("ck", "k"), ("ie", "ei"), ("ll", "l"), ("nn", "n"), ("tt", "t"), ("ss", "s"),
    ("y", "i"), ("c", "k"), ("z", "s"), ("sh", "sch"), ("ea", "ee"), ("mb", "m"),
)  # fmt: skip


def slip(rng: random.Random, text: str) -> str:
    """One slip of the fingers or of the ears, in letters; one digit exchanged in digits."""
    if len(text) < 2:
        return text
    place = rng.randrange(len(text) - 1)
    kind = rng.random()
    sign = text[place]
    if kind < 0.3:
        near = _NEXT_TO.get(sign.lower(), string.digits if sign.isdigit() else "")
        return text[:place] + rng.choice(near) + text[place + 1 :] if near else text[:place]
    if kind < 0.5:
        return text[:place] + text[place + 1] + sign + text[place + 2 :]
    if kind < 0.7 and len(text) > 2:
        return text[:place] + text[place + 1 :]
    if kind < 0.85:
        return text[: place + 1] + sign + text[place + 1 :]
    lowered = text.lower()
    for heard, written in _HEARD:
        if heard in lowered[1:]:
            return text[0] + lowered[1:].replace(heard, written, 1)
    return text[:place] + text[place + 1] + sign + text[place + 2 :]


def slip_digit(rng: random.Random, digits: str) -> str:
    """One digit wrong (two thirds) or two neighbours exchanged."""
    place = rng.randrange(len(digits) - 1)
    if rng.random() < 0.35:
        return digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    return digits[:place] + rng.choice(string.digits) + digits[place + 1 :]


def wrong_date(rng: random.Random, date: str) -> str:
    """A date typed wrong: exchanged day and month, another day or year, a digit, anything."""
    year, month, day = date.split("-")
    kind = rng.random()
    if kind < 0.2 and int(day) <= 12:
        return f"{year}-{day}-{month}"
    if kind < 0.45:
        return f"{int(year) + rng.choice((-1, 1, -10, 10))}-{month}-{min(int(day), 28):02d}"
    if kind < 0.7:
        return f"{year}-{month}-{rng.randint(1, 28):02d}"
    if kind < 0.88:
        return f"{year}-{rng.randint(1, 12):02d}-{min(int(day), 28):02d}"
    if kind < 0.95:
        return f"{year[:2]}{year[3]}{year[2]}-{month}-{day}"
    return f"{rng.randint(1950, 2004)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
