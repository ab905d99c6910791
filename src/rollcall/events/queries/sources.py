"""Which entries of the audit are events, and what is said of them.

Capabilities above this one add theirs with :func:`add_source` when their app is ready. The action
of an entry is ours and may change; the type of an event is published and never does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rollcall.kit.scope import Scope

#: Ids, codes and names of fields as JSON; never a value of a person.
Data = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """What the audit says of an event.

    :param subject_ids: one id, if the source is read subject by subject.
    """

    action: str
    at: dt.datetime
    subject_ids: Sequence[int]
    fields: Sequence[str]
    context: Mapping[str, Any]


#: Says what happened in ids that programs know, of many in the same order; None: not for this
#: scope, or gone.
Teller = Callable[[Scope, Sequence[Happening]], Sequence[Data | None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """An action of the audit that is an event.

    :param type: stable, such as ``customer.updated``.
    :param is_each: every subject of an entry is an event of its own.
    :param about: one line for people who choose.
    """

    action: str
    type: str
    about: str
    tell: Teller
    is_each: bool = False


_SOURCES: dict[str, Source] = {}


def add_source(*sources: Source) -> None:
    """Declare events; once, when the app is ready. A source of the same action is replaced."""
    _SOURCES.update({source.action: source for source in sources})


def list_sources(types: Collection[str] = ()) -> dict[str, Source]:
    """Action → source, of these types; of all, if none is named."""
    return {key: one for key, one in _SOURCES.items() if not types or one.type in types}


def list_types() -> dict[str, str]:
    """Type → what it is about, by name."""
    about = {one.type: one.about for one in reversed(_SOURCES.values())}
    return {name: about[name] for name in sorted(about)}
