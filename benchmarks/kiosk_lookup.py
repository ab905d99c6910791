"""Lookups by phone through the kiosk API, as a share of pgbench doing nothing but the SELECT.

    python benchmarks/kiosk_lookup.py [--rows 100000] [--rounds 5] [--seconds 8] [--keep FOLDER]

``rollcall serve`` runs as users start it (two workers), with keys, throttles, read audit and
decryption switched on; only the limit of a key is out of reach. Sixteen connections of wrk, one
kiosk key each request in turn, ask for phones of existing people. pgbench runs the same SELECT
(accounts of the store included, same columns) with sixteen clients and prepared statements, for the
same phones, in the same rounds. Needs wrk and pgbench.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rig import folder, machine, say, spread, summarise
from rollcall.config.ports import usual_or_free
from rollcall.embedded import EmbeddedServer, ServerInfo
from rollcall.pos.population import Person, generate
from rollcall.testing.installation import Installation

KIOSKS = 16
CLIENTS = 16
BATCH = 1000
#: Phones that both sides ask for, drawn from all people; a power of two.
SAMPLE = 4096
SHARE_WANTED = 0.12
P99_WANTED_MS = 8.0
NEEDED = {"wrk": "wrk", "pgbench": "postgresql-contrib (or postgresql-16)"}

LUA = """
local random = math.random
math.randomseed({seed})
local phones = {{ {phones} }}
local keys = {{ {keys} }}
local requests = {{}}
function init(args)
  for i = 1, #phones do
    local kiosk = (i % #keys) + 1
    requests[i] = wrk.format("GET", "/api/v1/" .. kiosk .. "/customers?phone=" .. phones[i],
      {{ ["Authorization"] = "Bearer " .. keys[kiosk], ["Host"] = "localhost" }})
  end
end
function request() return requests[random(#requests)] end
function done(summary, latency, requests)
  io.write(string.format('{{"rate": %f, "p50": %f, "p99": %f, "refused": %d, "broken": %d}}\\n',
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"""
SELECT = """
select record.id, record.account_id, record.external_id, record.status_raw, record.pos_updated_at,
       record.sealed_fields
  from customers_posrecord record
 where record.retailer_id = {retailer} and record.gone_at is null and record.merged_into is null
   and record.account_id = any (array(
         select served.account_id from customers_accountstore served
          where served.retailer_id = {retailer} and served.store_id = {store}))
   and record.phone_key = :key
 limit 26
"""


@dataclass(frozen=True, kw_only=True)
class Shop:
    """What was made: where wrk and pgbench find it."""

    retailer_id: int
    store_id: int
    keys: Sequence[str]
    phones: Sequence[str]
    phone_keys: Sequence[int]


def main() -> None:
    options = _options()
    require_programs()
    if options.fill:
        print(json.dumps(_fill(options.rows)))
        return
    if options.adopt:
        print(json.dumps(_adopt()))
        return
    if options.within is not None:
        _measure_within(options)
        return
    with _place(options.keep) as where, EmbeddedServer(where) as info:
        installation = Installation(data=where)
        shop = make_shop(where, options.rows)
        with serving(installation) as address:
            rounds = list(_rounds(options, address, info, shop, where))
    _report(options, rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000, help="1000000 takes about 8 minutes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=8, help="of each measurement")
    parser.add_argument("--keep", type=Path, help="a folder to use again, with what was filled")
    parser.add_argument("--fill", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--adopt", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--within", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def require_programs() -> None:
    for program, package in NEEDED.items():
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is missing; on Debian: apt-get install {package}")


@contextlib.contextmanager
def _place(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with folder() as where:
            yield where
        return
    keep.mkdir(parents=True, exist_ok=True)
    keep.chmod(0o755)  # root's embedded server runs as another account
    yield keep


def environment(installation: Installation) -> dict[str, str]:
    return {
        **installation.environment(),
        "ROLLCALL_KIOSK_LOOKUPS_PER_MINUTE": "100000000",
        "ROLLCALL_KIOSK_LOOKUPS_PER_DAY": "10000000000",
        "ROLLCALL_KIOSK_LOOKUPS_PER_PERSON": "100000000",
        "ROLLCALL_INTEGRATION_REQUESTS_PER_MINUTE": "100000000",
        "ROLLCALL_LOG_LEVEL": "INFO",
    }


def make_shop(where: Path, rows: int) -> Shop:
    """Fill the database, or take what an earlier run left in the folder."""
    note = where / f"shop-{rows}.json"
    if not note.exists():
        installation = Installation(data=where)
        installation.run("migrate")
        say(f"  {rows:,} people are taken over")
        done = subprocess.run(
            [sys.executable, __file__, "--fill", "--rows", str(rows)],
            env=environment(installation),
            check=True,
            stdout=subprocess.PIPE,
        )
        note.write_bytes(done.stdout.splitlines()[-1])
    return Shop(**json.loads(note.read_text()))


def _fill(rows: int) -> dict[str, Any]:
    from rollcall.config.cli.django_setup import start_django  # noqa: PLC0415  # reads the environment

    start_django()
    from django.db import connection, transaction  # noqa: PLC0415  # needs Django

    from rollcall.customers.models import PosAccount  # noqa: PLC0415
    from rollcall.customers.operations.account_stores import set_account_stores  # noqa: PLC0415
    from rollcall.customers.operations.ingest import take_over  # noqa: PLC0415
    from rollcall.customers.rules.incoming import IncomingRecord  # noqa: PLC0415
    from rollcall.kit.clock import utc_now  # noqa: PLC0415
    from rollcall.kit.kiosk_profiles import KeyProfile  # noqa: PLC0415
    from rollcall.kit.scope import Actor  # noqa: PLC0415
    from rollcall.stores.models import Store  # noqa: PLC0415
    from rollcall.stores.operations import create_retailer, mint_key, save_kiosk  # noqa: PLC0415
    from rollcall.stores.queries import get_keys, get_system_scope  # noqa: PLC0415

    actor, now = Actor(kind="cli", id="benchmark"), utc_now()
    retailer = create_retailer(slug="alder", name="Alder Group", actor=actor)
    scope = get_system_scope(retailer.pk, actor=actor)
    store = Store.objects.scoped(scope).create(
        slug="alder-way", name="Alder Way", time_zone="America/Los_Angeles", jurisdiction="US-CA"
    )
    account = PosAccount.objects.scoped(scope).create(kind="benchmark", account_key="alderway")
    set_account_stores(scope, account.pk, {store.pk})
    kiosks = [
        save_kiosk(scope, catalog_id=str(number), name=f"Kiosk {number}", store=store).row
        for number in range(1, KIOSKS + 1)
    ]
    keys = [mint_key(scope, kiosk, now=now, profile=KeyProfile.ATTENDED).text for kiosk in kiosks]
    retailer_keys = get_keys(scope)

    def incoming(number: int, person: Person) -> IncomingRecord:
        fields, raw = row_of(number, person)
        return IncomingRecord(
            external_id=str(100_000 + number),
            status="active",
            status_raw="ACTIVE",
            merged_into=None,
            updated_at=now,
            fields=fields,
            raw=raw,
            content_hash=retailer_keys.content_hash(raw),
        )

    people = enumerate(generate(rows, 20))
    sample, began = _Sample(), time.perf_counter()
    for first in range(0, rows, BATCH):
        batch = [incoming(*next(people)) for _ in range(min(BATCH, rows - first))]
        sample.offer(row.fields["phone"] for row in batch)
        with transaction.atomic():
            take_over(scope, account, batch, now=now, sync_id=None)
        if first and first % 50_000 == 0:
            say(f"  {first:,} after {time.perf_counter() - began:.0f} s")
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    from rollcall.kit.normalise.phone import phone_e164  # noqa: PLC0415

    phones = [phone for phone in map(phone_e164, sample.kept) if phone]
    return {
        "retailer_id": retailer.pk,
        "store_id": store.pk,
        "keys": keys,
        "phones": phones,
        "phone_keys": [retailer_keys.blind("phone", phone) for phone in phones],
    }


def _measure_within(options: argparse.Namespace) -> None:
    """The same in an installation that somebody else has filled; for ``growth.py``."""
    installation = Installation(data=options.within)
    with EmbeddedServer(options.within) as info:
        done = subprocess.run(
            [sys.executable, __file__, "--adopt"],
            env=environment(installation),
            check=True,
            stdout=subprocess.PIPE,
        )
        shop = Shop(**json.loads(done.stdout.splitlines()[-1]))
        with serving(installation) as address:
            rounds = list(_rounds(options, address, info, shop, options.within))
    _report(options, rounds)


def _adopt() -> dict[str, Any]:
    """Give kiosks to a store that is there, and draw some of its customers' phones."""
    from rollcall.config.cli.django_setup import start_django  # noqa: PLC0415  # reads the environment

    start_django()
    from rollcall.customers.models import PosRecord  # noqa: PLC0415  # needs Django
    from rollcall.customers.queries.profile import read_record  # noqa: PLC0415
    from rollcall.kit.clock import utc_now  # noqa: PLC0415
    from rollcall.kit.kiosk_profiles import KeyProfile  # noqa: PLC0415
    from rollcall.kit.scope import Actor  # noqa: PLC0415
    from rollcall.stores.models import Store  # noqa: PLC0415
    from rollcall.stores.operations import mint_key, save_kiosk  # noqa: PLC0415
    from rollcall.stores.queries import get_keys, get_retailer, get_system_scope  # noqa: PLC0415

    retailer = get_retailer("alder")
    scope = get_system_scope(retailer.pk, actor=Actor(kind="cli", id="benchmark"))
    store = Store.objects.scoped(scope).get(slug="alder-way")
    kiosks = [
        save_kiosk(scope, catalog_id=str(number), name=f"Kiosk {number}", store=store).row
        for number in range(1, KIOSKS + 1)
    ]
    keys = [
        mint_key(scope, kiosk, now=utc_now(), profile=KeyProfile.ATTENDED).text for kiosk in kiosks
    ]
    records = PosRecord.objects.scoped(scope).filter(phone_key__isnull=False, gone_at=None)
    every = list(records.values_list("pk", flat=True))
    chosen = random.Random(1).sample(every, min(SAMPLE, len(every)))
    phones = [
        str(read_record(scope, row).fields.values["phone"])
        for row in records.filter(pk__in=chosen).select_related("account")
    ]
    phones = [phone for phone in phones if phone.startswith("+")]
    return {
        "retailer_id": retailer.pk,
        "store_id": store.pk,
        "keys": keys,
        "phones": phones,
        "phone_keys": [get_keys(scope).blind("phone", phone) for phone in phones],
    }


class _Sample:
    """A fair sample of a stream (reservoir)."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self._seen = 0
        self._random = random.Random(1)

    def offer(self, values: Iterator[Any]) -> None:
        for value in filter(None, values):
            self._seen += 1
            if len(self.kept) < SAMPLE:
                self.kept.append(value)
            elif (place := self._random.randrange(self._seen)) < SAMPLE:
                self.kept[place] = value


def row_of(number: int, person: Person) -> tuple[dict[str, Any], bytes]:
    """A person as a POS would tell of them: about what one of the simulators sends."""
    fields = {name: value or None for name, value in dataclasses.asdict(person).items()}
    del fields["person_id"]
    raw = json.dumps({"customer_id": number, **fields}).encode()
    return fields, raw


@contextlib.contextmanager
def serving(installation: Installation) -> Iterator[str]:
    port = usual_or_free(8790, host="127.0.0.1")
    process = subprocess.Popen(
        [sys.executable, "-m", "rollcall", "serve", "--port", str(port)],
        env=environment(installation),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=None if os.environ.get("ROLLCALL_BENCH_SHOW") else subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait()


def _rounds(
    options: argparse.Namespace, address: str, info: ServerInfo, shop: Shop, where: Path
) -> Iterator[dict[str, float]]:
    script, lua = where / "select.pgbench", where / "lookup.lua"
    script.write_text(_pgbench_script(shop))
    lua.write_text(lua_script(shop, seed=1))
    script.chmod(0o644)
    wrk(address, lua, 2)  # plans, keys and caches
    pgbench(info, script, 2)
    for number in range(options.rounds):
        lua.write_text(lua_script(shop, seed=number + 2))
        # Each is first in turn: what runs second finds warmer caches.
        first_wrk = number % 2 == 0
        looked_up = wrk(address, lua, options.seconds) if first_wrk else {}
        selected = pgbench(info, script, options.seconds)
        looked_up = looked_up or wrk(address, lua, options.seconds)
        say(
            f"  round {number + 1}: {looked_up['rate']:,.0f} lookups/s, p50"
            f" {looked_up['p50']:.1f} ms, p99 {looked_up['p99']:.1f} ms; pgbench {selected:,.0f}/s"
        )
        yield {**looked_up, "selects": selected}


def lua_script(shop: Shop, *, seed: int) -> str:
    phones = ", ".join(f'"%2B{phone[1:]}"' for phone in shop.phones)
    keys = ", ".join(f'"{key}"' for key in shop.keys)
    return LUA.format(seed=seed, phones=phones, keys=keys)


def wrk(address: str, lua: Path, seconds: int) -> dict[str, float]:
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "-s", str(lua), address],
        check=True,
        capture_output=True,
        text=True,
    )
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if result["refused"] or result["broken"]:
        raise SystemExit(f"lookups failed: {result}")
    return result


def _pgbench_script(shop: Shop) -> str:
    """One script for all phones: a tree of CASEs, because pgbench has no lists."""
    keys = list(shop.phone_keys)

    def tree(first: int, last: int) -> str:
        if first == last:
            return f"({keys[first]})"
        middle = (first + last) // 2
        return (
            f"case when :i <= {middle} then {tree(first, middle)} else {tree(middle + 1, last)} end"
        )

    select = " ".join(SELECT.format(retailer=shop.retailer_id, store=shop.store_id).split())
    return f"\\set i random(0, {len(keys) - 1})\n\\set key {tree(0, len(keys) - 1)}\n{select};\n"


def pgbench(info: ServerInfo, script: Path, seconds: int) -> float:
    done = subprocess.run(
        [
            *("pgbench", "-n", "-M", "prepared", f"-c{CLIENTS}", "-j1", f"-T{seconds}"),
            *("-f", str(script), "-h", info.host, "-p", str(info.port), "-U", info.user),
            info.database,
        ],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PGPASSWORD": info.password},
    )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found is not None, done.stdout
    return float(found[1])


def _report(options: argparse.Namespace, rounds: Sequence[dict[str, float]]) -> None:
    rates = [one["rate"] for one in rounds]
    shares = [one["rate"] / one["selects"] for one in rounds]
    slowest = [one["p99"] for one in rounds]
    print(f"kiosk lookup by phone, {options.rows:,} customers, {CLIENTS} clients; {machine()}")
    print(f"  lookups a second          {spread(rates)}")
    print(f"  pgbench, the same SELECT  {spread([one['selects'] for one in rounds])}")
    print(f"  share of pgbench          {spread(shares, digits=3)}   (wanted: {SHARE_WANTED})")
    print(f"  p50, ms                   {spread([one['p50'] for one in rounds], digits=2)}")
    print(f"  p99, ms                   {spread(slowest, digits=2)}   (wanted: {P99_WANTED_MS})")
    label = f"lookup by phone, {options.rows:,} customers, share of pgbench".replace(" ", "_")
    summarise(**{label: f"{statistics.median(shares):.3f}"})
    label = f"lookup by phone, {options.rows:,} customers, p99 ms".replace(" ", "_")
    summarise(**{label: f"{statistics.median(slowest):.2f}"})


if __name__ == "__main__":
    main()
