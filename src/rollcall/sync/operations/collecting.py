"""How often Python looks for circles of dead objects while rows stream through."""

from __future__ import annotations

import gc
from typing import Final

_OBJECTS_BETWEEN_COLLECTIONS: Final = 50_000


def collect_rarely() -> None:
    """Look for circles of objects seldom from now on, in the whole process. Idempotent.

    Rows are trees of objects that live for a moment and are freed without any collection. With the
    usual 700 the collector walked through them again and again: a tenth of a sync's time where all
    rows changed, a fifth where none did.
    """
    often, *older = gc.get_threshold()
    if often < _OBJECTS_BETWEEN_COLLECTIONS:
        gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *older)
