"""Figures for Prometheus, read from the database at every scrape: any process gives the same."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

import rollcall
from rollcall.embedded.errors import EmbeddedServerError

_CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_LABELS: Final = ("retailer", "connection", "kind")
#: Headers that tell of a proxy: what it forwards did not come from this machine.
_PROXY_HEADERS: Final = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")

# One row per connection. Several connections may read one list: each shows the list's figures.
_CONNECTIONS: Final = """
select retailer.slug, one.slug, one.kind,
       extract(epoch from now() - good.finished_at)::float8,
       coalesce(alive.records, 0), coalesce(waiting.rows, 0),
       (state.brake_pulled_at is not null)::int,
       (newest.state in ('pending', 'in_progress'))::int, newest.rows_read
  from sync_posconnection one
  join stores_retailer retailer on retailer.id = one.retailer_id
  left join sync_accountstate state on state.account_id = one.account_id
  left join lateral (select finished_at from sync_customersync run
                      where run.connection_id = one.id and run.state = 'finished'
                      order by id desc limit 1) good on true
  left join lateral (select run.state, run.rows_read from sync_customersync run
                      where run.connection_id = one.id order by id desc limit 1) newest on true
  left join (select account_id, count(*) records from customers_posrecord
              where gone_at is null group by account_id) alive on alive.account_id = one.account_id
  left join (select account_id, count(*) as rows from sync_quarantinedrow
              where resolved_at is null group by account_id) waiting
         on waiting.account_id = one.account_id
 order by 1, 2
"""
_RUNS: Final = """
select retailer.slug, run.state, count(*) from sync_customersync run
  join stores_retailer retailer on retailer.id = run.retailer_id group by 1, 2 order by 1, 2
"""
_TASKS: Final = """
select retailer.slug, task.kind, count(*) from sync_task task
  join stores_retailer retailer on retailer.id = task.retailer_id
 where task.finished_at is null group by 1, 2 order by 1, 2
"""
_FIGURES: Final = (
    ("rollcall_last_good_sync_age_seconds", "Seconds since the last sync that finished."),
    ("rollcall_records_alive", "Records that the POS still has, as far as the hub knows."),
    ("rollcall_quarantined_rows", "Rows that wait in quarantine."),
    ("rollcall_brake_pulled", "1 if deletions wait for a person."),
    ("rollcall_sync_open", "1 if a sync waits or goes on."),
    ("rollcall_last_sync_rows_read", "Rows that the newest sync has read."),
)


class SharedState(Collector):
    """Reads what all processes share; holds ids and counts, nothing of people."""

    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("rollcall_build_info", "Always 1.", labels=("version",))
        build.add_metric((rollcall.__version__,), 1)
        yield build
        yield from _connections()
        yield _counts("rollcall_syncs", "Syncs by state.", "state", _RUNS)
        yield _counts("rollcall_unfinished_tasks", "Tasks that wait.", "kind", _TASKS)


def _connections() -> list[Metric]:
    families = [GaugeMetricFamily(name, text, labels=_LABELS) for name, text in _FIGURES]
    for retailer, slug, kind, *figures in _read(_CONNECTIONS):
        for family, figure in zip(families, figures, strict=True):
            if figure is not None:
                family.add_metric((str(retailer), str(slug), str(kind)), float(str(figure)))
    return list(families)


def _counts(name: str, text: str, label: str, statement: str) -> Metric:
    family = GaugeMetricFamily(name, text, labels=("retailer", label))
    for retailer, value, count in _read(statement):
        family.add_metric((str(retailer), str(value)), float(str(count)))
    return family


def _read(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def metrics_page(request: HttpRequest) -> HttpResponse:
    """Prometheus text: for the holder of the token, or without one for this machine alone."""
    if not may_read(request):
        return HttpResponse("forbidden\n", status=403, content_type="text/plain")
    registry = CollectorRegistry()
    try:
        registry.register(SharedState())
        text = generate_latest(registry)
    except (DatabaseError, EmbeddedServerError):
        return HttpResponse(
            "the database cannot be reached\n", status=503, content_type="text/plain"
        )
    return HttpResponse(text, content_type=_CONTENT_TYPE)


def may_read(request: HttpRequest) -> bool:
    """Compare the token in constant time; without a configured token, insist on loopback."""
    token: str = settings.METRICS_TOKEN
    if token:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        # Bytes, because hmac refuses text outside ASCII.
        same = hmac.compare_digest(given.strip().encode(), token.encode())
        return scheme.lower() == "bearer" and same
    proxied = any(header in request.headers for header in _PROXY_HEADERS)
    return not proxied and _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
