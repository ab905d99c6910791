"""Placing orders at a POS: an optional part of a connector.

A connector that has it sets ``Connector.placing`` and declares ``Capability.PLACES_ORDERS``; its
client places, finds again, adds and changes (``PosClient.place_order`` and what follows there).
"""

from __future__ import annotations

import abc
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, Final

from rollcall.pos.contract import RawRow
from rollcall.pos.orders import OrderStatus

#: The longest reference, and the longest note.
LONGEST_REFERENCE: Final = 36
LONGEST_NOTE: Final = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class NewOrderLine:
    """So many of what the POS sells under an id of its own."""

    product_id: str
    quantity: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class NewOrder:
    """An order that is to be placed, or lines that are to be added to one.

    :param reference: the hub's own, the same for every attempt, 1 to 36 characters; the POS keeps
        it, so that what a broken-off attempt made is found again.
    :param customer_id: the POS's id; "" for an order that names nobody.
    :param note: for the staff; may hold what a shopper typed.
    """

    reference: str
    customer_id: str = ""
    lines: Sequence[NewOrderLine]
    note: str = field(default="", repr=False)


class OrderPlacer(abc.ABC):
    """How one POS takes orders; everything here is pure."""

    #: What the POS lets others say of how far an order is.
    statuses: ClassVar[frozenset[OrderStatus]]
    #: How long after a write a reading surely shows it.
    settles_after: ClassVar[dt.timedelta]

    @abc.abstractmethod
    def is_open(self, row: RawRow) -> bool:
        """Tell whether lines may still be added: nobody has begun with it, nobody has paid."""

    @abc.abstractmethod
    def holds(self, row: RawRow, reference: str) -> bool:
        """Tell whether an order was placed, or added to, under a reference."""
