"""A run that is broken off anywhere goes on where it stood, and loses and doubles nothing."""

from __future__ import annotations

import contextlib
import threading

import pytest
from django.db import DataError, connection

from rollcall.audit.models import Entry
from rollcall.customers.models import Customer, PosRecord, RecordVersion
from rollcall.jobs import StoppedError
from rollcall.sync import queries
from rollcall.sync.models import AccountState, CustomerSync, SeenPage
from rollcall.sync.operations.requests import request_sync
from rollcall.sync.operations.run import run_sync
from rollcall.sync.tests.sabotage import cut_all_connections
from rollcall.testing.pos_world import PosWorld

CHANGED = 45


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rollcall.sync.operations.passage._BATCH_ROWS", 30)


@pytest.fixture
def small(world: PosWorld) -> PosWorld:
    """A POS that gives its rows in many pages."""
    world.connect(page_size=20)
    return world


class BreakOff:
    """A progress callback that stops the run at its n-th commit."""

    def __init__(self, at: int, error: BaseException) -> None:
        self._left, self._error = at, error

    def __call__(self, _run: CustomerSync) -> None:
        self._left -= 1
        if self._left == 0:
            raise self._error


def pages_asked_for(world: PosWorld) -> int:
    return sum(
        row["count"] for row in world.simulator.control.requests() if "/page/" in row["path"]
    )


def reload(world: PosWorld, run: CustomerSync) -> CustomerSync:
    found = queries.find_run(world.scope, run.pk)
    assert found is not None
    return found


def is_whole(world: PosWorld) -> bool:
    """The hub holds the POS's rows, each once, and nothing is left over."""
    rows = PosRecord.objects.scoped(world.scope)
    created = [
        record_id
        for entry in Entry.objects.scoped(world.scope).filter(action="record.created")
        for record_id in entry.subject_ids
    ]
    return (
        world.held().keys() == world.truth().keys()
        and rows.count() == len(world.truth()) == Customer.objects.scoped(world.scope).count()
        and len(created) == len(set(created)) == rows.count()
        and SeenPage.objects.scoped(world.scope).count() == 0
        and AccountState.objects.scoped(world.scope).get().lease_until is None
    )


