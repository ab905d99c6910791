"""Binds the tests that every connector must pass."""

from rollcall.pos.conformance import (
    ConnectorConformance,
    ConnectorWriteConformance,
    OrderConformance,
)


class TestTreezConformance(ConnectorConformance):
    kind = "treez"
    settings = {"page_size": 20}


class TestTreezWriting(ConnectorWriteConformance):
    kind = "treez"
    # Groups have to exist at Treez first.
    otherwise = {"groups": ["VIP"]}


class TestTreezOrders(OrderConformance):
    kind = "treez"
    settings = {"page_size": 20}
