"""A no to marketing, in the words of a POS: it must be heard by every flag that could overrule it.

POS systems keep one flag, or one for each channel. A no spreads to the flags that a POS has; a yes
never does, because nobody gave it for more than was asked.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from rollcall.kit.fields import Fields, FieldValue

_ALL: Final = "marketing_opt_in"
_CHANNELS: Final = ("email_opt_in", "sms_opt_in")


def with_spread_noes(changes: Fields, flags: Set[str]) -> dict[str, FieldValue]:
    """Return changes with the further flags that a no has to set.

    :param flags: fields that the POS can be told.
    """
    spread: dict[str, FieldValue] = dict(changes)
    if changes.get(_ALL) is False:
        spread.update({channel: False for channel in _CHANNELS if channel in flags})
    unheard = [
        channel for channel in _CHANNELS if changes.get(channel) is False and channel not in flags
    ]
    if unheard and _ALL in flags:
        # This POS knows one flag only: as long as it says yes, it would write to them anyway.
        spread[_ALL] = False
    return spread
