"""Finds connectors by looking into the folder ``connectors``; nobody else imports one."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from typing import TYPE_CHECKING, Any, cast

from rollcall.pos import connectors
from rollcall.pos.contract import Connector, PosSettings

if TYPE_CHECKING:
    # The simulators' base asks this module for a simulator, so it cannot be imported here.
    from rollcall.pos.simulator.spec import SimulatorSpec

#: Whose settings model is not known to the caller.
AnyConnector = Connector[Any]


class UnknownKindError(KeyError):
    """No connector has this name."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind

    def __str__(self) -> str:
        return f"unknown POS {self.kind[:60]!r}; known: {', '.join(kinds())}"


@functools.cache
def _kinds() -> tuple[str, ...]:
    found = pkgutil.iter_modules(connectors.__path__)
    return tuple(sorted(module.name for module in found if module.ispkg))


def kinds() -> list[str]:
    """Names of all connectors, sorted."""
    return list(_kinds())


@functools.cache
def connector(kind: str) -> AnyConnector:
    """Return the connector of a POS.

    :raises UnknownKindError: there is none of that name.
    """
    found = _load(kind, "connector", "CONNECTOR")
    if not isinstance(found, Connector) or not issubclass(found.settings_model, PosSettings):
        raise TypeError(f"{kind}: connector.py does not hold a Connector as CONNECTOR")
    return found


@functools.cache
def simulator(kind: str) -> SimulatorSpec:
    """Return the simulator of a POS.

    :raises UnknownKindError: there is none of that name.
    """
    return cast("SimulatorSpec", _load(kind, "simulator", "SIMULATOR"))


def _load(kind: str, module: str, name: str) -> object:
    if kind not in _kinds():
        raise UnknownKindError(kind)
    loaded = importlib.import_module(f"{connectors.__name__}.{kind}.{module}")
    return getattr(loaded, name)
