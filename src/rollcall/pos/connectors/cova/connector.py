"""Cova: what it is, what it can do, how to open it."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Final, Self

from pydantic import Field, SecretStr, model_validator

from rollcall.pos.connectors.cova import mapping
from rollcall.pos.connectors.cova.client import CovaClient
from rollcall.pos.connectors.cova.wire import HAL_KEYS, KNOWN_KEYS, Account
from rollcall.pos.connectors.cova.writes import problems_of, rules_for
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

#: Larger ones become 100. [doc]
MAX_PAGE: Final = 100
#: The gateway's example is 1000 a minute and service [doc]; this leaves room for other programs.
REQUESTS_PER_SECOND: Final = 10.0


class CovaSettings(PosSettings):
    """How to reach one company's customers."""

    token_url: str = Field(
        default="https://accounts.iqmetrix.net/v1/oauth2/token",
        title="Token URL",
        description="Leave it as it is unless Cova told you another one.",
        max_length=300,
    )
    base_url: str = Field(
        default="https://api.covasoft.net/crm/v1",
        title="Base URL",
        description="Leave it as it is unless Cova told you another one.",
        max_length=300,
    )
    company_id: str = Field(
        title="Company id",
        description="The number of your company at Cova; all of its stores share one list.",
        pattern=r"^[1-9][0-9]{0,9}$",
    )
    client_id: str = Field(
        title="Client id",
        description="Usually <company>.<integrator>; Cova gives it to you.",
        min_length=1,
        max_length=300,
    )
    client_secret: SecretStr = Field(
        title="Client secret", description="Comes with the client id.", min_length=1, max_length=300
    )
    username: str = Field(
        title="User name",
        description="Usually <integrator>.COVA.APIUser.<company>.",
        min_length=1,
        max_length=300,
    )
    password: SecretStr = Field(
        title="Password", description="Of the API user.", min_length=1, max_length=300
    )
    licence_extension: str = Field(
        default="",
        title="Extension with the licence",
        description="The name of the customer extension that holds the driver licence, if any. "
        "It is read and written there.",
        max_length=100,
    )
    medical_id_extension: str = Field(
        default="",
        title="Extension with the medical id",
        description="The name of the customer extension that holds the medical id, if any. "
        "It is read and written there.",
        max_length=100,
    )
    page_size: int = Field(
        default=MAX_PAGE,
        title="Rows a page",
        description="Cova gives at most 100.",
        ge=SMALLEST_PAGE,
        le=MAX_PAGE,
    )
    requests_per_second: float = Field(
        default=REQUESTS_PER_SECOND,
        title="Requests a second",
        description="Lower it if other programs use the same company's customers.",
        gt=0,
        le=100_000,
    )

    def extensions(self) -> dict[str, str]:
        """Return canonical field → name of the customer extension that holds it."""
        named = {
            "licence": self.licence_extension.strip(),
            "medical_id": self.medical_id_extension.strip(),
        }
        return {field: name for field, name in named.items() if name}

    @model_validator(mode="after")
    def _only_safe_targets(self) -> Self:
        for url in (self.token_url, self.base_url):
            local = is_loopback(url)
            if not url.startswith(("https://", "http://") if local else "https://"):
                raise ValueError("the token URL and the base URL have to begin with https://")
        if self.requests_per_second > REQUESTS_PER_SECOND and not is_loopback(self.base_url):
            raise ValueError("Cova limits requests by the minute; 10 a second keep that")
        return self


class CovaConnector(Connector[CovaSettings]):
    """Reads and writes customers of one company over Cova's gateway."""

    kind: ClassVar[str] = "cova"
    label: ClassVar[str] = "Cova"
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
        }
    )
    limits = Limits(
        requests_per_second=REQUESTS_PER_SECOND,
        page_size=MAX_PAGE,
        overlap=dt.timedelta(minutes=10),
    )
    mapping_version = mapping.VERSION
    volatile_keys = HAL_KEYS
    known_keys = KNOWN_KEYS
    settings_model = CovaSettings
    #: Where staff do it is not in the documentation of the API. [guess]
    merging = Merging(
        how=("Merge the two customers in Cova Hub and keep the one named here."),
        sign=MergeSign.POINTS,
    )
    writes = rules_for({})

    def account_key(self, settings: CovaSettings) -> str:
        return settings.company_id

    def requests_per_second(self, settings: CovaSettings) -> float:
        return settings.requests_per_second

    def write_rules(self, settings: CovaSettings) -> WriteRules:
        return rules_for(settings.extensions())

    def check_new(self, fields: Fields, settings: CovaSettings) -> list[FieldProblem]:
        return super().check_new(fields, settings) + problems_of(fields)

    def check_changes(self, changes: Fields, settings: CovaSettings) -> list[FieldProblem]:
        return super().check_changes(changes, settings) + problems_of(changes)

    def open(self, settings: CovaSettings, options: OpenOptions) -> CovaClient:
        account = Account(
            token_url=settings.token_url,
            base_url=settings.base_url,
            company_id=settings.company_id,
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            username=settings.username,
            password=settings.password.get_secret_value(),
            page_size=settings.page_size,
            extensions=settings.extensions(),
        )
        return CovaClient(account, options, self.limits)

    def external_id(self, row: RawRow) -> str:
        return mapping.external_id(row)

    def to_canonical(self, row: RawRow, context: MappingContext) -> CanonicalCustomer:
        return mapping.to_canonical(row, context)


CONNECTOR = CovaConnector()
