"""What folders above do once somebody was created at a POS; this one knows none of it."""

from __future__ import annotations

from typing import Protocol

from rollcall.kit.scope import Scope
from rollcall.sync.models import PosConnection


class CreationWatcher(Protocol):
    """Is told of people who were created at a POS."""

    def __call__(self, scope: Scope, connection: PosConnection) -> None:
        """In the transaction that writes them down."""


_WATCHERS: list[CreationWatcher] = []


def add_creation_watcher(watcher: CreationWatcher) -> None:
    """Say who is told; once each."""
    if watcher not in _WATCHERS:
        _WATCHERS.append(watcher)


def tell_created(scope: Scope, connection: PosConnection) -> None:
    """Tell those who wait for people to be created."""
    for watcher in _WATCHERS:
        watcher(scope, connection)
