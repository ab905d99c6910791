"""Simulated POS systems call a real server, and workers make the hub hold what they hold."""

from __future__ import annotations

import pytest

from rollcall.inbox.tests.calling import events, listening, outcomes, path_for, work
from rollcall.inbox.tests.conftest import TOKEN
from rollcall.kit.scope import Scope
from rollcall.testing.pos_world import PosWorld


def subscribe_treez(world: PosWorld, origin: str) -> None:
    world.simulator.control.set_webhooks(
        {
            "url": origin + path_for(world.scope, world.connection),
            "headers": {"Authorization": f"Bearer {TOKEN}"},
        }
    )


def differences(world: PosWorld) -> list[int]:
    proof = world.reconcile()
    return [proof.missing, proof.extra, proof.different]


class TestTreez:
    def test_tells_of_new_changed_and_merged_customers(
        self, world: PosWorld, scope_a: Scope
    ) -> None:
        world.sync()
        ids = sorted(world.truth())
        control = world.simulator.control
        with listening() as origin:
            subscribe_treez(world, origin)
            new = control.create(given_name="ANA", family_name="REYES", born_on="1990-01-01")
            control.patch(ids[0], notes="prefers mornings")
            control.merge(ids[1], ids[2])
            assert control.hooks_settled()

        assert {one.external_id for one in events(scope_a)} == {new, *ids[:3]}
        work(scope_a, world.connection)

        assert {state for state, _ in outcomes(scope_a)} == {"processed"}
        assert world.held(alive=False)[ids[1]].merged_into == ids[2]
        assert world.values(ids[0])["notes"] == "prefers mornings"
        assert differences(world) == [0, 0, 0]

    @pytest.mark.parametrize("faults", [{"hook_shuffle": 8}, {"hook_repeat": 1}])
    def test_may_call_in_any_order_and_more_than_once(
        self, world: PosWorld, scope_a: Scope, faults: dict[str, int]
    ) -> None:
        world.sync()
        ids = sorted(world.truth())
        control = world.simulator.control
        control.set_faults(**faults)
        with listening() as origin:
            subscribe_treez(world, origin)
            for number in range(3):
                control.patch(ids[0], notes=f"visit {number}")
            control.merge(ids[1], ids[2])
            assert control.hooks_settled()
        work(scope_a, world.connection)

        assert world.held(alive=False)[ids[1]].merged_into == ids[2]
        assert "received" not in {state for state, _ in outcomes(scope_a)}


class TestBlaze:
    def test_only_hints_so_that_members_are_read_again(
        self, blaze: PosWorld, scope_a: Scope
    ) -> None:
        blaze.sync()
        ids = sorted(blaze.truth())
        control = blaze.simulator.control
        with listening() as origin:
            path = path_for(scope_a, blaze.connection, "NEW_MEMBER").rpartition("/")[0]
            control.set_webhooks(
                {"url": f"{origin}{path}/NEW_MEMBER", "topics": ["NEW_MEMBER"]},
                {"url": f"{origin}{path}/UPDATE_MEMBER", "topics": ["UPDATE_MEMBER"]},
            )
            new = control.create(given_name="ANA", family_name="REYES", born_on="1990-01-01")
            for number in range(3):
                control.patch(ids[0], notes=f"visit {number}")
            assert control.hooks_settled()
        work(scope_a, blaze.connection)

        assert [one.external_id for one in events(scope_a)] == [new, *[ids[0]] * 3]
        assert outcomes(scope_a) == [
            ("processed", "taken_over"),
            ("ignored", "joined"),
            ("ignored", "joined"),
            ("processed", "taken_over"),
        ]
        assert blaze.values(ids[0])["notes"] == "visit 2"
        assert differences(blaze) == [0, 0, 0]
