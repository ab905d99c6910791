"""The tests that every connector must pass against its simulator.

A connector binds them in a test module of a few lines::

    class TestTreezConformance(ConnectorConformance):
        kind = "treez"
        settings = {"page_size": 20}

    class TestTreezWriting(ConnectorWriteConformance):
        kind = "treez"

A connector that reads orders binds ``OrderConformance`` as well, one that takes them
``PlacingConformance``.
"""

from rollcall.pos.conformance.ordering import OrderConformance
from rollcall.pos.conformance.placing import PlacingConformance
from rollcall.pos.conformance.reading import ConnectorConformance
from rollcall.pos.conformance.writing import ConnectorWriteConformance

__all__ = [
    "ConnectorConformance",
    "ConnectorWriteConformance",
    "OrderConformance",
    "PlacingConformance",
]
