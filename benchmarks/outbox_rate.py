"""How fast waiting writes reach a POS: the share of the allowed calls that is used, and the most.

    python benchmarks/outbox_rate.py [--kind treez] [--rates 20 50] [--seconds 15]

One installation with an embedded database; the simulator is a process of its own. Several hundred
changes wait, then one worker's ``drain`` sends them. At Treez a change is three calls:
read, read again, write.

* Allowed so many calls a second, answers that take 80 ms: calls a second as the POS counted them,
  between the tenth and the last tenth of the time, against what is allowed.
* No limit, answers at once: calls a second on this machine.
"""

from __future__ import annotations

import argparse
import itertools
import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rig import CONNECTION, UNLIMITED, Pos, folder, hub, machine, say, simulator, summarise
from rollcall.pos.simulator.control import Control

_LATENCY_MS: Final = 80
_CALLS_OF_A_CHANGE: Final = 3
_AIM_SHARE: Final = 0.9
_AIM_CALLS: Final = 200


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Calls a second, in the steady middle and over all; entries, and how many arrived."""

    steady: float
    overall: float
    calls: int
    entries: int
    delivered: int


def main() -> None:
    options = _options()
    print(f"outbox: {options.kind}, {machine()}")
    with (
        folder() as where,
        simulator(where, people=options.entries, kind=options.kind) as pos,
        hub(where / "hub", pos) as made,
    ):
        made.sync()
        os.environ.update(made.installation.environment())
        from rollcall.config.cli.django_setup import start_django  # noqa: PLC0415  # reads it

        start_django()
        _measure(options, pos)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kind", default="treez")
    parser.add_argument("--rates", type=float, nargs="*", default=[20.0, 50.0])
    parser.add_argument("--seconds", type=float, default=15.0, help="of each limited round")
    parser.add_argument("--entries", type=int, default=600, help="that wait without limits")
    return parser.parse_args()


def _measure(options: argparse.Namespace, pos: Pos) -> None:
    control, marks = Control(pos.url), itertools.count(1)
    control.set_faults(latency_ms=_LATENCY_MS)
    for rate in options.rates:
        entries = min(options.entries, int(rate * options.seconds / _CALLS_OF_A_CHANGE))
        seen = _drain(pos, rate=rate, entries=entries, mark=next(marks))
        share = seen.steady / rate
        words = f"{share:.2f} (aim {_AIM_SHARE:g})"
        print(
            f"  {rate:g} allowed, {_LATENCY_MS} ms an answer: {seen.steady:.1f} calls a second,"
            f" {words}; {seen.overall:.1f} from first to last;"
            f" {seen.delivered} of {seen.entries} changes arrived"
        )
        summarise(**{f"share_of_{rate:g}_calls_a_second": words})
    control.set_faults(latency_ms=0)
    seen = _drain(pos, rate=UNLIMITED, entries=options.entries, mark=next(marks))
    words = f"{seen.steady:.0f} (aim {_AIM_CALLS}; {seen.steady / _AIM_CALLS:.2f} of it)"
    print(
        f"  no limit: {words} calls a second, {seen.overall:.0f} from first to last;"
        f" {seen.delivered} of {seen.entries} changes arrived"
    )
    summarise(calls_a_second_without_limit=words)


def _drain(pos: Pos, *, rate: float, entries: int, mark: int) -> Seen:
    from rollcall.config.cli.sync import find  # noqa: PLC0415  # needs Django
    from rollcall.kit.clock import utc_now  # noqa: PLC0415
    from rollcall.outbox.models import OutboxEntry, WriteSwitch  # noqa: PLC0415
    from rollcall.outbox.operations.drain import drain  # noqa: PLC0415

    _set_rate(rate)
    scope, connection = find(CONNECTION)
    WriteSwitch.objects.scoped(scope).update_or_create(
        connection=connection, defaults={"enabled_at": utc_now(), "enabled_by": "cli:benchmark"}
    )
    before = OutboxEntry.objects.scoped(scope).count()
    _wish(entries, mark)
    say(f"  {OutboxEntry.objects.scoped(scope).count() - before} changes wait")
    with _counting(Control(pos.url)) as counted:
        drain(scope, connection)
    delivered = OutboxEntry.objects.scoped(scope).filter(state=OutboxEntry.State.DELIVERED).count()
    return _seen(counted, entries=entries, delivered=delivered - before)


def _set_rate(rate: float) -> None:
    from rollcall.config.cli.sync import find  # noqa: PLC0415  # needs Django
    from rollcall.kit.clock import utc_now  # noqa: PLC0415
    from rollcall.stores.models import Store  # noqa: PLC0415
    from rollcall.sync.operations.connections import open_settings, save_connection  # noqa: PLC0415

    scope, connection = find(CONNECTION)
    settings = open_settings(scope, connection)
    save_connection(
        scope,
        slug=connection.slug,
        kind=connection.kind,
        stores=list(Store.objects.scoped(scope)),
        time_zone=connection.time_zone,
        settings=settings.model_copy(update={"requests_per_second": rate}),
        now=utc_now(),
    )


def _wish(entries: int, mark: int) -> None:
    from rollcall.config.cli.sync import find  # noqa: PLC0415  # needs Django
    from rollcall.customers.models import PosRecord  # noqa: PLC0415
    from rollcall.kit.clock import utc_now  # noqa: PLC0415
    from rollcall.registration.operations.changing import change_person  # noqa: PLC0415

    scope, connection = find(CONNECTION)
    records = PosRecord.objects.scoped(scope).filter(
        account=connection.account, gone_at__isnull=True, merged_into__isnull=True
    )
    for record in records.select_related("link__customer").order_by("pk")[:entries]:
        email = f"mark{mark}.{record.pk}@example.com"
        change_person(scope, record.link.customer, {"email": email}, now=utc_now())


class _counting:  # noqa: N801  # reads as what it does
    """Looks at the POS's own count ten times a second until the block ends."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._count)
        self.samples: list[tuple[float, int]] = []

    def __enter__(self) -> Sequence[tuple[float, int]]:
        self._look()
        self._thread.start()
        return self.samples

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._look()

    def _count(self) -> None:
        while not self._over.wait(0.1):
            self._look()

    def _look(self) -> None:
        count = sum(int(row["count"]) for row in self._control.requests())
        self.samples.append((time.perf_counter(), count))


def _seen(samples: Sequence[tuple[float, int]], *, entries: int, delivered: int) -> Seen:
    (began, first), (ended, last) = samples[0], samples[-1]
    span = ended - began
    middle = list(_between(samples, began + span * 0.1, began + span * 0.9))
    (since, low), (until, high) = middle[0], middle[-1]
    return Seen(
        steady=(high - low) / (until - since),
        overall=(last - first) / span,
        calls=last - first,
        entries=entries,
        delivered=delivered,
    )


def _between(
    samples: Sequence[tuple[float, int]], since: float, until: float
) -> Iterator[tuple[float, int]]:
    return (sample for sample in samples if since <= sample[0] <= until)


if __name__ == "__main__":
    main()
