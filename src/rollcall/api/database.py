"""A few connections of the API's own, past Django: prepared statements, one commit each.

Same database, same settings; with the embedded server also the same way back after a crash. They
write what may be lost with the last half second before a crash of the database (audit of reads,
throttle leases), so commits do not wait for the disk. What must last goes through
:func:`execute_lasting`, which uses Django's connection.

Statements go through ``psycopg.pq``, the thin layer over libpq: a cursor costs as much time as all
the rest of a lookup.
"""

from __future__ import annotations

import atexit
import functools
import logging
import os
import re
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

import psycopg
from django.db import close_old_connections, connections
from django.db import connection as djangos
from psycopg import pq
from psycopg.abc import Transformer as Loader
from psycopg.adapt import Transformer
from psycopg_pool import ConnectionPool

#: As many threads of a process may ask at the same time.
_LARGEST: Final = 16
_WAIT_S: Final = 5.0
#: Statements that stay prepared on a connection; beyond, all are prepared anew.
_MOST_PREPARED: Final = 100
_SETTINGS: Final = (
    "set synchronous_commit to off; set timezone to 'UTC';"
    # The statements are few and look rows up by index: planning them anew costs more than it finds.
    " set plan_cache_mode to force_generic_plan"
)
_TEXT: Final = pq.Format.TEXT
_BINARY: Final = pq.Format.BINARY
_TUPLES: Final = pq.ExecStatus.TUPLES_OK
_PARAMETER: Final = re.compile(r"%\((\w+)\)s")

Row = tuple[Any, ...]
Value = str | int | bytes | None

# At INFO it writes two lines for every connection that is taken.
logging.getLogger("psycopg.pool").setLevel(logging.WARNING)


@dataclass(kw_only=True, slots=True)
class _Session:
    """A connection and what is prepared on it."""

    connection: psycopg.Connection[Row]
    loader: Loader
    prepared: dict[str, bytes] = field(default_factory=dict)


class _Connection(psycopg.Connection[Row]):
    """Connects as Django would."""

    @classmethod
    def connect(  # type: ignore[override]  # the pool gives it nothing
        cls, _conninfo: str = "", **_options: object
    ) -> psycopg.Connection[Row]:
        wrapper: Any = connections.create_connection("default")
        parameters = wrapper.get_connection_params()
        parameters.pop("context", None)
        own = {"autocommit": True, "cursor_factory": psycopg.Cursor}
        opened: psycopg.Connection[Row] = wrapper.get_new_connection({**parameters, **own})
        return opened


_pools: list[ConnectionPool[psycopg.Connection[Row]]] = []
#: Taken from the pool and between two uses: going through the pool each time costs too much.
_idle: deque[_Session] = deque()
_opening = threading.Lock()
#: ``session`` is what is prepared on Django's connection of a thread.
_of_thread = threading.local()


def execute(statement: str, parameters: Mapping[str, Value]) -> list[Row]:
    """Run one statement in a transaction of its own and return its rows.

    :param statement: with ``%(name)s`` for parameters, whose types the database infers; the same
        text is prepared once a connection.
    :raises psycopg.OperationalError: the database went away, or gave no connection within 5 s.
    :raises psycopg.Error: the database refused the statement.
    :raises ValueError: a text with NUL, which PostgreSQL does not take.
    """
    text, names = _numbered(statement)
    values, formats = _encoded([parameters[name] for name in names])
    session = _take()
    try:
        rows = _run(session, text, values, formats)
    except BaseException:
        session.connection.close()
        _get_pool().putconn(session.connection)
        raise
    _idle.append(session)
    return rows


def execute_lasting(statement: str, parameters: Mapping[str, Value]) -> list[Row]:
    """Run one statement, prepared, on Django's connection of this thread, and return its rows.

    It is a transaction of its own, whose commit waits for the disk as all of Django's do.

    :param statement: as for :func:`execute`; it must give rows.
    :raises RuntimeError: a transaction is open, which this would not be part of.
    :raises psycopg.OperationalError: the database went away; close Django's connection.
    :raises psycopg.Error: the database refused the statement.
    """
    if djangos.in_atomic_block:
        raise RuntimeError("a transaction is open")
    djangos.ensure_connection()
    held = cast("psycopg.Connection[Row]", djangos.connection)
    session: _Session | None = getattr(_of_thread, "session", None)
    if session is None or session.connection is not held:
        session = _of_thread.session = _Session(connection=held, loader=Transformer(held))
    text, names = _numbered(statement)
    values, formats = _encoded([parameters[name] for name in names])
    return _run(session, text, values, formats)


