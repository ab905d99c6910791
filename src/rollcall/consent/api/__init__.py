"""Consent for programs (``/api/v2``): may somebody be contacted, the ledger, wordings, STOP."""

from rollcall.consent.api import ledger, stopping, wordings

routers = (ledger.router, stopping.router, wordings.router)

__all__ = ["routers"]
