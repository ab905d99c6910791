"""Bringing the demo up: simulators, database, retailer, pages and worker."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

from rollcall.config import ports
from rollcall.config.demo import USUAL_PEOPLE
from rollcall.config.demo.processes import Children
from rollcall.config.demo.retailer import POS_SYSTEMS, SEED, write_file
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


def start_simulators(children: Children, folder: Path, *, people: int) -> dict[str, Path]:
    """Start the simulators; returns the files in which they write their settings, by POS.

    :param people: of each list when the demo is new; after that it keeps its number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    people = _keep_people(folder, people)
    announced = {}
    taken: set[int] = set()
    for number, pos in enumerate(POS_SYSTEMS, 1):
        port = ports.usual_or_free(max([pos.usual_port, *(one + 1 for one in taken)]))
        taken.add(port)
        announced[pos.name] = folder / f"{pos.name}.json"
        children.start(
            f"pos-{pos.name}",
            [
                "simulate", pos.kind,
                "--state", str(folder / f"{pos.name}.sqlite"),
                "--people", str(people),
                "--seed", str(SEED),
                "--store", str(number),
                "--stores", str(len(POS_SYSTEMS)),
                "--locations", str(len(pos.locations)),
                "--account", pos.account,
                "--port", str(port),
            ],
            output=announced[pos.name],
        )  # fmt: skip
    return announced


def _keep_people(folder: Path, people: int) -> int:
    """Return of how many people the demo was made; it is noted before the first list is."""
    note = folder / "people"
    if not note.exists():
        if any(folder.glob("*.sqlite")):
            people = USUAL_PEOPLE  # made before the number was noted
        unfinished = note.with_suffix(".new")
        unfinished.write_text(f"{people}\n", encoding="ascii")
        unfinished.replace(note)
    return int(note.read_text(encoding="ascii"))


def read_settings(
    children: Children, announced: Mapping[str, Path]
) -> dict[str, Sequence[Mapping[str, object]]]:
    """Wait until every simulator has said how to reach each of its locations."""

    def read() -> dict[str, Sequence[Mapping[str, object]]] | None:
        try:
            said: dict[str, Sequence[Mapping[str, object]]] = {
                pos.name: [json.loads(one) for one in announced[pos.name].read_text().splitlines()]
                for pos in POS_SYSTEMS
            }
        except (OSError, ValueError):
            return None
        whole = all(len(said[pos.name]) == len(pos.locations) for pos in POS_SYSTEMS)
        return said if whole else None

    return _wait_for(read, children, what="the simulators")


def prepare_retailer(folder: Path, settings: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
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
