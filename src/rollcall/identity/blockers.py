"""What folders above know of people who are to be merged or parted: why not, and what comes of it.

Pending erasures and legal holds stand in the way; entries that wait for a POS are a consequence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from rollcall.kit.scope import Scope

#: All Customers of each person.
People = Sequence[Set[int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Blocker:
    """Why people must not be merged, or parted, now.

    :param code: for programs, such as ``different_people``.
    :param words: for people, without values.
    """

    code: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Consequence:
    """Something that comes of it.

    :param code: for programs, such as ``outbox_waiting``.
    :param customer_id: one of the Customers of the person whom it is about.
    :param fields: names of fields concerned.
    """

    code: str
    words: str
    customer_id: int
    count: int
    fields: Sequence[str] = ()


class BlockerFinder(Protocol):
    """Finds what stands in the way."""

    def __call__(self, scope: Scope, people: People, *, parting: bool) -> Sequence[Blocker]:
        """Return why not.

        :param people: those to be merged; or, if ``parting``, those who would come of it.
        """


class Screen(Protocol):
    """Tells in one look about whom a finder has to be asked at all, when many are to be merged."""

    def __call__(self, scope: Scope, customer_ids: Set[int]) -> Set[int]:
        """Return those Customers on whom something hangs that may stand in the way of merging."""


class ConsequenceFinder(Protocol):
    """Finds what comes of it."""

    def __call__(self, scope: Scope, people: People, *, parting: bool) -> Sequence[Consequence]:
        """Return what comes of it; as :class:`BlockerFinder`."""


_BLOCKERS: dict[str, BlockerFinder] = {}
_SCREENS: dict[str, Screen] = {}
_CONSEQUENCES: dict[str, ConsequenceFinder] = {}

#: Name of a finder → Customers about whom it has to be asked; who is not there is always asked.
Screened = Mapping[str, Set[int]]


def add_blocker(name: str, finder: BlockerFinder, *, screen: Screen | None = None) -> None:
    """Ask this before people are merged or parted; one of the same name is replaced.

    :param screen: spares asking the finder about each two of many people.
    """
    remove_blocker(name)
    _BLOCKERS[name] = finder
    if screen is not None:
        _SCREENS[name] = screen


def remove_blocker(name: str) -> None:
    """Ask it no more, as tests do."""
    _BLOCKERS.pop(name, None)
    _SCREENS.pop(name, None)


def screen_people(scope: Scope, customer_ids: Set[int]) -> Screened:
    """Look once about whom finders have to be asked, before many of these people are merged."""
    return {name: screen(scope, customer_ids) for name, screen in sorted(_SCREENS.items())}


def find_blockers(
    scope: Scope, people: People, *, parting: bool, screened: Screened | None = None
) -> list[Blocker]:
    """Return everything that stands in the way.

    :param screened: of :func:`screen_people` about all of them, in this transaction.
    """
    return [
        blocker
        for name in sorted(_BLOCKERS)
        if _is_concerned(name, people, screened or {})
        for blocker in _BLOCKERS[name](scope, people, parting=parting)
    ]


def _is_concerned(name: str, people: People, screened: Screened) -> bool:
    return name not in screened or not all(screened[name].isdisjoint(one) for one in people)


def add_consequence(name: str, finder: ConsequenceFinder) -> None:
    """Show this in previews; one of the same name is replaced."""
    _CONSEQUENCES[name] = finder


def remove_consequence(name: str) -> None:
    """Show it no more, as tests do."""
    _CONSEQUENCES.pop(name, None)


def find_consequences(scope: Scope, people: People, *, parting: bool) -> list[Consequence]:
    """Return everything that comes of it, as far as folders above know."""
    return [
        consequence
        for name in sorted(_CONSEQUENCES)
        for consequence in _CONSEQUENCES[name](scope, people, parting=parting)
    ]
