"""Binds the tests that every connector must pass."""

from rollcall.pos.conformance import ConnectorConformance, ConnectorWriteConformance


class TestBlazeConformance(ConnectorConformance):
    kind = "blaze"
    settings = {"page_size": 20}

    def wrong_credentials(self) -> dict[str, object]:
        return {"dispensary_key": "wrong"}


class TestBlazeWriting(ConnectorWriteConformance):
    kind = "blaze"
