"""What a connector's simulator has to say about its POS; everything else is the base's work."""

from __future__ import annotations

import abc
import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator.exchange import Answer, Request, Route
from rollcall.pos.simulator.habits import HabitRules
from rollcall.pos.simulator.hooks import HookCall, HookChange
from rollcall.pos.simulator.malformed import MalformedKeys
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.orders import Order
from rollcall.pos.simulator.records import Record

if TYPE_CHECKING:
    from rollcall.pos.simulator.world import World


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """When a customer signed up, was last changed and last came by; epoch seconds."""

    signed_up: int
    updated: int
    last_visit: int


class SimulatorSpec(abc.ABC):
    """One POS's habits. ``connectors/<kind>/simulator.py`` holds one as ``SIMULATOR``.

    It shares no code with the connector's client, so that a mistake in one is seen by the other.
    """

    kind: ClassVar[str]
    #: Canonical fields that this POS sends; its truth holds exactly these.
    canonical_fields: ClassVar[tuple[str, ...]]
    #: Above this, requests are refused (unless ``no_limits``).
    requests_per_second: ClassVar[float]
    malformed_keys: ClassVar[MalformedKeys]
    #: What differs between this POS's tenants and servers.
    habits: ClassVar[HabitRules] = {}

    @abc.abstractmethod
    def default_settings(self, options: SimulatorOptions, url: str) -> dict[str, object]:
        """Return connection settings (secrets included) that reach a simulator at ``url``."""

    def location_settings(
        self, options: SimulatorOptions, url: str, number: int
    ) -> dict[str, object]:
        """Return connection settings of the company's ``number``-th location, counted from 1.

        :raises ValueError: this POS has no such location.
        """
        if number != 1:
            raise ValueError(f"a {self.kind} account has one location")
        return self.default_settings(options, url)

    def new_memory(self) -> object:
        """Return what one running simulator remembers beside customers; ``World.memory`` keeps it.

        It is lost when the simulator stops.
        """
        return None

    @abc.abstractmethod
    def routes(self) -> Sequence[Route[World]]:
        """Return the POS's endpoints, literal paths before those with placeholders."""

    @abc.abstractmethod
    def authenticate(self, world: World, request: Request) -> Answer | None:
        """None if the request may pass, else the refusal."""

    @abc.abstractmethod
    def refusal(self, status: int, reason: str) -> Answer:
        """Return the POS's own error body: 404 for unknown paths, 405, 429 over the limit, 500."""

    @abc.abstractmethod
    def pos_id(self, position: int) -> str:
        """Return the id that the customer in this row gets."""

    @abc.abstractmethod
    def adopt(self, fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
        """Return canonical values as this POS would hold them.

        What it cannot hold is left out, names are upper-cased if it does so; empty values stay.
        """

    @abc.abstractmethod
    def season(
        self, truth: dict[str, FieldValue], times: Times, rng: random.Random | None, zone: ZoneInfo
    ) -> dict[str, Any]:
        """Add to a new row's truth what people files do not hold (type, points, visit …).

        Returns further wire keys for ``Record.extras``.

        :param rng: None for a profile that was only just typed in: nothing by chance then.
        """

    @abc.abstractmethod
    def wire(self, record: Record, zone: ZoneInfo) -> Mapping[str, object]:
        """Return the customer as this POS sends it."""

    @abc.abstractmethod
    def merge(self, donor: Record, survivor: Record, now: dt.datetime) -> None:
        """Change both records the way this POS's staff merge two profiles."""

    def hook_calls(
        self,
        record: Record,  # noqa: ARG002  # for overriding
        change: HookChange,  # noqa: ARG002
        zone: ZoneInfo,  # noqa: ARG002
    ) -> Sequence[HookCall]:
        """Return the calls that this POS makes after a customer was changed; none if it has none.

        :param record: as it is now, after the commit.
        """
        return ()

    # Orders, for a POS that tells of them.

    def order_id(self, position: int) -> str:
        """Return the id that the order in this row gets."""
        return str(900_000 + position)

    def order_wire(self, order: Order, zone: ZoneInfo) -> Mapping[str, object]:
        """Return the order as this POS sends it."""
        raise NotImplementedError(f"the simulated {self.kind} tells of no orders")

    def order_calls(self, order: Order, zone: ZoneInfo) -> Sequence[HookCall]:  # noqa: ARG002
        """Return the calls that this POS makes after an order was changed; none if it has none."""
        return ()
