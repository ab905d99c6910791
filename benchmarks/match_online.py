"""How long deciding about one new record takes, against very many, while others write.

    python benchmarks/match_online.py [--records 1000000] [--clients 8] [--seconds 30] [--every 0.5]

The list is filled past HTTP by the same bulk path as a sync, keys with it (two processes). Then
clients, a process each, take over one record after another of people who are there already, half
of them, or are new, and decide about it; ``--every`` is how often each begins. Two writers change
records of the list all the while, a hundred a transaction, and write their keys anew.

*Deciding* is from the record's keys at hand to whom it would be linked with: who shares a key,
opening those records, what is generic, frequencies, weighing every pair. *Acting* is what follows
in one transaction, committed: locking who is who, reading it again, checking whole groups and
decisions of people, writing the merge with everything that follows from it, and the review queue.
*Keys* is reading the record and writing its keys, committed.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import itertools
import json
import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk_lookup import row_of
from rig import folder, machine, say, summarise
from rollcall.embedded import EmbeddedServer
from rollcall.pos.population import Person, generate, store_share
from rollcall.testing.installation import Installation

if TYPE_CHECKING:
    from rollcall.customers.models import PosAccount
    from rollcall.kit.scope import Scope

BATCH = 1000
WRITTEN_AT_ONCE = 100
WRITERS = 2
P99_WANTED_MS = 5.0
#: Everybody whom the clients bring is one of these, or nobody who is there.
SEED = 20

Figures = dict[str, list[float]]


def main() -> None:
    options = _options()
    if options.work:
        _work(options)
        return
    with _place(options.keep) as where, EmbeddedServer(where):
        installation = Installation(data=where)
        note = where / f"matched-{options.records}"
        if not note.exists():
            installation.run("migrate")
            began = time.perf_counter()
            _all(installation, options, "open")
            _all(installation, options, "fill", processes=2)
            _all(installation, options, "tidy")
            say(f"  {options.records:,} records and keys in {time.perf_counter() - began:.0f} s")
            note.touch()
        told = _all(installation, options, "write", "client", processes=options.clients)
    _print(options, told)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--every", type=float, default=0.5, help="s; 0: one after the other")
    parser.add_argument("--keep", type=Path, help="a folder to use again, with what was filled")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--number", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--of", type=int, default=1, help=argparse.SUPPRESS)
    return parser.parse_args()


@contextlib.contextmanager
def _place(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with folder() as where:
            yield where
        return
    keep.mkdir(parents=True, exist_ok=True)
    keep.chmod(0o755)  # root's embedded server runs as another account
    yield keep


def _all(
    installation: Installation, options: argparse.Namespace, *works: str, processes: int = 1
) -> list[dict[str, Any]]:
    """Run processes of each work at once, and return what the last one's have told."""
    running = {
        work: [
            _start(installation, options, work, number, count)
            for count in [WRITERS if work == "write" else processes]
            for number in range(count)
        ]
        for work in works
    }
    told = {
        work: [one.communicate()[0].splitlines()[-1] for one in held]
        for work, held in running.items()
    }
    if any(one.returncode for held in running.values() for one in held):
        raise SystemExit("a process failed")
    return [json.loads(line) for line in told[works[-1]]] + [
        json.loads(line) for work in works[:-1] for line in told[work]
    ]


def _start(
    installation: Installation, options: argparse.Namespace, work: str, number: int, count: int
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, __file__, "--work", work, "--number", str(number), "--of", str(count),
         "--records", str(options.records), "--seconds", str(options.seconds),
         "--every", str(options.every)],
        env=installation.environment(),
        stdout=subprocess.PIPE,
    )  # fmt: skip


def _work(options: argparse.Namespace) -> None:
    from rollcall.config.cli.django_setup import start_django  # noqa: PLC0415  # reads the environment

    start_django()
    works = {"open": _open, "fill": _fill, "tidy": _tidy, "write": _write, "client": _client}
    print(json.dumps(works[options.work](options)))


