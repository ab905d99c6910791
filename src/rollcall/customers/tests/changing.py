"""Stands for the folder above that changes people: notes what it was told, or refuses it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from rollcall.customers.models import Customer
from rollcall.customers.panels import ChangeRefusedError
from rollcall.kit.fields import Fields, FieldValue
from rollcall.kit.scope import Scope


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a value is refused."""

    field: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What came of a change."""

    entries: list[object]


@dataclass
class Changes:
    """What was asked for, in order; ``refusals`` (field → words) refuse everything."""

    made: list[dict[str, FieldValue]] = field(default_factory=list)
    pinned: list[frozenset[str]] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    statuses: list[str] = field(default_factory=list)
    entries: list[object] = field(default_factory=list)

    def change(
        self,
        scope: Scope,
        customer: Customer,
        changes: Fields,
        *,
        status: str = "",
        pinned: frozenset[str],
        now: dt.datetime,
    ) -> Changed:
        assert now.tzinfo is not None
        if self.refusals:
            told = [Refusal(field=name, message=words) for name, words in self.refusals.items()]
            raise ChangeRefusedError(told)
        self.made.append(dict(changes))
        self.pinned.append(pinned)
        self.statuses.append(status)
        return Changed(entries=self.entries)
