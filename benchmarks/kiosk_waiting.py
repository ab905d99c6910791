"""Look-ups while kiosks wait for a POS that does not answer, against look-ups alone.

    python benchmarks/kiosk_waiting.py [--rows 20000] [--rounds 5] [--seconds 6] [--waiting 10]

As ``kiosk_lookup.py``; beside it so many kiosks register somebody all the time, each waiting two
seconds for a POS that never answers. Rounds with and without them take turns. Needs wrk.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kiosk_lookup
from kiosk_lookup import Shop
from rig import folder, machine, say, spread
from rollcall.embedded import EmbeddedServer
from rollcall.testing.installation import Installation

#: Median of the p99s with waiting kiosks, as a multiple of those without.
WANTED = 1.5


def main() -> None:
    options = _options()
    if options.connect:
        _connect()
        return
    with folder() as where, EmbeddedServer(where):
        installation = Installation(data=where)
        shop = kiosk_lookup.make_shop(where, options.rows)
        subprocess.run(
            [sys.executable, __file__, "--connect"],
            env=kiosk_lookup.environment(installation),
            check=True,
        )
        with kiosk_lookup.serving(installation) as address:
            alone, beside, waits = _rounds(options, address, shop, where)
    print(f"look-ups, {options.rows:,} customers, 16 clients; {machine()}")
    for name, rounds in (("alone", alone), (f"{options.waiting} kiosks wait", beside)):
        print(
            f"  {name:<18} {spread([one['rate'] for one in rounds])} a second,"
            f" p99 {spread([one['p99'] for one in rounds], digits=1)} ms"
        )
    times = sorted(two["p99"] / one["p99"] for one, two in zip(alone, beside, strict=True))
    print(f"  p99 with waiting kiosks: {spread(times, digits=2)} times (wanted: below {WANTED})")
    print(f"  {waits} registrations waited meanwhile")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--waiting", type=int, default=10)
    parser.add_argument("--connect", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _rounds(
    options: argparse.Namespace, address: str, shop: Shop, where: Path
) -> tuple[list[dict[str, float]], list[dict[str, float]], int]:
    lua = where / "lookup.lua"
    lua.write_text(kiosk_lookup.lua_script(shop, seed=1))
    with _waiting(address, shop, 10):
        kiosk_lookup.wrk(address, lua, 8)  # every thread opens its connection
    alone: list[dict[str, float]] = []
    beside: list[dict[str, float]] = []
    waits = 0
    for number in range(options.rounds):
        lua.write_text(kiosk_lookup.lua_script(shop, seed=number + 2))
        for is_beside in (number % 2 == 0, number % 2 == 1):
            with _waiting(address, shop, options.waiting if is_beside else 0) as waited:
                figures = kiosk_lookup.wrk(address, lua, options.seconds)
            waits += len(waited)
            (beside if is_beside else alone).append(figures)
            say(f"  {'beside' if is_beside else 'alone'}: p99 {figures['p99']:.1f} ms")
    return alone, beside, waits


@contextlib.contextmanager
def _waiting(address: str, shop: Shop, kiosks: int) -> Iterator[list[str]]:
    """Keep so many kiosks registering."""
    ended = threading.Event()
    waited: list[str] = []

    def register(kiosk: int) -> None:
        number = 0
        while not ended.is_set():
            number += 1
            waited.append(_register(address, shop, kiosk, number))

    threads = [threading.Thread(target=register, args=(number,)) for number in range(kiosks)]
    for thread in threads:
        thread.start()
    try:
        yield waited
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    wrong = [one for one in waited if one != "pending"]
    if wrong:
        raise SystemExit(f"{len(wrong)} registrations did not wait: {wrong[0]}")


def _register(address: str, shop: Shop, kiosk: int, number: int) -> str:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    try:
        customer = {
            "first_name": "Nova",
            "last_name": "Arrival",
            "birthday": "1990-05-11",
            "email": f"new.{kiosk}.{number}@example.com",
        }
        connection.request(
            "POST",
            f"/api/v1/{kiosk % len(shop.keys) + 1}/customers",
            json.dumps({"customer": customer}),
            {"Authorization": f"Bearer {shop.keys[kiosk % len(shop.keys)]}"},
        )
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        return str(answer.get("pos_status", answer))
    finally:
        connection.close()


def _connect() -> None:
    """Give the store a POS that may be written to; no worker runs, so that nobody answers."""
    from rollcall.config.cli.django_setup import start_django  # noqa: PLC0415  # reads the environment

    start_django()
    from rollcall.kit.clock import utc_now  # noqa: PLC0415  # needs Django
    from rollcall.kit.scope import Actor  # noqa: PLC0415
    from rollcall.outbox.models import WriteSwitch  # noqa: PLC0415
    from rollcall.pos.registry import connector  # noqa: PLC0415
    from rollcall.stores.models import Store  # noqa: PLC0415
    from rollcall.stores.queries import get_retailer, get_system_scope  # noqa: PLC0415
    from rollcall.sync.operations.connections import save_connection  # noqa: PLC0415

    actor = Actor(kind="cli", id="benchmark")
    scope = get_system_scope(get_retailer("alder").pk, actor=actor)
    store = Store.objects.scoped(scope).get(slug="alder-way")
    settings = connector("treez").settings_model.model_validate(
        {
            "base_url": "http://127.0.0.1:9/v2.0/dispensary",
            "dispensary": "nobody",
            "api_key": "nobody",
            "client_id": "nobody",
        }
    )
    saved = save_connection(
        scope,
        slug="nobody",
        kind="treez",
        stores=[store],
        time_zone=store.time_zone,
        settings=settings,
        now=utc_now(),
    )
    WriteSwitch.objects.scoped(scope).create(
        connection=saved.row, enabled_at=utc_now(), enabled_by=str(actor)
    )


if __name__ == "__main__":
    main()
