"""Figures of the outbox for Prometheus, read at every scrape; ids, counts and codes alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db import connection
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_LABELS: Final = ("retailer", "connection", "kind")
_NAMES: Final = """
  join sync_posconnection one on one.id = entry.connection_id
  join stores_retailer retailer on retailer.id = one.retailer_id
"""
_OPEN: Final = "('held', 'queued', 'sending', 'refused', 'dead')"
_ENTRIES: Final = f"""
select retailer.slug, one.slug, one.kind, entry.state, count(*)
  from outbox_outboxentry entry {_NAMES}
 where entry.state in {_OPEN} group by 1, 2, 3, 4 order by 1, 2, 4
"""  # noqa: S608 - constants of this file
_OLDEST: Final = f"""
select retailer.slug, one.slug, one.kind,
       extract(epoch from now() - min(entry.created_at))::float8
  from outbox_outboxentry entry {_NAMES}
 where entry.state in ('queued', 'sending') group by 1, 2, 3 order by 1, 2
"""  # noqa: S608 - constants of this file
_CLOSED: Final = f"""
select retailer.slug, one.slug, one.kind, entry.state, count(*)
  from outbox_outboxentry entry {_NAMES}
 where entry.state in ('delivered', 'discarded') and entry.closed_at >= now() - interval '1 hour'
 group by 1, 2, 3, 4 order by 1, 2, 4
"""  # noqa: S608 - constants of this file
_REFUSED: Final = f"""
select retailer.slug, one.slug, one.kind, field, entry.code, count(*)
  from outbox_outboxentry entry {_NAMES}
 cross join unnest(entry.fields) field
 where entry.state = 'refused' group by 1, 2, 3, 4, 5 order by 1, 2, 4, 5
"""  # noqa: S608 - constants of this file
_SWITCHES: Final = """
select retailer.slug, one.slug, one.kind,
       (switch.enabled_at is not null)::int,
       (switch.stopped_at is not null or exists (
          select from outbox_writestop stop
           where stop.retailer_id = one.retailer_id and stop.released_at is null))::int
  from sync_posconnection one
  join stores_retailer retailer on retailer.id = one.retailer_id
  left join outbox_writeswitch switch on switch.connection_id = one.id
 order by 1, 2
"""


class OutboxFigures(Collector):
    """What waits, how long, what became of it, and who may write."""

    def collect(self) -> Iterator[Metric]:
        yield _gauge("rollcall_outbox_entries", "Entries that are not over.", ("state",), _ENTRIES)
        yield _gauge(
            "rollcall_outbox_oldest_waiting_seconds",
            "Age of the oldest entry that is queued or being sent.",
            (),
            _OLDEST,
        )
        yield _gauge(
            "rollcall_outbox_closed_last_hour",
            "Entries that were delivered or discarded within an hour.",
            ("outcome",),
            _CLOSED,
        )
        yield _gauge(
            "rollcall_outbox_refused_fields",
            "Fields of entries that a POS refused, by its code.",
            ("field", "code"),
            _REFUSED,
        )
        yield from _switches()


def _gauge(name: str, text: str, further: tuple[str, ...], statement: str) -> Metric:
    family = GaugeMetricFamily(name, text, labels=(*_LABELS, *further))
    for *labels, figure in _read(statement):
        family.add_metric([str(label) for label in labels], float(str(figure)))
    return family


def _switches() -> Iterator[Metric]:
    enabled = GaugeMetricFamily(
        "rollcall_writing_enabled", "1 if the connection may write to its POS.", labels=_LABELS
    )
    stopped = GaugeMetricFamily(
        "rollcall_writing_stopped", "1 if a kill switch keeps it from writing.", labels=_LABELS
    )
    for *labels, is_enabled, is_stopped in _read(_SWITCHES):
        names = [str(label) for label in labels]
        enabled.add_metric(names, float(str(is_enabled)))
        stopped.add_metric(names, float(str(is_stopped)))
    yield enabled
    yield stopped


def _read(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
