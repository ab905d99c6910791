"""Which value wins where hub and POS both changed one: last seen, wanted here, there now."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from rollcall.kit.fields import Fields, FieldValue
from rollcall.outbox.rules.sameness import is_same
from rollcall.outbox.rules.wishes import Wish


class Decision(enum.StrEnum):
    """What became of a field of a wish; shown to people."""

    SENT = "sent"
    #: The POS says so already.
    ALREADY_THERE = "already_there"
    #: Somebody changed it at the POS, after it was typed here: theirs stands.
    POS_NEWER = "pos_newer"
    #: Somebody changed it at the POS, before it was typed here (or it is pinned, or another POS
    #: counts more for the field): ours was sent.
    HUB_NEWER = "hub_newer"
    #: The POS cannot hold it, or not in this record; it stays in the hub.
    KEPT_HERE = "kept_here"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What is to be written, and why.

    :param writes: field → value, of those that are to be sent.
    """

    writes: Mapping[str, FieldValue] = field(repr=False)
    decisions: Mapping[str, Decision]


def decide(
    wish: Wish,
    *,
    theirs: Fields,
    theirs_at: dt.datetime | None,
    wished_at: dt.datetime,
    can_hold: Callable[[str, FieldValue], bool],
    sent: Wish | None = None,
    sent_before: Fields = MappingProxyType({}),
) -> Outcome:
    """Compare a wish with what the POS holds now.

    :param sent: what an earlier try sent, over what it read; it may have arrived without an answer.
    :param sent_before: what other wishes of ours wrote since this one noted its bases.
    :param theirs_at: aware; when the POS's record was last changed, None if it does not say.
    :param can_hold: whether the POS takes a field's value at all.
    """
    writes: dict[str, FieldValue] = {}
    decisions: dict[str, Decision] = {}
    is_theirs_newer = theirs_at is not None and theirs_at > wished_at
    for name, wanted in wish.values.items():
        now = theirs.get(name)
        if is_same(name, now, wanted):
            decisions[name] = Decision.ALREADY_THERE
        elif not can_hold(name, wanted):
            decisions[name] = Decision.KEPT_HERE
        elif is_same(name, now, wish.bases.get(name)) or _is_our_own(name, now, sent, sent_before):
            decisions[name] = Decision.SENT
        elif is_theirs_newer and name not in wish.pinned:
            decisions[name] = Decision.POS_NEWER
        else:
            decisions[name] = Decision.HUB_NEWER
        if decisions[name] in (Decision.SENT, Decision.HUB_NEWER):
            writes[name] = wanted
    return Outcome(writes=writes, decisions=decisions)


def _is_our_own(name: str, now: FieldValue, sent: Wish | None, sent_before: Fields) -> bool:
    """Tell whether the POS holds what we wrote, or what an earlier try of this wish read."""
    if name in sent_before and is_same(name, now, sent_before[name]):
        return True
    if sent is None or name not in sent.values:
        return False
    return is_same(name, now, sent.values[name]) or is_same(name, now, sent.bases.get(name))
