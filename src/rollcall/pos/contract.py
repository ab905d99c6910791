"""The contract between the hub and a POS connector.

A connector *declares* what it is (:class:`Connector`) and *opens* a :class:`PosClient` that streams
raw rows page by page. Rows travel raw so that the hub can compare a keyed hash before it spends
anything on them; :meth:`Connector.to_canonical` is a pure function that turns one raw row into a
:class:`CanonicalCustomer`. ``conformance/`` holds the tests that every connector must pass.
"""

from __future__ import annotations

import abc
import datetime as dt
import enum
import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from rollcall.pos.errors import UnsupportedByPosError
from rollcall.pos.fields import Fields
from rollcall.pos.order_placing import OrderCalls, OrderPlacer
from rollcall.pos.writing import FieldProblem, NewCustomer, WriteRules, is_empty, missing

if TYPE_CHECKING:
    from rollcall.pos.orders import OrderReader
    from rollcall.pos.webhooks import WebhookReader

#: One customer exactly as the POS sent it: decoded JSON, nothing renamed or repaired.
RawRow = Mapping[str, Any]


class Capability(enum.StrEnum):
    """What a POS really offers for customers, and whether it tells of and takes their orders."""

    LIST_ALL = "list_all"
    INCREMENTAL = "incremental"
    GET = "get"
    SEARCH = "search"
    TELLS_MERGES = "tells_merges"
    CREATE = "create"
    UPDATE = "update"
    DEACTIVATE = "deactivate"
    WEBHOOKS = "webhooks"
    ORDERS = "orders"
    PLACES_ORDERS = "places_orders"


class RecordStatus(enum.StrEnum):
    """What a PosRecord's status means to us; the POS's own word is kept beside it."""

    ACTIVE = "active"
    INACTIVE = "inactive"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What the POS allows.

    :param requests_per_second: that we allow ourselves, below the POS's documented limit.
    :param page_size: rows a page, the largest that the POS takes.
    :param overlap: how far an incremental window reaches back behind the last watermark.
    """

    requests_per_second: float
    page_size: int
    overlap: dt.timedelta


class WindowKind(enum.StrEnum):
    """Everything, or what changed since a moment."""

    FULL = "full"
    INCREMENTAL = "incremental"


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """What a pass reads. Times are aware and by the POS's clock.

    :param since: closed lower bound, overlap already subtracted; None for a full window. Rows
        without a time are always included.
    :param until: the POS's time when the window was opened, frozen. Rows changed later may come
        too; the next window reads them again.
    """

    kind: WindowKind
    since: dt.datetime | None
    until: dt.datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some rows, and where to go on after them.

    :param resume_token: opaque to the hub, shorter than 4 kB, without personal data; reading with
        it continues behind this page (a few rows may come again, none is left out).
    """

    rows: Sequence[RawRow]
    resume_token: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountInfo:
    """Whose customer list a connection reads, as the POS itself confirmed it.

    :param account_key: stable over a change of credentials; equal for connections that see the
        same list.
    :param pos_time: aware; the POS's clock at the time of the answer.
    """

    account_key: str
    label: str
    pos_time: dt.datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Criteria:
    """What to look for at a POS; given ones are AND-ed where the POS can."""

    external_id: str = ""
    given_name: str = ""
    family_name: str = ""
    phone: str = ""
    email: str = ""
    licence: str = ""
    born_on: dt.date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MappingContext:
    """What a pure mapping needs to know beside the row.

    :param time_zone: the store's; some POS systems write local times without a zone.
    """

    time_zone: ZoneInfo


@dataclass(frozen=True, kw_only=True, slots=True)
class CanonicalCustomer:
    """One customer of one POS account in the hub's vocabulary.

    :param external_id: opaque string, 1 to 200 characters.
    :param status_raw: the POS's own word.
    :param merged_into: external id of the survivor, if this row was merged away.
    :param updated_at: aware UTC, by the POS's clock; None if the POS does not say.
    :param fields: canonical values (``rollcall.pos.fields``); placeholders (``N/A`` …) are None.
    """

    external_id: str
    status: RecordStatus
    status_raw: str
    merged_into: str | None
    updated_at: dt.datetime | None
    fields: Fields


class MergeSign(enum.StrEnum):
    """By what we see that staff merged two customers at the POS."""

    POINTS = "points"
    INACTIVE = "inactive"
    VANISHES = "vanishes"


@dataclass(frozen=True, kw_only=True, slots=True)
class Merging:
    """How two customers become one at the POS; Rollcall never does it by itself.

    :param how: what a person does there, in a sentence or two of English.
    :param sign: the row that was merged away names its survivor, turns inactive without naming
        anybody, or is not listed any more.
    """

    how: str
    sign: MergeSign


