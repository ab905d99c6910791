"""Create, read, search and list through the platform API, against a bare FastAPI + SQLAlchemy.

    python benchmarks/api_rates.py --peer /tmp/peer [--rows 20000] [--rounds 5] [--seconds 5]

Ours is ``rollcall serve`` as users start it, with keys, audit, encryption and matching, and limits
out of reach; theirs (``peers/customers_app.py``) has none of that, one table, and two processes.
Both use the same PostgreSQL and the same people, in turn, in every round. ``--peer`` is a venv:

    python -m venv /tmp/peer
    /tmp/peer/bin/pip install fastapi uvicorn 'sqlalchemy[asyncio]' asyncpg

Needs wrk.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

import kiosk_lookup
from rig import folder, machine, say, spread, summarise
from rollcall.config.ports import usual_or_free
from rollcall.embedded import EmbeddedServer, ServerInfo
from rollcall.pos.population import generate
from rollcall.testing.installation import Installation

CLIENTS = 8
OPERATIONS = ("create", "read", "search", "list")
STORE = "alder-way"
LUA = """
local random = math.random
math.randomseed({seed})
local heads = {{ ["Content-Type"] = "application/json", ["Authorization"] = "Bearer {key}",
  ["Host"] = "localhost" }}
local ids = {{ {ids} }}
local texts = {{ {texts} }}
local number = {seed} * 1000000
function request()
  number = number + 1
  {request}
