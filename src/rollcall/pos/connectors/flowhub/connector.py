"""Flowhub (Maui): what it is, what it can do, how to open it."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Final, Literal, Self

from pydantic import Field, SecretStr, model_validator

from rollcall.pos.connectors.flowhub import mapping, writes
from rollcall.pos.connectors.flowhub.checks import wrong_values
from rollcall.pos.connectors.flowhub.client import Account, FlowhubClient
from rollcall.pos.connectors.flowhub.orders import FlowhubOrders
from rollcall.pos.connectors.flowhub.wire import KNOWN_KEYS, VOLATILE_KEYS
from rollcall.pos.contract import (
    CanonicalCustomer,
    Capability,
    Connector,
    Limits,
    MappingContext,
    MergeSign,
    Merging,
    OpenOptions,
    PosSettings,
    RawRow,
)
from rollcall.pos.fields import Fields
from rollcall.pos.http import is_loopback
from rollcall.pos.paging import SMALLEST_PAGE
from rollcall.pos.writing import FieldProblem, WriteRules

#: The most that is asked for in practice. [code]
MAX_PAGE: Final = 10_000
#: Pages of 10000 are slow and fail more often. [code]
USUAL_PAGE: Final = 1000
#: 59 a second were seen refused, and a public client keeps to 45 [code]; a shop needs far fewer.
REQUESTS_PER_SECOND: Final = 5.0
MOST_REQUESTS_PER_SECOND: Final = 45.0


class FlowhubSettings(PosSettings):
    """How to reach the customers of one company, and which of its stores acts."""

    base_url: str = Field(
        default="https://api.flowhub.co",
        title="Base URL",
        description="Leave it as it is unless Flowhub told you another one.",
        max_length=300,
    )
    client_id: str = Field(
        title="Client id",
        description="The company's; Flowhub's support gives it to you together with the key.",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
    )
    api_key: SecretStr = Field(
        title="API key",
        description="One per company; Flowhub's support gives it to you.",
        min_length=1,
        max_length=300,
    )
    store_id: str = Field(
        title="Store id",
        description="Flowhub's id of this store (location id), in whose name customers are saved.",
        min_length=1,
        max_length=100,
        pattern=r"^[!-~]+$",
    )
    customer_type_filter: Literal["", "recCustomer", "medCustomer"] = Field(
        default="",
        title="Only this type",
        description="Read only recreational (recCustomer) or medical (medCustomer) customers. "
        "Empty reads both. With a filter it is another customer list.",
    )
    group_ids: dict[str, str] = Field(
        default_factory=dict,
        title="Ids of groups",
        description="Id of each customer group by its name. Flowhub tells names and takes ids; "
        "groups that are not named here cannot be given to anybody.",
        max_length=1000,
    )
    page_size: int = Field(
        default=USUAL_PAGE,
        title="Rows a page",
        description="Flowhub is known to take 10000; 1000 keeps answers quick.",
        ge=SMALLEST_PAGE,
        le=MAX_PAGE,
    )
    requests_per_second: float = Field(
        default=REQUESTS_PER_SECOND,
        title="Requests a second",
        description="For all stores of the company together. Above 45 Flowhub refuses some.",
        gt=0,
        le=100_000,
    )

    @model_validator(mode="after")
    def _only_safe_targets(self) -> Self:
        local = is_loopback(self.base_url)
        if not self.base_url.startswith(("https://", "http://") if local else "https://"):
            raise ValueError("the base URL has to begin with https://")
        key = self.api_key.get_secret_value()
        if not (key.isascii() and key.isprintable() and " " not in key):
            raise ValueError("an API key holds no spaces and no special characters")
        if self.requests_per_second > MOST_REQUESTS_PER_SECOND and not local:
            raise ValueError("Flowhub takes at most about 45 requests a second")
        return self


class FlowhubConnector(Connector[FlowhubSettings]):
    """Reads and writes customers over Flowhub's public API."""

    kind: ClassVar[str] = "flowhub"
    label: ClassVar[str] = "Flowhub (Maui)"
    capabilities = frozenset(
        {
            Capability.LIST_ALL,
            Capability.INCREMENTAL,
            Capability.GET,
            Capability.SEARCH,
            Capability.CREATE,
            Capability.UPDATE,
            Capability.ORDERS,
        }
    )
    limits = Limits(
        requests_per_second=REQUESTS_PER_SECOND,
        page_size=USUAL_PAGE,
        # The client widens every window to whole days by itself.
        overlap=dt.timedelta(minutes=10),
    )
    mapping_version = mapping.VERSION
    volatile_keys = VOLATILE_KEYS
    known_keys = KNOWN_KEYS
    settings_model = FlowhubSettings
    #: Where staff do it is not in the documentation of the API. [guess]
    merging = Merging(
        how=(
            "Merge the two customers in Flowhub's portal and keep the one named here. "
            "Flowhub tells of no merge: it is seen when a full pass no longer meets the other one."
        ),
        sign=MergeSign.VANISHES,
    )
    orders = FlowhubOrders()
    writes = WriteRules(
        creatable=writes.CREATABLE,
        updatable=writes.UPDATABLE,
        clearable=writes.CLEARABLE,
        required=writes.REQUIRED,
        # How soon lists and look-ups show a new row is not documented. [guess]
        settles_after=dt.timedelta(minutes=1),
    )

    def account_key(self, settings: FlowhubSettings) -> str:
        """Return the client id: customers belong to the company; a filtered list is another one."""
        chosen = settings.customer_type_filter
        return f"{settings.client_id}/{chosen}" if chosen else settings.client_id

    def credential(self, settings: FlowhubSettings) -> str:
        return settings.client_id

    def requests_per_second(self, settings: FlowhubSettings) -> float:
        return settings.requests_per_second

    def check_new(self, fields: Fields, settings: FlowhubSettings) -> list[FieldProblem]:
        sent = {name: fields[name] for name in fields if name in self.writes.creatable}
        return super().check_new(sent, settings) + wrong_values(sent, settings.group_ids)

    def check_changes(self, changes: Fields, settings: FlowhubSettings) -> list[FieldProblem]:
        sent = {name: changes[name] for name in changes if name in self.writes.updatable}
        return super().check_changes(sent, settings) + wrong_values(sent, settings.group_ids)

    def open(self, settings: FlowhubSettings, options: OpenOptions) -> FlowhubClient:
        account = Account(
            base_url=settings.base_url,
            client_id=settings.client_id,
            api_key=settings.api_key.get_secret_value(),
            account_key=self.account_key(settings),
            store_id=settings.store_id,
            only_type=settings.customer_type_filter,
            group_ids=settings.group_ids,
            page_size=settings.page_size,
        )
        return FlowhubClient(account, options, self.limits)

    def external_id(self, row: RawRow) -> str:
        return mapping.external_id(row)

    def to_canonical(self, row: RawRow, context: MappingContext) -> CanonicalCustomer:
        return mapping.to_canonical(row, context)


CONNECTOR = FlowhubConnector()
