"""Runs a simulator: for good (``serve``) or for the length of a test (``running``)."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import FrameType

from rollcall.pos import registry
from rollcall.pos.simulator.control import Control
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.server import PosServer
from rollcall.pos.simulator.world import Progress, open_world


@dataclass(frozen=True, kw_only=True)
class RunningSimulator:
    """A simulator that answers at ``url``.

    :param settings: connection settings that reach it, secrets included.
    :param locations: the same for each of the company's locations, the first one first.
    """

    url: str
    control: Control
    settings: dict[str, object] = field(repr=False)
    locations: Sequence[dict[str, object]] = field(repr=False)


def serve(
    kind: str,
    options: SimulatorOptions,
    *,
    started: Callable[[RunningSimulator], None] | None = None,
    progress: Progress = None,
) -> None:
    """Serve until SIGTERM or SIGINT; call it in the main thread.

    :param started: called once, when requests are answered.
    :raises UnknownKindError: no such POS.
    :raises StateError: the state file was filled from something else.
    :raises PeopleFileError: the people file cannot be used.
    :raises OSError: the port is taken.
    """
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    previous = {s: signal.signal(s, ask_to_stop) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        with running(kind, options, progress=progress) as simulator:
            if started is not None:
                started(simulator)
            stop.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def running(
    kind: str, options: SimulatorOptions, *, progress: Progress = None
) -> Iterator[RunningSimulator]:
    """Serve in a thread as long as the context is open.

    :raises UnknownKindError: no such POS.
    :raises StateError: the state file was filled from something else.
    :raises PeopleFileError: the people file cannot be used.
    :raises OSError: the port is taken.
    """
    spec = registry.simulator(kind)
    world = open_world(spec, options, progress)
    server = PosServer((options.host, options.port), world)
    # Noticing the end quickly costs nothing: the poll only watches for shutdown.
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield RunningSimulator(
            url=server.url,
            control=Control(server.url),
            settings=spec.default_settings(options, server.url),
            locations=[
                spec.location_settings(options, server.url, number)
                for number in range(1, options.locations + 1)
            ],
        )
    finally:
        server.stop()
        thread.join()
