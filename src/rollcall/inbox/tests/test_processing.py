"""Workers make the hub hold what calls told of, whatever happens in between."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from django.db import connection
from pytest_django import Settings

from rollcall.customers.models import PosRecord, RecordVersion
from rollcall.inbox import queries, tasks
from rollcall.inbox.models import InboxEvent
from rollcall.inbox.operations.claiming import claim_batch, claim_for
from rollcall.inbox.operations.closing import fail
from rollcall.inbox.operations.forgetting import forget_bodies
from rollcall.inbox.operations.processing import drain
from rollcall.inbox.operations.replaying import replay_events, replay_range
from rollcall.inbox.rules.retrying import judge, judge_crash, pause_s
from rollcall.inbox.tests.calling import call, events, figures, outcomes, path_for, work
from rollcall.inbox.tests.conftest import TOKEN
from rollcall.kit.clock import utc_now
from rollcall.kit.resealing import reseal
from rollcall.kit.scope import Scope
from rollcall.pos.errors import PosCredentialsError, PosRefusedDataError, PosUnavailableError
from rollcall.stores.operations.data_keys import rotate_data_key
from rollcall.stores.queries import get_keys
from rollcall.sync.models import PosConnection, QuarantinedRow
from rollcall.sync.operations.source import open_client
from rollcall.testing.fixtures import make_account
from rollcall.testing.pos_world import PosWorld


@pytest.fixture
def path(world: PosWorld, scope_a: Scope) -> str:
    world.sync()
    return path_for(scope_a, world.connection)


@pytest.fixture
def blaze_path(blaze: PosWorld, scope_a: Scope) -> str:
    blaze.sync()
    return path_for(scope_a, blaze.connection, "UPDATE_MEMBER")


def wire_row(world: PosWorld, external_id: str) -> dict[str, Any]:
    """A customer as the simulated POS's API shows them now."""
    with open_client(world.scope, world.connection, interactive=False) as client:
        return dict(client.get(external_id))


def customer_call(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"event_type": "CUSTOMER", "data": dict(row)}


def hint(external_id: str, number: int = 0) -> dict[str, Any]:
    return {"id": external_id, "primaryPhone": "4155550134", "modified": 1_700_000_000_000 + number}


def reads(world: PosWorld) -> int:
    """How often the POS was asked for a single customer."""
    counts = world.simulator.control.requests()
    return sum(
        int(one["count"]) for one in counts if str(one["path"]).endswith(("{customer_id}", "_id}"))
    )


def states(scope: Scope) -> list[str]:
    return [one.state for one in events(scope)]


