"""Orders that live in a POS, as far as it offers to read them: an optional part of a connector.

A connector that has it sets ``Connector.orders`` and declares ``Capability.ORDERS``; its client
streams raw rows (``PosClient.iter_orders``), and :meth:`OrderReader.to_order` maps one, pure.
"""

from __future__ import annotations

import abc
import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from rollcall.pos.contract import MappingContext, RawRow


class OrderStatus(enum.StrEnum):
    """How far an order is, in one vocabulary; the POS's own word is kept beside it."""

    VERIFICATION_PENDING = "verification_pending"
    AWAITING_PROCESSING = "awaiting_processing"
    IN_PROCESS = "in_process"
    PACKED_READY = "packed_ready"
    OUT_FOR_DELIVERY = "out_for_delivery"
    COMPLETED = "completed"
    CANCELED = "canceled"
    REMOVED = "removed"

    @property
    def is_final(self) -> bool:
        """Whether nothing is expected to follow."""
        return self in _FINAL


_FINAL = frozenset({OrderStatus.COMPLETED, OrderStatus.CANCELED, OrderStatus.REMOVED})


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderLine:
    """One line of an order.

    :param product_id: the POS's id of what was ordered, "" if it does not say.
    :param price: of one unit, in the order's currency; None if the POS does not say.
    """

    product_id: str = ""
    sku: str = ""
    name: str = ""
    quantity: Decimal
    price: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderRecord:
    """One order in the hub's vocabulary.

    :param external_id: opaque string, 1 to 200 characters; one order keeps it for good.
    :param customer_id: the POS's id of the customer, opaque; "" if the order names nobody.
    :param number: what people call the order by; "" if it has no such number.
    :param status: None for a word that is not known.
    :param status_raw: the POS's own word.
    :param placed_at: aware UTC; None if the POS does not say, like ``updated_at``.
    :param amount: what is to be paid, taxes included; negative for a refund. None: not told.
    :param lines: None if the POS does not tell them.
    """

    external_id: str
    customer_id: str = ""
    number: str = ""
    status: OrderStatus | None
    status_raw: str
    placed_at: dt.datetime | None
    updated_at: dt.datetime | None
    amount: Decimal | None
    currency: str = "USD"
    lines: Sequence[OrderLine] | None = field(default=None, repr=False)


class OrderReader(abc.ABC):
    """How orders of one POS are read."""

    #: Raised whenever :meth:`to_order` says something else for the same row.
    mapping_version: ClassVar[int]
    #: How far a window reaches back behind the last one.
    overlap: ClassVar[dt.timedelta]
    #: How far back the first reading goes, and how long a pause it can make up for.
    reach: ClassVar[dt.timedelta]

    @abc.abstractmethod
    def external_id(self, row: RawRow) -> str:
        """Return the order's id.

        :raises RowError: ``id_missing``.
        """

    @abc.abstractmethod
    def to_order(self, row: RawRow, context: MappingContext) -> OrderRecord:
        """Map one raw row; pure.

        :raises RowError: the row cannot be taken over.
        """
