"""How much is tried: ``make test`` tries everything, ``make test-thorough`` more of it.

What takes minutes because it repeats (kills at random moments, every fault of every POS, a second
server of the same sort) is repeated less by default, never left out as a whole.
"""

from __future__ import annotations

import os
from typing import Final

import pytest

THOROUGH: Final = os.environ.get("ROLLCALL_THOROUGH") == "1"
#: For repetitions of what another test shows at one example.
only_thorough: Final = pytest.mark.skipif(
    not THOROUGH, reason="a repetition; make test-thorough runs it"
)


def times(usual: int, thorough: int) -> int:
    """Return how often, or of how many, something is tried."""
    return thorough if THOROUGH else usual
