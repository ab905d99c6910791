"""Events and webhooks for programs, under ``/api/v2``."""

from __future__ import annotations

from rollcall.events.api import feed, webhooks

#: To be mounted by the composition root.
routers = (feed.router, webhooks.router)
