"""How probable it is that a pair of so many bits is one person, by what people answered.

Isotonic regression by pool-adjacent-violators: more bits never make it less probable.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

#: Fewer answers say too little.
FEWEST: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """From so many bits on: how many pairs were answered, and how many of them are one person."""

    bits: float
    pairs: int
    same: int

    @property
    def probability(self) -> float:
        """The share that is one person."""
        return self.same / self.pairs


def fit_isotonic(answers: Iterable[tuple[float, bool]]) -> Sequence[Step]:
    """Fit steps that never fall to (bits, whether it was one person); the lowest bits first."""
    counted: dict[float, list[bool]] = defaultdict(list)
    for bits, is_same in answers:
        counted[bits].append(is_same)
    steps: list[Step] = []
    for bits in sorted(counted):
        step = Step(bits=bits, pairs=len(counted[bits]), same=sum(counted[bits]))
        while steps and steps[-1].probability >= step.probability:
            last = steps.pop()
            step = Step(bits=last.bits, pairs=last.pairs + step.pairs, same=last.same + step.same)
        steps.append(step)
    return steps


def probability_at(steps: Sequence[Step], bits: float) -> float | None:
    """The probability at so many bits; None below the lowest that anybody answered."""
    found = None
    for step in steps:
        if step.bits <= bits:
            found = step.probability
    return found


def count_from(answers: Iterable[tuple[float, bool]], bits: float) -> tuple[int, int]:
    """How many pairs of at least so many bits were answered, and how many are one person."""
    held = [is_same for own, is_same in answers if own >= bits]
    return len(held), sum(held)
