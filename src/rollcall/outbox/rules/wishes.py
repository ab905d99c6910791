"""What an entry wants at the POS, as it is sealed: values with what stood there before."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

import orjson

from rollcall.kit.fields import FIELDS, Fields, FieldValue


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Values that are to stand at the POS.

    :param values: field → what is wanted.
    :param bases: field → what the POS held when it was wished for; absent fields were empty.
    :param pinned: fields whose value wins over whatever was typed at the POS meanwhile.
    :param status: ``active`` or ``inactive``; ``""`` leaves it.
    """

    values: Fields = field(repr=False)
    bases: Fields = field(default_factory=dict, repr=False)
    pinned: frozenset[str] = frozenset()
    status: str = ""

    def to_json(self) -> bytes:
        """Return what gets sealed."""
        return orjson.dumps(
            {
                "v": self.values,
                "b": self.bases,
                "p": sorted(self.pinned),
                "s": self.status,
            }
        )

    @classmethod
    def from_json(cls, plain: bytes) -> Wish:
        """Read what :meth:`to_json` wrote."""
        read = orjson.loads(plain)
        return cls(values=read["v"], bases=read["b"], pinned=frozenset(read["p"]), status=read["s"])

    def names(self) -> list[str]:
        """Return what is to be written, in the vocabulary's order; the status last."""
        named = [name for name in FIELDS if name in self.values]
        return [*named, "status"] if self.status else named


def merged(earlier: Wish, later: Wish) -> Wish:
    """Put a later wish over an earlier one that was not sent.

    The bases stay the earlier ones: that is what the POS held when somebody first wished.
    """
    return Wish(
        values={**earlier.values, **later.values},
        bases={**later.bases, **{k: v for k, v in earlier.bases.items() if k in earlier.values}},
        pinned=earlier.pinned | later.pinned,
        status=later.status or earlier.status,
    )


def with_writes(sent: Wish | None, writes: Fields, *, theirs: Fields) -> Wish:
    """Note what is sent now, over what was read of it, beside what earlier tries sent."""
    earlier = Wish(values={}) if sent is None else sent
    return Wish(
        values={**earlier.values, **writes},
        bases={**earlier.bases, **{name: theirs.get(name) for name in writes}},
    )


def without(wish: Wish, names: Set[str]) -> Wish:
    """Leave some fields out."""
    values: Mapping[str, FieldValue] = {k: v for k, v in wish.values.items() if k not in names}
    return Wish(values=values, bases=wish.bases, pinned=wish.pinned - names, status=wish.status)
