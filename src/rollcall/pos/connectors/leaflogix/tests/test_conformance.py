"""Binds the tests that every connector must pass."""

import pytest

from rollcall.pos.conformance import (
    ConnectorConformance,
    ConnectorWriteConformance,
    OrderConformance,
    PlacingConformance,
)
from rollcall.pos.simulator import RunningSimulator


class TestLeaflogixPlacing(PlacingConformance):
    kind = "leaflogix"
    products = ("5001", "5004")
    unknown_product = "999"

    def id_of(self, order_id: str) -> str:
        return f"preorder-{order_id}"


class TestLeaflogixPlacingToldAsAnObject(TestLeaflogixPlacing):
    """Its documentation says both that a number is answered, and an object."""

    @pytest.fixture(autouse=True)
    def _an_object(self, simulator: RunningSimulator) -> None:
        simulator.control.set_habits(submit_tells_object=True)


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
