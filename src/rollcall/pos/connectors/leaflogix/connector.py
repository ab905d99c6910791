"""Leaflogix (Dutchie POS): what it is, what it can do, how to open it."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Final, Self

from pydantic import Field, SecretStr, model_validator

from rollcall.pos.connectors.leaflogix import checks, mapping
from rollcall.pos.connectors.leaflogix.client import Account, LeaflogixClient
from rollcall.pos.connectors.leaflogix.orders import LeaflogixOrders
from rollcall.pos.connectors.leaflogix.placing import LeaflogixPreorders
from rollcall.pos.connectors.leaflogix.wire import KNOWN_KEYS
from rollcall.pos.connectors.leaflogix.writes import RULES
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
from rollcall.pos.writing import FieldProblem

#: Above it Dutchie answers 400. [doc]
MAX_PAGE: Final = 10_000
#: What Dutchie gives unasked [doc], and the most that is known to be read in production [code].
USUAL_PAGE: Final = 1000
#: Dutchie allows 120 requests a minute, key and endpoint. [doc]
REQUESTS_PER_SECOND: Final = 1.9


class LeaflogixSettings(PosSettings):
    """How to reach the customers of one location, or of its company."""

    base_url: str = Field(
        default="https://api.pos.dutchie.com",
        title="Base URL",
        description="Leave it as it is unless Dutchie told you another one.",
        max_length=300,
    )
    api_key: SecretStr = Field(
        title="API key",
        description="One per location, with the scope Customer; Dutchie gives it to you.",
        min_length=1,
        max_length=300,
    )
    integrator_key: SecretStr = Field(
        default=SecretStr(""),
        title="Integrator key",
        description="Leave it empty unless Dutchie gave you one beside the API key.",
        max_length=300,
    )
    include_anonymous: bool = Field(
        default=False,
        title="Guests too",
        description="Also read the anonymous rows that registers make for guests.",
    )
    page_size: int = Field(
        default=USUAL_PAGE,
        title="Rows a page",
        description="Dutchie takes at most 10000; 1000 is what is known to work.",
        ge=SMALLEST_PAGE,
        le=MAX_PAGE,
    )
    range_days: int = Field(
        default=90,
        title="Days at once",
        description="The widest range of changes that Dutchie accepts for this location.",
        ge=1,
        le=3660,
    )
    zero_may_fail: bool = Field(
        default=False,
        title="Pages start at 1",
        description="Only if reading fails at page 0 with a server error. Page 0 is asked anyway.",
    )
    requests_per_second: float = Field(
        default=REQUESTS_PER_SECOND,
        title="Requests a second",
        description="Lower it if another program reads with the same key.",
        gt=0,
        le=100_000,
    )

    @model_validator(mode="after")
    def _only_safe_targets(self) -> Self:
        local = is_loopback(self.base_url)
        if not self.base_url.startswith(("https://", "http://") if local else "https://"):
            raise ValueError("the base URL has to begin with https://")
        if ":" in self.api_key.get_secret_value():
            raise ValueError("an API key holds no colon")
        if self.requests_per_second > REQUESTS_PER_SECOND and not local:
            raise ValueError("Dutchie takes at most 120 requests a minute; 1.9 a second keep that")
        return self


class LeaflogixConnector(Connector[LeaflogixSettings]):
    """Reads and writes customers over Dutchie's public POS API."""

    kind: ClassVar[str] = "leaflogix"
    label: ClassVar[str] = "Leaflogix (Dutchie POS)"
    capabilities = frozenset(
        {
            Capability.LIST_ALL,
            Capability.INCREMENTAL,
            Capability.GET,
            Capability.SEARCH,
            Capability.TELLS_MERGES,
            Capability.CREATE,
            Capability.UPDATE,
            Capability.DEACTIVATE,
            Capability.ORDERS,
            Capability.PLACES_ORDERS,
        }
    )
    limits = Limits(
        requests_per_second=REQUESTS_PER_SECOND,
        page_size=USUAL_PAGE,
        # What the register saves shows up one to five minutes later. [doc]
        overlap=dt.timedelta(minutes=10),
    )
    mapping_version = mapping.VERSION
    known_keys = KNOWN_KEYS
    settings_model = LeaflogixSettings
    #: Where staff do it is not in the documentation of the API. [guess]
    merging = Merging(
        how=(
            "Merge the two customers in the back office of Dutchie POS and keep the one named here."
        ),
        sign=MergeSign.POINTS,
    )
    writes = RULES
    orders = LeaflogixOrders()
    placing = LeaflogixPreorders()

    def account_key(self, settings: LeaflogixSettings) -> str | None:  # noqa: ARG002  # whoami says
        return None

    def credential(self, settings: LeaflogixSettings) -> str:
        return settings.api_key.get_secret_value()

    def requests_per_second(self, settings: LeaflogixSettings) -> float:
        return settings.requests_per_second

    def check_new(
        self,
        fields: Fields,
        settings: LeaflogixSettings,  # noqa: ARG002  # the same for all
    ) -> list[FieldProblem]:
        return checks.of_new(fields)

    def check_changes(
        self,
        changes: Fields,
        settings: LeaflogixSettings,  # noqa: ARG002  # the same for all
    ) -> list[FieldProblem]:
        return checks.of_changes(changes)

    def open(self, settings: LeaflogixSettings, options: OpenOptions) -> LeaflogixClient:
        account = Account(
            base_url=settings.base_url,
            api_key=settings.api_key.get_secret_value(),
            integrator_key=settings.integrator_key.get_secret_value(),
            page_size=settings.page_size,
            range_days=settings.range_days,
            include_anonymous=settings.include_anonymous,
            zero_may_fail=settings.zero_may_fail,
        )
        return LeaflogixClient(account, options, self.limits)

    def external_id(self, row: RawRow) -> str:
        return mapping.external_id(row)

    def to_canonical(self, row: RawRow, context: MappingContext) -> CanonicalCustomer:
        return mapping.to_canonical(row, context)


CONNECTOR = LeaflogixConnector()
