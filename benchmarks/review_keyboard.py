"""How many pairs a minute the review page lets somebody answer by keys, reading time not counted.

    python benchmarks/review_keyboard.py [--pairs 60] [--others 2000]

A real Chromium answers D, H and S in turn as soon as the page takes a key. Every press is timed
until the next pair is shown; the quarter of a second in which the page takes no key after that
(lest a double press answers the next pair) is part of the rate, but not of the press. Nobody reads
anything, so this is the page's limit and no person's. Needs playwright and Chromium
(``ROLLCALL_CHROMIUM``).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import kiosk_lookup
from rig import folder, machine, say, summarise
from rollcall.embedded import EmbeddedServer
from rollcall.testing.installation import Installation

if TYPE_CHECKING:
    from playwright.sync_api import Page

EMAIL, PASSWORD = "nora@example.com", "correct horse battery"
#: All of them write; skipping is no decision.
KEYS = "dhsd"
#: The page takes no key for so long after a pair has appeared (``review.js``), plus a little.
SETTLE_S = 0.26
CHROMIUM = os.environ.get("ROLLCALL_CHROMIUM", "/usr/bin/chromium")


def main() -> None:
    options = _options()
    if options.fill:
        _fill(options.pairs, options.others)
        return
    with folder() as where, EmbeddedServer(where):
        installation = Installation(data=where)
        installation.run("migrate")
        size = ("--pairs", str(options.pairs), "--others", str(options.others))
        subprocess.run(
            [sys.executable, __file__, "--fill", *size],
            env=kiosk_lookup.environment(installation),
            check=True,
        )
        with kiosk_lookup.serving(installation) as address, _browser(address) as page:
            presses, seconds = _answer(page, options.pairs)
    rate = len(presses) / seconds * 60
    middle, slow = statistics.median(presses), sorted(presses)[int(len(presses) * 0.95)]
    print(f"review by keys, {options.pairs} pairs, {options.others:,} other people; {machine()}")
    print(f"  {rate:.0f} decisions a minute, without any time to read")
    print(f"  key to next pair: median {middle:.0f} ms, 95 % below {slow:.0f} ms")
    summarise(decisions_per_minute=f"{rate:.0f}", key_to_pair_ms=f"{middle:.0f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--others", type=int, default=2_000)
    parser.add_argument("--fill", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


@contextlib.contextmanager
def _browser(address: str) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # not for --fill

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_page(base_url=address, viewport={"width": 1024, "height": 768})
        page.goto("/")
        page.fill("[name=login]", EMAIL)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/customers/")
        yield page
        chromium.close()


def _answer(page: Page, pairs: int) -> tuple[list[float], float]:
    """Answer all pairs; milliseconds of every press, and seconds of all together."""
    page.goto("/people/review/")
    page.wait_for_selector("#review [name=suggestion]", state="attached")
    time.sleep(SETTLE_S)
    presses = []
    started = time.perf_counter()
    for number in range(pairs - 1):
        shown = page.locator("[name=suggestion]").get_attribute("value")
        pressed = time.perf_counter()
        page.keyboard.press(KEYS[number % len(KEYS)])
        page.wait_for_function(
            "(was) => document.querySelector('[name=suggestion]').value !== was", arg=shown
        )
        presses.append((time.perf_counter() - pressed) * 1000)
        time.sleep(SETTLE_S)
    return presses, time.perf_counter() - started


def _fill(pairs: int, others: int) -> None:
    from rollcall.config.cli.django_setup import start_django  # noqa: PLC0415  # reads the environment

    start_django()
    from rollcall.identity.tests.merging_shop import open_shop  # noqa: PLC0415  # needs Django
    from rollcall.identity.tests.review_queue import take_in_pair  # noqa: PLC0415
    from rollcall.kit.scope import Actor, Role  # noqa: PLC0415
    from rollcall.stores.models import Membership, User  # noqa: PLC0415
    from rollcall.stores.operations import create_retailer  # noqa: PLC0415
    from rollcall.stores.queries import get_system_scope  # noqa: PLC0415

    actor = Actor(kind="cli", id="benchmark")
    retailer = create_retailer(slug="alder", name="Alder Group", actor=actor)
    scope = get_system_scope(retailer.pk, actor=actor)
    user = User.objects.create_user(EMAIL, PASSWORD, name="Nora")
    Membership.objects.scoped(scope).create(user=user, role=Role.MANAGER.value)
    shop = open_shop(scope)
    say(f"  {others:,} people and {pairs} pairs are taken over")
    shop.rows({f"treez:{10_000_000 + number}": {"given_name": "Ada"} for number in range(others)})
    for number in range(pairs):
        take_in_pair(shop, 1 + 10 * number, given=f"Nora{number}")


if __name__ == "__main__":
    main()
