"""Acorn, a POS that nobody has: the whole of what a sixth one takes on the hub's side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field, SecretStr

from rollcall.pos.contract import (
    AccountInfo,
    CanonicalCustomer,
    Capability,
    Connector,
    Criteria,
    Limits,
    MappingContext,
    OpenOptions,
    Page,
    PosClient,
    PosSettings,
    RawRow,
    RecordStatus,
    Window,
)
from rollcall.pos.errors import PosGoneError, RowError
from rollcall.pos.http import Call, PosHttp
from rollcall.pos.writing import NewCustomer, WriteRules

FIELDS = ("given_name", "family_name", "born_on", "phone", "email")


class AcornSettings(PosSettings):
    """How to reach one shop."""

    base_url: str = Field(title="Base URL", description="Where this shop's Acorn answers.")
    key: SecretStr = Field(title="Key", description="Acorn prints it on the till.")
    requests_per_second: float = Field(
        default=5.0, title="Requests a second", description="Of this shop.", gt=0
    )


class AcornClient(PosClient):
    """Reads and creates customers."""

    def __init__(self, http: PosHttp, key: str) -> None:
        self._http = http
        self._headers = {"X-Key": key}

    def check(self) -> AccountInfo:
        reply = self._http.send(Call(method="GET", template="/shop", headers=self._headers))
        name = str(reply.data["shop"])
        return AccountInfo(account_key=name, label=name, pos_time=reply.pos_time)

    def iter_pages(self, window: Window, *, resume_token: str | None = None) -> Iterator[Page]:
        after = resume_token or "0"
        since = "0" if window.since is None else str(int(window.since.timestamp()))
        while rows := self._rows(after=after, since=since):
            after = str(rows[-1]["number"])
            yield Page(rows=rows, resume_token=after)

    def get(self, external_id: str) -> RawRow:
        for row in self._rows(id=external_id):
            return row
        raise PosGoneError("Acorn has no such customer")

    def find(self, criteria: Criteria) -> list[RawRow]:
        return self._rows(email=criteria.email) if criteria.email else []

    def create(self, customer: NewCustomer) -> RawRow:
        body = {"key": customer.key, **{k: customer.fields.get(k) for k in FIELDS}}
        call = Call(
            method="POST", template="/people", headers=self._headers, json=body, is_repeatable=False
        )
        row: RawRow = self._http.send(call).data
        return row

    def find_created(self, customer: NewCustomer, *, since: dt.datetime) -> list[RawRow]:
        del since  # Acorn keeps our key
        return self._rows(key=customer.key)

    def close(self) -> None:
        self._http.close()

    def _rows(self, **query: str) -> list[RawRow]:
        call = Call(method="GET", template="/people", headers=self._headers, query=query)
        rows: list[RawRow] = self._http.send(call).data["people"]
        return rows


class AcornConnector(Connector[AcornSettings]):
    """What Acorn is."""

    kind: ClassVar[str] = "acorn"
    label: ClassVar[str] = "Acorn Register"
    capabilities = frozenset(
        {
            Capability.LIST_ALL,
            Capability.INCREMENTAL,
            Capability.GET,
            Capability.SEARCH,
            Capability.CREATE,
        }
    )
    limits = Limits(requests_per_second=5.0, page_size=50, overlap=dt.timedelta(minutes=1))
    mapping_version = 1
    known_keys = frozenset({"id", "number", "changed", "key", *FIELDS})
    settings_model = AcornSettings
    writes = WriteRules(creatable=frozenset(FIELDS), required=frozenset({"family_name"}))

    def account_key(self, settings: AcornSettings) -> str | None:
        del settings  # only Acorn can say
        return None

    def requests_per_second(self, settings: AcornSettings) -> float:
        return settings.requests_per_second

    def open(self, settings: AcornSettings, options: OpenOptions) -> AcornClient:
        http = PosHttp(
            kind=self.kind, base_url=settings.base_url, options=options, limits=self.limits
        )
        return AcornClient(http, settings.key.get_secret_value())

    def external_id(self, row: RawRow) -> str:
        if not row.get("id"):
            raise RowError("the customer has no id", code="id_missing", field="id")
        return str(row["id"])

    def to_canonical(self, row: RawRow, context: MappingContext) -> CanonicalCustomer:
        del context  # no local times
        return CanonicalCustomer(
            external_id=self.external_id(row),
            status=RecordStatus.ACTIVE,
            status_raw="",
            merged_into=None,
            updated_at=dt.datetime.fromtimestamp(row["changed"], dt.UTC),
            fields={name: row.get(name) or None for name in FIELDS},
        )


CONNECTOR = AcornConnector()