def reconnect() -> None:
    """Drop idle connections, Django's broken ones and ours; for a second try after an error."""
    close_old_connections()
    while _idle:
        session = _idle.popleft()
        session.connection.close()
        _get_pool().putconn(session.connection)
    for pool in _pools:
        pool.check()


def close() -> None:
    """Close the connections; the next statement opens new ones."""
    while _idle:
        _idle.popleft().connection.close()
    while _pools:
        _pools.pop().close()


@functools.lru_cache(maxsize=512)
def _numbered(statement: str) -> tuple[str, Sequence[str]]:
    """The statement with ``$1`` for parameters, and their names in that order."""
    names = list(dict.fromkeys(_PARAMETER.findall(statement)))
    text = _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", statement)
    return text, names


def _encoded(parameters: Sequence[Value]) -> tuple[list[bytes | None], list[pq.Format]]:
    """What libpq sends, and how: bytes as they are, everything else as text."""
    values: list[bytes | None] = []
    formats = [_TEXT] * len(parameters)
    for place, value in enumerate(parameters):
        if isinstance(value, str):
            encoded = value.encode()
            if b"\0" in encoded:
                raise ValueError("a text with NUL")
            values.append(encoded)
        elif isinstance(value, int):
            values.append(b"%d" % value)
        else:
            values.append(value)
            formats[place] = _BINARY
    return values, formats


def _run(
    session: _Session, text: str, values: list[bytes | None], formats: list[pq.Format]
) -> list[Row]:
    pgconn = session.connection.pgconn
    name = session.prepared.get(text) or _prepare(session, text)
    # The stubs do not know that None is NULL.
    result = pgconn.exec_prepared(name, cast("list[bytes]", values), formats, _BINARY)
    if result.status != _TUPLES:
        raise _error(session, result)
    count = result.ntuples
    session.loader.set_pgresult(result)
    return session.loader.load_rows(0, count, tuple) if count else []


def _prepare(session: _Session, text: str) -> bytes:
    pgconn = session.connection.pgconn
    if len(session.prepared) >= _MOST_PREPARED:
        pgconn.exec_(b"deallocate all")
        session.prepared.clear()
    name = b"api%d" % len(session.prepared)
    result = pgconn.prepare(name, text.encode())
    if result.status != pq.ExecStatus.COMMAND_OK:
        raise _error(session, result)
    session.prepared[text] = name
    return name


def _error(session: _Session, result: pq.abc.PGresult) -> psycopg.Error:
    if session.connection.pgconn.status != pq.ConnStatus.OK:
        return psycopg.OperationalError("the connection to the database is lost")
    return psycopg.errors.error_from_result(result)


def _take() -> _Session:
    try:
        return _idle.popleft()
    except IndexError:
        connection = _get_pool().getconn()
        return _Session(connection=connection, loader=Transformer(connection))


def _get_pool() -> ConnectionPool[psycopg.Connection[Row]]:
    if not _pools:
        with _opening:
            if not _pools:
                _pools.append(_open())
    return _pools[0]


def _open() -> ConnectionPool[psycopg.Connection[Row]]:
    pool: ConnectionPool[psycopg.Connection[Row]] = ConnectionPool(
        connection_class=_Connection,
        configure=_configure,
        min_size=1,
        max_size=_LARGEST,
        timeout=_WAIT_S,
        name="api",
        open=False,
    )
    pool.open()
    return pool


def _configure(connection: psycopg.Connection[Row]) -> None:
    connection.execute(_SETTINGS)


def _forget_in_child() -> None:
    # The parent's sockets are not the child's to close.
    _inherited.extend((*_pools, *_idle))
    _pools.clear()
    _idle.clear()


_inherited: Final[list[object]] = []
os.register_at_fork(after_in_child=_forget_in_child)
atexit.register(close)
