"""The address that POS systems call, and what they called with for programs (``/api/v2``)."""

from __future__ import annotations

from rollcall.inbox.api.calls import hooks
from rollcall.inbox.api.events import router

__all__ = ["hooks", "router"]
