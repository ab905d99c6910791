"""Identification at kiosks (``/api/v1``), and log-ins of web shops for programs (``/api/v2``)."""

from rollcall.proofs.api import kiosk, web_identities

kiosk_router = kiosk.router
platform_router = web_identities.router

__all__ = ["kiosk_router", "platform_router"]
