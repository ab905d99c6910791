"""Who wants to know which records are new or have changed, in the transaction that writes them.

Matching stands above this folder; what it has to do is a row before anybody does it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from rollcall.kit.scope import Scope

#: Gets the ids of records that were written; fast, set-wise, and without reading them.
Watcher = Callable[[Scope, Collection[int]], None]

_WATCHERS: dict[str, Watcher] = {}


def add_watcher(name: str, watcher: Watcher) -> None:
    """Tell this of every record that is written; one of the same name is replaced."""
    _WATCHERS[name] = watcher


def remove_watcher(name: str) -> None:
    """Tell it no more, as tests do."""
    _WATCHERS.pop(name, None)


def tell_watchers(scope: Scope, record_ids: Collection[int]) -> None:
    """Tell all of them."""
    if record_ids:
        for name in sorted(_WATCHERS):
            _WATCHERS[name](scope, record_ids)


_ABSENCE_WATCHERS: dict[str, Watcher] = {}


def add_absence_watcher(name: str, watcher: Watcher) -> None:
    """Tell this of every record that its POS no longer has; one of the same name is replaced."""
    _ABSENCE_WATCHERS[name] = watcher


def tell_of_absence(scope: Scope, record_ids: Collection[int]) -> None:
    """Tell all who want to know that these are gone, in the transaction that says so."""
    if record_ids:
        for name in sorted(_ABSENCE_WATCHERS):
            _ABSENCE_WATCHERS[name](scope, record_ids)
