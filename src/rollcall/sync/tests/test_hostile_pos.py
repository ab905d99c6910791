from __future__ import annotations

import pytest

from rollcall.sync.models import CustomerSync, QuarantinedRow
from rollcall.testing.pos_world import PosWorld


def assert_same_as_pos(world: PosWorld) -> None:
    """The hub holds exactly the POS's rows, and the POS itself agrees."""
    world.simulator.control.set_faults(
        **{name: None for name, value in world.simulator.control.faults().items() if value}
        | {"not_found_style": "404", "envelope": "auto", "signup_to": "inclusive", "list_order": ""}
    )
    assert world.held().keys() == world.truth().keys()
    # What changed while it was being read comes with the next run.
    assert world.sync().state == CustomerSync.State.FINISHED
    proof = world.reconcile()
    assert proof.at_pos == proof.here + proof.missing + proof.quarantined - proof.extra
    assert (proof.missing, proof.extra, proof.different, proof.quarantined) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "faults",
    [
        {"expire_tokens_after": 3},
        {"throttle_burst": 5},
        {"error_500_rate": 0.3},
        {"cut_body_rate": 0.3},
        {"reset_rate": 0.3},
        {"not_json_rate": 0.3},
        {"envelope": "list"},
        {"envelope": "object"},
        {"not_found_style": "200_empty"},
        {"not_found_style": "result_code"},
        {"signup_to": "exclusive"},
        {"move_rows": 7, "list_order": "asc"},
        {"move_rows": 7, "list_order": "desc"},
        {"error_500_rate": 0.1, "reset_rate": 0.1, "cut_body_rate": 0.1, "move_rows": 3},
    ],
    ids=lambda faults: "-".join(f"{name}={value}" for name, value in faults.items()),
)
class TestFaultsOnTheWire:
    def test_lose_and_double_nothing_in_a_first_and_a_second_sync(
        self, world: PosWorld, faults: dict[str, object]
    ) -> None:
        world.simulator.control.set_faults(**faults)

        first = world.sync()
        second = world.sync(full=True)

        assert (first.state, first.error) == (CustomerSync.State.FINISHED, "")
        assert (second.state, second.error) == (CustomerSync.State.FINISHED, "")
        assert second.records_gone == 0
        assert_same_as_pos(world)


class TestClockSkew:
    @pytest.mark.parametrize("skew_s", [-7200, 7200])
    def test_a_change_is_read_whatever_the_poss_clock_says(
        self, world: PosWorld, skew_s: int
    ) -> None:
        world.simulator.control.set_clock(skew_s)
        world.sync()
        pos_id = next(iter(world.truth()))
        world.simulator.control.patch(pos_id, email="skewed@example.com")

        run = world.sync()

        assert run.rows_changed == 1
        assert world.values(pos_id)["email"] == "skewed@example.com"


class TestEqualTimes:
    def test_rows_of_one_second_are_all_read(self, world: PosWorld) -> None:
        world.sync()
        for pos_id in world.truth():
            world.simulator.control.patch(pos_id, notes="imported in one go")

        run = world.sync()

        assert run.rows_changed == 120
        assert_same_as_pos(world)


class TestBadRows:
    @pytest.mark.parametrize(
        ("kind", "code", "field"),
        [
            ("bad_date", "date_invalid", "born_on"),
            ("invalid_utf8", "encoding_invalid", ""),
        ],
    )
    def test_one_goes_to_quarantine_and_the_others_through(
        self, world: PosWorld, kind: str, code: str, field: str
    ) -> None:
        world.simulator.control.set_faults(malformed_rows=[kind])

        run = world.sync()

        assert run.state == CustomerSync.State.FINISHED
        assert len(world.held()) == 119
        row = QuarantinedRow.objects.scoped(world.scope).get()
        assert row.code == code
        if field:
            assert row.field == field
        assert "2023-02-30" not in row.reason

    def test_a_row_without_an_id_is_kept_and_said(self, world: PosWorld) -> None:
        world.simulator.control.set_faults(malformed_rows=["missing_id"])

        run = world.sync()

        row = QuarantinedRow.objects.scoped(world.scope).get()
        assert (run.state, row.code, row.external_id) == ("finished", "id_missing", "")
        assert len(world.held()) == 119

    def test_a_two_megabyte_note_is_taken_over_whole(self, world: PosWorld) -> None:
        world.simulator.control.set_faults(malformed_rows=["huge_note"])

        run = world.sync()

        assert run.rows_quarantined == 0
        notes = [world.values(pos_id).get("notes") for pos_id in world.held()]
        assert sum(1 for note in notes if note and len(str(note)) == 2_000_000) == 1

    def test_a_nul_is_cut_out_of_a_name(self, world: PosWorld) -> None:
        world.simulator.control.set_faults(malformed_rows=["nul_in_name"])

        run = world.sync()

        assert (run.state, run.rows_quarantined, len(world.held())) == ("finished", 0, 120)
        assert not any("\0" in row.given_name for row in world.held().values())

    def test_types_that_nobody_expects_stop_nothing(self, world: PosWorld) -> None:
        world.simulator.control.set_faults(malformed_rows=["wrong_types", "missing_id", "bad_date"])

        run = world.sync()

        assert (run.state, len(world.held())) == ("finished", 117)
        assert QuarantinedRow.objects.scoped(world.scope).count() == 3

    def test_the_proof_counts_rows_in_quarantine(self, world: PosWorld) -> None:
        world.simulator.control.set_faults(malformed_rows=["bad_date", "missing_id"])
        world.sync()

        proof = world.reconcile()

        assert (proof.at_pos, proof.here, proof.quarantined) == (120, 118, 2)
        assert (proof.missing, proof.extra, proof.different) == (0, 0, 0)

    def test_a_row_that_was_mended_leaves_quarantine_by_itself(self, world: PosWorld) -> None:
        world.simulator.control.set_faults(malformed_rows=["bad_date", "missing_id"])
        world.sync()
        world.simulator.control.set_faults(malformed_rows=[])

        world.sync(full=True)

        open_rows = QuarantinedRow.objects.scoped(world.scope).filter(resolved_at__isnull=True)
        assert open_rows.count() == 0
        assert_same_as_pos(world)

    def test_a_row_that_turns_bad_keeps_its_last_good_values(self, world: PosWorld) -> None:
        world.sync()
        pos_id = next(iter(world.truth()))
        good = world.values(pos_id)
        world.simulator.control.patch(pos_id, raw={"birthday": "2023-02-30"})

        run = world.sync(full=True)

        assert (run.rows_quarantined > 0, run.records_gone) == (True, 0)
        assert world.values(pos_id) == good
        proof = world.reconcile()
        assert (proof.at_pos, proof.here, proof.quarantined) == (120, 120, 0)
        assert proof.different == 0
