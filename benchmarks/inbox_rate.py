"""Calls of a POS (webhooks) a second, stored before they are answered, against bare inserts.

    python benchmarks/inbox_rate.py [--rounds 5] [--seconds 6]

`rollcall serve` as users start it; wrk makes signed calls of 1.6 kB about one customer of a
simulated Treez. The limit stands in the same rounds: pgbench inserts rows of the same size into a
table with one index, each its own durable transaction, with as many clients. No worker runs; at the
end what is kept is counted. Needs wrk and pgbench.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
from pathlib import Path
from typing import Final

import kiosk_lookup
from kiosk_lookup import CLIENTS
from rig import Hub, folder, hub, machine, say, simulator, spread, summarise

TOKEN: Final = "simulated-webhook-token"  # noqa: S105  # the simulator's own
_BODY: Final = 1_500
_WANTED: Final = 1_000
_CONNECTION: Final = "alder-way"
_LUA: Final = """
wrk.method = "POST"
wrk.path = "{path}"
wrk.body = [[{body}]]
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {token}"
function done(summary, latency, requests)
  io.write(string.format('{{"rate": %f, "count": %d, "p99": %f, "refused": %d, "broken": %d}}\\n',
    summary.requests / (summary.duration / 1e6), summary.requests, latency:percentile(99) / 1000,
    summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"""
_TABLE: Final = "create table bench_call (id bigserial primary key, at timestamptz, body bytea)"
_INSERT: Final = "insert into bench_call (at, body) values (now(), '\\x{content}'::bytea);\n"


def main() -> None:
    options = _options()
    kiosk_lookup.require_programs()
    with (
        folder() as where,
        simulator(where, people=50) as pos,
        hub(where / "hub", pos, webhook_token=TOKEN) as made,
    ):
        made.sync()
        with made.open_database() as database:
            database.execute(_TABLE)
            row = database.execute("select external_id from customers_posrecord limit 1").fetchone()
        assert row is not None
        _write_scripts(where, _address(made), str(row[0]))
        calls, inserts, answered = _measure(options, where, made)
        kept = _count_kept(made)
    _report(calls, inserts, answered=answered, kept=kept)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=6)
    return parser.parse_args()


def _address(made: Hub) -> str:
    said = made.installation.run_json("inbox", "address", _CONNECTION, "--json")
    path = str(said["addresses"][-1]).partition("/hooks/")[2]
    return f"/hooks/{path}"


def _write_scripts(where: Path, path: str, external_id: str) -> None:
    data = {"customer_id": external_id, "notes": "x" * _BODY}
    body = json.dumps({"event_type": "CUSTOMER", "data": data})
    (where / "calls.lua").write_text(_LUA.format(path=path, body=body, token=TOKEN))
    (where / "insert.sql").write_text(_INSERT.format(content="78" * len(body)))


def _measure(
    options: argparse.Namespace, where: Path, made: Hub
) -> tuple[list[dict[str, float]], list[float], int]:
    calls: list[dict[str, float]] = []
    inserts: list[float] = []
    with kiosk_lookup.serving(made.installation) as address:
        warm = kiosk_lookup.wrk(address, where / "calls.lua", 3)
        for _ in range(options.rounds):
            calls.append(kiosk_lookup.wrk(address, where / "calls.lua", options.seconds))
            inserts.append(kiosk_lookup.pgbench(made.server, where / "insert.sql", options.seconds))
            say(f"  {calls[-1]['rate']:.0f} calls, {inserts[-1]:.0f} inserts a second")
    return calls, inserts, int(sum(one["count"] for one in [warm, *calls]))


def _count_kept(made: Hub) -> int:
    with made.open_database() as database:
        row = database.execute("select count(*) from inbox_inboxevent").fetchone()
    assert row is not None
    return int(row[0])


def _report(
    calls: list[dict[str, float]], inserts: list[float], *, answered: int, kept: int
) -> None:
    rates = [one["rate"] for one in calls]
    shares = [one / two for one, two in zip(rates, inserts, strict=True)]
    print(f"webhooks, {CLIENTS} connections; {machine()}")
    print(f"  calls a second            {spread(rates)}   (wanted: {_WANTED:,})")
    print(f"  bare inserts a second     {spread(inserts)}")
    print(f"  share of bare inserts     {spread(shares, digits=2)}")
    print(f"  p99, ms                   {spread([one['p99'] for one in calls], digits=1)}")
    # Calls that were under way when wrk stopped are kept, too.
    print(f"  {answered:,} were answered, {kept:,} are kept")
    summarise(
        webhooks_a_second=f"{statistics.median(rates):,.0f}",
        webhooks_share_of_bare_inserts=f"{statistics.median(shares):.2f}",
    )
    if kept < answered:
        raise SystemExit(f"{answered - kept} answered calls are not kept")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"{error.cmd[0]} failed: {error.stderr}") from error
