"""How staff merge customers at a POS: told by the folder above, which knows POS systems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class PosWay:
    """What a POS's connector declares of merging.

    :param how: what a person does there.
    :param sign: ``points``, ``inactive`` or ``vanishes``: what becomes of the record merged away.
    """

    label: str
    how: str
    sign: str


WayFinder = Callable[[str], PosWay | None]

_FINDERS: list[WayFinder] = []


def use_pos_ways(finder: WayFinder) -> None:
    """Say who knows POS systems; the last one said counts."""
    _FINDERS[:] = [finder]


def find_pos_way(kind: str) -> PosWay | None:
    """Return how it is done; None if nobody knows, and then nothing is planned there."""
    return _FINDERS[0](kind) if _FINDERS else None
