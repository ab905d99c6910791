"""One connection, opened for reading: its connector, its mapping and its account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings as django_settings

from rollcall.customers.models import PosAccount
from rollcall.jobs import pause
from rollcall.kit.crypto import RetailerKeys
from rollcall.kit.scope import Scope
from rollcall.pos.contract import (
    Connector,
    MappingContext,
    OpenOptions,
    PosClient,
    PosSettings,
    RawRow,
)
from rollcall.pos.errors import PosNeedsHumanError
from rollcall.pos.registry import connector
from rollcall.stores.queries import get_keys
from rollcall.sync.models import PosConnection
from rollcall.sync.operations.connections import open_settings
from rollcall.sync.operations.rate_budget import SharedRateLimiter
from rollcall.sync.rules.wire import canonical_bytes


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a run needs to know of the POS that it reads."""

    scope: Scope
    connection: PosConnection
    account: PosAccount
    connector: Connector[Any]
    settings: PosSettings
    context: MappingContext
    keys: RetailerKeys

    def open(self) -> PosClient:
        """Open a client that shares its rate limit with everybody who uses the credential."""
        limiter = SharedRateLimiter(
            key=f"{self.connector.kind}:{self.keys.blind('rate budget', self.account.account_key)}",
            requests_per_second=self.connector.requests_per_second(self.settings),
        )
        options = OpenOptions(
            time_zone=self.context.time_zone,
            rate_limiter=limiter,
            sleep=pause,
            attempts=django_settings.POS_ATTEMPTS,
            backoff_s=django_settings.POS_BACKOFF_S,
        )
        return self.connector.open(self.settings, options)

    def fingerprint(self, row: RawRow) -> tuple[bytes, bytes]:
        """The row as bytes, and its keyed hash, which also covers how rows are mapped."""
        raw = canonical_bytes(row)
        hashed = raw
        if not self.connector.volatile_keys.isdisjoint(row):
            hashed = canonical_bytes(row, without=self.connector.volatile_keys)
        return raw, self.keys.content_hash(self._mapping + hashed)

    @property
    def _mapping(self) -> bytes:
        return f"{self.connector.mapping_version} {self.context.time_zone.key} ".encode()


def open_source(scope: Scope, connection: PosConnection) -> Source:
    """Load a connection's settings and connector.

    :raises PosNeedsHumanError: the settings name another list than the one that is held here.
    """
    found = connector(connection.kind)
    settings = open_settings(scope, connection)
    account = connection.account
    if account is None or found.account_key(settings) != account.account_key:
        raise PosNeedsHumanError(
            "the settings lead to another customer list; confirm it with rollcall apply",
            code="account_changed",
        )
    return Source(
        scope=scope,
        connection=connection,
        account=account,
        connector=found,
        settings=settings,
        context=MappingContext(time_zone=ZoneInfo(connection.time_zone)),
        keys=get_keys(scope),
    )
