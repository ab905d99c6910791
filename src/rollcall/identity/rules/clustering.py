"""Joins records into people, link by link, checking each join against everybody inside.

The strongest links come first. A join is refused when the two groups contradict one another, so
that a chain of weak links does not fuse strangers. The same code takes one link (online) and all
links of a file (batch).
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.levels import born_near, given_compatible

#: More records than this are one person only if a person says so.
LARGEST_CLUSTER: Final = 16


class Refusal(enum.StrEnum):
    """Why two groups were not joined."""

    BORN = "born"
    GIVEN = "given"
    SUFFIX = "suffix"
    SIZE = "size"
    #: Somebody decided that two of the records are different people.
    DECIDED = "decided"


class Edge(NamedTuple):
    """A link between two records, by their numbers."""

    a: int
    b: int
    bits: float


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedEdge:
    """A link that would have joined groups that contradict one another."""

    edge: Edge
    reason: Refusal


class GuardedClusters:
    """Groups of records that are one person each.

    :param facts: gives the evidence of a record by its number; asked only for groups of three and
        more, because a link's own vetoes have looked at two.
    """

    def __init__(self, facts: Callable[[int], Evidence], *, largest: int = LARGEST_CLUSTER) -> None:
        self._facts = facts
        self._largest = largest
        self._root: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}
        self._apart: dict[int, set[int]] = {}

    def keep_apart(self, a: int, b: int) -> None:
        """Remember a person's decision: these two records are different people."""
        self._apart.setdefault(a, set()).add(b)
        self._apart.setdefault(b, set()).add(a)

    def keep_together(self, a: int, b: int) -> Refusal | None:
        """Join by a person's decision, whatever the guards say; only the opposite one stops it."""
        return self._join(a, b, guarded=False)

    def offer(self, a: int, b: int) -> Refusal | None:
        """Join the groups of two linked records; the reason if that is refused."""
        return self._join(a, b, guarded=True)

    def members(self, record: int) -> Sequence[int]:
        """All records of this record's person."""
        return self._members.get(self.root(record), (record,))

    def root(self, record: int) -> int:
        """The number that stands for the record's group."""
        return self._root.get(record, record)

    def groups(self) -> Iterable[Sequence[int]]:
        """All groups of two and more."""
        return self._members.values()

    def _join(self, a: int, b: int, *, guarded: bool) -> Refusal | None:
        root, other = self.root(a), self.root(b)
        if root == other:
            return None
        ours, theirs = self._members.get(root), self._members.get(other)
        refusal = self._refusal(ours or [root], theirs or [other], guarded=guarded)
        if refusal is not None:
            return refusal
        if len(ours or ()) < len(theirs or ()):
            root, other, ours, theirs = other, root, theirs, ours
        joined = ours or [root]
        joined.extend(theirs or [other])
        self._members[root] = joined
        self._members.pop(other, None)
        for member in theirs or [other]:
            self._root[member] = root
        return None

    def _refusal(self, ours: list[int], theirs: list[int], *, guarded: bool) -> Refusal | None:
        if self._apart and self._decided(ours, theirs):
            return Refusal.DECIDED
        if not guarded or len(ours) + len(theirs) == 2:
            return None
        if len(ours) + len(theirs) > self._largest:
            return Refusal.SIZE
        return contradiction(
            [self._facts(number) for number in ours], [self._facts(number) for number in theirs]
        )

    def _decided(self, ours: list[int], theirs: list[int]) -> bool:
        if len(ours) > len(theirs):
            ours, theirs = theirs, ours
        return any(
            not self._apart[number].isdisjoint(theirs) for number in ours if number in self._apart
        )


def contradiction(ours: Sequence[Evidence], theirs: Sequence[Evidence]) -> Refusal | None:
    """Why two groups cannot be one person; a licence that both hold settles it."""
    if _share(ours, theirs, "licence") or _share(ours, theirs, "medical"):
        return None
    if _none_fits({e.born for e in ours}, {e.born for e in theirs}, born_near):
        return Refusal.BORN
    if _none_fits(_full_names(ours), _full_names(theirs), given_compatible) and not _swapped(
        ours, theirs
    ):
        return Refusal.GIVEN
    if _none_fits({e.suffix for e in ours}, {e.suffix for e in theirs}, str.__eq__):
        return Refusal.SUFFIX
    return None


def _share(ours: Sequence[Evidence], theirs: Sequence[Evidence], field: str) -> bool:
    held = {getattr(evidence, field) for evidence in ours} - {None}
    return bool(held) and any(getattr(evidence, field) in held for evidence in theirs)


def _none_fits(
    ours: set[str | None], theirs: set[str | None], fits: Callable[[str, str], bool]
) -> bool:
    mine, others = [v for v in ours if v], [v for v in theirs if v]
    if not mine or not others:
        return False
    return not any(fits(one, other) for one in mine for other in others)


def _full_names(group: Sequence[Evidence]) -> set[str | None]:
    """Given names; initials only where there is nothing longer, because an initial fits anybody."""
    names = {evidence.given for evidence in group if evidence.given}
    return {name for name in names if len(name) > 1} or set(names)


def _swapped(ours: Sequence[Evidence], theirs: Sequence[Evidence]) -> bool:
    return any(
        a.given and b.given and a.given == b.family and a.family == b.given
        for a in ours
        for b in theirs
    )


def cluster(
    edges: Iterable[Edge],
    facts: Callable[[int], Evidence],
    *,
    together: Iterable[tuple[int, int]] = (),
    apart: Iterable[tuple[int, int]] = (),
    largest: int = LARGEST_CLUSTER,
) -> tuple[GuardedClusters, Sequence[RefusedEdge]]:
    """Cluster all links of a file, the strongest first; equal ones by their records' numbers.

    :param together: decisions of people that two records are one person.
    :param apart: decisions that they are not; they win.
    """
    clusters = GuardedClusters(facts, largest=largest)
    for a, b in apart:
        clusters.keep_apart(a, b)
    for a, b in together:
        clusters.keep_together(a, b)
    refused = []
    for edge in sorted(edges, key=lambda edge: (-round(edge.bits, 6), edge.a, edge.b)):
        reason = clusters.offer(edge.a, edge.b)
        if reason is not None:
            refused.append(RefusedEdge(edge=edge, reason=reason))
    return clusters, refused
