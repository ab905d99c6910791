"""What folders above say of people: which merges are in force, and what else follows a person.

Merges are kept above this folder, but who somebody is has to be known here. What hangs on a
Customer elsewhere (orders, consents, entries on their way) follows in the same transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from rollcall.customers.rules.forest import Join
from rollcall.kit.scope import Scope


class JoinReader(Protocol):
    """Reads merges."""

    def __call__(self, scope: Scope, customer_ids: Collection[int]) -> Sequence[Join]:
        """Return the merges in force that name any of these Customers."""


class Follower(Protocol):
    """Lets rows of another folder follow the people whom they were written for."""

    def __call__(self, scope: Scope, moves: Mapping[int, int], *, now: dt.datetime) -> None:
        """Note whose they are now; in the transaction that says so.

        :param moves: Customer → who they are now, for everybody for whom that has changed.
        """


_READERS: list[JoinReader] = []
_FOLLOWERS: dict[str, Follower] = {}


def use_joins(reader: JoinReader) -> None:
    """Say who knows the merges of people."""
    _READERS[:] = [reader]


def read_joins(scope: Scope, customer_ids: Collection[int]) -> Sequence[Join]:
    """Return the merges in force that name any of these Customers; none if nobody keeps any."""
    return [join for reader in _READERS for join in reader(scope, customer_ids)]


def add_follower(name: str, follower: Follower) -> None:
    """Have rows follow their people; one of the same name is replaced."""
    _FOLLOWERS[name] = follower


def remove_follower(name: str) -> None:
    """Have them follow no more, as tests do."""
    _FOLLOWERS.pop(name, None)


def follow(scope: Scope, moves: Mapping[int, int], *, now: dt.datetime) -> None:
    """Let everything follow."""
    for name in sorted(_FOLLOWERS):
        _FOLLOWERS[name](scope, moves, now=now)