class PosSettings(BaseModel):
    """Base of a connector's settings; secrets are ``pydantic.SecretStr``.

    The settings form, the docs matrix and ``rollcall apply`` are generated from the model, so give
    each field a ``title`` and a ``description``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


class RateLimiter(Protocol):
    """Hands out permission to send one request; shared by everybody who uses the credential."""

    def acquire(self) -> None:
        """Block until one more request may be sent."""
        ...


class CallGuard(Protocol):
    """Keeps requests from a POS that does not answer; shared by everybody who uses the credential.

    Every request that :meth:`before` lets through is followed by one of the other two.
    """

    def before(self) -> None:
        """Let one request through.

        :raises PosUnavailableError: ``circuit_open``; nothing was sent, and nothing may be.
        """
        ...

    def succeeded(self) -> None:
        """Note that the POS answered, be it with a refusal."""
        ...

    def failed(self, code: str) -> None:
        """Note that no sensible answer came.

        :param code: as in the error: ``http_503``, ``ReadTimeout`` …
        """
        ...


class CallObserver(Protocol):
    """Counts requests for the metrics; must neither fail nor wait."""

    def observe(self, *, kind: str, operation: str, outcome: str, seconds: float) -> None:
        """Note one request.

        :param operation: method and path template, so without any value.
        :param outcome: ``ok`` or the error's code.
        :param seconds: from sending to the whole answer.
        """
        ...

    def flush(self) -> None:
        """Hand on what was noted; the client is closed."""
        ...


@dataclass(frozen=True, kw_only=True)
class OpenOptions:
    """What the hub gives a connector to open its client with.

    :param rate_limiter: None means: limit this process by the connector's own declaration.
    :param guard: asked before and told after every request; None lets all through.
    :param observer: told how long every request took; None counts nothing.
    :param timeout_s: of one request.
    :param attempts: how often one request is tried before it counts as failed (≥ 1).
    :param backoff_s: (first, longest) wait between tries, jittered; tests shorten it.
    :param sleep: waits so many seconds between tries; may raise to give up at once.
    :param may_reach: told the host of a URL and the IP address that a new connection to it really
        has, before anything is sent; False breaks it off. Not asked behind a proxy, which looks
        names up by itself. None lets all through.
    """

    time_zone: ZoneInfo
    rate_limiter: RateLimiter | None = None
    guard: CallGuard | None = None
    observer: CallObserver | None = None
    timeout_s: float = 30.0
    attempts: int = 6
    backoff_s: tuple[float, float] = (0.5, 30.0)
    sleep: Callable[[float], None] = time.sleep
    may_reach: Callable[[str, str], bool] | None = None


class PosClient(OrderCalls, AbstractContextManager["PosClient"], abc.ABC):
    """An open door to one POS account. Not thread-safe. Close it (context manager)."""

    @abc.abstractmethod
    def check(self) -> AccountInfo:
        """Prove that the credentials work and say whose list this is.

        :raises PosCredentialsError: refused.
        :raises PosUnavailableError: no sensible answer after all tries.
        """

    @abc.abstractmethod
    def iter_pages(self, window: Window, *, resume_token: str | None = None) -> Iterator[Page]:
        """Stream the window's rows; the window is complete when the iterator ends by itself.

        Rows may come more than once, and rows that move while reading come twice rather than never.

        :param resume_token: of the last page that was taken over; None from the start.
        :raises PosError: the window is not complete; go on later with the last token.
        """

    @abc.abstractmethod
    def get(self, external_id: str) -> RawRow:
        """Re-read one customer.

        :raises PosGoneError: the POS has no such record.
        """

    @abc.abstractmethod
    def find(self, criteria: Criteria) -> list[RawRow]:
        """Ask the POS live; an empty list if nobody matches.

        :raises UnsupportedByPosError: the POS cannot search by what was given.
        """

    def create(self, customer: NewCustomer) -> RawRow:  # noqa: ARG002  # for overriding
        """Create one customer and return them as the POS holds them now.

        The request that creates is sent once only (``Call.is_repeatable``), unless the POS itself
        sees a repetition by ``customer.key``.

        :raises PosDuplicateError: the POS says that it holds this person already.
        :raises PosRefusedDataError: the POS refused the values.
        :raises PosOutcomeUnknownError: it may have been done; :meth:`find_created` will tell.
        :raises UnsupportedByPosError: this POS has no such operation.
        """
        raise UnsupportedByPosError("this POS creates no customers")

    def find_created(self, customer: NewCustomer, *, since: dt.datetime) -> list[RawRow]:  # noqa: ARG002
        """Return what an earlier :meth:`create` of exactly this customer may have made.

        Rows that say the same in everything that was sent and, where the POS tells, came to be not
        before ``since`` (with a few minutes' grace for clocks). Usually none or one.
        """
        raise UnsupportedByPosError("this POS creates no customers")

    def update(self, current: RawRow, changes: Fields) -> RawRow:  # noqa: ARG002
        """Change some fields of one customer and return the row as the POS holds it now.

        What is not named stays as it is, wire keys that we do not know included. Doing it again
        does no harm; what was cut off in the middle is finished by doing it again with the row as
        it is then.

        :param current: the row as :meth:`get` read it just now.
        :param changes: updatable fields with their new values; None empties a clearable one.
        :raises PosConflictError: somebody changed the row after it was read.
        :raises PosRefusedDataError: the POS refused the values.
        :raises PosGoneError: there is no such customer any more.
        :raises UnsupportedByPosError: this POS has no such operation, or not for these fields.
        """
        raise UnsupportedByPosError("this POS changes no customers")

    def cannot_hold(self, current: RawRow, changes: Fields) -> Set[str]:  # noqa: ARG002
        """Name the changes that the POS has no place for in this very row, though in others.

        They stay in the hub, and the others are written without them.

        :param current: the row as :meth:`get` read it just now; empty for somebody new.
        :param changes: all that are to be sent together.
        """
        return frozenset()

    def set_status(self, current: RawRow, status: RecordStatus) -> RawRow:  # noqa: ARG002
        """Deactivate one customer, or activate them again; otherwise like :meth:`update`.

        Nothing else that the POS keeps of the customer gets lost by it, a ban least of all.

        :raises UnsupportedByPosError: this POS has no such operation, or only together with a loss.
        """
        raise UnsupportedByPosError("this POS deactivates no customers")

    def iter_orders(self, window: Window, *, resume_token: str | None = None) -> Iterator[Page]:  # noqa: ARG002
        """Stream orders that changed in the window; otherwise like :meth:`iter_pages`.

        :raises UnsupportedByPosError: this POS tells of no orders.
        """
        raise UnsupportedByPosError("this POS tells of no orders")

    @abc.abstractmethod
    def close(self) -> None:
        """Give up connections; idempotent."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


SettingsT = TypeVar("SettingsT", bound=PosSettings)


class Connector(abc.ABC, Generic[SettingsT]):
    """The declaration of one POS. ``connectors/<kind>/connector.py`` holds one as ``CONNECTOR``."""

    #: Folder name, stored with every record.
    kind: ClassVar[str]
    #: The name that people know.
    label: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]]
    limits: ClassVar[Limits]
    #: Raised whenever :meth:`to_canonical` says something else for the same row: it is part of the
    #: content hash, so that a new mapping reaches unchanged rows.
    mapping_version: ClassVar[int]
    #: Wire keys that change without the customer changing (signed links …); left out of the hash.
    volatile_keys: ClassVar[frozenset[str]] = frozenset()
    #: Every wire key of a customer row that its documentation names. Others are counted and shown
    #: as drift, so that a changed POS is noticed.
    known_keys: ClassVar[frozenset[str]]
    settings_model: type[SettingsT]
    #: What can be written whatever the settings; nothing unless the connector says so. Whoever has
    #: settings at hand asks :meth:`write_rules`.
    writes: ClassVar[WriteRules] = WriteRules()
    #: How the POS calls us; None if it does not.
    webhooks: ClassVar[WebhookReader[Any] | None] = None
    #: How its orders are read; None if it offers none.
    orders: ClassVar[OrderReader | None] = None
    #: How orders are placed there; None if it takes none. Whoever takes them tells of them, too.
    placing: ClassVar[OrderPlacer | None] = None
    #: How staff merge customers there; None if it is not known.
    merging: ClassVar[Merging | None] = None

    @abc.abstractmethod
    def account_key(self, settings: SettingsT) -> str | None:
        """Whose list these settings read, without asking the POS; not a secret.

        None if only the POS can say: :meth:`PosClient.check` reports it, and the hub remembers it.
        """

    def credential(self, settings: SettingsT) -> str:
        """Name the credential whose rate limit is used up; may be a secret, the hub hashes it.

        Connections with equal ones share one budget.
        """
        return self.account_key(settings) or settings.model_dump_json()

    def requests_per_second(self, settings: SettingsT) -> float:  # noqa: ARG002  # for overriding
        """How fast these settings may ask; the declared limit unless a connector knows better."""
        return self.limits.requests_per_second

    def write_rules(self, settings: SettingsT) -> WriteRules:  # noqa: ARG002  # for overriding
        """Say what can be written with these settings; pure.

        Unless overridden: what is declared. Settings may only add to that.
        """
        return self.writes

    def check_new(self, fields: Fields, settings: SettingsT) -> list[FieldProblem]:
        """Say what the POS would refuse of a new customer, all at once; pure.

        Unless overridden: empty required fields.
        """
        return missing(fields, self.write_rules(settings).required)

    def check_changes(self, changes: Fields, settings: SettingsT) -> list[FieldProblem]:
        """Say what the POS would refuse of an update, all at once; pure.

        Unless overridden: emptied fields that cannot be empty. Fields that are not updatable are
        no problem: they stay in the hub.
        """
        rules = self.write_rules(settings)
        emptied = {name for name in changes if is_empty(changes, name)}
        return missing(changes, frozenset(emptied & rules.updatable - rules.clearable))

    @abc.abstractmethod
    def open(self, settings: SettingsT, options: OpenOptions) -> PosClient:
        """Open a client; no network call happens here."""

    @abc.abstractmethod
    def external_id(self, row: RawRow) -> str:
        """Return the row's id as an opaque string.

        :raises RowError: ``id_missing``.
        """

    @abc.abstractmethod
    def to_canonical(self, row: RawRow, context: MappingContext) -> CanonicalCustomer:
        """Map one raw row; pure.

        :raises RowError: the row cannot be taken over; it goes to quarantine.
        """