class TestARowThatCameAlong:
    def test_is_taken_over_without_asking_the_pos(
        self, world: PosWorld, scope_a: Scope, path: str
    ) -> None:
        external_id = min(world.truth())
        world.simulator.control.patch(external_id, notes="prefers mornings")
        row = wire_row(world, external_id)
        before = reads(world)

        call(path, customer_call(row), token=TOKEN)
        work(scope_a, world.connection)

        assert outcomes(scope_a) == [("processed", "taken_over")]
        assert world.values(external_id)["notes"] == "prefers mornings"
        assert reads(world) == before
        assert figures(scope_a) == {"alder-way received": 1, "alder-way done_taken_over": 1}

    def test_is_old_news_when_something_newer_is_held(
        self, world: PosWorld, scope_a: Scope, path: str
    ) -> None:
        external_id = min(world.truth())
        old = wire_row(world, external_id)
        old = {**old, "notes": "long ago", "last_update": "2020-01-01T00:00:00.000-0800"}

        call(path, customer_call(old), token=TOKEN)
        work(scope_a, world.connection)

        assert outcomes(scope_a) == [("ignored", "old_news")]
        assert world.values(external_id).get("notes") != "long ago"

    def test_said_twice_changes_nothing_the_second_time(
        self, world: PosWorld, scope_a: Scope, path: str
    ) -> None:
        external_id = min(world.truth())
        world.simulator.control.patch(external_id, notes="prefers mornings")
        told = customer_call(wire_row(world, external_id))

        for _ in range(3):
            call(path, told, token=TOKEN)
        work(scope_a, world.connection)

        assert outcomes(scope_a) == [
            ("processed", "taken_over"), ("ignored", "repeat"), ("ignored", "repeat"),
        ]  # fmt: skip
        record = PosRecord.objects.scoped(scope_a).get(external_id=external_id)
        assert RecordVersion.objects.scoped(scope_a).filter(record=record).count() == 1

    def test_keeps_what_lay_between_in_the_history(
        self, world: PosWorld, scope_a: Scope, path: str
    ) -> None:
        external_id = min(world.truth())
        row = wire_row(world, external_id)
        for number in range(3):
            moment = f"2036-01-01T00:00:0{number}.000-0800"
            told = {**row, "notes": f"visit {number}", "last_update": moment}
            call(path, customer_call(told), token=TOKEN)
        work(scope_a, world.connection)

        assert states(scope_a) == ["processed"] * 3
        assert world.values(external_id)["notes"] == "visit 2"
        record = PosRecord.objects.scoped(scope_a).get(external_id=external_id)
        assert RecordVersion.objects.scoped(scope_a).filter(record=record).count() == 3

    def test_that_cannot_be_mapped_goes_to_quarantine_beside_the_others(
        self, world: PosWorld, scope_a: Scope, path: str
    ) -> None:
        good, bad = sorted(world.truth())[:2]
        world.simulator.control.patch(good, notes="prefers mornings")
        call(path, customer_call(wire_row(world, good)), token=TOKEN)
        broken = {**wire_row(world, bad), "birthday": "1990-02-31"}
        call(path, customer_call(broken), token=TOKEN)
        work(scope_a, world.connection)

        assert [outcome for _, outcome in outcomes(scope_a)] == ["taken_over", "quarantined"]
        waiting = QuarantinedRow.objects.scoped(scope_a).filter(resolved_at__isnull=True)
        assert waiting.get().external_id == bad

    def test_is_read_again_when_it_is_not_complete(
        self, world: PosWorld, scope_a: Scope, path: str
    ) -> None:
        external_id = min(world.truth())
        world.simulator.control.patch(external_id, notes="prefers mornings")
        call(path, customer_call({"customer_id": external_id}), token=TOKEN)
        before = reads(world)
        work(scope_a, world.connection)

        assert outcomes(scope_a) == [("processed", "taken_over")]
        assert (world.values(external_id)["notes"], reads(world)) == (
            "prefers mornings",
            before + 1,
        )

    def test_of_a_list_that_the_connection_no_longer_reads_is_left_alone(
        self, world: PosWorld, scope_a: Scope, path: str
    ) -> None:
        external_id = min(world.truth())
        world.simulator.control.patch(external_id, notes="prefers mornings")
        call(path, customer_call(wire_row(world, external_id)), token=TOKEN)
        other = make_account(scope_a, account_key="another")
        InboxEvent.objects.scoped(scope_a).update(account=other)
        work(scope_a, world.connection)

        assert outcomes(scope_a) == [("ignored", "other_list")]
        assert world.values(external_id).get("notes") != "prefers mornings"

    def test_that_came_before_the_list_was_known_is_taken_over(
        self, world: PosWorld, scope_a: Scope, path: str
    ) -> None:
        call(path, customer_call(wire_row(world, min(world.truth()))), token=TOKEN)
        InboxEvent.objects.scoped(scope_a).update(account=None)
        work(scope_a, world.connection)

        [event] = events(scope_a)
        assert (event.state, event.account_id) == ("processed", world.connection.account_id)

    @pytest.mark.parametrize("donor_first", [True, False])
    def test_of_a_merge_may_be_the_donor_or_the_survivor_first(
        self, world: PosWorld, scope_a: Scope, path: str, donor_first: bool
    ) -> None:
        donor, survivor = sorted(world.truth())[:2]
        world.simulator.control.merge(donor, survivor)
        ids = [donor, survivor] if donor_first else [survivor, donor]
        for external_id in ids:
            call(path, customer_call(wire_row(world, external_id)), token=TOKEN)
            work(scope_a, world.connection)

        assert world.held(alive=False)[donor].merged_into == survivor
        proof = world.reconcile()
        assert (proof.missing, proof.extra, proof.different) == (0, 0, 0)


