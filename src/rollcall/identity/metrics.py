"""Figures of matching for Prometheus, read at every scrape; slugs and counts alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db import connection
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_WAITING: Final = """
select retailer.slug, count(*) filter (where pending.not_before is null),
       count(*) filter (where pending.not_before is not null),
       extract(epoch from now() - min(pending.noted_at)
               filter (where pending.not_before is null))::float8
  from identity_pendingmatch pending
  join stores_retailer retailer on retailer.id = pending.retailer_id
 group by 1 order by 1
"""
_SUGGESTIONS: Final = """
select retailer.slug, count(*)
  from identity_suggestion suggestion
  join stores_retailer retailer on retailer.id = suggestion.retailer_id
 where suggestion.state = 'open' group by 1 order by 1
"""


class IdentityFigures(Collector):
    """What waits to be compared, how long, and what waits for people."""

    def collect(self) -> Iterator[Metric]:
        waiting = _gauge(
            "rollcall_matching_waiting_records", "Records that wait to be compared with the others."
        )
        aside = _gauge("rollcall_matching_set_aside_records", "Records that could not be compared.")
        oldest = _gauge("rollcall_matching_oldest_waiting_seconds", "Age of the oldest that waits.")
        for slug, due, failed, age_s in _read(_WAITING):
            waiting.add_metric([slug], float(due))
            aside.add_metric([slug], float(failed))
            if age_s is not None:
                oldest.add_metric([slug], float(age_s))
        suggestions = _gauge(
            "rollcall_matching_suggestions", "Pairs of people that wait on the review page."
        )
        for slug, count in _read(_SUGGESTIONS):
            suggestions.add_metric([slug], float(count))
        return iter((waiting, aside, oldest, suggestions))


def _gauge(name: str, text: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, labels=("retailer",))


def _read(statement: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
