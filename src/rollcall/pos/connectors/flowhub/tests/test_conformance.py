"""Binds the tests that every connector must pass."""

from __future__ import annotations

import datetime as dt

from rollcall.pos.clock import utc_now
from rollcall.pos.conformance import (
    ConnectorConformance,
    ConnectorWriteConformance,
    OrderConformance,
)
from rollcall.pos.conformance.ordering import LINE
from rollcall.pos.conformance.reading import changes_since
from rollcall.pos.contract import PosClient
from rollcall.pos.simulator import RunningSimulator


class TestFlowhubConformance(ConnectorConformance):
    kind = "flowhub"
    settings = {"page_size": 20}

    # Flowhub tells of no merges: the other id vanishes, which only a whole pass can notice.
    def test_an_incremental_window_gives_changes_creations_and_merges(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        changed, donor, survivor = list(self.truth(simulator))[:3]
        since = utc_now() - dt.timedelta(minutes=5)
        simulator.control.patch(changed, email="changed@example.com")
        created = simulator.control.create(given_name="Zoë", family_name="de la Cruz")
        simulator.control.merge(donor, into=survivor)

        told = self.told(client.iter_pages(changes_since(since)))

        truth = self.truth(simulator)
        assert told == {key: truth[key] for key in (changed, created, survivor)}


class TestFlowhubWriting(ConnectorWriteConformance):
    kind = "flowhub"
    settings = {"page_size": 20}
    # Flowhub never tells them again; test_writes looks where they went.
    untold = frozenset({"medical_id", "medical_expires_on", "licence", "licence_expires_on"})


class TestFlowhubOrders(OrderConformance):
    kind = "flowhub"
    settings = {"page_size": 20}
    # Only what is sold tells when.
    untold = frozenset({"updated_at"})
    said_as = {"verification_pending": "awaiting_processing"}

    # Lists go by the day of creation: what changed is met as long as the window reaches back.
    def test_a_window_gives_what_was_placed_and_changed(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        changed = simulator.control.place_order(None, status="in_process", lines=[LINE])
        simulator.control.change_order(changed, status="canceled")
        placed = simulator.control.place_order(None, status="completed", lines=[LINE])

        told = self.orders(client.iter_orders(self.window(since=utc_now() - self.reader.overlap)))

        truth = self.true_orders(simulator)
        assert {key: told[key] for key in (changed, placed)} == {
            key: truth[key] for key in (changed, placed)
        }