class TestBrokenOffRun:
    @pytest.mark.parametrize("error", [StoppedError("told to end"), KeyboardInterrupt()])
    @pytest.mark.parametrize("at", [1, 3])
    def test_goes_on_where_it_stood(self, small: PosWorld, at: int, error: BaseException) -> None:
        run = request_sync(small.scope, small.connection, full=False)
        with pytest.raises(type(error)):
            run_sync(small.scope, run, report=BreakOff(at, error))
        stopped = reload(small, run)
        assert (stopped.state, stopped.rows_new) == ("in_progress", len(small.held()))

        finished = run_sync(small.scope, stopped)

        assert (finished.state, finished.takeovers, finished.rows_new) == ("finished", 1, 120)
        assert is_whole(small)

    def test_asks_the_pos_for_little_more_than_one_that_was_not_broken_off(
        self, small: PosWorld
    ) -> None:
        small.sync(full=True)
        alone = pages_asked_for(small)
        run = request_sync(small.scope, small.connection, full=True)

        with pytest.raises(StoppedError):
            run_sync(small.scope, run, report=BreakOff(4, StoppedError()))
        run_sync(small.scope, reload(small, run))

        # The proof of the account, and the pages around the position, are read twice.
        assert pages_asked_for(small) - alone <= alone + 6

    def test_goes_on_after_every_single_commit(self, small: PosWorld) -> None:
        run = request_sync(small.scope, small.connection, full=True)
        broken_off = 0
        while run.state != CustomerSync.State.FINISHED:
            with contextlib.suppress(StoppedError):
                run_sync(small.scope, run, report=BreakOff(2, StoppedError()))
            run = reload(small, run)
            broken_off += 1
            assert broken_off < 40

        assert (run.rows_new, run.records_gone) == (120, 0)
        assert broken_off >= 4
        assert is_whole(small)

    def test_notices_only_what_is_really_gone(self, small: PosWorld) -> None:
        small.sync()
        gone = list(small.truth())[:3]
        for pos_id in gone:
            small.simulator.control.delete(pos_id)
        run = request_sync(small.scope, small.connection, full=True)

        with pytest.raises(StoppedError):
            run_sync(small.scope, run, report=BreakOff(4, StoppedError()))
        finished = run_sync(small.scope, reload(small, run))

        assert (finished.records_gone, len(small.held())) == (3, 117)
        assert not queries.get_connection_view(small.scope, small.connection).brake_pulled

    def test_pulls_no_brake_when_it_is_broken_off_while_it_concludes(
        self, small: PosWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        small.sync()
        small.simulator.control.delete(next(iter(small.truth())))
        run = request_sync(small.scope, small.connection, full=True)

        def die(*_args: object, **_more: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr("rollcall.sync.operations.conclude.retry_quarantined", die)
            with pytest.raises(KeyboardInterrupt):
                run_sync(small.scope, run)
        assert reload(small, run).phase == "conclude"
        finished = run_sync(small.scope, reload(small, run))

        assert (finished.state, finished.records_gone) == ("finished", 1)
        assert not queries.get_connection_view(small.scope, small.connection).brake_pulled
        assert len(small.held()) == 119
        assert SeenPage.objects.scoped(small.scope).count() == 0

    def test_that_only_reads_changes_goes_on_too(self, small: PosWorld) -> None:
        small.sync()
        for pos_id in list(small.truth())[:CHANGED]:
            small.simulator.control.patch(pos_id, notes="changed")
        run = request_sync(small.scope, small.connection, full=False)

        with pytest.raises(StoppedError):
            run_sync(small.scope, run, report=BreakOff(2, StoppedError()))
        finished = run_sync(small.scope, reload(small, run))

        assert (finished.state, finished.rows_changed) == ("finished", CHANGED)
        assert RecordVersion.objects.scoped(small.scope).count() == CHANGED

    def test_that_was_broken_off_before_its_watermark_reads_its_changes_again(
        self, small: PosWorld
    ) -> None:
        small.sync()
        small.simulator.control.set_clock(60)
        watermark = AccountState.objects.scoped(small.scope).get().watermark
        pos_id = next(iter(small.truth()))
        small.simulator.control.patch(pos_id, email="late@example.com")
        run = request_sync(small.scope, small.connection, full=False)

        with pytest.raises(StoppedError):
            run_sync(small.scope, run, report=BreakOff(1, StoppedError()))
        assert AccountState.objects.scoped(small.scope).get().watermark == watermark
        run_sync(small.scope, reload(small, run))

        assert AccountState.objects.scoped(small.scope).get().watermark != watermark
        assert small.values(pos_id)["email"] == "late@example.com"


class TestDatabaseThatGoesAway:
    @pytest.mark.parametrize("at", [1, 3])
    def test_is_waited_for(self, small: PosWorld, at: int) -> None:
        left = [at]

        def cut(_run: CustomerSync) -> None:
            left[0] -= 1
            if left[0] == 0:
                cut_all_connections()

        run = request_sync(small.scope, small.connection, full=True)

        finished = run_sync(small.scope, run, report=cut)

        assert (finished.state, finished.error) == ("finished", "")
        assert (finished.rows_new, finished.takeovers) == (120, 1)
        assert is_whole(small)

    def test_may_go_away_at_any_moment(self, small: PosWorld) -> None:
        finished = threading.Event()

        def cut_again_and_again() -> None:
            for _ in range(5):
                finished.wait(0.2)
                cut_all_connections()
                connection.close()

        run = request_sync(small.scope, small.connection, full=True)
        saboteur = threading.Thread(target=cut_again_and_again)
        saboteur.start()
        try:
            ended = run_sync(small.scope, run)
        finally:
            finished.set()
            saboteur.join()
            connection.close()

        assert (ended.state, ended.error) == ("finished", "")
        assert is_whole(small)

    def test_is_waited_for_anew_each_time_it_was_back(
        self, small: PosWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Patience that is over at once: only a commit in between gives more of it.
        monkeypatch.setattr("rollcall.sync.operations.run._DATABASE_PATIENCE_S", 0.25)
        run = request_sync(small.scope, small.connection, full=True)
        cuts: list[int] = []

        def cut(current: CustomerSync) -> None:
            if len(cuts) < 4 and (not cuts or current.rows_read > cuts[-1]):
                cuts.append(current.rows_read)
                cut_all_connections()

        finished = run_sync(small.scope, run, report=cut)

        assert (finished.state, len(cuts)) == ("finished", 4)
        assert is_whole(small)


class TestBugsOfOurs:
    def test_fail_the_run_in_words_without_values(
        self, small: PosWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def fail(*_args: object, **_more: object) -> None:
            raise DataError("invalid input: ana.reyes@example.com")

        monkeypatch.setattr("rollcall.sync.operations.batches.write_prepared", fail)

        run = small.sync()

        assert (run.state, run.error_code) == ("failed", "internal")
        assert "DataError" in run.error
        assert "ana.reyes" not in run.error + capsys.readouterr().err
