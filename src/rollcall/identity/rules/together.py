"""Who people should be by now, if nobody but one run of work has joined any of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Set


class Together:
    """Groups of Customers that are one person each; groups grow as they are joined."""

    def __init__(self, people: Iterable[Collection[int]]) -> None:
        self._group: dict[int, set[int]] = {}
        for members in people:
            self._unite({*members})

    def join(self, first: int, second: int) -> None:
        """Remember that the people of two Customers became one."""
        self._unite(self._group[first] | self._group[second])

    def expected(self, customer_id: int) -> Set[int]:
        """All Customers that should be one person with this one."""
        return self._group[customer_id]

    def count(self) -> int:
        """How many people there are."""
        return len({id(group) for group in self._group.values()})

    def _unite(self, members: set[int]) -> None:
        whole = members.union(*(self._group.get(one, ()) for one in members))
        self._group.update(dict.fromkeys(whole, whole))
