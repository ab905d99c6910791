"""What the demo does from start to Ctrl-C."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

import click
from rich.progress import Progress, TaskID

from rollcall.config.cli.output import print_json, progress_bars
from rollcall.config.cli.server import run_migrations
from rollcall.config.cli.sync import proof_as_json
from rollcall.config.demo import start
from rollcall.config.demo.processes import Children
from rollcall.config.demo.retailer import LOG_INS, PASSWORD, STORES
from rollcall.config.demo.writes import write_among_faults
from rollcall.kit.scope import Scope
from rollcall.pos.simulator.control import Control
from rollcall.stores.queries import get_retailer, get_system_scope
from rollcall.sync import queries
from rollcall.sync.models import CustomerSync
from rollcall.sync.operations.reconcile import reconcile
from rollcall.sync.operations.requests import request_sync


class SyncFailedError(RuntimeError):
    """A run of the demo failed; the message says why."""


def run_demo(data: Path, *, check: bool, people: int) -> int:
    """Bring everything up, sync, and stay until Ctrl-C.

    :param people: of each POS, if the demo is new.
    :param check: prove every connection instead of staying; prints one JSON object each.
    :return: exit code; with ``check`` 0 only if nothing is missing, extra or different.
    """
    folder = data / "demo"
    children = Children(logs=folder / "logs")
    # Also of Ctrl-C: whoever is started in the background begins by ignoring it.
    signal.signal(signal.SIGINT, _as_interrupt)
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        announced = start.start_simulators(children, folder, people=people)
        say("preparing the database")
        run_migrations()
        address = start.start_pages_and_worker(children)
        settings = start.read_settings(children, announced)
        controls = {name: Control(str(one[0]["base_url"])) for name, one in settings.items()}
        start.prepare_retailer(folder, settings)
        scope = get_system_scope(get_retailer("alder").pk, actor=start.ACTOR)
        start.wait_for_pages(children, address)
        known = all(run is not None for run in _good_runs(scope))
        runs = [request_sync(scope, one, full=False) for one in queries.list_connections(scope)]
        if check or not known:
            _follow(scope, runs, children.check)
        if check:
            return _check(scope, address, controls, children.check)
        _welcome(address)
        _stay(children)
    except KeyboardInterrupt:
        say("stopping")
        return 0
    finally:
        children.stop()
    return 0


def say(text: str) -> None:
    """One line for people; standard output is for results."""
    click.echo(text, err=True)


def _as_interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _good_runs(scope: Scope) -> list[CustomerSync | None]:
    return [
        queries.get_connection_view(scope, one).good_run for one in queries.list_connections(scope)
    ]


def _follow(scope: Scope, runs: list[CustomerSync], check: Callable[[], None]) -> None:
    if not sys.stderr.isatty():
        say("synchronising")
    with progress_bars() as bars:
        tasks = {run.pk: bars.add_task(run.connection.slug, total=None) for run in runs}
        while not _all_done(scope, bars, tasks):
            check()
            time.sleep(0.2)


def _all_done(scope: Scope, bars: Progress, tasks: dict[int, TaskID]) -> bool:
    done = True
    for run_id, bar in tasks.items():
        run = queries.find_run(scope, run_id)
        if run is None or run.state == CustomerSync.State.FAILED:
            raise SyncFailedError(run.error if run else "the run is not there any more")
        finished = run.state == CustomerSync.State.FINISHED
        bars.update(
            bar,
            description=f"{run.connection.slug}: {run.get_phase_display()}",
            completed=run.rows_read,
            total=run.rows_read if finished else run.expected_rows,
        )
        done = done and finished
    return done


def _check(
    scope: Scope, address: str, controls: Mapping[str, Control], check: Callable[[], None]
) -> int:
    """Prove that all is equal, write while POS systems fail, and prove it once more."""
    if _prove(scope, quiet=True):
        return 1
    say("writing while POS systems fail")
    connections = queries.list_connections(scope)
    written = write_among_faults(scope, address, connections, controls, check)
    runs = [request_sync(scope, one, full=False) for one in connections]
    _follow(scope, runs, check)
    print_json({"writes": written})
    return _prove(scope)


def _prove(scope: Scope, *, quiet: bool = False) -> int:
    agree = True
    for connection in queries.list_connections(scope):
        proof = reconcile(scope, connection)
        if not quiet:
            print_json(proof_as_json(proof))
        agree = agree and not (proof.missing or proof.extra or proof.different)
    return 0 if agree else 1


def _welcome(address: str) -> None:
    say("")
    say(f"Rollcall runs at {address}")
    for email, role, _name in LOG_INS:
        say(f"  sign in as {email} ({role}), password {PASSWORD}")
    kinds = ", ".join(dict.fromkeys(one.pos.kind for one in STORES))
    say(f"  simulated POS systems ({kinds}) feed it: {', '.join(one.name for one in STORES)}")
    say("Ctrl-C stops everything; the data stays.")


def _stay(children: Children) -> None:
    while True:
        children.check()
        time.sleep(0.5)
