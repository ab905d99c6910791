"""One connection, opened for reading: its connector, its mapping and its account."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings as django_settings

from rollcall.customers.models import PosAccount
from rollcall.customers.operations.name_words import TokenIds
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
from rollcall.pos.writing import WriteRules
from rollcall.stores.queries import get_keys
from rollcall.sync.models import PosConnection
from rollcall.sync.operations.call_figures import call_counter
from rollcall.sync.operations.circuit import SharedCircuit
from rollcall.sync.operations.connections import (
    ACCOUNT_CHANGED,
    open_settings,
    remember_account,
)
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
    tokens: TokenIds

    def open(
        self,
        *,
        interactive: bool = False,
        timeout_s: float | None = None,
        attempts: int | None = None,
    ) -> PosClient:
        """Open a client that shares limit and circuit with everybody who uses the credential.

        :param interactive: somebody waits for it: its requests go ahead of a sync's.
        :param timeout_s: of one request; None as the hub is set.
        :param attempts: of one request; None as the hub is set.
        """
        options = _open_options(
            self.connector,
            self.settings,
            self.context.time_zone,
            self.keys,
            interactive=interactive,
            timeout_s=timeout_s,
            attempts=attempts,
        )
        return self.connector.open(self.settings, options)

    @functools.cached_property
    def write_rules(self) -> WriteRules:
        """What can be written with the connection's settings."""
        return self.connector.write_rules(self.settings)

    def fingerprint(self, row: RawRow) -> tuple[bytes, bytes]:
        """The row as bytes, and its keyed hash, which also covers how rows are mapped."""
        raw = canonical_bytes(row)
        hasher = self._hasher.copy()
        if self._volatile and not self._volatile.isdisjoint(row):
            hasher.update(canonical_bytes(row, without=self._volatile))
        else:
            hasher.update(raw)
        return raw, hasher.digest()

    @functools.cached_property
    def _hasher(self) -> hashlib.blake2b:
        mapping = f"{self.connector.mapping_version} {self.context.time_zone.key} "
        return self.keys.content_hasher(mapping.encode())

    @functools.cached_property
    def _volatile(self) -> frozenset[str]:
        return self.connector.volatile_keys


def open_source(
    scope: Scope,
    connection: PosConnection,
    *,
    interactive: bool = False,
    timeout_s: float | None = None,
    attempts: int | None = None,
) -> Source:
    """Load a connection's settings and connector; never call it inside a transaction.

    A connection whose list only its POS can name asks for it, the first time; how, the options say
    as for :meth:`Source.open`.

    :raises PosError: the POS could not be asked.
    :raises PosNeedsHumanError: the settings name another list than the one that is held here.
    """
    found = connector(connection.kind)
    settings = open_settings(scope, connection)
    zone, keys = ZoneInfo(connection.time_zone), get_keys(scope)
    _remember_credential(scope, connection, credential_key(found, settings, keys))
    expected, account = found.account_key(settings), connection.account
    if account is None and expected is None:
        options = _open_options(
            found, settings, zone, keys,
            interactive=interactive, timeout_s=timeout_s, attempts=attempts,
        )  # fmt: skip
        with found.open(settings, options) as client:
            account = remember_account(scope, connection, client.check())
    if account is None or expected not in (None, account.account_key):
        raise PosNeedsHumanError(
            "the settings lead to another customer list; confirm it with rollcall apply",
            code=ACCOUNT_CHANGED,
        )
    return Source(
        scope=scope,
        connection=connection,
        account=account,
        connector=found,
        settings=settings,
        context=MappingContext(time_zone=zone),
        keys=keys,
        tokens=TokenIds(scope),
    )


def open_client(
    scope: Scope,
    connection: PosConnection,
    *,
    interactive: bool,
    timeout_s: float | None = None,
    attempts: int | None = None,
) -> PosClient:
    """Open a connection for single calls; never call it inside a transaction.

    :param interactive: somebody waits for it: its requests go ahead of a sync's, and a POS that
        does not answer anybody is said at once (``PosUnavailableError``, ``circuit_open``).
    :param timeout_s: of one request; None as the hub is set.
    :param attempts: of one request; None as the hub is set.
    :raises PosError: as :func:`open_source`.
    """
    source = open_source(
        scope, connection, interactive=interactive, timeout_s=timeout_s, attempts=attempts
    )
    return source.open(interactive=interactive, timeout_s=timeout_s, attempts=attempts)


def credential_key(found: Connector[Any], settings: PosSettings, keys: RetailerKeys) -> str:
    """Name a credential without telling it: what shares a rate limit and a circuit."""
    return f"{found.kind}:{keys.blind('rate budget', found.credential(settings))}"


def _remember_credential(scope: Scope, connection: PosConnection, key: str) -> None:
    # So that pages, metrics and schedules find the circuit without opening the settings.
    if connection.credential_key != key:
        PosConnection.objects.scoped(scope).filter(pk=connection.pk).update(credential_key=key)
        connection.credential_key = key


def _open_options(
    found: Connector[Any],
    settings: PosSettings,
    zone: ZoneInfo,
    keys: RetailerKeys,
    *,
    interactive: bool = False,
    timeout_s: float | None = None,
    attempts: int | None = None,
) -> OpenOptions:
    key = credential_key(found, settings, keys)
    limiter = SharedRateLimiter(
        key=key,
        requests_per_second=found.requests_per_second(settings),
        interactive=interactive,
    )
    options = OpenOptions(time_zone=zone, sleep=pause, backoff_s=django_settings.POS_BACKOFF_S)
    tries = django_settings.POS_ATTEMPTS if attempts is None else attempts
    limit_s = options.timeout_s if timeout_s is None else timeout_s
    return replace(
        options,
        rate_limiter=limiter,
        guard=SharedCircuit(key=key, attempts=tries, timeout_s=limit_s),
        observer=call_counter,
        attempts=tries,
        timeout_s=limit_s,
    )
