"""Asking a store's POS for somebody who is not here yet; what is above knows how.

This capability knows no POS, so the composition root hands it an asker (``use_asker``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final, Protocol

from rollcall.kit.normalise.search_text import SearchTerms
from rollcall.kit.scope import Scope

#: Half a name would ask for half the town.
_ENOUGH_NAMES: Final = 2
_ENOUGH_LETTERS: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Whom to ask for; what is empty does not matter."""

    given_name: str = field(default="", repr=False)
    family_name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    licence: str = field(default="", repr=False)
    born_on: dt.date | None = field(default=None, repr=False)


class Asker(Protocol):
    """Asks the POS systems of some stores."""

    def __call__(self, scope: Scope, store_ids: frozenset[int] | None, wanted: Wanted) -> bool:
        """Take over whom the POS systems find; True if anything new is here now."""


_asker: list[Asker] = []


def wanted_of(terms: SearchTerms) -> Wanted | None:
    """Return whom a text of the search box names well enough to ask a POS; None: not yet."""
    names = terms.name_tokens
    if terms.phone_e164 or terms.email:
        return Wanted(phone=terms.phone_e164 or "", email=terms.email or "", born_on=terms.born_on)
    if len(names) >= _ENOUGH_NAMES and all(len(name) >= _ENOUGH_LETTERS for name in names):
        return Wanted(given_name=" ".join(names[:-1]), family_name=names[-1], born_on=terms.born_on)
    return None


def can_ask() -> bool:
    """Tell whether anybody can ask."""
    return bool(_asker)


def use_asker(asker: Asker) -> None:
    """Say who asks; the last one said counts."""
    _asker[:] = [asker]


def ask_pos(scope: Scope, store_ids: frozenset[int] | None, wanted: Wanted) -> bool:
    """Ask, if anybody can; never raises for a POS that does not answer."""
    return bool(_asker) and _asker[0](scope, store_ids, wanted)
