"""The inbox's figures for Prometheus, read from the database at every scrape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db import connection
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

_LABELS: Final = ("retailer", "connection")
_FIGURES: Final = """
select retailer.slug, one.slug, figures.outcome, figures.calls, figures.seconds
  from inbox_callfigures figures
  join sync_posconnection one on one.id = figures.connection_id
  join stores_retailer retailer on retailer.id = figures.retailer_id
 order by 1, 2, 3
"""
_STRAY: Final = "select reason, calls from inbox_straycalls order by 1"
_WAITING: Final = """
select retailer.slug, one.slug, count(*), extract(epoch from now() - min(event.received_at))::float8
  from inbox_inboxevent event
  join sync_posconnection one on one.id = event.connection_id
  join stores_retailer retailer on retailer.id = event.retailer_id
 where event.state = 'received' group by 1, 2 order by 1, 2
"""
_REFUSED: Final = "refused_"
_DONE: Final = "done_"


class InboxFigures(Collector):
    """Counts, seconds and names of connections; nothing of people."""

    def collect(self) -> Iterator[Metric]:
        yield from _calls()
        yield from _waiting()


def _calls() -> tuple[Metric, ...]:
    calls = CounterMetricFamily(
        "rollcall_inbox_calls", "Calls of POS systems that were taken.", labels=(*_LABELS, "what")
    )
    refused = CounterMetricFamily(
        "rollcall_inbox_refused_calls",
        "Calls that were refused; those to no address of ours have no connection.",
        labels=(*_LABELS, "reason"),
    )
    done = SummaryMetricFamily(
        "rollcall_inbox_processing_lag_seconds",
        "Events that a worker is done with, and the seconds since they came.",
        labels=(*_LABELS, "outcome"),
    )
    for retailer, slug, outcome, count, seconds in _read(_FIGURES):
        whose, word = (str(retailer), str(slug)), str(outcome)
        if word.startswith(_DONE):
            labels = (*whose, word.removeprefix(_DONE))
            done.add_metric(labels, count_value=int(str(count)), sum_value=float(str(seconds)))
        elif word.startswith(_REFUSED):
            refused.add_metric((*whose, word.removeprefix(_REFUSED)), float(str(count)))
        else:
            calls.add_metric((*whose, word), float(str(count)))
    for reason, count in _read(_STRAY):
        refused.add_metric(("", "", str(reason).removeprefix(_REFUSED)), float(str(count)))
    return calls, refused, done


def _waiting() -> tuple[Metric, ...]:
    waiting = GaugeMetricFamily(
        "rollcall_inbox_waiting_events", "Events that wait for a worker.", labels=_LABELS
    )
    oldest = GaugeMetricFamily(
        "rollcall_inbox_oldest_waiting_seconds", "How long the oldest has waited.", labels=_LABELS
    )
    for retailer, slug, count, seconds in _read(_WAITING):
        waiting.add_metric((str(retailer), str(slug)), float(str(count)))
        oldest.add_metric((str(retailer), str(slug)), float(str(seconds)))
    return waiting, oldest


def _read(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
