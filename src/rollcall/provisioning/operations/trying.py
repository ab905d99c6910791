"""Asking a POS whether settings work, for somebody who waits: five seconds, whatever happens."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies
from zoneinfo import ZoneInfo

import structlog

from rollcall.api import throttle
from rollcall.api.turns import waiting
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope, require
from rollcall.pos.contract import AccountInfo, OpenOptions, PosClient, PosSettings
from rollcall.pos.errors import PosUnavailableError
from rollcall.pos.registry import connector
from rollcall.provisioning.rules.setting_fields import list_fields
from rollcall.provisioning.rules.setting_values import without_secrets
from rollcall.provisioning.rules.targets import host_of, is_inside, names_this_machine
from rollcall.provisioning.rules.trouble import Trouble, trouble_of

log = structlog.get_logger()

#: How long somebody waits in all; the page has to be made within the five seconds too.
PATIENCE_S: Final = 4.5
#: Of one request; below the whole, so that a server that hangs can be told from a slow one.
REQUEST_S: Final = 4.0
#: Trials at a time in one process; who comes in addition is told so at once.
_SEATS: Final = 4
#: Nobody needs more, and it keeps this from being used to look around in a network.
TRIALS: Final = throttle.Policy(name="connection-trial", quota=lambda: 30)

_seats = threading.BoundedSemaphore(_SEATS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What came of it.

    :param trouble: None if it works.
    :param detail: what the POS or its connector says of it, for people; without secrets.
    :param info: whose list it is; set if it works.
    :param clock_ahead_s: how far the POS's clock is before ours.
    """

    trouble: Trouble | None
    detail: str = ""
    info: AccountInfo | None = None
    clock_ahead_s: float = 0.0

    @property
    def is_plain(self) -> bool:
        """Whether the detail says no more than the trouble itself: that of a bare 401 or 403."""
        return self.detail.startswith("the POS refused our credentials")


def try_settings(
    scope: Scope,
    kind: str,
    settings: PosSettings,
    *,
    time_zone: str,
    trusted: frozenset[str] = frozenset(),
) -> Trial:
    """Ask the POS once; never call it inside a transaction. Nothing is written.

    It returns within five seconds; what still hangs then is cut off and ends by itself.

    :param trusted: addresses that may lead anywhere, because the connection has them already.
    """
    require(scope, Role.ADMIN)
    if not throttle.spend(TRIALS, str(scope.retailer_id)).allowed:
        return Trial(trouble=Trouble.BUSY)
    return _in_time(_Asking(kind=kind, settings=settings, zone=time_zone, trusted=trusted))


def look_up_names(
    settings: PosSettings, *, trusted: frozenset[str] = frozenset()
) -> Trouble | None:
    """Whether a name in the settings leads into this machine's own network: ``INSIDE``.

    ``BUSY`` if nobody can look at the moment. A name that is unknown, or not found in time, is not
    the matter here.
    """
    asking = _Asking(kind="", settings=settings, zone="UTC", trusted=trusted, only_names=True)
    return _in_time(asking).trouble


def _in_time(asking: _Asking) -> Trial:
    with waiting() as may_wait:
        if not may_wait or not _seats.acquire(blocking=False):
            return Trial(trouble=Trouble.BUSY)
        thread = threading.Thread(target=asking.run, name="try-pos", daemon=True)
        thread.start()
        thread.join(PATIENCE_S)
    if asking.trial is None:
        asking.give_up()
        return Trial(trouble=Trouble.SLOW)
    return asking.trial


@dataclass(kw_only=True)
class _Asking:
    """One trial, in a thread of its own."""

    kind: str
    settings: PosSettings = field(repr=False)
    zone: str
    trusted: frozenset[str]
    only_names: bool = False
    trial: Trial | None = None
    _client: PosClient | None = None
    _given_up: threading.Event = field(default_factory=threading.Event)
    _last_outcome: str = ""

    def run(self) -> None:
        try:
            trouble = _trouble_of_names(self._addresses())
            asks = not self.only_names and trouble is None
            self.trial = self._ask() if asks else Trial(trouble=trouble)
        except Exception as error:  # noqa: BLE001  # sorted for a person; its text may hold a secret
            self.trial = self._failed(error)
        finally:
            _seats.release()

    def give_up(self) -> None:
        """Cut off what still hangs: its socket is closed under it, and no request follows."""
        self._given_up.set()
        if self._client is not None:
            self._client.close()

    def _addresses(self) -> list[str]:
        names = [one.name for one in list_fields(type(self.settings)) if one.is_address]
        urls = [str(getattr(self.settings, name)) for name in names]
        return [url for url in urls if url not in self.trusted]

    def _ask(self) -> Trial:
        options = OpenOptions(
            time_zone=ZoneInfo(self.zone),
            guard=self,
            observer=self,
            timeout_s=REQUEST_S,
            attempts=1,
            may_reach=self._may_reach,
        )
        with connector(self.kind).open(self.settings, options) as client:
            self._client = client
            info = client.check()
        ahead = (info.pos_time - utc_now()).total_seconds()
        return Trial(trouble=None, info=info, clock_ahead_s=ahead)

    def _may_reach(self, host: str, address: str) -> bool:
        """Look at what a name leads to now: it may be another machine than a moment ago."""
        free = {host_of(url)[0] for url in self.trusted}
        return host in free or names_this_machine(host) or not is_inside(address)

    def _failed(self, error: Exception) -> Trial:
        trouble = trouble_of(error, last_outcome=self._last_outcome)
        name = type(error).__name__
        log.info("connection.trial.failed", kind=self.kind, trouble=trouble.value, error=name)
        said = "" if trouble is Trouble.ODD else str(error)
        return Trial(trouble=trouble, detail=without_secrets(said, self.settings))

    def before(self) -> None:
        """Let no request follow when nobody waits any more."""
        if self._given_up.is_set():
            raise PosUnavailableError("nobody waits for it any more", code="given_up")

    def succeeded(self) -> None:
        """Part of a guard."""

    def failed(self, code: str) -> None:
        """Part of a guard."""

    def observe(self, *, kind: str, operation: str, outcome: str, seconds: float) -> None:  # noqa: ARG002
        """Remember how the last request ended."""
        self._last_outcome = outcome

    def flush(self) -> None:
        """Part of an observer."""


def _trouble_of_names(urls: Iterable[str]) -> Trouble | None:
    for url in urls:
        host, port = host_of(url)
        if names_this_machine(host):
            continue  # the connector decides whether it may be
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            if urlsplit(url).scheme in getproxies():
                continue  # the proxy knows names that we do not
            return Trouble.NAME_UNKNOWN
        if any(is_inside(str(address[0])) for *_, address in found):
            return Trouble.INSIDE
    return None
