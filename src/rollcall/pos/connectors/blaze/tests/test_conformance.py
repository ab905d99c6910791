"""Binds the tests that every connector must pass."""

from rollcall.pos.conformance import (
    ConnectorConformance,
    ConnectorWriteConformance,
    OrderConformance,
)


class TestBlazeConformance(ConnectorConformance):
    kind = "blaze"
    settings = {"page_size": 20}

    def wrong_credentials(self) -> dict[str, object]:
        return {"dispensary_key": "wrong"}


class TestBlazeWriting(ConnectorWriteConformance):
    kind = "blaze"


class TestBlazeOrders(OrderConformance):
    kind = "blaze"
    settings = {"page_size": 20}
    said_as = {"verification_pending": "awaiting_processing", "removed": "canceled"}
