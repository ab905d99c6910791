"""SIGKILL at random points of syncs, workers and the database, then the proof.

python benchmarks/kills.py [--kills 200] [--people 3000] [--seed 1]
"""

from __future__ import annotations

import argparse
import time

from rig import folder, machine, say, summarise
from rollcall.testing.kills import kill_and_prove


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--people", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.perf_counter()
    with folder() as where:
        report = kill_and_prove(
            where,
            kills=options.kills,
            seed=options.seed,
            people=options.people,
            tick=lambda count: say(f"  {count} kills") if count % 10 == 0 else None,
        )
    proof = report.proof
    # Kept and set aside with a reason is not lost; records that are here twice would be extra.
    lost = report.truth - (proof["here"] - proof["extra"]) - proof["quarantined"]
    doubled = proof["extra"]
    wrong = proof["missing"] + proof["different"]
    print(f"kills: {options.people:,} people at first, seed {options.seed}; {machine()}")
    for target, count in sorted(report.kills.items()):
        print(f"  killed {target:<9} {count:4}")
    print(f"  at the POS {report.truth:,}, here {proof['here']:,}; proof {proof}")
    print(
        f"  {report.kills.total()} kills in {time.perf_counter() - began:.0f} s:"
        f" {lost} lost, {doubled} doubled, {wrong} missing or different"
    )
    summarise(kills_lost_doubled_wrong=f"{report.kills.total()}, {lost}, {doubled}, {wrong}")
    if lost or doubled or wrong or proof["at_pos"] != report.truth:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