def _list(account: str) -> tuple[Scope, PosAccount]:
    """One of the retailer's lists."""
    from rollcall.customers.models import PosAccount  # noqa: PLC0415  # needs Django
    from rollcall.kit.scope import Actor  # noqa: PLC0415
    from rollcall.stores.queries import get_retailer, get_system_scope  # noqa: PLC0415

    scope = get_system_scope(get_retailer("alder").pk, actor=Actor(kind="system", id="matching"))
    return scope, PosAccount.objects.scoped(scope).get(account_key=account)


def _open(_: argparse.Namespace) -> dict[str, Any]:
    from rollcall.customers.models import PosAccount  # noqa: PLC0415  # needs Django
    from rollcall.kit.scope import Actor  # noqa: PLC0415
    from rollcall.stores.operations import create_retailer  # noqa: PLC0415
    from rollcall.stores.queries import get_system_scope  # noqa: PLC0415

    actor = Actor(kind="cli", id="benchmark")
    retailer = create_retailer(slug="alder", name="Alder Group", actor=actor)
    scope = get_system_scope(retailer.pk, actor=actor)
    for key in ("fill-0", "fill-1", *(f"client-{one}" for one in range(64))):
        PosAccount.objects.scoped(scope).create(kind="benchmark", account_key=key)
    return {}


def _take_over(
    scope: Scope, account: PosAccount, people: Sequence[tuple[int, Person]]
) -> list[int]:
    """Write rows as a sync does, in the caller's transaction; returns their records."""
    from rollcall.customers.models import PosRecord  # noqa: PLC0415  # needs Django
    from rollcall.customers.operations.ingest import take_over  # noqa: PLC0415
    from rollcall.customers.rules.incoming import IncomingRecord  # noqa: PLC0415
    from rollcall.kit.clock import utc_now  # noqa: PLC0415
    from rollcall.stores.queries import get_keys  # noqa: PLC0415

    now, keys = utc_now(), get_keys(scope)
    rows = []
    for number, person in people:
        fields, raw = row_of(number, person)
        rows.append(
            IncomingRecord(
                external_id=str(100_000 + number),
                status="active",
                status_raw="ACTIVE",
                merged_into=None,
                updated_at=now,
                fields=fields,
                raw=raw,
                content_hash=keys.content_hash(raw),
            )
        )
    take_over(scope, account, rows, now=now, sync_id=None)
    held = PosRecord.objects.scoped(scope).filter(account=account)
    ids = dict(
        held.filter(external_id__in=[row.external_id for row in rows]).values_list(
            "external_id", "pk"
        )
    )
    return [ids[row.external_id] for row in rows]


def _fill(options: argparse.Namespace) -> dict[str, Any]:
    """Take over every second person, with keys made of what was just written."""
    from django.db import transaction  # noqa: PLC0415  # needs Django

    from rollcall.customers.rules.values import normalise_fields  # noqa: PLC0415
    from rollcall.identity.operations.key_rows import write_keys  # noqa: PLC0415
    from rollcall.identity.queries.blocking import hash_keys  # noqa: PLC0415
    from rollcall.identity.rules.evidence import evidence_of  # noqa: PLC0415

    scope, account = _list(f"fill-{options.number}")
    everybody = enumerate(generate(options.records, SEED))
    mine = (one for one in everybody if one[0] % options.of == options.number)
    done, began = 0, time.perf_counter()
    while batch := list(itertools.islice(mine, BATCH)):
        with transaction.atomic():
            ids = _take_over(scope, account, batch)
            fields = [row_of(*one)[0] for one in batch]
            evidence = (evidence_of(normalise_fields(one)) for one in fields)
            keys = {pk: hash_keys(scope, one) for pk, one in zip(ids, evidence, strict=True)}
            write_keys(scope, keys)
        done += len(batch)
        if options.number == 0 and done % 50_000 == 0:
            say(f"  {done * options.of:,} after {time.perf_counter() - began:.0f} s")
    return {}


def _tidy(_: argparse.Namespace) -> dict[str, Any]:
    """Nobody of the list waits to be compared: they are strangers."""
    from django.db import connection  # noqa: PLC0415  # needs Django

    with connection.cursor() as cursor:
        cursor.execute("truncate identity_pendingmatch")
        cursor.execute("vacuum analyze")
    return {}


