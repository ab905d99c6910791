"""What differs between Dutchie's servers and tenants, switchable while the simulator runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Final


class HabitError(ValueError):
    """An unknown habit or a value it cannot have; the message may be shown."""


def _count(value: object) -> bool:
    return type(value) is int and 0 <= value <= 10**6


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _one_of(*choices: object) -> Callable[[object], bool]:
    return lambda value: any(type(value) is type(c) and value == c for c in choices)


#: Every habit: what it may be set to, and what it is at first.
#:
#: ``page_base`` 0 [doc] or 1 [code] · ``page_zero``: what a server that counts from 1 makes of
#: page 0 [guess] · ``page_cap``: gives at most n rows a page whatever is asked [guess], 0 for no
#: cap; ``cap_shifts``: whether page numbers then count in capped pages · ``dates``: how
#: ``lastModifiedDateUTC`` is written: US [code], ISO [doc], or some rows so and some so ·
#: ``whoami`` in camel [doc] or Pascal case [code] · ``shares_profiles``: whether the company's
#: locations see one list [doc] · ``lag_s``: changes become visible that much later [doc] ·
#: ``range_days``: the widest range of dates [doc] · ``guests``: how many anonymous rows there are ·
#: ``obeys_anonymous``: whether ``includeAnonymous=false`` is heeded · ``tells_retry_after``: on
#: the limit of requests [code] · ``refusals``: which of the shapes of a 400 [doc] ·
#: ``not_found``: a 404 with a text or empty [doc].
RULES: Final[Mapping[str, tuple[Callable[[object], bool], object]]] = {
    "page_base": (_one_of(0, 1), 0),
    "page_zero": (_one_of("like_1", "empty", "400", "500"), "like_1"),
    "page_cap": (_count, 0),
    "cap_shifts": (_flag, True),
    "dates": (_one_of("mixed", "us", "iso"), "mixed"),
    "whoami": (_one_of("camel", "pascal"), "camel"),
    "shares_profiles": (_flag, True),
    "lag_s": (_count, 0),
    "range_days": (_count, 90),
    "guests": (_count, 3),
    "obeys_anonymous": (_flag, True),
    "tells_retry_after": (_flag, False),
    "refusals": (_one_of("message", "text", "empty", "validation", "problem"), "message"),
    "not_found": (_one_of("text", "empty"), "text"),
}


class Habits:
    """The habits as they are now; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, object] = {name: usual for name, (_, usual) in RULES.items()}

    def set(self, changes: Mapping[str, object]) -> None:
        """Replace the named habits; null brings back the usual one.

        :raises HabitError: unknown name or impossible value; nothing is changed then.
        """
        checked: dict[str, object] = {}
        for name, value in changes.items():
            if name not in RULES:
                raise HabitError(f"unknown habit {name[:60]!r}; known: {', '.join(RULES)}")
            fits, usual = RULES[name]
            if value is not None and not fits(value):
                raise HabitError(f"habit {name}: a value it cannot have")
            checked[name] = usual if value is None else value
        with self._lock:
            self._values.update(checked)

    def all(self) -> dict[str, object]:
        """Every habit with its present value."""
        with self._lock:
            return dict(self._values)

    def count(self, name: str) -> int:
        """Return a habit that is a number."""
        value = self._values[name]
        return value if isinstance(value, int) else 0

    def word(self, name: str) -> str:
        """Return a habit that chooses a style."""
        return str(self._values[name])

    def is_on(self, name: str) -> bool:
        """Whether a yes/no habit is on."""
        return self._values[name] is True
