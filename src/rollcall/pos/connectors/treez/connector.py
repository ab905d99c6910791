"""Treez: what it is, what it can do, how to open it."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Final, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from rollcall.pos.connectors.treez import checks, mapping
from rollcall.pos.connectors.treez.client import Account, TreezClient
from rollcall.pos.connectors.treez.orders import TreezOrders
from rollcall.pos.connectors.treez.placing import TreezTickets
from rollcall.pos.connectors.treez.webhooks import TreezWebhooks
from rollcall.pos.connectors.treez.wire import KNOWN_KEYS
from rollcall.pos.connectors.treez.writes import RULES
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

#: Above it Treez answers RESPONSE_LIMIT_EXCEEDS. [doc]
MAX_PAGE: Final = 50
#: A shorter one could be guessed.
SHORTEST_TOKEN: Final = 16
#: Treez allows 10 requests a second and store. [doc]
REQUESTS_PER_SECOND: Final = 8.0


class TreezSettings(PosSettings):
    """How to reach one dispensary."""

    base_url: str = Field(
        default="https://api.treez.io/v2.0/dispensary",
        title="Base URL",
        description="Leave it as it is unless Treez told you another one.",
        max_length=300,
    )
    dispensary: str = Field(
        title="Dispensary",
        description="The first part of your Treez address: <dispensary>.treez.io.",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$",
    )
    api_key: SecretStr = Field(
        title="API key", description="One per store; Treez gives it to you.", min_length=1
    )
    client_id: SecretStr = Field(
        title="Client id", description="One per integrator, the same for all stores.", min_length=1
    )
    page_size: int = Field(
        default=MAX_PAGE,
        title="Rows a page",
        description="Treez takes at most 50.",
        ge=SMALLEST_PAGE,
        le=100_000,
    )
    requests_per_second: float = Field(
        default=REQUESTS_PER_SECOND,
        title="Requests a second",
        description="Lower it if another program reads the same store with the same key.",
        gt=0,
        le=100_000,
    )
    history_from: dt.date = Field(
        default=dt.date(2010, 1, 1),
        title="Customers since",
        description="The first day on which somebody may have signed up.",
        ge=dt.date(1990, 1, 1),
    )

    webhook_token: SecretStr = Field(
        default=SecretStr(""),
        title="Webhook token",
        description="The bearer token that Treez sends with its calls, 16 characters or more. "
        "Empty: calls are refused.",
        max_length=500,
    )

    @field_validator("webhook_token")
    @classmethod
    def _no_short_token(cls, token: SecretStr) -> SecretStr:
        text = token.get_secret_value()
        if text and (len(text) < SHORTEST_TOKEN or not text.isascii() or not text.isprintable()):
            raise ValueError("a webhook token has 16 or more printable characters")
        return token

    @model_validator(mode="after")
    def _only_safe_targets(self) -> Self:
        local = is_loopback(self.base_url)
        if not self.base_url.startswith(("https://", "http://") if local else "https://"):
            raise ValueError("the base URL has to begin with https://")
        if self.page_size > MAX_PAGE and not local:
            raise ValueError("Treez takes at most 50 rows a page")
        if self.requests_per_second > REQUESTS_PER_SECOND and not local:
            raise ValueError("Treez takes at most 10 requests a second; 8 leave room for others")
        return self


class TreezConnector(Connector[TreezSettings]):
    """Reads and writes one dispensary's customers and tickets over API v2.0."""

    kind: ClassVar[str] = "treez"
    label: ClassVar[str] = "Treez"
    capabilities = frozenset(
        {
            Capability.LIST_ALL,
            Capability.INCREMENTAL,
            Capability.GET,
            Capability.SEARCH,
            Capability.TELLS_MERGES,
            Capability.CREATE,
            Capability.UPDATE,
            Capability.WEBHOOKS,
            Capability.ORDERS,
            Capability.PLACES_ORDERS,
        }
    )
    limits = Limits(
        requests_per_second=REQUESTS_PER_SECOND,
        page_size=MAX_PAGE,
        overlap=dt.timedelta(minutes=5),
    )
    mapping_version = mapping.VERSION
    #: Signed links that change every hour.
    volatile_keys = frozenset({"imageList"})
    known_keys = KNOWN_KEYS
    settings_model = TreezSettings
    #: Where staff do it is not in the documentation of the API. [guess]
    merging = Merging(
        how=(
            "Merge the two profiles in Treez itself, under Customers, and keep the one named here. "
            "Treez names an endpoint for it, but documents neither its calls nor its answers: "
            "Rollcall does not call it."
        ),
        sign=MergeSign.POINTS,
    )
    writes = RULES
    orders = TreezOrders()
    placing = TreezTickets()
    webhooks = TreezWebhooks[TreezSettings](
        lambda settings: settings.webhook_token.get_secret_value()
    )

    def account_key(self, settings: TreezSettings) -> str:
        return settings.dispensary.lower()

    def requests_per_second(self, settings: TreezSettings) -> float:
        return settings.requests_per_second

    def check_new(
        self,
        fields: Fields,
        settings: TreezSettings,  # noqa: ARG002  # the same for all
    ) -> list[FieldProblem]:
        return checks.of_new(fields)

    def check_changes(
        self,
        changes: Fields,
        settings: TreezSettings,  # noqa: ARG002  # the same for all
    ) -> list[FieldProblem]:
        return checks.of_changes(changes)

    def open(self, settings: TreezSettings, options: OpenOptions) -> TreezClient:
        account = Account(
            base_url=settings.base_url,
            dispensary=settings.dispensary,
            api_key=settings.api_key.get_secret_value(),
            client_id=settings.client_id.get_secret_value(),
            page_size=settings.page_size,
            history_from=settings.history_from,
            time_zone=options.time_zone,
        )
        return TreezClient(account, options, self.limits)

    def external_id(self, row: RawRow) -> str:
        return mapping.external_id(row)

    def to_canonical(self, row: RawRow, context: MappingContext) -> CanonicalCustomer:
        return mapping.to_canonical(row, context)


CONNECTOR = TreezConnector()
