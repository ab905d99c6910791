"""Whether a planned merge at a POS has happened, by what its records look like now."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Final

#: What becomes of a record that was merged away, as connectors declare it.
POINTS: Final = "points"
INACTIVE: Final = "inactive"
VANISHES: Final = "vanishes"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A record as the last sync saw it."""

    external_id: str
    merged_into: str | None
    is_active: bool
    is_gone: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What became of a step.

    :param state: ``seen_done``, ``not_possible`` or ``cancelled``.
    :param reason: a code; "" if it was done as planned.
    """

    state: str
    reason: str = ""


def judge(donor: Seen, kept: Seen, *, sign: str, together: Set[str]) -> Verdict | None:
    """Say what became of a step; None: nothing yet.

    :param together: ids of the person's records for which something is planned in that list.
    """
    told = _by_pointer(donor, kept, together)
    if told is not None:
        return told
    if donor.is_gone and kept.is_gone:
        return Verdict(state="cancelled", reason="gone")
    if sign == POINTS:
        is_lost = donor.is_gone or kept.is_gone
        return Verdict(state="cancelled", reason="gone") if is_lost else None
    if _is_away(donor, sign):
        return Verdict(state="seen_done")
    return Verdict(state="seen_done", reason="other_way") if _is_away(kept, sign) else None


def _by_pointer(donor: Seen, kept: Seen, together: Set[str]) -> Verdict | None:
    if donor.merged_into == kept.external_id:
        return Verdict(state="seen_done")
    if kept.merged_into == donor.external_id:
        return Verdict(state="seen_done", reason="other_way")
    if donor.merged_into is not None:
        if donor.merged_into in together:
            return Verdict(state="seen_done", reason="other_record")
        return Verdict(state="not_possible", reason="elsewhere")
    if kept.merged_into is not None:
        return Verdict(state="cancelled", reason="kept_merged")
    return None


def _is_away(record: Seen, sign: str) -> bool:
    return record.is_gone or (sign == INACTIVE and not record.is_active)
