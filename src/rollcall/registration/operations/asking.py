"""Looking at the POS itself for somebody who registered at the till a minute ago.

Whoever waits does so for a moment only; a POS that answers later is heard all the same, and the
next search finds what it said.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final

import structlog
from django.db import connection as database
from django.db import transaction

from rollcall.api.turns import waiting
from rollcall.customers.asking import Wanted
from rollcall.kit.scope import Scope
from rollcall.pos.contract import Capability, Criteria
from rollcall.pos.errors import PosError, UnsupportedByPosError
from rollcall.pos.registry import connector
from rollcall.stores.queries import get_keys
from rollcall.sync.models import PosConnection
from rollcall.sync.operations.single_rows import take_single_rows
from rollcall.sync.operations.source import open_source

log = structlog.get_logger()

#: How long somebody at a counter waits for the POS.
PATIENCE_S: Final = 1.5
_TIMEOUT_S: Final = 5.0
#: The same question is not asked again so soon: calls cost money and share a limit.
_ASKED_LATELY_S: Final = 20.0
_MOST_REMEMBERED: Final = 5_000
_MOST_ROWS: Final = 25
_THREADS: Final = 8

_pool = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="ask-pos")
_asked: OrderedDict[int, float] = OrderedDict()
_asked_lock = threading.Lock()


def ask(scope: Scope, store_ids: frozenset[int] | None, wanted: Wanted) -> bool:
    """Ask every POS of the stores that can search by what is wanted, at once.

    :return: whether a POS named somebody in time; they are here now.
    """
    connections = _connections(scope, store_ids)
    futures = [
        _pool.submit(_ask_one, scope, connection, wanted)
        for connection in connections
        if _not_lately(scope, connection, wanted)
    ]
    if not futures:
        return False
    with waiting() as may_wait:
        done, _ = wait(futures, timeout=PATIENCE_S if may_wait else 0.0)
    return any(_found(one) for one in done)


def _connections(scope: Scope, store_ids: frozenset[int] | None) -> Sequence[PosConnection]:
    found = PosConnection.objects.scoped(scope).filter(paused=False, account__isnull=False)
    if store_ids is not None:
        found = found.filter(stores__in=store_ids)
    lists: dict[int | None, PosConnection] = {}
    for connection in found.select_related("account").order_by("pk"):
        if Capability.SEARCH in connector(connection.kind).capabilities:
            lists.setdefault(connection.account_id, connection)
    return list(lists.values())


def _not_lately(scope: Scope, connection: PosConnection, wanted: Wanted) -> bool:
    words = "\0".join(
        [wanted.given_name, wanted.family_name, wanted.phone, wanted.email, wanted.licence]
    )
    question = get_keys(scope).blind("asked", f"{connection.account_id} {words} {wanted.born_on}")
    now = time.monotonic()
    with _asked_lock:
        last = _asked.pop(question, None)
        _asked[question] = now if last is None or now - last > _ASKED_LATELY_S else last
        if len(_asked) > _MOST_REMEMBERED:
            _asked.popitem(last=False)
        return last is None or now - last > _ASKED_LATELY_S


def forget_questions() -> None:
    """Ask everything anew; for tests."""
    with _asked_lock:
        _asked.clear()


def _found(one: Future[bool]) -> bool:
    return one.exception() is None and one.result()


def _ask_one(scope: Scope, connection: PosConnection, wanted: Wanted) -> bool:
    try:
        source = open_source(scope, connection)
        with source.open(interactive=True, timeout_s=_TIMEOUT_S, attempts=1) as client:
            rows = client.find(_criteria(wanted))[:_MOST_ROWS]
        if not rows:
            return False
        with transaction.atomic():
            return bool(take_single_rows(source, rows).record_ids)
    except UnsupportedByPosError:
        return False
    except PosError as error:
        log.info("ask_pos.not_answered", connection_id=connection.pk, code=error.code)
        return False
    except Exception:
        log.exception("ask_pos.crashed", connection_id=connection.pk)
        return False
    finally:
        database.close()


def _criteria(wanted: Wanted) -> Criteria:
    return Criteria(
        given_name=wanted.given_name,
        family_name=wanted.family_name,
        phone=wanted.phone,
        email=wanted.email,
        licence=wanted.licence,
        born_on=wanted.born_on,
    )
