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
from typing import TYPE_CHECKING, ClassVar, Final

from rollcall.pos.errors import UnsupportedByPosError

if TYPE_CHECKING:
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
    #: The POS answers a repeated order with the first result, by its reference. One without keeps
    #: the reference where it can be found again.
    has_idempotency_key: ClassVar[bool] = False
    #: Whether orders may name nobody.
    takes_anonymous: ClassVar[bool] = True
    #: Whether lines can be added to an open order.
    adds: ClassVar[bool] = True

    @abc.abstractmethod
    def is_open(self, row: RawRow) -> bool:
        """Tell whether lines may still be added: nobody has begun with it, nobody has paid."""

    @abc.abstractmethod
    def holds(self, row: RawRow, reference: str) -> bool:
        """Tell whether an order was placed, or added to, under a reference."""

    @abc.abstractmethod
    def is_begun_by(self, row: RawRow, reference: str) -> bool:
        """Tell whether an order was placed under a reference, not only added to."""


class OrderCalls:
    """The part of a client that a POS which takes orders overrides."""

    def get_order(self, external_id: str) -> RawRow:  # noqa: ARG002
        """Read one order as it is now.

        :raises PosGoneError: the POS has no such order.
        :raises UnsupportedByPosError: this POS takes no orders.
        """
        raise UnsupportedByPosError("this POS takes no orders")

    def place_order(self, order: NewOrder) -> RawRow:  # noqa: ARG002
        """Place an order and return it as the POS holds it; sent once only.

        :raises PosDuplicateError: the POS says that it holds this order already.
        :raises PosRefusedDataError: the POS refused it; ``code`` is its own word.
        :raises PosOutcomeUnknownError: it may have been done; :meth:`find_placed` will tell.
        :raises UnsupportedByPosError: this POS takes no orders.
        """
        raise UnsupportedByPosError("this POS takes no orders")

    def find_placed(self, order: NewOrder, *, since: dt.datetime) -> RawRow | None:  # noqa: ARG002
        """Return what an earlier :meth:`place_order` of this very order made, by its reference.

        Not asked of a POS that tells repetitions itself.

        :param since: when it was first sent; a few minutes are left for clocks.
        """
        raise UnsupportedByPosError("this POS takes no orders")

    def add_to_order(self, current: RawRow, order: NewOrder) -> RawRow:  # noqa: ARG002
        """Add lines to an order that is still open, quantities of one product summed.

        One that holds the reference of these lines already is returned as it is. Sent once only:
        after PosOutcomeUnknownError :meth:`get_order` and ``OrderPlacer.holds`` tell.

        :param current: the order as it was read just now.
        :raises PosConflictError: it is not open any more; nothing was changed.
        :raises PosRefusedDataError: the POS refused the lines.
        :raises UnsupportedByPosError: this POS takes no orders.
        """
        raise UnsupportedByPosError("this POS takes no orders")

    def set_order_status(self, current: RawRow, status: OrderStatus) -> RawRow:  # noqa: ARG002
        """Say how far an order is, and return it as the POS holds it; doing it again does no harm.

        :raises PosRefusedDataError: the POS does not let it go from where it is to there.
        :raises PosGoneError: there is no such order any more.
        :raises UnsupportedByPosError: this POS takes no orders, or not this word.
        """
        raise UnsupportedByPosError("this POS takes no orders")
