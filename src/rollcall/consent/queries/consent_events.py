"""What programs are told when somebody agrees or takes it back: ids and names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rollcall.events.queries.people import find_people
from rollcall.events.queries.sources import Data, Happening, Source
from rollcall.kit.scope import Scope


def _tell(scope: Scope, happened: Sequence[Happening]) -> list[Data | None]:
    people = find_people(scope, {one.subject_ids[0] for one in happened})
    return [
        {
            "customer": people[one.subject_ids[0]].now,
            "kind": one.context["kind"],
            "channels": one.context["channels"],
            "purposes": one.context["purposes"],
        }
        if one.subject_ids[0] in people
        else None
        for one in happened
    ]


SOURCES: Final = (
    Source(
        action="consent.given",
        type="consent.given",
        about="Somebody agreed to be contacted; ask mayContact before each message all the same.",
        tell=_tell,
    ),
    Source(
        action="consent.withdrawn",
        type="consent.withdrawn",
        about="Somebody does not want to be contacted any more.",
        tell=_tell,
    ),
)
