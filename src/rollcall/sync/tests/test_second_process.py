"""Preparing rows in a second process: the same result, whatever becomes of that process."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.db import DataError, OperationalError

from rollcall.customers.models import RecordVersion
from rollcall.kit.clock import utc_now
from rollcall.kit.crypto import sealed_key_id
from rollcall.pos.contract import Page, RawRow
from rollcall.stores.operations.data_keys import rotate_data_key
from rollcall.stores.queries import forget_keys
from rollcall.sync import queries
from rollcall.sync.models import CustomerSync
from rollcall.sync.operations import passage, second_process
from rollcall.sync.operations.batches import write_batch
from rollcall.sync.operations.requests import request_sync
from rollcall.sync.operations.run import run_sync
from rollcall.testing.pos_world import PosWorld

pytestmark = pytest.mark.django_db(transaction=True)

TWO_CORES = pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core prepares rows by itself")


@pytest.fixture(autouse=True)
def _early(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second process after a hundred rows, batches of thirty."""
    monkeypatch.setattr(second_process, "WORTH_IT", 60)
    monkeypatch.setattr(second_process, "PATIENCE_S", 20.0)
    monkeypatch.setattr(passage, "_BATCH_ROWS", 30)


@pytest.fixture
def small(world: PosWorld) -> PosWorld:
    """A POS that gives its rows in many pages."""
    world.connect(page_size=20)
    return world


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children(recursive=True) if _prepares(child)]


def _prepares(process: psutil.Process) -> bool:
    try:
        return "multiprocessing.spawn" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # it ended while we looked, or is still to be reaped
        return False


def change_everybody(world: PosWorld) -> None:
    for pos_id in world.truth():
        world.simulator.control.patch(pos_id, notes=f"visit {pos_id}")


def is_whole(world: PosWorld) -> bool:
    proof = world.reconcile()
    return (proof.missing, proof.extra, proof.different) == (0, 0, 0)


def run_watched(world: PosWorld, watch: list[list[psutil.Process]]) -> CustomerSync:
    asked = request_sync(world.scope, world.connection, full=True, by_worker=False)
    return run_sync(world.scope, asked, report=lambda _run: watch.append(children()))


