"""Binds the tests that every connector must pass."""

from rollcall.pos.conformance import ConnectorConformance, ConnectorWriteConformance


class TestLeaflogixConformance(ConnectorConformance):
    kind = "leaflogix"
    settings = {"page_size": 20}


class TestLeaflogixWriting(ConnectorWriteConformance):
    kind = "leaflogix"
    # Only a hash of the licence is told.
    untold = frozenset({"licence", "licence_expires_on"})
