"""Kinds of notices and the conditions that raise them; capabilities declare theirs here.

A capability's ``conditions.py`` is found by its name. It declares kinds (:func:`declare`) and
functions that say what is wrong now (:func:`condition`); see the README of this folder.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from rollcall.kit.scope import Role, Scope

#: Codes, counts and slugs; never a person's values.
Data = Mapping[str, str | int | None]


class Words(Protocol):
    """Text that is filled in with ``%`` and data: a string, or a lazily translated one."""

    def __mod__(self, data: Any, /) -> Any:  # noqa: ANN401  # as strings have it
        """The text with the data in it."""


class Severity(enum.StrEnum):
    """How soon somebody should look."""

    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What a notice is about, in words.

    :param code: stable, dotted, the capability first (``sync.failing``).
    :param role: who is told at least: administrators always; managers of the stores concerned too
        if this is ``MANAGER``.
    :param title: one line for lists and subjects, such as ``Syncs of %(connection)s keep failing``.
    :param advice: a sentence or two: what it means, what to do.
    """

    code: str
    severity: Severity
    role: Role
    title: Words
    advice: Words


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is wrong now.

    :param subject: kind of thing and its id (``connection:12``); with ``kind`` it is the key under
        which at most one notice is open. "" where the whole retailer is meant.
    :param store_ids: the stores concerned; empty: the retailer as a whole.
    :param page: path of the page where something can be done about it.
    """

    kind: str
    subject: str = ""
    store_ids: frozenset[int] = frozenset()
    data: Data = field(default_factory=dict)
    page: str = ""
    severity: Severity | None = None

    @property
    def key(self) -> str:
        """Stable as long as the condition lasts."""
        return f"{self.kind}:{self.subject}" if self.subject else self.kind


class Look(enum.Enum):
    """Who evaluates a condition."""

    WORKER = "worker"
    #: Also a page that is asked for while no worker lives.
    WORKER_OR_PAGE = "worker_or_page"


#: Reads what is wrong at one retailer; called with a system scope and ``now``.
Reading = Callable[..., Iterable[Finding]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """A function that says what is wrong, and the kinds that it alone opens and closes."""

    name: str
    kinds: tuple[str, ...]
    look: Look
    read: Reading


class UnknownKindError(LookupError):
    """A kind was used that nobody declared, or that another condition owns: a bug."""


_KINDS: dict[str, Kind] = {}
_CONDITIONS: dict[str, Condition] = {}


def declare(*kinds: Kind) -> None:
    """Make kinds known; declaring one again replaces it."""
    _KINDS.update((kind.code, kind) for kind in kinds)


def condition(*kinds: str, look: Look = Look.WORKER) -> Callable[[Reading], Reading]:
    """Register ``read(scope, *, now) -> Iterable[Finding]``, evaluated about twice a minute.

    What it does not return is no longer wrong: open notices of its kinds are closed. It may raise;
    then nothing of its kinds is touched, and the other conditions go on.

    :raises UnknownKindError: a kind is not declared, or another condition has it.
    """

    def register(read: Reading) -> Reading:
        name = f"{read.__module__}.{read.__qualname__}"
        for code in kinds:
            get_kind(code)
            owner = next((one.name for one in _CONDITIONS.values() if code in one.kinds), name)
            if owner != name:
                raise UnknownKindError(f"{code} belongs to {owner}")
        _CONDITIONS[name] = Condition(name=name, kinds=kinds, look=look, read=read)
        return read

    return register


def withdraw(read: Reading) -> None:
    """Forget a condition, as tests do."""
    _CONDITIONS.pop(f"{read.__module__}.{read.__qualname__}", None)


def list_conditions() -> list[Condition]:
    """All that were registered, by name."""
    return [_CONDITIONS[name] for name in sorted(_CONDITIONS)]


def get_kind(code: str) -> Kind:
    """One kind.

    :raises UnknownKindError: nobody declared it.
    """
    if code not in _KINDS:
        raise UnknownKindError(f"nobody declared the kind {code!r}")
    return _KINDS[code]


def title_of(code: str, data: Data) -> str:
    """The title in words; the code itself where this version knows no words."""
    return _in_words(code, data, "title") or code


def advice_of(code: str, data: Data) -> str:
    """What it means and what to do; "" where this version knows no words."""
    return _in_words(code, data, "advice")


def _in_words(code: str, data: Data, part: str) -> str:
    kind = _KINDS.get(code)
    if kind is None:
        return ""
    words: Words = getattr(kind, part)
    try:
        return str(words % dict(data))
    except (KeyError, TypeError, ValueError):  # written by another version
        return ""


def read_findings(one: Condition, scope: Scope, *, now: dt.datetime) -> list[Finding]:
    """Evaluate a condition.

    :raises UnknownKindError: it found something of a kind that is not its own.
    """
    found = {finding.key: finding for finding in one.read(scope, now=now)}
    for finding in found.values():
        if finding.kind not in one.kinds:
            raise UnknownKindError(f"{one.name} does not own {finding.kind}")
    return list(found.values())