@TWO_CORES
class TestSecondProcess:
    def test_writes_the_very_same(self, small: PosWorld) -> None:
        small.sync(full=True)
        change_everybody(small)
        watch: list[list[psutil.Process]] = []

        run = run_watched(small, watch)

        assert (run.state, run.rows_changed) == ("finished", len(small.truth()))
        assert any(watch)
        assert is_whole(small)
        assert {small.values(pos_id)["notes"] for pos_id in ("1000", "1001")} == {
            "visit 1000",
            "visit 1001",
        }

    def test_ends_with_the_window(self, small: PosWorld) -> None:
        small.sync(full=True)

        deadline = time.monotonic() + 30
        while children() and time.monotonic() < deadline:
            time.sleep(0.05)

        assert children() == []

    def test_may_be_killed_at_any_time(self, small: PosWorld) -> None:
        small.sync(full=True)
        change_everybody(small)
        killed = []

        def kill(_run: CustomerSync) -> None:
            for child in children():
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.send_signal(signal.SIGKILL)
                    killed.append(child.pid)

        asked = request_sync(small.scope, small.connection, full=True, by_worker=False)
        run = run_sync(small.scope, asked, report=kill)

        assert (run.state, run.rows_changed) == ("finished", len(small.truth()))
        assert killed
        assert is_whole(small)

    def test_bad_rows_go_into_quarantine_from_there_too(self, small: PosWorld) -> None:
        small.sync(full=True)
        change_everybody(small)
        small.simulator.control.set_faults(malformed_rows=["bad_date"])

        run = small.sync(full=True)

        waiting = queries.open_quarantine(small.scope, small.connection)
        assert (run.state, waiting.count()) == ("finished", 1)
        assert run.rows_changed == len(small.truth()) - 1

    def test_is_not_used_for_what_was_sealed_with_a_key_of_yesterday(
        self, small: PosWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(passage, "_BATCH_ROWS", 10)
        monkeypatch.setattr(second_process, "WORTH_IT", 1)
        small.sync(full=True)
        change_everybody(small)
        versions = RecordVersion.objects.scoped(small.scope).order_by("id")
        rotated: list[tuple[int, int]] = []

        def rotate(_run: CustomerSync) -> None:
            if children() and not rotated:
                fresh = rotate_data_key(small.scope, now=utc_now()).pk
                rotated.append((versions.count(), fresh))
                forget_keys()

        asked = request_sync(small.scope, small.connection, full=True, by_worker=False)
        run_sync(small.scope, asked, report=rotate)

        written, fresh = rotated[0]
        later = [sealed_key_id(bytes(row.sealed_values)) for row in versions[written:]]
        # One batch of a page may have been in its transaction at that moment.
        assert len(later) >= 60
        assert set(later[20:]) == {fresh}
        assert is_whole(small)

    def test_compares_a_row_that_comes_again_with_what_it_was_written_as(
        self, small: PosWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        small.sync(full=True)
        change_everybody(small)
        batches = passage.batch_pages

        def twice(pages: Iterator[Page]) -> Iterator[tuple[list[RawRow], str, int]]:
            for batch in batches(pages):
                yield batch
                yield batch

        monkeypatch.setattr("rollcall.sync.operations.run.batch_pages", twice)

        run = small.sync(full=True)

        assert run.rows_changed == len(small.truth())
        assert RecordVersion.objects.scoped(small.scope).count() == len(small.truth())


@TWO_CORES
def test_what_breaks_off_in_the_second_thread_breaks_off_the_run(
    small: PosWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.sync(full=True)
    change_everybody(small)
    threads: set[str] = set()
    write = write_batch

    def fail(*given: Any, **more: Any) -> None:
        threads.add(threading.current_thread().name[:11])
        if len(threads) > 1:
            raise DataError("invalid input")
        write(*given, **more)

    monkeypatch.setattr(passage, "write_batch", fail)

    run = small.sync(full=True)
    monkeypatch.undo()

    assert (run.state, run.error_code) == ("failed", "internal")
    assert "sync-writer" in threads
    assert small.sync(full=True).state == "finished"
    assert is_whole(small)


@TWO_CORES
def test_nothing_is_written_behind_a_batch_that_was_not(
    small: PosWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.sync(full=True)
    change_everybody(small)
    failed: list[str] = []
    write = write_batch

    def fail_once(*given: Any, **more: Any) -> None:
        thread = threading.current_thread().name
        if thread.startswith("sync-writer") and not failed:
            failed.append(thread)
            time.sleep(0.3)  # the batches behind it are prepared meanwhile, and wait
            raise OperationalError("the server went away")
        write(*given, **more)

    monkeypatch.setattr(passage, "write_batch", fail_once)

    run = small.sync(full=True)

    assert (run.state, len(failed)) == ("finished", 1)
    assert run.rows_changed == len(small.truth())


@TWO_CORES
def test_unknown_keys_are_counted_for_every_batch(small: PosWorld) -> None:
    small.sync(full=True)
    for pos_id in small.truth():
        small.simulator.control.patch(pos_id, raw={"brand_new": 1})

    run = small.sync(full=True)

    assert run.unknown_keys == {"brand_new": len(small.truth())}


@TWO_CORES
def test_the_second_process_does_not_outlive_the_first(tmp_path: Path) -> None:
    program = tmp_path / "first.py"
    program.write_text(
        "import os, time\n"
        "from rollcall.sync.operations.second_process import _start\n"
        "if __name__ == '__main__':\n"
        "    pool = _start()\n"
        "    print(pool.submit(os.getpid).result(), flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        second = psutil.Process(int(first.stdout.readline()))
        first.kill()

        assert psutil.wait_procs([second], timeout=10)[1] == []


def test_a_machine_with_one_core_prepares_rows_by_itself(
    small: PosWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    watch: list[list[psutil.Process]] = []

    run = run_watched(small, watch)

    assert (run.state, any(watch)) == ("finished", False)
