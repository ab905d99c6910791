"""Binds the tests that every connector must pass."""

from rollcall.pos.conformance import (
    ConnectorConformance,
    ConnectorWriteConformance,
    OrderConformance,
)


class TestLeaflogixConformance(ConnectorConformance):
    kind = "leaflogix"
    settings = {"page_size": 20}


class TestLeaflogixWriting(ConnectorWriteConformance):
    kind = "leaflogix"
    # Only a hash of the licence is told.
    untold = frozenset({"licence", "licence_expires_on"})


class TestLeaflogixOrders(OrderConformance):
    kind = "leaflogix"
    # Open preorders tell no time of change, items no SKU.
    untold = frozenset({"updated_at", "lines.sku"})
    said_as = {
        "verification_pending": "awaiting_processing",
        "out_for_delivery": "packed_ready",
        "removed": "canceled",
    }

    def id_of(self, order_id: str) -> str:
        return f"preorder-{order_id}"
