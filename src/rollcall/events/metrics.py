"""Figures of webhooks for Prometheus, read from the database at every scrape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db import connection
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_LABELS: Final = ("retailer", "webhook")
_FIGURES: Final = """
select retailer.slug, webhook.id::text, webhook.delivered, webhook.failed,
       coalesce(waiting.count, 0), coalesce(waiting.age, 0)
  from events_webhook webhook
  join stores_retailer retailer on retailer.id = webhook.retailer_id
  left join (
    select webhook_id, count(*), extract(epoch from now() - min(created_at))::float8 as age
      from events_webhookdelivery where state = 'waiting' group by 1
  ) waiting on waiting.webhook_id = webhook.id
 where webhook.state <> 'removed' order by 1, 2
"""


class WebhookFigures(Collector):
    """Counts and seconds; webhooks are named by their number."""

    def collect(self) -> Iterator[Metric]:
        delivered = CounterMetricFamily(
            "rollcall_webhook_deliveries", "Calls that were answered well.", labels=_LABELS
        )
        failed = CounterMetricFamily(
            "rollcall_webhook_failures", "Calls that were not answered well.", labels=_LABELS
        )
        waiting = GaugeMetricFamily(
            "rollcall_webhook_waiting_deliveries", "Events that wait.", labels=_LABELS
        )
        oldest = GaugeMetricFamily(
            "rollcall_webhook_oldest_waiting_seconds", "How long the oldest waits.", labels=_LABELS
        )
        for slug, webhook, well, badly, count, age_s in _read():
            labels = (slug, webhook)
            delivered.add_metric(labels, well)
            failed.add_metric(labels, badly)
            waiting.add_metric(labels, count)
            oldest.add_metric(labels, age_s)
        yield from (delivered, failed, waiting, oldest)


def _read() -> list[tuple[str, str, int, int, int, float]]:
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES)
        rows: list[tuple[str, str, int, int, int, float]] = cursor.fetchall()
    return rows
