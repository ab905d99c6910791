"""The demo's proof of writing: people are registered, changed, opted out while much goes wrong.

Everything goes the way that kiosks go: over HTTP, with a key, into POS systems that lose answers.
"""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from django.db import connection as database

from rollcall.config.demo.retailer import STORES, DemoStore
from rollcall.kit.clock import utc_now
from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.switches import enable_writing
from rollcall.pos.simulator.control import Control
from rollcall.stores.operations import mint_key
from rollcall.stores.queries import get_kiosk
from rollcall.sync.models import PosConnection

#: Shares of requests; far more than any POS should fail.
FAULTS: Final[Mapping[str, float]] = {
    "error_500_rate": 0.08,
    "reset_rate": 0.05,
    "lost_answer_rate": 0.2,
    "failed_answer_rate": 0.1,
}
_NEW: Final = 6
_CHANGED: Final = 6
_OPTED_OUT: Final = 3
#: So long the POS systems go on failing after the last wish; each outage ends some day.
_STORM_S: Final = 20.0
_PATIENCE_S: Final = 240.0
_UNDER_WAY: Final = ("queued", "sending")
_OPT_OUTS: Final = {"marketing_opt_in": False, "email_opt_in": False, "sms_opt_in": False}


class WritesWrongError(RuntimeError):
    """What was written is not what the POS systems hold."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """What is to be found at a POS in the end.

    :param emails: of people who were registered; each exactly once.
    :param moved: id at the POS → e-mail address that was written.
    """

    store: DemoStore
    emails: list[str] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)


def write_among_faults(
    scope: Scope,
    address: str,
    connections: Sequence[PosConnection],
    controls: Mapping[str, Control],
    check: Callable[[], None],
) -> dict[str, int]:
    """Write through the API while every POS fails now and then; returns how much was done.

    :param controls: by name of the POS.
    :raises WritesWrongError: something was lost, doubled or wrong.
    """
    for connection in connections:
        enable_writing(scope, connection, hourly_cap=None, now=utc_now())
    singles = _singles(controls)
    for control in controls.values():
        control.set_faults(**FAULTS)
    # Kiosks wait for a POS that fails; those of several stores wait at the same time.
    with ThreadPoolExecutor(max_workers=len(STORES)) as pool:
        written = list(
            pool.map(
                lambda store: _write(scope, address, store, controls[store.pos.name], singles),
                STORES,
            )
        )
    _wait_until_sent(scope, check, until=time.monotonic() + _STORM_S)
    for control in controls.values():
        control.set_faults(**dict.fromkeys(FAULTS, 0))
    _demand_all_sent(scope, check)
    for one in written:
        _compare(one, controls[one.store.pos.name])
    entries = OutboxEntry.objects.scoped(scope)
    return {
        "registered": sum(len(one.emails) for one in written),
        "changed": sum(len(one.moved) for one in written),
        "opted_out": _OPTED_OUT * len(STORES),
        "delivered": entries.filter(state=OutboxEntry.State.DELIVERED).count(),
        "tries": sum(entries.values_list("attempts", flat=True)),
    }


def _singles(controls: Mapping[str, Control]) -> frozenset[str]:
    """Return the people whom no other list holds: what is wished for them goes nowhere else."""
    seen = Counter(row["person_id"] for one in controls.values() for row in one.customers())
    return frozenset(person_id for person_id, times in seen.items() if times == 1)


def _write(
    scope: Scope, address: str, store: DemoStore, control: Control, singles: frozenset[str]
) -> Written:
    kiosk = get_kiosk(f"{store.slug}-1")
    minted = mint_key(scope, kiosk, now=utc_now(), profile=KeyProfile.ATTENDED)
    ask = _Kiosk(address, kiosk.catalog_id, minted.text)
    database.close()  # of this thread
    written = Written(store=store)
    run = f"{int(time.time()):x}"
    for number in range(_NEW):
        email = f"new.{run}.{number}.{store.slug}@example.com"
        ask.send("POST", "customers", _somebody(store, run, number, email), expected=201)
        written.emails.append(email)
    rows = (row for row in control.customers() if row["person_id"] in singles)
    ids = [row["pos_id"] for row in _first(rows, 80) if row["status"] == "active"]
    of_store = ids[STORES.index(store) * 9 :]
    for number, pos_id in enumerate(of_store[:_CHANGED]):
        email = f"moved.{run}.{number}.{store.slug}@example.com"
        ask.send("PATCH", f"customers/{pos_id}", {"email": email}, expected=200)
        written.moved[pos_id] = email
    for pos_id in of_store[_CHANGED : _CHANGED + _OPTED_OUT]:
        ask.send("PATCH", f"customers/{pos_id}", _OPT_OUTS, expected=200)
    return written


def _somebody(store: DemoStore, run: str, number: int, email: str) -> dict[str, object]:
    # Numbers that nobody has: 555-0100 to 555-0199 are kept free for such people.
    # And nobody of one store could be somebody of another.
    place = STORES.index(store)
    area = 201 + place * 100 + number
    return {
        "first_name": ("Novaa", "Brisa", "Corin", "Delphine", "Emeric", "Fenna")[number],
        "last_name": f"{_ARRIVALS[place]} {run.upper()}".replace("0", "O").translate(_LETTERS),
        "birthday": f"19{60 + place * 5 + number}-0{place + 1}-1{number}",
        "email": email,
        "phone": f"({area}) 555-01{number:02d}",
        "street": f"{place * 100 + number * 7 + 1} {_ARRIVALS[place]} Way",
        "city": "Aurora",
        "zip": "80012",
    }


_ARRIVALS: Final = ("Arrival", "Bering", "Calder", "Dunmore", "Eastlake", "Fairweather")
_LETTERS: Final = str.maketrans("0123456789", "OIZEASGTBP")


def _demand_all_sent(scope: Scope, check: Callable[[], None]) -> None:
    states = _wait_until_sent(scope, check, until=time.monotonic() + _PATIENCE_S)
    waiting = [one for one in states if one[0] in _UNDER_WAY]
    if waiting:
        raise WritesWrongError(f"{len(waiting)} writes did not arrive: {waiting[0]}")
    stuck = [one for one in states if one[0] not in ("delivered", "discarded")]
    if stuck:
        raise WritesWrongError(f"{len(stuck)} writes wait for a person: {stuck[0]}")


def _wait_until_sent(
    scope: Scope, check: Callable[[], None], *, until: float
) -> list[tuple[str, str, str]]:
    """Wait until nothing is under way, or until then; returns state, code and reason of each."""
    while True:
        check()
        states = list(OutboxEntry.objects.scoped(scope).values_list("state", "code", "reason"))
        under_way = any(one[0] in _UNDER_WAY for one in states)
        if not under_way or time.monotonic() > until:
            return states
        time.sleep(0.3)


def _compare(written: Written, control: Control) -> None:
    rows = list(control.customers())
    for email in written.emails:
        found = [row for row in rows if str(row.get("email")).lower() == email]
        if len(found) != 1:
            raise WritesWrongError(
                f"{written.store.slug}: registered once, there {len(found)} times"
            )
    by_id = {row["pos_id"]: row for row in rows}
    for pos_id, email in written.moved.items():
        if str(by_id[pos_id].get("email")).lower() != email:
            raise WritesWrongError(f"{written.store.slug}: a change of {pos_id} is not there")


def _first(rows: Iterable[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    return [row for _, row in zip(range(most), rows, strict=False)]


class _Kiosk:
    """A kiosk that writes."""

    def __init__(self, address: str, catalog_id: str, key: str) -> None:
        self._netloc = urlsplit(address).netloc
        self._base = f"/api/v1/{catalog_id}/"
        self._key = key

    def send(
        self, method: str, path: str, customer: Mapping[str, object], *, expected: int
    ) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self._netloc, timeout=30)
        try:
            connection.request(
                method,
                self._base + path,
                json.dumps({"customer": customer}),
                {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
            )
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status != expected:
            raise WritesWrongError(f"{method} was answered with {answer.status}: {body[:300]!r}")
        decoded: dict[str, Any] = json.loads(body)
        return decoded
