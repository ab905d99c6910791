"""What a POS calls us with: how a connector tells a true call, and what it says."""

from __future__ import annotations

import abc
import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from rollcall.pos.contract import PosSettings, RawRow

SettingsT = TypeVar("SettingsT", bound=PosSettings)


class EventKind(enum.StrEnum):
    """What a call is about."""

    #: A customer is new, changed or merged.
    CUSTOMER = "customer"
    #: An order is new or changed; the call brings the row along.
    ORDER = "order"
    #: The POS tries out whether we answer.
    PING = "ping"
    #: Something that the hub has no use for (products …).
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookEvent:
    """What a call says.

    :param external_id: the customer's or the order's; ``""`` for other kinds.
    :param row: the customer or order as the lists would show them, if the call can be trusted and
        is complete; None: read the customer again.
    :param changed_at: aware, by the POS's clock; None if it does not say.
    """

    kind: EventKind
    external_id: str = ""
    row: RawRow | None = field(default=None, repr=False)
    changed_at: dt.datetime | None = None


class WebhookReader(abc.ABC, Generic[SettingsT]):
    """How one POS calls. ``Connector.webhooks`` holds one."""

    #: What may stand behind the address's secret part (``…/UPDATE_MEMBER``); empty: nothing may.
    topics: ClassVar[tuple[str, ...]] = ()
    #: What an administrator does at the POS so that it calls, in a sentence or two.
    how_to_register: ClassVar[str]
    #: Whether :meth:`authenticates` proves anything beyond the unguessable address.
    is_signed: ClassVar[bool]

    @abc.abstractmethod
    def authenticates(self, headers: Mapping[str, str], settings: SettingsT) -> bool:
        """Tell whether the call comes from the POS; constant time where secrets are compared.

        :param headers: names in lower case.
        """

    @abc.abstractmethod
    def read(self, topic: str, body: Any) -> WebhookEvent:  # noqa: ANN401 - decoded JSON
        """Read a decoded call; pure.

        :raises PosRefusedDataError: it is none of this POS's calls; nothing is kept of it.
        """
