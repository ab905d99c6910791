"""Faults that can be switched on by flag or while the simulator runs."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from typing import Final

from rollcall.pos.simulator.malformed import MALFORMATIONS


class FaultError(ValueError):
    """An unknown fault or a value it cannot have; the message may be shown."""


def _number(highest: float) -> Callable[[object], bool]:
    return lambda v: isinstance(v, int | float) and not isinstance(v, bool) and 0 <= v <= highest


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**9


def _few(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1000


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _one_of(*words: str) -> Callable[[object], bool]:
    return lambda value: value in words


def _malformations(value: object) -> bool:
    return isinstance(value, list) and all(kind in MALFORMATIONS for kind in value)


def _ids(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(i, str) for i in value)


#: Every fault: what it may be set to, and what "off" is.
#:
#: ``latency_ms`` waits before each answer · ``error_500_rate``, ``reset_rate``, ``cut_body_rate``,
#: ``not_json_rate`` are shares of requests (0 to 1) that get a 500, a TCP reset, a body shorter
#: than announced, an HTML page · ``lost_answer_rate``, ``failed_answer_rate``: shares of writes
#: that are done, and then get a TCP reset, a 500; ``late_answer_ms`` waits behind each write ·
#: ``hook_repeat``: the POS's own calls (webhooks) are made n extra times · ``hook_shuffle``: out of
#: order, in batches of up to n · ``hook_drop_rate``: the share of them that is never made ·
#: ``throttle_burst``: the next n requests get 429, with ``retry_after`` seconds if set ·
#: ``move_rows``: after each list page n random customers are touched, so that they move ·
#: ``list_order``: by last change (asc, desc) or signup, instead of the POS's own order ·
#: ``expire_tokens_after``: every n requests all tokens become unknown ·
#: ``empty_lists`` · ``truncate_after``: lists end after n rows · ``drop_rows``: ids that lists
#: leave out · ``not_found_style``, ``envelope``: the POS's inconsistent shapes · ``signup_to``:
#: whether the last day of a date range belongs to it · ``malformed_rows``: kinds applied to the
#: first rows, one each.
RULES: Final[Mapping[str, tuple[Callable[[object], bool], object]]] = {
    "latency_ms": (_number(600_000), 0),
    "error_500_rate": (_number(1), 0),
    "throttle_burst": (_count, 0),
    "retry_after": (_number(86_400), 0),
    "reset_rate": (_number(1), 0),
    "cut_body_rate": (_number(1), 0),
    "not_json_rate": (_number(1), 0),
    "lost_answer_rate": (_number(1), 0),
    "failed_answer_rate": (_number(1), 0),
    "late_answer_ms": (_number(600_000), 0),
    "hook_repeat": (_few, 0),
    "hook_shuffle": (_few, 0),
    "hook_drop_rate": (_number(1), 0),
    "move_rows": (_count, 0),
    "list_order": (_one_of("", "asc", "desc", "signup"), ""),
    "expire_tokens_after": (_count, 0),
    "empty_lists": (_flag, False),
    "truncate_after": (_count, 0),
    "drop_rows": (_ids, []),
    "not_found_style": (_one_of("404", "200_empty", "result_code"), "404"),
    "envelope": (_one_of("auto", "object", "list"), "auto"),
    "signup_to": (_one_of("inclusive", "exclusive"), "inclusive"),
    "malformed_rows": (_malformations, []),
}


class Faults:
    """The faults that are on; safe to use from several threads."""

    def __init__(self, initial: Mapping[str, object], *, seed: int) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, object] = {name: off for name, (_, off) in RULES.items()}
        self._random = random.Random(seed)  # noqa: S311 - not for secrets
        self._requests_with_token = 0
        self.set(initial)

    def set(self, changes: Mapping[str, object]) -> None:
        """Replace the named faults; null, 0 and false switch one off.

        :raises FaultError: unknown name or impossible value; nothing is changed then.
        """
        checked: dict[str, object] = {}
        for name, value in changes.items():
            if name not in RULES:
                raise FaultError(f"unknown fault {name[:60]!r}; known: {', '.join(RULES)}")
            fits, off = RULES[name]
            if value is None or value is False or value == 0:
                value = off
            if not fits(value):
                raise FaultError(f"fault {name}: a value it cannot have")
            checked[name] = value
        with self._lock:
            self._values.update(checked)

    def all(self) -> dict[str, object]:
        """Every fault with its present value."""
        with self._lock:
            return dict(self._values)

    def number(self, name: str) -> float:
        """Return a numeric fault; 0 when it is off."""
        value = self._values[name]
        return float(value) if isinstance(value, int | float) else 0.0

    def count(self, name: str) -> int:
        """Return a counting fault; 0 when it is off."""
        return int(self.number(name))

    def word(self, name: str) -> str:
        """Return a fault that chooses a style."""
        return str(self._values[name])

    def words(self, name: str) -> list[str]:
        """Return a fault that lists things; empty when it is off."""
        value = self._values[name]
        return [str(item) for item in value] if isinstance(value, list) else []

    def is_on(self, name: str) -> bool:
        """Whether a yes/no fault is on."""
        return bool(self._values[name])

    def strikes(self, rate_name: str) -> bool:
        """Throw the dice for a rate; deterministic by seed as long as requests come one by one."""
        rate = self.number(rate_name)
        if not rate:
            return False
        with self._lock:
            return self._random.random() < rate

    def choose(self, below: int, how_many: int) -> list[int]:
        """Distinct random numbers below a bound."""
        with self._lock:
            return self._random.sample(range(below), min(how_many, below))

    def take_throttle(self) -> bool:
        """Use up one of the burst's refusals."""
        if not self._values["throttle_burst"]:
            return False
        with self._lock:
            left = self._values["throttle_burst"]
            if not isinstance(left, int) or left <= 0:
                return False
            self._values["throttle_burst"] = left - 1
            return True

    def tokens_expire_now(self) -> bool:
        """Count one request that came with a token; true if all tokens are to be forgotten."""
        after = self.count("expire_tokens_after")
        if not after:
            return False
        with self._lock:
            self._requests_with_token += 1
            if self._requests_with_token < after:
                return False
            self._requests_with_token = 0
            return True
