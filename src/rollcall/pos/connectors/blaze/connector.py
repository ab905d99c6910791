"""BLAZE: what it is, what it can do, how to open it."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Final, Self

from pydantic import Field, SecretStr, model_validator

from rollcall.pos.connectors.blaze import checks, client, mapping, wire, writes
from rollcall.pos.connectors.blaze.client import Account, BlazeClient
from rollcall.pos.connectors.blaze.orders import BlazeOrders
from rollcall.pos.connectors.blaze.webhooks import BlazeWebhooks
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

#: Not documented; nobody is known to ask for more. [guess]
MAX_PAGE: Final = 500
#: What clients are known to read in production. [code]
USUAL_PAGE: Final = 200
#: 10,000 calls in five minutes are allowed [doc]; 33 a second would use all of it up.
MAX_REQUESTS_PER_SECOND: Final = 30.0
#: A fifth of it, as others do [code]: other programs share the partner key's budget.
REQUESTS_PER_SECOND: Final = 6.0


class BlazeSettings(PosSettings):
    """How to reach the members of one company."""

    base_url: str = Field(
        default="https://api.partners.blaze.me",
        title="Base URL",
        description="Leave it as it is unless BLAZE told you another one.",
        max_length=300,
    )
    partner_key: SecretStr = Field(
        title="Partner key",
        description="One per integration, the same for all of the company's shops.",
        min_length=1,
        max_length=300,
    )
    dispensary_key: SecretStr = Field(
        title="Dispensary key",
        description="Also called developer key: one per shop; any shop's reads the whole company.",
        min_length=1,
        max_length=300,
    )
    company_id: str = Field(
        default="",
        title="Company id",
        description="Only needed while BLAZE holds no members; otherwise they tell it.",
        pattern=r"^([0-9a-f]{24})?$",
    )
    page_size: int = Field(
        default=USUAL_PAGE,
        title="Rows a page",
        description="100 to 200 are known to work.",
        ge=SMALLEST_PAGE,
        le=100_000,
    )
    requests_per_second: float = Field(
        default=REQUESTS_PER_SECOND,
        title="Requests a second",
        description="BLAZE allows 10,000 in five minutes and charges by the number of calls.",
        gt=0,
        le=100_000,
    )
    history_from: dt.date | None = Field(
        default=None,
        title="Read everybody since",
        description=(
            "Only if BLAZE does not give the whole list at once: everybody who was changed since "
            "this day is then read week by week."
        ),
        ge=dt.date(2010, 1, 1),
    )

    @model_validator(mode="after")
    def _only_safe_targets(self) -> Self:
        local = is_loopback(self.base_url)
        if not self.base_url.startswith(("https://", "http://") if local else "https://"):
            raise ValueError("the base URL has to begin with https://")
        for key in (self.partner_key, self.dispensary_key):
            if not (key.get_secret_value().isascii() and key.get_secret_value().isprintable()):
                raise ValueError("a key holds letters and digits only")
        if self.page_size > MAX_PAGE and not local:
            raise ValueError(f"at most {MAX_PAGE} rows a page")
        if self.requests_per_second > MAX_REQUESTS_PER_SECOND and not local:
            raise ValueError("BLAZE takes at most 10,000 requests in five minutes; 30 a second")
        return self


class BlazeConnector(Connector[BlazeSettings]):
    """Reads and writes members over BLAZE's partner API."""

    kind: ClassVar[str] = "blaze"
    label: ClassVar[str] = "BLAZE"
    capabilities = frozenset(
        {
            Capability.LIST_ALL,
            Capability.INCREMENTAL,
            Capability.GET,
            Capability.SEARCH,
            Capability.CREATE,
            Capability.UPDATE,
            Capability.DEACTIVATE,
            Capability.WEBHOOKS,
            Capability.ORDERS,
        }
    )
    limits = Limits(
        requests_per_second=REQUESTS_PER_SECOND,
        page_size=USUAL_PAGE,
        overlap=dt.timedelta(minutes=10),
    )
    mapping_version = mapping.VERSION
    known_keys = wire.KNOWN_KEYS
    volatile_keys = wire.VOLATILE_KEYS
    settings_model = BlazeSettings
    #: Where staff do it is not in the documentation of the API. [guess]
    merging = Merging(
        how=(
            "Merge the two members in BLAZE's back office and keep the one named here. "
            "BLAZE names no survivor: it is seen when the other one is marked as deleted."
        ),
        sign=MergeSign.INACTIVE,
    )
    writes = writes.RULES
    webhooks = BlazeWebhooks()
    orders = BlazeOrders()

    def account_key(self, settings: BlazeSettings) -> str | None:
        return client.account_key(settings.company_id) if settings.company_id else None

    def credential(self, settings: BlazeSettings) -> str:
        """Calls are counted by partner key [doc]."""
        return settings.partner_key.get_secret_value()

    def requests_per_second(self, settings: BlazeSettings) -> float:
        return settings.requests_per_second

    def check_new(self, fields: Fields, settings: BlazeSettings) -> list[FieldProblem]:  # noqa: ARG002
        return checks.problems_of_new(fields)

    def check_changes(self, changes: Fields, settings: BlazeSettings) -> list[FieldProblem]:  # noqa: ARG002
        return checks.problems_of_changes(changes)

    def open(self, settings: BlazeSettings, options: OpenOptions) -> BlazeClient:
        account = Account(
            base_url=settings.base_url,
            partner_key=settings.partner_key.get_secret_value(),
            dispensary_key=settings.dispensary_key.get_secret_value(),
            company_id=settings.company_id,
            page_size=settings.page_size,
            history_from=settings.history_from,
            time_zone=options.time_zone,
        )
        return BlazeClient(account, options, self.limits)

    def external_id(self, row: RawRow) -> str:
        return mapping.external_id(row)

    def to_canonical(self, row: RawRow, context: MappingContext) -> CanonicalCustomer:
        return mapping.to_canonical(row, context)


CONNECTOR = BlazeConnector()
