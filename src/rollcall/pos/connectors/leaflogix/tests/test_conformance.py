"""Binds the tests that every connector must pass."""

from rollcall.pos.conformance import ConnectorConformance


class TestLeaflogixConformance(ConnectorConformance):
    kind = "leaflogix"
    settings = {"page_size": 20}
