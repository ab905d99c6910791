"""Many processes merge, part, edit and sync the same forty people; then the proof.

    python benchmarks/identity_concurrency.py [--processes 8] [--seconds 60] [--seed 1]

One installation with an embedded database. The worst case on purpose: everybody works at the same
people, which no shop does. Afterwards every merge and undoing that was told as done has to be kept,
and every record, edit and id has to be whose the evidence says.
"""

from __future__ import annotations

import argparse
import os

from rig import folder, machine, summarise
from rollcall.embedded import EmbeddedServer
from rollcall.testing.installation import Installation


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with folder() as where:
        installation = Installation(data=where / "hub")
        installation.data.mkdir()
        installation.data.chmod(0o711)
        with EmbeddedServer(installation.data):
            installation.run("migrate")
            os.environ.update(installation.environment())
            from rollcall.config.cli.django_setup import start_django  # noqa: PLC0415  # reads it

            start_django()
            _measure(options)


def _measure(options: argparse.Namespace) -> None:
    from rollcall.kit.scope import Actor  # noqa: PLC0415  # Django is set up now
    from rollcall.stores.operations import create_retailer  # noqa: PLC0415
    from rollcall.stores.queries import get_system_scope  # noqa: PLC0415
    from rollcall.testing.merging_crowd import open_lists, run_crowd  # noqa: PLC0415

    actor = Actor(kind="cli", id="benchmark")
    retailer = create_retailer(slug="alder", name="Alder Group", actor=actor)
    scope = get_system_scope(retailer.pk, actor=actor)
    report = run_crowd(
        scope,
        open_lists(scope),
        processes=options.processes,
        seconds=options.seconds,
        seed=options.seed,
    )
    print(f"merging at once: {options.processes} processes, {options.seconds:.0f} s; {machine()}")
    for what, count in sorted(report.done.items()):
        print(f"  {what:<14} {count:7,}   slowest {report.slowest_s[what]:.2f} s")
    wrong = +report.wrong
    print(f"  wrong: {dict(wrong) or 'nothing'}")
    summarise(identity_wrong=str(wrong.total()), steps=str(report.done.total()))
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
