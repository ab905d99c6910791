"""What differs between a POS's servers and tenants, switchable while the simulator runs.

A fault is something that goes wrong; a habit is one of several ways in which it goes right.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

#: Habit → (what it may be set to, what it is at first).
HabitRules = Mapping[str, tuple[Callable[[object], bool], object]]


class HabitError(ValueError):
    """An unknown habit or a value it cannot have; the message may be shown."""


def a_count(value: object) -> bool:
    """Allow whole numbers from 0 to a million."""
    return type(value) is int and 0 <= value <= 10**6


def a_flag(value: object) -> bool:
    """Allow yes and no."""
    return isinstance(value, bool)


def one_of(*choices: object) -> Callable[[object], bool]:
    """Allow exactly these, types included."""
    return lambda value: any(type(value) is type(c) and value == c for c in choices)


class Habits:
    """The habits as they are now; safe to use from several threads."""

    def __init__(self, rules: HabitRules) -> None:
        self._rules = rules
        self._lock = threading.Lock()
        self._values: dict[str, object] = {name: usual for name, (_, usual) in rules.items()}

    def set(self, changes: Mapping[str, object]) -> None:
        """Replace the named habits; null brings back the usual one.

        :raises HabitError: unknown name or impossible value; nothing is changed then.
        """
        checked: dict[str, object] = {}
        for name, value in changes.items():
            if name not in self._rules:
                known = ", ".join(self._rules) or "none"
                raise HabitError(f"unknown habit {name[:60]!r}; known: {known}")
            fits, usual = self._rules[name]
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
