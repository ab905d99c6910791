"""What the SQL engines call the same functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """Names of functions that differ between engines; each takes SQL expressions."""

    name: str
    jaro_winkler: str
    overlap: str
    hash64: str
    divide: str

    def alike(self, one: str, other: str, least: float) -> str:
        """Whether two words are at least so alike (Jaro-Winkler)."""
        return f"{self.jaro_winkler}({one}, {other}) >= {least}"

    def one_slip(self, one: str, other: str) -> str:
        """Whether two words are at most one slip apart.

        A slip leaves the first or the last half as it was, which is asked first: it is cheap.
        """
        half = f"greatest((least(length({one}), length({other})) - 1) {self.divide} 2, 0)"
        return (
            f"((left({one}, {half}) = left({other}, {half})"
            f" or right({one}, {half}) = right({other}, {half}))"
            f" and abs(length({one}) - length({other})) <= 1"
            f" and damerau_levenshtein({one}, {other}) <= 1)"
        )

    def share_a_word(self, one: str, other: str) -> str:
        """Whether two texts have a word in common."""
        return f"{self.overlap}(split({one}, ' '), split({other}, ' '))"

    def hashed(self, *parts: str) -> str:
        """A 64-bit number for a key's parts."""
        return f"{self.hash64}({', '.join(parts)})"


DUCKDB: Final = Dialect(
    name="duckdb",
    jaro_winkler="jaro_winkler_similarity",
    overlap="list_has_any",
    hash64="hash",
    divide="//",
)
SPARK: Final = Dialect(
    name="spark",
    jaro_winkler="jaro_winkler",
    overlap="arrays_overlap",
    hash64="xxhash64",
    divide="div",
)
DIALECTS: Final[Mapping[str, Dialect]] = {dialect.name: dialect for dialect in (DUCKDB, SPARK)}
