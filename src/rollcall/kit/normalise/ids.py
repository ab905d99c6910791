"""Licence and medical card numbers in one spelling; values that stand for "none" are None."""

from __future__ import annotations

import unicodedata
from typing import Final

#: What people and systems write into an id field when there is no id, in normal form. A seed: which
#: values too many people share is learned from the data elsewhere.
PLACEHOLDERS: Final = frozenset(
    {
        "ABC123",
        "ABCDEF",
        "ASDF",
        "BLANK",
        "DECLINED",
        "DL",
        "DNE",
        "EMPTY",
        "EXPIRED",
        "FAKE",
        "FALSE",
        "ID",
        "MISSING",
        "NA",
        "NIL",
        "NO",
        "NODL",
        "NOID",
        "NOLICENSE",
        "NONE",
        "NONUMBER",
        "NOTAPPLICABLE",
        "NOTAVAILABLE",
        "NOTPROVIDED",
        "NULL",
        "OTHER",
        "PASSPORT",
        "PENDING",
        "REFUSED",
        "TBA",
        "TBD",
        "TEMP",
        "TEST",
        "TEST123",
        "TESTING",
        "UNDEFINED",
        "UNK",
        "UNKNOWN",
        "123456",
        "1234567",
        "12345678",
        "123456789",
        "1234567890",
        "0123456789",
        "987654321",
    }
)

_ASCII_ALPHANUMERIC: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def id_normal(text: str) -> str | None:
    """Upper case, letters A-Z and digits only; None for nothing and for placeholders. Idempotent.

    >>> id_normal(" d123-4567 ")
    'D1234567'
    >>> id_normal("N/A") is None
    True
    """
    key = text.upper()
    if not (key.isascii() and key.isalnum()):
        compatible = unicodedata.normalize("NFKD", text).upper()
        key = "".join(character for character in compatible if character in _ASCII_ALPHANUMERIC)
    return None if _says_nothing(key) else key


def is_placeholder(text: str) -> bool:
    """Whether a text in an id field stands for "none": empty, ``N/A``, ``0000``, ``unknown``."""
    return id_normal(text) is None


def _says_nothing(key: str) -> bool:
    """One character repeated (also once, also never) or a word of the list."""
    return key.count(key[:1]) >= len(key) or key in PLACEHOLDERS
