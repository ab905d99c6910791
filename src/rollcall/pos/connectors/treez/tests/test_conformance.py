"""Binds the tests that every connector must pass."""

import pytest

from rollcall.pos.conformance import (
    ConnectorConformance,
    ConnectorWriteConformance,
    OrderConformance,
    PlacingConformance,
)
from rollcall.pos.simulator import RunningSimulator


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


class TestTreezPlacing(PlacingConformance):
    kind = "treez"
    products = ("size-5001", "size-5004")


class TestTreezPlacingWhereUpdatesReplace(TestTreezPlacing):
    """Whether an update wipes what it does not name is not documented."""

    @pytest.fixture(autouse=True)
    def _updates_replace(self, simulator: RunningSimulator) -> None:
        simulator.control.set_habits(ticket_update_replaces=True)