end
function done(summary, latency, requests)
  io.write(string.format('{{"rate": %f, "p99": %f, "refused": %d, "broken": %d}}\\n',
    summary.requests / (summary.duration / 1e6), latency:percentile(99) / 1000,
    summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"""
#: Nobody shares a value with anybody, so that matching finds nobody: a usual new customer.
CREATE = """local function word()
    local letters = {{}}
    for place = 1, 8 do letters[place] = string.char(96 + random(26)) end
    return table.concat(letters)
  end
  return wrk.format("POST", "{prefix}/customers", heads, string.format(
    '{{"store": "alder-way", "customer": {{"first_name": "%s", "last_name": "%s",'
    .. ' "phone": "+1415%07d", "email": "%s%d@example.com", "birthday": "%d-%02d-%02d"}}}}',
    word(), word(), 2000000 + random(7999999), word(), number, 1950 + random(50), random(12),
    random(28)))"""
REQUESTS = {
    "create": CREATE,
    "read": 'return wrk.format("GET", "{prefix}/customers/" .. ids[random(#ids)], heads)',
    "search": """return wrk.format("POST", "{prefix}/customers/search", heads,
    '{{"text": "' .. texts[random(#texts)] .. '"}}')""",
    "list": 'return wrk.format("GET", "{prefix}/customers?{limit}", heads)',
}


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two: where it listens, and whom it knows."""

    address: str
    prefix: str
    key: str
    limit: str
    ids: Sequence[str]
    texts: Sequence[str]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer", type=Path, required=True, help="a venv with FastAPI")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement")
    options = parser.parse_args()
    kiosk_lookup.require_programs()
    with folder() as where, EmbeddedServer(where) as info:
        shop = kiosk_lookup.make_shop(where, options.rows)
        ids = fill_peer(info, options.rows)
        installation = Installation(data=where)
        made = _prepare(installation)
        with kiosk_lookup.serving(installation) as ours, peer(options.peer, info) as theirs:
            texts = list(shop.phones[:500])
            sides = {
                "ours": Side(
                    address=ours, prefix="/api/v2", key=made["key"], limit="limit=50",
                    ids=made["ids"], texts=texts,
                ),
                "theirs": Side(
                    address=theirs, prefix="", key="none", limit="", ids=ids, texts=texts
                ),
            }  # fmt: skip
            rounds = list(_rounds(options, sides, where))
    _report(options, rounds)


def fill_peer(info: ServerInfo, rows: int) -> list[str]:
    """Give the peer the same people; returns some of their ids."""
    ids = [str(uuid.uuid4()) for _ in range(rows)]
    with psycopg.connect(info.url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "create table peer_customer (id uuid primary key, store text, first_name text,"
            " last_name text, phone text, email text, birthday text)"
        )
        with cursor.copy("copy peer_customer from stdin") as copy:
            for row_id, person in zip(ids, generate(rows, 20), strict=True):
                fields, _ = kiosk_lookup.row_of(0, person)
                names = ("given_name", "family_name", "phone", "email", "born_on")
                copy.write_row([row_id, STORE, *(str(fields.get(name) or "") for name in names)])
        for column in ("last_name", "phone", "email"):
            cursor.execute(f"create index on peer_customer ({column})")
        cursor.execute("analyze peer_customer")
    return ids[:500]


def _prepare(installation: Installation) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _PREPARE],
        env=kiosk_lookup.environment(installation),
        check=True,
        stdout=subprocess.PIPE,
    )
    made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return made


_PREPARE = """
import json
from rollcall.config.cli.django_setup import start_django
start_django()
from rollcall.customers.models import Customer
from rollcall.kit.scope import Actor, Grant, Role
from rollcall.stores.operations import mint_integration_key
from rollcall.stores.queries import get_retailer, get_system_scope
scope = get_system_scope(get_retailer("alder").pk, actor=Actor(kind="cli", id="benchmark"))
key = mint_integration_key(scope, name="Rates", role=Role.MANAGER, grants=tuple(Grant), stores=None)
ids = Customer.objects.scoped(scope).order_by("?").values_list("public_id", flat=True)[:500]
print(json.dumps({"key": key.text, "ids": [str(one) for one in ids]}))
"""


@contextlib.contextmanager
def peer(venv: Path, info: ServerInfo) -> Iterator[str]:
    """Run the other side with as many processes as ours has for these operations."""
    port = usual_or_free(8795, host="127.0.0.1")
    process = subprocess.Popen(
        [
            *(str(venv / "bin" / "uvicorn"), "peers.customers_app:app", "--port", str(port)),
            *("--workers", "2", "--log-level", "error"),
        ],
        cwd=Path(__file__).parent,
        env={**os.environ, "PEER_DATABASE": peer_address(info)},
    )
    try:
        for _ in range(150):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def peer_address(info: ServerInfo) -> str:
    """As SQLAlchemy wants it; the socket's folder is a parameter there."""
    return (
        f"postgresql+asyncpg://{info.user}:{info.password}@/{info.database}"
        f"?host={info.host}&port={info.port}"
    )


def _rounds(
    options: argparse.Namespace, sides: Mapping[str, Side], where: Path
) -> Iterator[dict[str, dict[str, float]]]:
    for side in sides.values():
        for operation in OPERATIONS:
            measure(side, operation, where, seed=1, seconds=2)  # plans and caches
    for number in range(options.rounds):
        found = {}
        for operation in OPERATIONS:
            names = list(sides)[:: 1 if number % 2 == 0 else -1]
            for name in names:
                one = measure(
                    sides[name], operation, where, seed=number + 2, seconds=options.seconds
                )
                found[f"{operation} {name}"] = one
        said = ", ".join(f"{name} {one['rate']:,.0f}/s" for name, one in found.items())
        say(f"  round {number + 1}: {said}")
        yield found


def measure(
    side: Side, operation: str, where: Path, *, seed: int, seconds: int
) -> dict[str, float]:
    """Ask for one operation as often as eight clients can."""
    lua = where / "rates.lua"
    request = REQUESTS[operation].format(prefix=side.prefix, limit=side.limit)
    lua.write_text(
        LUA.format(
            seed=seed,
            key=side.key,
            ids=", ".join(f'"{one}"' for one in side.ids),
            texts=", ".join(f'"{one}"' for one in side.texts),
            request=request,
        )
    )
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "-s", str(lua), side.address],
        check=True,
        capture_output=True,
        text=True,
    )
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if result["refused"] or result["broken"]:
        raise SystemExit(f"{operation} of {side.address} failed: {result}")
    return result


def _report(options: argparse.Namespace, rounds: Sequence[dict[str, dict[str, float]]]) -> None:
    print(f"the API with everything on, {options.rows:,} customers, {CLIENTS} clients; {machine()}")
    for operation in OPERATIONS:
        ours = [one[f"{operation} ours"]["rate"] for one in rounds]
        theirs = [one[f"{operation} theirs"]["rate"] for one in rounds]
        shares = [mine / other for mine, other in zip(ours, theirs, strict=True)]
        slow = [one[f"{operation} ours"]["p99"] for one in rounds]
        print(
            f"  {operation:7} {spread(ours)} a second, p99 {spread(slow, digits=1)} ms;"
            f" bare FastAPI {spread(theirs)}; share {spread(shares, digits=2)}"
        )
        label = f"API {operation}, share of bare FastAPI".replace(" ", "_")
        summarise(**{label: f"{statistics.median(shares):.2f}"})


if __name__ == "__main__":
    main()
