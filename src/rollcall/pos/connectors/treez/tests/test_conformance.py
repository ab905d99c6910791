"""Binds the tests that every connector must pass."""

from rollcall.pos.conformance import ConnectorConformance


class TestTreezConformance(ConnectorConformance):
    kind = "treez"
    settings = {"page_size": 20}
