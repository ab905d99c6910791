"""Characters that nobody can see, and what to do with them."""

from __future__ import annotations

import unicodedata

#: Categories of characters that carry nothing a person meant to write: formats (zero-width and
#: direction marks, byte order mark, soft hyphen), surrogates, private use, unassigned.
_INVISIBLE = frozenset({"Cf", "Cs", "Co", "Cn"})


def visible(text: str) -> str:
    """Drop invisible characters, turn control characters into spaces, trim.

    Pasted phone numbers come with direction marks, scanned licences with separators (0x1E, 0x1D),
    and PostgreSQL refuses NUL; none of that is what was meant.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    return "".join(_visible_part(character) for character in text).strip()


def _visible_part(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cc":
        return " "
    return "" if category in _INVISIBLE else character
