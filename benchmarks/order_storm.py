"""Two hundred kiosk orders at the same moment, half of them repeated: each exactly once.

    python benchmarks/order_storm.py [--requests 200] [--copies 2] [--rounds 5]

``rollcall serve`` runs as users start it, with keys, limits and audit. In each round so many
requests start together, over connections that are open already; each Idempotency-Key is sent
``copies`` times, at the same moment. A server that has enough to do says 503 and when to come
again, and so does one that is answering the same key just now (409); then a request is sent once
more under its key, as a kiosk would. It is proven that every key
made one order and that all its copies were answered alike. Times are from the common start to the
end of each last answer. Exits with 1 if an order is missing or doubled.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import kiosk_lookup
from rig import folder, machine, say, summarise
from rollcall.embedded import EmbeddedServer
from rollcall.testing.installation import Installation

_PRODUCTS = "sku,name,value_id,value_name,value\nBD-035,Blue Dream,71,3.5 g,45.00\n"
_LINE = {"sku": "BD-035", "quantity": 1, "product_value_id": "71"}
_TIMEOUT_S = 120
_KEY = "Idempotency-Key"
_BUSY = 503
_IN_FLIGHT = "idempotency_key_in_flight"
#: What the server says in Retry-After, and how often a kiosk comes again.
_PAUSE_S = {_BUSY: 2, 409: 1}
_MOST_TRIES = 30


@dataclass(frozen=True, kw_only=True)
class Told:
    """What came back for one request."""

    name: str
    status: int
    order_id: int | None
    tries: int
    took_ms: float


def main() -> None:
    options = _options()
    told: list[Told] = []
    with folder() as where, EmbeddedServer(where):
        installation = Installation(data=where)
        shop = kiosk_lookup.make_shop(where, 64)
        table = where / "products.csv"
        table.write_text(_PRODUCTS)
        installation.run("products", "import", "alder-way", str(table))
        with kiosk_lookup.serving(installation) as address:
            _await(address, shop.keys[0])
            for number in range(options.rounds):
                told += _storm(options, address, shop.keys, number)
                say(f"  round {number + 1} of {options.rounds}")
            held = _count(address, shop.keys[0])
    _report(options, told, held)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=200, help="at once")
    parser.add_argument("--copies", type=int, default=2, help="of each Idempotency-Key")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def _await(address: str, key: str) -> None:
    """A machine that is busy takes its time to start a server."""
    until = time.monotonic() + _TIMEOUT_S
    while True:
        try:
            _count(address, key)
        except (OSError, KeyError):  # nobody listens, or nobody is behind who does
            if time.monotonic() > until:
                raise
            time.sleep(0.5)
        else:
            return


def _storm(
    options: argparse.Namespace, address: str, keys: Sequence[str], number: int
) -> list[Told]:
    told: list[Told] = []
    start = threading.Barrier(options.requests)
    threads = [
        threading.Thread(
            target=_send,
            args=(address, keys, f"{number}-{place // options.copies}", start, told),
        )
        for place in range(options.requests)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def _send(
    address: str, keys: Sequence[str], name: str, start: threading.Barrier, told: list[Told]
) -> None:
    # All copies come from one kiosk, as a browser that tries again.
    kiosk = int(name.rpartition("-")[2]) % len(keys)
    order = {"first_name": "Nova", "last_name": name, "amount": "45.00", "products": [_LINE]}
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=_TIMEOUT_S)
    connection.connect()
    start.wait()
    began = time.perf_counter()
    body: dict[str, Any] = {}
    status, tries = _BUSY, 0
    while (status == _BUSY or body.get("code") == _IN_FLIGHT) and tries < _MOST_TRIES:
        if tries:
            connection.close()
            time.sleep(_PAUSE_S[status])
        tries += 1
        # What was lost on the way may be sent again: the key says that it is the same order.
        with contextlib.suppress(OSError, http.client.HTTPException):
            status, body = _ask(
                connection, "POST", kiosk, keys, body={"order": order}, more={_KEY: name}
            )
    took_ms = (time.perf_counter() - began) * 1000
    told.append(
        Told(name=name, status=status, order_id=body.get("id"), tries=tries, took_ms=took_ms)
    )
    connection.close()


def _ask(
    connection: http.client.HTTPConnection,
    method: str,
    kiosk: int,
    keys: Sequence[str],
    *,
    body: dict[str, Any] | None = None,
    more: dict[str, str] | None = None,
) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {keys[kiosk]}", **(more or {})}
    sent = None if body is None else json.dumps(body)
    connection.request(method, f"/api/v1/{kiosk + 1}/customer_order", sent, headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def _count(address: str, key: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=_TIMEOUT_S)
    _, body = _ask(connection, "GET", 0, [key])
    connection.close()
    return int(body["meta"]["total_count"])


def _report(options: argparse.Namespace, told: Sequence[Told], held: int) -> None:
    by_name: dict[str, set[int | None]] = defaultdict(set)
    for one in told:
        by_name[one.name].add(one.order_id)
    ids = [pk for found in by_name.values() for pk in found]
    refused = [one.status for one in told if one.status != 201]
    wrong = len(by_name) - held or len(set(ids)) - len(by_name) or len(ids) - len(by_name)
    cuts = statistics.quantiles([one.took_ms for one in told], n=100)
    print(f"order storm: {options.requests} at once, each key {options.copies} times; {machine()}")
    again = sum(one.tries - 1 for one in told)
    print(
        f"  {len(told)} requests, {len(by_name)} keys, {held} orders held;"
        f" {again} were asked to come again; refused: {refused}"
    )
    print(f"  p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms from the common start")
    summarise(
        orders=f"{held} of {len(by_name)}", p50_ms=f"{cuts[49]:.0f}", p99_ms=f"{cuts[98]:.0f}"
    )
    if wrong or refused:
        raise SystemExit("orders are missing or doubled, or were refused")


if __name__ == "__main__":
    main()
