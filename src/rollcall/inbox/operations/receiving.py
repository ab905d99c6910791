"""Taking a call in: whose it is, whether it is true, what it says; then a row, and only then yes.

A call that is not true, or says nothing that can be read, leaves nothing but a figure behind. A POS
calls many times in a row: an address that was called lately is not looked up (:mod:`known`), but by
the statement that keeps the event. Whatever is unusual goes the long way, as if nothing were known.
"""

from __future__ import annotations

import datetime as dt
import enum
import hmac
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import psycopg
import structlog
from django.db import Error as DatabaseError
from django.db import connection as database

from rollcall.api.database import execute_lasting
from rollcall.api.turns import SEATS, USUAL, turn, waiting
from rollcall.embedded.errors import EmbeddedServerError
from rollcall.inbox.operations.figures import notebook
from rollcall.inbox.operations.known import KnownSender, forget, recall, remember
from rollcall.inbox.queries import Address, find_address
from rollcall.inbox.rules import contexts
from rollcall.inbox.rules.addresses import hash_token
from rollcall.kit.crypto import RetailerKeys
from rollcall.kit.scope import Actor
from rollcall.pos.contract import PosSettings
from rollcall.pos.errors import PosError, PosNeedsHumanError
from rollcall.pos.registry import connector
from rollcall.pos.webhooks import EventKind, WebhookEvent, WebhookReader
from rollcall.stores.queries import get_keys, get_system_scope
from rollcall.sync.models import PosConnection
from rollcall.sync.operations.connections import open_settings

log = structlog.get_logger()

_ACTOR: Final = Actor(kind="system", id="inbox")
_LONGEST_ID: Final = 200
#: Past the ORM, which opens a transaction for it: one way to the database instead of three.
_KEEP: Final = """
insert into inbox_inboxevent
  (retailer_id, connection_id, account_id, received_at, not_before, topic, kind, external_id,
   sealed_body, digest, state, attempts, outcome)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'received', 0, '')
"""
#: The same, if the address works and the settings are those that the call was compared with.
_KEEP_KNOWN: Final = """
insert into inbox_inboxevent
  (retailer_id, connection_id, account_id, received_at, not_before, topic, kind, external_id,
   sealed_body, digest, state, attempts, outcome)
select one.retailer_id, one.id, one.account_id, %(now)s::timestamptz, %(now)s::timestamptz,
       %(topic)s::text, %(kind)s::text, %(external_id)s::text, %(sealed_body)s::bytea,
       %(digest)s::bytea, 'received', 0, ''
  from inbox_inboxaddress address join sync_posconnection one on one.id = address.connection_id
 where address.id = %(address)s::bigint and address.token_hash = %(token_hash)s::bytea
   and (address.expires_at is null or address.expires_at > now())
   and one.id = %(connection)s::bigint and one.retailer_id = %(retailer)s::bigint
   and one.sealed_settings = %(settings)s::bytea
returning id
"""


