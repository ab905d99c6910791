"""Base for fake POS servers: a real HTTP server, a state file, faults and a control interface."""

from rollcall.pos.simulator.control import Control, ControlRefusedError
from rollcall.pos.simulator.faults import FaultError
from rollcall.pos.simulator.options import (
    DEFAULT_ACCOUNT,
    DEFAULT_API_KEY,
    DEFAULT_CLIENT_ID,
    SimulatorOptions,
)
from rollcall.pos.simulator.running import RunningSimulator, running, serve
from rollcall.pos.simulator.spec import SimulatorSpec
from rollcall.pos.simulator.state import StateError

__all__ = [
    "DEFAULT_ACCOUNT",
    "DEFAULT_API_KEY",
    "DEFAULT_CLIENT_ID",
    "Control",
    "ControlRefusedError",
    "FaultError",
    "RunningSimulator",
    "SimulatorOptions",
    "SimulatorSpec",
    "StateError",
    "running",
    "serve",
]
