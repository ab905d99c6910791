"""What folders above add to a person's page: panels, and the way to change values.

Values that change have to reach POS systems, of which this folder knows nothing; whoever does
registers here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.http import HttpRequest

from rollcall.customers.models import Customer
from rollcall.kit.fields import Fields
from rollcall.kit.scope import Role, Scope


class Problem(Protocol):
    """Why a value is refused."""

    @property
    def field(self) -> str:
        """Canonical name; "" for the whole."""

    @property
    def message(self) -> str:
        """Goes behind the field's label and holds no value."""


class ChangeRefusedError(ValueError):
    """These values would be refused somewhere; nothing was changed. ``problems`` says why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("these values would be refused")
        self.problems = problems


class Changed(Protocol):
    """What came of a change."""

    @property
    def entries(self) -> Sequence[object]:
        """What is on its way to POS systems now."""


class Changer(Protocol):
    """Puts values in force and has them written wherever the person is held."""

    def __call__(
        self,
        scope: Scope,
        customer: Customer,
        changes: Fields,
        *,
        status: str = "",
        pinned: frozenset[str],
        now: dt.datetime,
    ) -> Changed:
        """Change a person.

        :param changes: canonical field → new value; None empties it.
        :param status: ``active`` or ``inactive`` at every POS that can say so; "" leaves it.
        :param pinned: of these fields no POS value may stand above ours.
        :raises ChangeRefusedError: all that is wrong, at once.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """A part of a person's page that another folder shows.

    :param name: unique; adding one of the same name replaces it.
    :param render: returns safe HTML, "" if there is nothing to show. Polls of its own it answers
        at an address of its own.
    :param role: who sees it at least.
    :param place: position; smaller comes first.
    """

    name: str
    render: Callable[[HttpRequest, Scope, Customer], str]
    role: Role = Role.STAFF
    place: int = 100


_PANELS: dict[str, Panel] = {}
_CHANGER: list[Changer] = []


def add_panel(panel: Panel) -> None:
    """Show a panel on every person's page."""
    _PANELS[panel.name] = panel


def remove_panel(name: str) -> None:
    """Show it no more, as tests do."""
    _PANELS.pop(name, None)


def list_panels(role: Role) -> list[Panel]:
    """Return what this role sees, in order."""
    seen = (panel for panel in _PANELS.values() if role.includes(panel.role))
    return sorted(seen, key=lambda panel: (panel.place, panel.name))


def set_changer(changer: Changer | None) -> None:
    """Say what changes people; None: nothing does, and no page offers it."""
    _CHANGER[:] = [] if changer is None else [changer]


def find_changer() -> Changer | None:
    """Return what changes people, if anything does."""
    return _CHANGER[0] if _CHANGER else None
