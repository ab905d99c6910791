from __future__ import annotations

from rollcall.sync.models import CustomerSync
from rollcall.testing.pos_world import PosWorld


class TestFirstSync:
    def test_ends_with_exactly_the_rows_of_the_pos(self, world: PosWorld) -> None:
        run = world.sync()

        assert (run.state, run.error) == (CustomerSync.State.FINISHED, "")
        assert run.rows_new == 120
        assert world.held().keys() == world.truth().keys()

    def test_takes_over_the_values_of_every_row(self, world: PosWorld) -> None:
        world.sync()

        for pos_id, truth in world.truth().items():
            values = world.values(pos_id)
            assert values.get("given_name") == truth["given_name"]
            assert values.get("born_on") == truth["born_on"]
            assert values.get("marketing_opt_in") == truth["marketing_opt_in"]

    def test_is_proven_by_a_reconciliation(self, world: PosWorld) -> None:
        world.sync()

        proof = world.reconcile()

        assert (proof.at_pos, proof.here) == (120, 120)
        assert (proof.missing, proof.extra, proof.different, proof.quarantined) == (0, 0, 0, 0)


class TestSecondSync:
    def test_changes_nothing_when_nothing_changed(self, world: PosWorld) -> None:
        world.sync()

        run = world.sync(full=True)

        assert (run.rows_new, run.rows_changed, run.rows_quarantined) == (0, 0, 0)
        assert run.rows_unchanged == run.rows_read

    def test_reads_only_what_changed(self, world: PosWorld) -> None:
        world.sync()
        pos_id = next(iter(world.truth()))
        world.simulator.control.patch(pos_id, email="new.address@example.com")

        run = world.sync()

        assert run.rows_changed == 1
        assert world.values(pos_id)["email"] == "new.address@example.com"
