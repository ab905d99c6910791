"""Connections and syncs for programs (``/api/v2``): how they are, and steering them."""

from __future__ import annotations

from rollcall.sync.api import connections, lookups, runs, upkeep

#: To be mounted by the composition root.
routers = (connections.router, runs.router, upkeep.router, lookups.router)
