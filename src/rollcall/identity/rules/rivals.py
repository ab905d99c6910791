"""Records without a birth date that fit two people who cannot be one: father and son of one name.

Whom such a record belongs to is a guess, so its links wait for a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from rollcall.identity.rules.clustering import Edge
from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.levels import born_near

#: So much better must one of two rivals fit, in bits, to get the record.
MARGIN: Final = 8.0


def split_rivals(
    edges: Iterable[Edge], facts: Callable[[int], Evidence]
) -> tuple[Sequence[Edge], Sequence[Edge]]:
    """Links to keep, and links of records that fit rivals about equally well."""
    edges = list(edges)
    undated: dict[int, list[Edge]] = defaultdict(list)
    for edge in edges:
        one, other = facts(edge.a), facts(edge.b)
        if _one_id(one, other):
            continue
        if other.born and not one.born:
            undated[edge.a].append(edge)
        elif one.born and not other.born:
            undated[edge.b].append(edge)
    doubtful: set[Edge] = set()
    for record, links in undated.items():
        if len(links) > 1:
            doubtful |= _doubtful(record, links, facts)
    if not doubtful:
        return edges, ()
    return [edge for edge in edges if edge not in doubtful], sorted(doubtful)


def _one_id(one: Evidence, other: Evidence) -> bool:
    """Whether a licence or medical id says that there is nothing to guess."""
    return bool(
        (one.licence and one.licence == other.licence)
        or (one.medical and one.medical == other.medical)
    )


def _doubtful(record: int, links: Sequence[Edge], facts: Callable[[int], Evidence]) -> set[Edge]:
    """Of one record's links those that a rival is close to or above."""
    found: set[Edge] = set()
    dated = [(link, _born(facts(link.b if link.a == record else link.a))) for link in links]
    for link, born in dated:
        rivals = [other.bits for other, their in dated if not born_near(born, their)]
        if rivals and max(rivals) > link.bits - MARGIN:
            found.add(link)
    return found


def _born(evidence: Evidence) -> str:
    return evidence.born or ""
