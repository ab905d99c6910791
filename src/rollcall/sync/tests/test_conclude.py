from __future__ import annotations

from pathlib import Path

import pytest

from rollcall.customers.queries.profile import get_profile, resolve
from rollcall.kit.scope import ForbiddenError, Scope
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.running import running
from rollcall.stores.models import User
from rollcall.stores.queries import find_scope_of_user
from rollcall.sync import queries
from rollcall.sync.models import CustomerSync
from rollcall.sync.operations.requests import NoBrakeError, release_brake, request_sync
from rollcall.sync.operations.run import run_sync
from rollcall.testing.fixtures import NOON
from rollcall.testing.pos_world import PosWorld


class TestGoneRecords:
    def test_are_noticed_by_a_full_pass(self, world: PosWorld) -> None:
        world.sync()
        gone = list(world.truth())[:3]
        for pos_id in gone:
            world.simulator.control.delete(pos_id)

        run = world.sync(full=True)

        assert run.records_gone == 3
        assert world.held().keys() == world.truth().keys()

    def test_are_not_noticed_by_an_incremental_pass(self, world: PosWorld) -> None:
        world.sync()
        world.simulator.control.delete(next(iter(world.truth())))

        run = world.sync()

        assert (run.records_gone, len(world.held())) == (0, 120)

    def test_keep_their_person_and_values(self, world: PosWorld) -> None:
        world.sync()
        pos_id, truth = next(iter(world.truth().items()))
        world.simulator.control.delete(pos_id)

        world.sync(full=True)

        profile = get_profile(world.scope, resolve(world.scope, pos_id))
        assert profile.text("family_name") == truth["family_name"]
        assert profile.records[0].gone_at is not None

    def test_that_a_list_left_out_are_read_again_by_id_and_stay(self, world: PosWorld) -> None:
        world.sync()
        hidden = list(world.truth())[:5]
        world.simulator.control.set_faults(drop_rows=hidden)

        run = world.sync(full=True)

        assert (run.records_gone, len(world.held())) == (0, 120)

    def test_that_are_there_again_come_back_to_life(self, world: PosWorld) -> None:
        world.sync()
        pos_id = next(iter(world.truth()))
        state = world.held()[pos_id]
        state.gone_at = NOON
        state.save(update_fields=["gone_at"])

        world.sync(full=True)

        assert world.held().keys() == world.truth().keys()


class TestBrake:
    @pytest.mark.parametrize("faults", [{"empty_lists": True}, {"truncate_after": 2}])
    def test_keeps_everything_when_the_list_is_suddenly_short(
        self, world: PosWorld, faults: dict[str, object]
    ) -> None:
        world.sync()
        world.simulator.control.set_faults(**faults)

        run = world.sync(full=True)

        assert (run.state, run.records_gone) == (CustomerSync.State.FINISHED, 0)
        assert len(world.held()) == 120
        assert queries.get_connection_view(world.scope, world.connection).brake_pulled

    def test_lets_go_once_after_an_administrator_released_it(self, world: PosWorld) -> None:
        world.sync()
        for pos_id in list(world.truth())[:30]:
            world.simulator.control.delete(pos_id)
        assert world.sync(full=True).records_gone == 0

        release_brake(world.scope, world.connection, now=NOON)
        run = world.sync(full=True)

        assert (run.records_gone, len(world.held())) == (30, 90)
        assert not queries.get_connection_view(world.scope, world.connection).brake_pulled

    def test_goes_off_by_itself_when_a_later_pass_meets_everybody(self, world: PosWorld) -> None:
        world.sync()
        world.simulator.control.set_faults(empty_lists=True)
        world.sync(full=True)
        world.simulator.control.set_faults(empty_lists=False)

        world.sync(full=True)

        assert not queries.get_connection_view(world.scope, world.connection).brake_pulled

    def test_that_was_released_is_ready_again_after_one_pass(self, world: PosWorld) -> None:
        world.sync()
        world.simulator.control.set_faults(empty_lists=True)
        world.sync(full=True)
        release_brake(world.scope, world.connection, now=NOON)
        world.simulator.control.set_faults(empty_lists=False)
        world.sync(full=True)
        world.simulator.control.set_faults(empty_lists=True)

        run = world.sync(full=True)

        assert (run.records_gone, len(world.held())) == (0, 120)
        assert queries.get_connection_view(world.scope, world.connection).brake_pulled

    def test_cannot_be_released_by_staff(self, world: PosWorld, bob: User) -> None:
        scope = find_scope_of_user(bob)
        assert scope is not None

        with pytest.raises(ForbiddenError):
            release_brake(scope, world.connection, now=NOON)

    def test_that_is_not_pulled_cannot_be_released(self, world: PosWorld) -> None:
        with pytest.raises(NoBrakeError):
            release_brake(world.scope, world.connection, now=NOON)