def _arrivals(options: argparse.Namespace) -> Iterator[tuple[int, Person]]:
    """People as another store wrote them down: half are there already, half are new."""
    count = min(options.records, 20_000)
    new = generate(count, SEED + 1 + options.number)
    known = store_share(generate(count, SEED), seed=SEED, store_number=2, store_count=5)
    first = int(time.time()) * 1000  # no external id of an earlier run
    for number, pair in enumerate(zip(known, new, strict=False)):
        if number % options.of == options.number:
            yield first + 2 * number, pair[0]
            yield first + 2 * number + 1, pair[1]


def _client(options: argparse.Namespace) -> dict[str, Any]:
    from django.db import transaction  # noqa: PLC0415  # needs Django

    from rollcall.identity.operations.matching import (  # noqa: PLC0415
        act_on,
        weigh_records,
        write_match_keys,
    )
    from rollcall.kit.clock import utc_now  # noqa: PLC0415

    scope, account = _list(f"client-{options.number}")
    figures: Figures = defaultdict(list)
    chance = random.Random(options.number)
    warm = time.perf_counter() + 3.0
    end = warm + options.seconds
    due = time.perf_counter() + chance.random() * options.every
    for arrival in _arrivals(options):
        time.sleep(max(0.0, due - time.perf_counter()))
        due = max(due + options.every, time.perf_counter() - options.every)
        if time.perf_counter() > end:
            break
        with transaction.atomic():
            ids = _take_over(scope, account, [arrival])
        times = [time.perf_counter()]
        with transaction.atomic():
            keyed = write_match_keys(scope, ids)
        times.append(time.perf_counter())
        weighed = weigh_records(scope, keyed, now=utc_now())
        times.append(time.perf_counter())
        done = act_on(weighed)
        times.append(time.perf_counter())
        if times[0] > warm:
            keys, deciding, acting = (1000 * (b - a) for a, b in itertools.pairwise(times))
            figures["keys"].append(keys)
            figures["deciding"].append(deciding)
            figures["acting, with a merge" if done.merges else "acting, none"].append(acting)
    return figures


def _write(options: argparse.Namespace) -> dict[str, Any]:
    """Change people of the list, and their keys, until the clients are through."""
    from django.db import transaction  # noqa: PLC0415  # needs Django

    from rollcall.identity.operations.matching import write_match_keys  # noqa: PLC0415

    scope, account = _list(f"fill-{options.number}")
    own = [
        one for one in enumerate(generate(min(options.records, 40_000), SEED))
        if one[0] % 2 == options.number
    ]  # fmt: skip
    chance, rows = random.Random(options.number), 0
    end = time.perf_counter() + options.seconds + 3.0
    while (began := time.perf_counter()) < end:
        changed = [
            (number, dataclasses.replace(person, zip=f"{chance.randrange(100_000):05d}"))
            for number, person in chance.sample(own, WRITTEN_AT_ONCE)
        ]
        with transaction.atomic():
            ids = _take_over(scope, account, changed)
            write_match_keys(scope, ids)
        rows += len(ids)
        time.sleep(max(0.0, began + 0.5 - time.perf_counter()))
    return {"rows": rows}


def _print(options: argparse.Namespace, told: list[dict[str, Any]]) -> None:
    figures: Figures = defaultdict(list)
    written = 0
    for one in told:
        written += one.pop("rows", 0)
        for name, values in one.items():
            figures[name] += values
    decisions = len(figures["deciding"])
    print(
        f"match_online: {options.records:,} records, {options.clients} clients, one decision each"
        f" every {options.every:g} s ({decisions / options.seconds:.0f} a second),"
        f" {written / options.seconds:.0f} changed rows a second besides; {machine()}"
    )
    print(f"  {'milliseconds':<24}{'p50':>8}{'p95':>8}{'p99':>8}{'count':>8}")
    for name, values in sorted(figures.items()):
        held = sorted(values)
        marks = [held[min(len(held) - 1, int(len(held) * at))] for at in (0.5, 0.95, 0.99)]
        print(f"  {name:<24}" + "".join(f"{one:8.1f}" for one in marks) + f"{len(held):8,}")
        if name == "deciding":
            summarise(online_decision_p99_ms=f"{marks[-1]:.1f} (wanted: {P99_WANTED_MS:g})")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollcall.config.settings")
    main()
