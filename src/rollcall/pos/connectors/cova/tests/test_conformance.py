"""Binds the tests that every connector must pass."""

from __future__ import annotations

import contextlib

import pytest

from rollcall.pos.conformance import ConnectorConformance, ConnectorWriteConformance
from rollcall.pos.contract import PosClient
from rollcall.pos.errors import PosConflictError, PosUnavailableError
from rollcall.pos.simulator import RunningSimulator


class TestCovaConformance(ConnectorConformance):
    kind = "cova"
    settings = {"page_size": 20}

    def wrong_credentials(self) -> dict[str, object]:
        return {"client_secret": "wrong"}


class TestCovaWriting(ConnectorWriteConformance):
    kind = "cova"
    # As declared: no extension is named, so neither licence nor medical id go out.
    settings = {"licence_extension": "", "medical_id_extension": ""}
    # A contact method's consent counts only while the customer as a whole may be contacted.
    somebody = {"marketing_opt_in": True}

    def test_a_create_among_cut_answers_is_known_not_to_be_done_or_found_again(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        # Cova's 201 is not cut by that fault, a 200 is.
        simulator.control.set_habits(create_answer="200_row")

        super().test_a_create_among_cut_answers_is_known_not_to_be_done_or_found_again(
            simulator, client
        )

    def test_everybody_who_is_there_survives_an_update(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        own = {"updated_at", "email"}
        for pos_id, before in list(self.truth(simulator).items())[:12]:
            raw = client.get(pos_id)

            client.update(raw, {"email": f"only.{pos_id}@example.com"})

            after = self.truth(simulator)[pos_id]
            # A new address comes with its own DoNotContact, which cannot stay unsaid: nobody was
            # asked, so it is a no.
            told = own | ({"email_opt_in"} if before["email"] is None else set())
            assert {k: v for k, v in after.items() if k not in told} == {
                k: v for k, v in before.items() if k not in told
            }
            assert before["email"] is not None or after["email_opt_in"] is False
            assert set(raw) <= set(client.get(pos_id))

    @pytest.mark.parametrize("fault", ["lost_answer_rate", "failed_answer_rate", "reset_rate"])
    def test_an_update_that_failed_is_finished_by_another(
        self, simulator: RunningSimulator, fault: str
    ) -> None:
        with self.opened(simulator, attempts=2) as client:
            pos_id = self.id_of(client.create(self.new()))
            current = client.get(pos_id)
            simulator.control.set_faults(**{fault: 1})
            # Where a repetition meets the version that the first attempt made, the update sees by
            # itself that it was done and goes on.
            with contextlib.suppress(PosUnavailableError, PosConflictError):
                client.update(current, self.changes())
            simulator.control.set_faults(**{fault: 0})

            client.update(client.get(pos_id), self.changes())

        assert self.differences(self.changes(), self.truth(simulator)[pos_id]) == {}


class TestCovaWritingWithExtensions(TestCovaWriting):
    """The simulator's settings name both extensions."""

    settings = {}

    def test_both_extensions_are_written(self) -> None:
        assert {"licence", "medical_id"} <= self.rules.creatable & self.rules.clearable