class TestAFullPassAskedForInTheMiddle:
    def test_follows_the_incremental_one(self, world: PosWorld) -> None:
        world.sync()
        under_way = request_sync(world.scope, world.connection, full=False, by_worker=False)
        asked: list[CustomerSync] = []

        def ask_once(_run: CustomerSync) -> None:
            if not asked:
                asked.append(request_sync(world.scope, world.connection, full=True))

        ended = run_sync(world.scope, under_way, report=ask_once)

        follower = queries.find_open_run(world.scope, world.connection)
        assert (ended.state, ended.full, asked[0].pk) == ("finished", False, ended.pk)
        assert follower is not None
        assert (follower.state, follower.full) == ("pending", True)


class TestMergesAtThePos:
    def test_survivor_and_donor_are_one_person_and_both_ids_lead_there(
        self, world: PosWorld
    ) -> None:
        world.sync()
        donor, survivor = list(world.truth())[:2]
        home = resolve(world.scope, donor)
        world.simulator.control.merge(donor, survivor)

        run = world.sync()

        assert run.records_merged == 1
        person = resolve(world.scope, survivor)
        assert resolve(world.scope, donor) == person
        assert resolve(world.scope, str(home.public_id)) == person

    def test_the_survivor_stays_active(self, world: PosWorld) -> None:
        world.sync()
        donor, survivor = list(world.truth())[:2]
        world.simulator.control.merge(donor, survivor)

        world.sync()

        held = world.held()
        assert (held[survivor].status, held[survivor].status_raw) == ("active", "MERGED")
        assert (held[donor].status, held[donor].status_raw) == ("inactive", "DEACTIVATED")


def identities(world: PosWorld) -> dict[str, tuple[int, int]]:
    return {
        pos_id: (row.pk, resolve(world.scope, pos_id).pk) for pos_id, row in world.held().items()
    }


class TestCredentials:
    def test_a_new_api_key_changes_nobodys_identity(self, world: PosWorld, tmp_path: Path) -> None:
        world.sync()
        before = identities(world)
        rotated = SimulatorOptions(
            state=tmp_path / "pos.sqlite", people=120, no_limits=True, api_key="rotated-key"
        )
        with running("treez", rotated) as simulator:
            assert simulator.settings["api_key"] != world.simulator.settings["api_key"]
            world.connect(
                api_key=simulator.settings["api_key"], base_url=simulator.settings["base_url"]
            )

            run = world.sync(full=True)

        assert run.state == CustomerSync.State.FINISHED
        assert (run.rows_new, run.rows_changed, run.records_gone) == (0, 0, 0)
        assert identities(world) == before

    def test_wrong_ones_fail_the_run_and_say_so(self, world: PosWorld) -> None:
        world.connect(api_key="wrong")

        run = world.sync()

        assert run.state == CustomerSync.State.FAILED
        assert "wrong" not in run.error
        assert run.error

    def test_a_run_after_a_failed_one_works(self, world: PosWorld) -> None:
        world.connect(api_key="wrong")
        world.sync()
        world.connect()

        assert world.sync().state == CustomerSync.State.FINISHED


class TestOtherRetailers:
    def test_see_nothing(self, world: PosWorld, scope_b: Scope) -> None:
        world.sync()

        assert queries.list_connections(scope_b) == []
        assert queries.list_runs(scope_b) == []
        assert queries.find_run(scope_b, queries.list_runs(world.scope)[0].pk) is None
        with pytest.raises(LookupError):
            resolve(scope_b, next(iter(world.held())))

    def test_cannot_start_anything(self, world: PosWorld, scope_b: Scope) -> None:
        with pytest.raises(queries.ConnectionNotFoundError):
            queries.get_connection(scope_b, world.connection.slug)
