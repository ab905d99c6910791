"""Bringing the demo up: simulators, database, retailer, pages and worker."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar

from rollcall.config import ports
from rollcall.config.demo.processes import Children
from rollcall.config.demo.retailer import PEOPLE, SEED, STORES, write_file
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Actor
from rollcall.provisioning.operations.apply import apply_document
from rollcall.provisioning.queries.preparing import prepare_file

USUAL_WEB_PORT: Final = 8000
ACTOR: Final = Actor(kind="cli", id="demo")
#: Filling a simulator takes a second; a machine under load gets time.
_PATIENCE_S: Final = 90.0

FoundT = TypeVar("FoundT")


class NotUpError(RuntimeError):
    """Something did not come up in time."""


def start_simulators(children: Children, folder: Path) -> dict[str, Path]:
    """Start one simulator a store; returns the files in which they write their settings."""
    folder.mkdir(parents=True, exist_ok=True)
    announced = {}
    taken: set[int] = set()
    for store in STORES:
        port = ports.usual_or_free(max([store.usual_port, *(one + 1 for one in taken)]))
        taken.add(port)
        announced[store.slug] = folder / f"{store.slug}.json"
        children.start(
            f"pos-{store.slug}",
            [
                "simulate", store.kind,
                "--state", str(folder / f"{store.slug}.sqlite"),
                "--people", str(PEOPLE),
                "--seed", str(SEED),
                "--store", str(store.number),
                "--stores", str(len(STORES)),
                "--account", store.account,
                "--port", str(port),
            ],
            output=announced[store.slug],
        )  # fmt: skip
    return announced


def read_settings(
    children: Children, announced: Mapping[str, Path]
) -> dict[str, Mapping[str, object]]:
    """Wait until every simulator has said how to reach it."""

    def read() -> dict[str, Mapping[str, object]] | None:
        try:
            return {slug: json.loads(path.read_text()) for slug, path in announced.items()}
        except (OSError, ValueError):
            return None

    return _wait_for(read, children, what="the simulators")


def prepare_retailer(folder: Path, settings: Mapping[str, Mapping[str, object]]) -> None:
    """Create or update the demo's retailer, as ``rollcall apply`` does."""
    for prepared in prepare_file(write_file(folder, settings)):
        apply_document(prepared, actor=ACTOR, now=utc_now())


def start_pages_and_worker(children: Children) -> str:
    """Start web pages and worker; returns the address at which the pages will answer."""
    port = ports.usual_or_free(USUAL_WEB_PORT)
    children.start("web", ["serve", "--port", str(port), "--workers", "1"])
    children.start("worker", ["worker"])
    return f"http://localhost:{port}"


def wait_for_pages(children: Children, address: str) -> None:
    """Wait until the pages answer.

    :raises NotUpError: they do not.
    """
    _wait_for(lambda: _answers(f"{address}/health/ready") or None, children, what="the pages")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _wait_for(look: Callable[[], FoundT | None], children: Children, *, what: str) -> FoundT:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        children.check()
        found = look()
        if found is not None:
            return found
        time.sleep(0.05)
    raise NotUpError(f"{what} did not come up within {_PATIENCE_S:.0f} s")
