"""A place in the feed as the text of a cursor."""

from __future__ import annotations

import re
from typing import Final

_PLACE: Final = re.compile(r"1\.([0-9]{1,19})\.([0-9]{1,19})\.([0-9]{1,9})", re.ASCII)
_LARGEST: Final = 2**63 - 1


class PlaceError(ValueError):
    """The text names no place of the feed."""


def write_place(transaction_id: int, entry_id: int, subjects: int) -> str:
    """Return the text; the number before it is its version."""
    return f"1.{transaction_id}.{entry_id}.{subjects}"


def read_place(text: str) -> tuple[int, int, int]:
    """Return transaction, entry and number of subjects.

    :raises PlaceError: it is none of ours.
    """
    found = _PLACE.fullmatch(text)
    if found is None:
        raise PlaceError("not a place of the feed")
    transaction_id, entry_id, subjects = (int(one) for one in found.groups())
    if transaction_id > _LARGEST or entry_id > _LARGEST or subjects > 2**31 - 1:
        raise PlaceError("not a place of the feed")
    return transaction_id, entry_id, subjects