class TestAHint:
    def test_is_settled_with_others_of_the_same_customer_by_one_look(
        self, blaze: PosWorld, scope_a: Scope, blaze_path: str
    ) -> None:
        first, second = sorted(blaze.truth())[:2]
        blaze.simulator.control.patch(first, notes="prefers mornings")
        for number in range(20):
            call(blaze_path, hint(first, number))
        call(blaze_path, hint(second))
        before = reads(blaze)
        work(scope_a, blaze.connection)

        assert reads(blaze) - before == 2
        assert states(scope_a) == ["ignored"] * 19 + ["processed"] * 2
        assert blaze.values(first)["notes"] == "prefers mornings"

    def test_about_nobody_is_put_aside(
        self, blaze: PosWorld, scope_a: Scope, blaze_path: str
    ) -> None:
        call(blaze_path, hint("f" * 24))
        work(scope_a, blaze.connection)

        assert outcomes(scope_a) == [("ignored", "unknown_here")]

    def test_about_somebody_who_vanished_marks_them_as_gone(
        self, blaze: PosWorld, scope_a: Scope, blaze_path: str
    ) -> None:
        external_id = min(blaze.truth())
        blaze.simulator.control.delete(external_id)
        call(blaze_path, hint(external_id))
        work(scope_a, blaze.connection)

        assert outcomes(scope_a) == [("processed", "gone")]
        assert blaze.held(alive=False)[external_id].gone_at is not None

    def test_waits_longer_and_longer_while_the_pos_is_away(
        self, blaze: PosWorld, scope_a: Scope, blaze_path: str
    ) -> None:
        first, second = sorted(blaze.truth())[:2]
        blaze.simulator.control.patch(first, notes="prefers mornings")
        call(blaze_path, hint(first))
        call(blaze_path, hint(second))
        blaze.simulator.control.set_faults(error_500_rate=1.0)
        before = reads(blaze)
        asked_at = utc_now()
        work(scope_a, blaze.connection)

        assert (states(scope_a), reads(blaze) - before) == (["received"] * 2, 1)
        assert all(one.not_before > asked_at and one.claim is None for one in events(scope_a))
        work(scope_a, blaze.connection)
        assert reads(blaze) - before == 1

        blaze.simulator.control.set_faults(error_500_rate=0)
        InboxEvent.objects.scoped(scope_a).update(not_before=asked_at)
        work(scope_a, blaze.connection)
        assert states(scope_a) == ["processed"] * 2
        assert blaze.values(first)["notes"] == "prefers mornings"

    def test_is_not_processed_while_the_connection_is_paused(
        self, blaze: PosWorld, scope_a: Scope, blaze_path: str
    ) -> None:
        call(blaze_path, hint(min(blaze.truth())))
        PosConnection.objects.scoped(scope_a).update(paused=True)
        work(scope_a, blaze.connection)
        assert states(scope_a) == ["received"]

        PosConnection.objects.scoped(scope_a).update(paused=False)
        assert queries.connections_with_due_events(utc_now()) == [blaze.connection.pk]
        tasks.process_due(connection_id=blaze.connection.pk)
        assert states(scope_a) == ["processed"]


