"""Who is who for programs (``/api/v2``): duplicates, merges and decisions."""

from __future__ import annotations

from rollcall.identity.api import decisions, duplicates, merges

#: To be mounted by the composition root.
routers = (duplicates.router, merges.router, decisions.router)
