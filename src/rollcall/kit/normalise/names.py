"""Names in a form that can be compared and searched; and, cautiously, the parts of a full name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

#: Everything that is typed where an apostrophe is meant. It goes without a trace, because people
#: write O'Neil and ONeil; hyphens and dots become spaces.
_APOSTROPHES: Final = frozenset(
    "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u02be\u02bf\u2018\u2019\u201b\u2032\uff07\ua78c"
)

#: Letters that Unicode does not decompose, although people drop the stroke (casefold does ß).
_LETTERS: Final = {
    "æ": "ae",
    "ð": "d",
    "ø": "o",
    "þ": "th",
    "đ": "d",
    "ħ": "h",
    "\u0131": "i",
    "ŀ": "l",
    "ł": "l",
    "ŋ": "n",
    "œ": "oe",
    "ŧ": "t",
    "ƒ": "f",
    "ǥ": "g",
    "ɨ": "i",
    "ⱥ": "a",
}

#: Hostile input could visit every character there is; beyond this many the answers are not kept.
_TABLE_LIMIT: Final = 20_000


class _FoldTable(dict[int, str]):
    """What each character folds to; filled when a character is first seen (``str.translate``)."""

    def __missing__(self, codepoint: int) -> str:
        folded = _fold_character(chr(codepoint))
        if len(self) < _TABLE_LIMIT:
            self[codepoint] = folded
        return folded


def fold_name(text: str) -> str:
    """Fold case, accents, apostrophes, punctuation and white space; for search and comparison.

    ``"O'Neil-Łukasz  Jr."`` → ``"oneil lukasz jr"``. Scripts other than Latin keep their letters,
    and vowel signs that are not accents. Empty if nothing is left. Idempotent, blind to case.
    """
    folded = " ".join(text.translate(_TABLE).split())
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)


def name_tokens(text: str) -> tuple[str, ...]:
    """Folded words of a name, in order, particles and repeated words included."""
    folded = fold_name(text)
    return tuple(folded.split(" ")) if folded else ()


def _fold_character(character: str) -> str:
    if character in _APOSTROPHES:
        return ""
    if character.isspace():
        return " "
    # Case first and last: U+0345 is a mark until casefold makes it a letter.
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    decomposed = unicodedata.normalize("NFKD", decomposed)
    return "".join(_fold_part(part) for part in decomposed)


def _fold_part(part: str) -> str:
    if part in _APOSTROPHES:
        return ""
    if part in _LETTERS:
        return _LETTERS[part]
    category = unicodedata.category(part)
    if category.startswith("M"):
        return "" if _is_accent(part) else part
    if category in {"Cf", "Cs"}:
        return ""
    return part if category[0] in "LN" else " "


def _is_accent(mark: str) -> bool:
    """Whether a mark only colours its letter.

    Marks of a class below 10 (virama, nukta, kana voicing) and spacing vowel signs make another
    letter of it; enclosing marks (keycaps) and variation selectors are decoration.
    """
    return (
        unicodedata.combining(mark) >= 10
        or "\u0300" <= mark <= "\u036f"
        or unicodedata.category(mark) == "Me"
        or "\ufe00" <= mark <= "\ufe0f"
        or "\U000e0100" <= mark <= "\U000e01ef"
    )


_TABLE: Final = _FoldTable({code: _fold_character(chr(code)) for code in range(0x180)})


@dataclass(frozen=True, kw_only=True, slots=True)
class NameParts:
    """A full name, taken apart as far as that is safe.

    :param full: as given, only trimmed and with single spaces; the parts are an opinion.
    """

    full: str
    given: str = ""
    middle: str = ""
    family: str = ""
    suffix: str = ""


#: ``V`` is left out: as a last word it is more often an initial.
_SUFFIXES: Final = frozenset(
    {"jr", "sr", "ii", "iii", "iv", "2nd", "3rd", "4th", "esq", "md", "phd"}
)
_HONORIFICS: Final = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr"})
#: Words that belong to the family name behind them.
_PARTICLES: Final = frozenset(
    {
        "af",
        "al",
        "ap",
        "av",
        "bin",
        "bint",
        "da",
        "dal",
        "das",
        "de",
        "del",
        "della",
        "den",
        "der",
        "des",
        "di",
        "dos",
        "du",
        "el",
        "ibn",
        "la",
        "las",
        "le",
        "los",
        "mac",
        "san",
        "santa",
        "st",
        "ste",
        "ten",
        "ter",
        "van",
        "vom",
        "von",
        "zu",
        "zum",
        "zur",
    }
)


def split_full_name(text: str) -> NameParts:
    """Take a full name apart, for systems that deliver only one.

    ``Family, Given Middle`` is turned round; a family name begins at its particles (``Ana de la
    Cruz``); a single word is a given name. Two family names in the Spanish way cannot be told from
    a middle name and are not: only the last word is the family name. Words keep their spelling.
    """
    full = " ".join(text.split())
    chunks = [chunk.split() for chunk in full.split(",")]
    chunks = [chunk for chunk in chunks if chunk]
    suffix: list[str] = []
    while len(chunks) > 1 and all(_bare(word) in _SUFFIXES for word in chunks[-1]):
        suffix = chunks.pop() + suffix
    if not chunks:
        return NameParts(full=full)
    last_suffix = _take_suffix(chunks[0])
    suffix = last_suffix + suffix
    if len(chunks) == 1:
        given, middle, family = _western_order(_without_honorific(chunks[0]))
    else:
        family = chunks[0]
        words = [word for chunk in chunks[1:] for word in chunk]
        suffix = suffix + _take_suffix(words)
        words = _without_honorific(words)
        given, middle = words[:1], words[1:]
    return NameParts(
        full=full,
        given=" ".join(given),
        middle=" ".join(middle),
        family=" ".join(family),
        suffix=" ".join(suffix),
    )


def _western_order(words: list[str]) -> tuple[list[str], list[str], list[str]]:
    if len(words) == 1:
        return words, [], []
    start = len(words) - 1
    while start > 1 and _bare(words[start - 1]) in _PARTICLES:
        start -= 1
    return words[:1], words[1:start], words[start:]


def _take_suffix(words: list[str]) -> list[str]:
    """Remove suffixes from the end of ``words`` (one word always stays) and return them."""
    end = len(words)
    while end > 1 and _bare(words[end - 1]) in _SUFFIXES:
        end -= 1
    taken = words[end:]
    del words[end:]
    return taken


def _without_honorific(words: list[str]) -> list[str]:
    return words[1:] if len(words) > 1 and _bare(words[0]) in _HONORIFICS else words


def _bare(word: str) -> str:
    return word.replace(".", "").casefold()