class TestWorkers:
    def test_beside_each_other_process_everything_once(
        self, blaze: PosWorld, scope_a: Scope, blaze_path: str
    ) -> None:
        ids = sorted(blaze.truth())
        for number in range(60):
            call(blaze_path, hint(ids[number % len(ids)], number))

        def run() -> None:
            try:
                drain(scope_a, blaze.connection)
            finally:
                connection.close()

        threads = [threading.Thread(target=run) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

        assert set(states(scope_a)) <= {"processed", "ignored"}
        done = [n for name, n in figures(scope_a).items() if "done_" in name]
        assert sum(done) == 60

    def test_that_died_are_followed_by_others_when_their_claim_has_run_out(
        self, world: PosWorld, scope_a: Scope, path: str
    ) -> None:
        external_id = min(world.truth())
        call(path, customer_call({"customer_id": external_id}), token=TOKEN)
        now = utc_now()
        assert len(claim_batch(scope_a, world.connection.pk, now=now)) == 1
        work(scope_a, world.connection)
        assert states(scope_a) == ["received"]
        assert queries.connections_with_due_events(now) == []

        later = now + claim_for() + dt.timedelta(seconds=1)
        assert queries.connections_with_due_events(later) == [world.connection.pk]
        assert [one.attempts for one in claim_batch(scope_a, world.connection.pk, now=later)] == [2]

    def test_that_come_late_close_nothing_of_others(
        self, world: PosWorld, scope_a: Scope, path: str
    ) -> None:
        call(path, customer_call({"customer_id": min(world.truth())}), token=TOKEN)
        now = utc_now()
        late = claim_batch(scope_a, world.connection.pk, now=now)
        claim_batch(scope_a, world.connection.pk, now=now + dt.timedelta(hours=1))
        fail(scope_a, late, "late", now=now)

        assert states(scope_a) == ["received"]

    def test_are_woken_by_the_sweep_for_what_was_forgotten(
        self, world: PosWorld, scope_a: Scope, path: str
    ) -> None:
        call(path, customer_call({"customer_id": min(world.truth())}), token=TOKEN)
        figures(scope_a)
        with connection.cursor() as cursor:
            cursor.execute("delete from procrastinate_jobs")
            tasks.sweep()
            cursor.execute("select task_name, args from procrastinate_jobs")
            jobs = cursor.fetchall()

        assert [name for name, _ in jobs] == ["inbox.drain"]
        assert orjson.loads(jobs[0][1]) == {"connection_id": world.connection.pk}


class TestReplay:
    def test_of_old_events_changes_nothing_that_is_newer(
        self, world: PosWorld, scope_a: Scope, path: str
    ) -> None:
        external_id = min(world.truth())
        row = wire_row(world, external_id)
        for number in range(2):
            moment = f"2036-01-01T00:00:0{number}.000-0800"
            told = {**row, "notes": f"visit {number}", "last_update": moment}
            call(path, customer_call(told), token=TOKEN)
        work(scope_a, world.connection)
        older = events(scope_a)[0]

        assert replay_events(scope_a, [older.pk], now=utc_now()) == 1
        assert states(scope_a) == ["received", "processed"]
        work(scope_a, world.connection)

        assert outcomes(scope_a)[0] == ("ignored", "old_news")
        assert world.values(external_id)["notes"] == "visit 1"

    def test_of_a_range_takes_what_came_in_it(
        self, blaze: PosWorld, scope_a: Scope, blaze_path: str
    ) -> None:
        for number, external_id in enumerate(sorted(blaze.truth())[:3]):
            call(blaze_path, hint(external_id))
            received_at = dt.datetime(2026, 11, 1 + number, tzinfo=dt.UTC)
            newest = InboxEvent.objects.scoped(scope_a).order_by("-id")[:1].get()
            newest.received_at = received_at
            newest.save()
        work(scope_a, blaze.connection)

        count = replay_range(
            scope_a,
            blaze.connection,
            since=dt.datetime(2026, 11, 2, tzinfo=dt.UTC),
            until=dt.datetime(2026, 11, 3, tzinfo=dt.UTC),
            now=utc_now(),
        )

        assert count == 1
        assert states(scope_a) == ["processed", "received", "processed"]

    def test_after_the_body_is_gone_asks_the_pos(
        self, world: PosWorld, scope_a: Scope, path: str
    ) -> None:
        external_id = min(world.truth())
        call(path, customer_call(wire_row(world, external_id)), token=TOKEN)
        work(scope_a, world.connection)
        InboxEvent.objects.scoped(scope_a).update(sealed_body=None)
        world.simulator.control.patch(external_id, notes="prefers mornings")
        replay_events(scope_a, [events(scope_a)[0].pk], now=utc_now())
        work(scope_a, world.connection)

        assert outcomes(scope_a) == [("processed", "taken_over")]
        assert world.values(external_id)["notes"] == "prefers mornings"

    def test_of_other_retailers_finds_nothing(
        self, world: PosWorld, scope_a: Scope, scope_b: Scope, path: str
    ) -> None:
        call(path, customer_call(wire_row(world, min(world.truth()))), token=TOKEN)
        work(scope_a, world.connection)

        assert replay_events(scope_b, [events(scope_a)[0].pk], now=utc_now()) == 0
        assert states(scope_a) == ["processed"]


class TestBodies:
    def test_are_deleted_when_they_are_old_and_done_with(
        self, blaze: PosWorld, scope_a: Scope, blaze_path: str, settings: Settings
    ) -> None:
        first, second = sorted(blaze.truth())[:2]
        call(blaze_path, hint(first))
        work(scope_a, blaze.connection)
        call(blaze_path, hint(second))
        assert forget_bodies(now=utc_now() + dt.timedelta(days=29)) == 0
        assert forget_bodies(now=utc_now() + dt.timedelta(days=31)) == 1

        done, waiting = events(scope_a)
        assert (done.sealed_body, done.outcome) == (None, "unchanged")
        assert waiting.sealed_body is not None
        settings.INBOX_KEEP_DAYS = 0
        work(scope_a, blaze.connection)
        assert forget_bodies(now=utc_now()) == 1

    def test_follow_a_rotation_of_keys(self, world: PosWorld, scope_a: Scope, path: str) -> None:
        told = customer_call(wire_row(world, min(world.truth())))
        call(path, told, token=TOKEN)
        rotate_data_key(scope_a, now=utc_now())
        before = bytes(events(scope_a)[0].sealed_body or b"")

        outcome = reseal(scope_a, lambda: get_keys(scope_a))

        [event] = events(scope_a)
        assert outcome.is_complete
        assert bytes(event.sealed_body or b"") != before
        assert queries.open_body(scope_a, event) == orjson.dumps(told)


class TestVerdicts:
    def test_wait_twice_as_long_each_time_up_to_a_quarter_of_an_hour(self) -> None:
        for attempts, longest in ((1, 2.0), (2, 4.0), (5, 32.0), (30, 900.0)):
            assert all(longest / 2 <= pause_s(attempts) <= longest for _ in range(50))

    def test_do_not_try_before_the_pos_wants_it(self) -> None:
        error = PosUnavailableError("busy", code="http_429", retry_after_s=600)

        verdict = judge(error, attempts=1)

        assert verdict.wait_s is not None
        assert 600 <= verdict.wait_s <= 780
        assert verdict.stops_all

    def test_give_up_what_trying_does_not_help(self) -> None:
        assert judge(PosRefusedDataError("no", code="bad_id"), attempts=1).wait_s is None
        assert judge(PosUnavailableError("away"), attempts=300).wait_s is None
        assert judge(PosUnavailableError("away"), attempts=299).wait_s is not None
        assert judge_crash(attempts=5).wait_s is None
        assert judge_crash(attempts=4).wait_s is not None

    def test_leave_a_refused_password_alone_for_minutes(self) -> None:
        wait_s = judge(PosCredentialsError("no", code="http_401"), attempts=1).wait_s

        assert wait_s is not None
        assert wait_s >= 300
