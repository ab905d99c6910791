"""Everything at once on invented people: simulators, web pages, worker, first sync, proof."""

from __future__ import annotations

from typing import Final

#: Invented people in each POS.
USUAL_PEOPLE: Final = 2000