#: Calls that a worker does something about.
_KEPT: Final = frozenset({EventKind.CUSTOMER, EventKind.ORDER})
#: Calls of this process that may wait for their body at a time, and for the database. There are
#: more seats: calls must not take them all from requests for which somebody stands at a counter.
_READING: Final = threading.BoundedSemaphore(SEATS - 2)
_STORING: Final = threading.BoundedSemaphore(SEATS // 2)
#: How long a call waits for others that are slow to send theirs, in seconds.
_PATIENCE_S: Final = 1.0


class Refusal(enum.StrEnum):
    """Why a call was not taken in; names of figures."""

    UNKNOWN_ADDRESS = "unknown_address"
    UNAUTHENTICATED = "unauthenticated"
    UNSUPPORTED_TYPE = "unsupported_type"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    #: The connection's settings cannot be opened: nobody can tell whether the call is true.
    NOT_READY = "not_ready"
    #: Too many bodies are being waited for; usually there is nothing to wait for.
    BUSY = "busy"


class CallRefusedError(Exception):
    """The call is not taken in; counted already."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A call before anything of it is believed.

    :param headers: names in lower case.
    :param read_body: reads the body, if it is worth it; says the same whenever it is called again.
    :raises CallRefusedError: by ``read_body``.
    """

    kind: str
    token: str = field(repr=False)
    topic: str
    headers: Mapping[str, str] = field(repr=False)
    read_body: Callable[[], bytes]


def receive(call: Call, *, now: dt.datetime) -> EventKind:
    """Take a call in; when this returns, what has to be kept is committed.

    :raises CallRefusedError: nothing was kept.
    """
    address = find_address(hash_token(call.token))
    if address is None or not _is_meant(call, address):
        notebook.count(f"refused_{Refusal.UNKNOWN_ADDRESS}", at=now)
        raise CallRefusedError(Refusal.UNKNOWN_ADDRESS)
    try:
        kind = _receive(call, address, now=now)
    except CallRefusedError as error:
        notebook.count(f"refused_{error.refusal}", at=now, whose=_whose(address))
        raise
    _note(address, kind, now=now)
    return kind


def receive_from_known(call: Call, *, now: dt.datetime) -> bool:
    """Take in a call about a customer to an address that was called lately, the short way.

    Takes a turn only to compute. False: nothing was kept or counted; see :func:`receive`. (It may
    have been kept if the connection to the database broke meanwhile.)

    :raises CallRefusedError: too many bodies are being waited for.
    """
    sender = recall(hash_token(call.token))
    if sender is None or not _is_meant(call, sender.address):
        return False
    try:
        is_kept = _keep_known(call, sender, now=now)
    except CallRefusedError as error:
        if error.refusal is not Refusal.BUSY:
            return False
        notebook.count(f"refused_{error.refusal}", at=now, whose=_whose(sender.address))
        raise
    except (psycopg.Error, DatabaseError, EmbeddedServerError):
        database.close()
        forget(sender.address.token_hash)
        return False
    if is_kept:
        _note(sender.address, EventKind.CUSTOMER, now=now)
    return is_kept


def _whose(address: Address) -> tuple[int, int]:
    return address.connection.retailer_id, address.connection.pk


def _note(address: Address, kind: EventKind, *, now: dt.datetime) -> None:
    outcome = "received" if kind in _KEPT else kind.value
    notebook.use(address.id, at=now)
    notebook.count(outcome, at=now, whose=_whose(address))
    if kind in _KEPT:
        notebook.wake(address.connection.pk)


def _read_aside(call: Call) -> bytes:
    """Read the body while other requests go on: whoever sends it may be slow."""
    with waiting():
        if not _READING.acquire(timeout=_PATIENCE_S):
            raise CallRefusedError(Refusal.BUSY)
        try:
            return call.read_body()
        finally:
            _READING.release()


@contextmanager
def _aside() -> Iterator[None]:
    """Let other requests go on while the database writes, unless many calls do so already."""
    if not _STORING.acquire(blocking=False):
        yield
        return
    try:
        with waiting():
            yield
    finally:
        _STORING.release()


def _is_meant(call: Call, address: Address) -> bool:
    """Tell whether the whole address is one that the connection has."""
    same = hmac.compare_digest(address.token_hash, hash_token(call.token))
    reader = connector(address.connection.kind).webhooks
    if not same or reader is None or call.kind != address.connection.kind:
        return False
    return not call.topic or bool(reader.topics)


def _receive(call: Call, address: Address, *, now: dt.datetime) -> EventKind:
    connection = address.connection
    reader: WebhookReader[Any] | None = connector(connection.kind).webhooks
    if reader is None:
        raise CallRefusedError(Refusal.UNAUTHENTICATED)
    settings = _settings_of(connection)
    if not reader.authenticates(call.headers, settings):
        raise CallRefusedError(Refusal.UNAUTHENTICATED)
    body = _read_aside(call)
    event = read_event(reader, call.topic, body)
    if event.kind in _KEPT:
        _keep(call, connection, event, body, now=now)
        remember(address, reader, settings)
    return event.kind


def _keep_known(call: Call, sender: KnownSender, *, now: dt.datetime) -> bool:
    """Keep the event if everything is as it is remembered; False: it is not, or is no event."""
    address, connection = sender.address, sender.address.connection
    if not sender.reader.authenticates(call.headers, sender.settings):
        return False
    body = _read_aside(call)
    with turn(USUAL):
        event = read_event(sender.reader, call.topic, body)
        if event.kind not in _KEPT:
            return False
        sealed_body, digest = _seal(call, connection, event, body)
    kept = execute_lasting(
        _KEEP_KNOWN,
        {
            "now": now.isoformat(),
            "topic": call.topic,
            "kind": event.kind.value,
            "external_id": event.external_id,
            "sealed_body": sealed_body,
            "digest": digest,
            "address": address.id,
            "token_hash": address.token_hash,
            "connection": connection.pk,
            "retailer": connection.retailer_id,
            "settings": bytes(connection.sealed_settings),
        },
    )
    if not kept:
        forget(address.token_hash)
    return bool(kept)


def _settings_of(connection: PosConnection) -> PosSettings:
    scope = get_system_scope(connection.retailer_id, actor=_ACTOR)
    try:
        return open_settings(scope, connection)
    except PosNeedsHumanError as error:
        log.warning("inbox.settings_unusable", connection_id=connection.pk, code=error.code)
        raise CallRefusedError(Refusal.NOT_READY) from error


def read_event(reader: WebhookReader[Any], topic: str, body: bytes) -> WebhookEvent:
    """Say what a call says.

    :raises CallRefusedError: it is no JSON, or none of this POS's calls.
    """
    try:
        event = reader.read(topic, orjson.loads(body))
    except (orjson.JSONDecodeError, PosError):
        raise CallRefusedError(Refusal.MALFORMED) from None
    except Exception as error:
        # A reader that stumbles over what somebody sent must not turn that into a 500.
        log.exception("inbox.reader_failed")
        raise CallRefusedError(Refusal.MALFORMED) from error
    if event.kind in _KEPT and not _is_usable(event.external_id):
        raise CallRefusedError(Refusal.MALFORMED)
    return event


def _is_usable(external_id: str) -> bool:
    return 0 < len(external_id) <= _LONGEST_ID and external_id.isprintable()


def _keep(
    call: Call, connection: PosConnection, event: WebhookEvent, body: bytes, *, now: dt.datetime
) -> None:
    sealed_body, digest = _seal(call, connection, event, body)
    values = [
        connection.retailer_id, connection.pk, connection.account_id, now, now, call.topic,
        event.kind.value, event.external_id, sealed_body, digest,
    ]  # fmt: skip
    with _aside(), database.cursor() as cursor:
        cursor.execute(_KEEP, values)


def _seal(
    call: Call, connection: PosConnection, event: WebhookEvent, body: bytes
) -> tuple[bytes, bytes]:
    keys = get_keys(get_system_scope(connection.retailer_id, actor=_ACTOR))
    context = contexts.event_body(connection.pk, event.external_id)
    return keys.seal(body, context=context), digest_of(keys, call.topic, body)


def digest_of(keys: RetailerKeys, topic: str, body: bytes) -> bytes:
    """A keyed hash that is equal for exact repeats."""
    return keys.content_hash(topic.encode() + b"\0" + body)
