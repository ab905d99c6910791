"""Figures for Prometheus, read from the database at every scrape: any process gives the same."""

from __future__ import annotations

import hmac
import ipaddress
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

import rollcall
from rollcall.embedded.errors import EmbeddedServerError
from rollcall.sync.operations.call_figures import CALL_BUCKETS_S
from rollcall.sync.operations.run_figures import RUN_BUCKETS_S

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
       (newest.state in ('pending', 'in_progress'))::int, newest.rows_read,
       extract(epoch from now() - state.watermark)::float8, one.paused::int,
       coalesce(schedule.failures, 0),
       case when circuit.open_until is null then 0 when circuit.open_until > now() then 2 else 1 end
  from sync_posconnection one
  join stores_retailer retailer on retailer.id = one.retailer_id
  left join sync_accountstate state on state.account_id = one.account_id
  left join sync_schedule schedule on schedule.connection_id = one.id
  left join sync_circuit circuit on circuit.key = one.credential_key
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
_OUTCOMES: Final = ("new", "changed", "unchanged", "quarantined")
_RUNS: Final = """
select retailer.slug, run.state, count(*) from sync_customersync run
  join stores_retailer retailer on retailer.id = run.retailer_id group by 1, 2 order by 1, 2
"""
_TASKS: Final = """
select retailer.slug, task.kind, count(*) from sync_task task
  join stores_retailer retailer on retailer.id = task.retailer_id
 where task.finished_at is null group by 1, 2 order by 1, 2
"""
_RUN_FIGURES: Final = """
select retailer.slug, one.slug, one.kind, figures.rows_new, figures.rows_changed,
       figures.rows_unchanged, figures.rows_quarantined, figures.finished, figures.failed,
       figures.buckets, figures.seconds
  from sync_runfigures figures
  join sync_posconnection one on one.id = figures.connection_id
  join stores_retailer retailer on retailer.id = one.retailer_id
 order by 1, 2
"""
_CALL_FIGURES: Final = """
select kind, operation, outcome, buckets, seconds from sync_callfigures order by 1, 2, 3
"""
_FIGURES: Final = (
    ("rollcall_last_good_sync_age_seconds", "Seconds since the last sync that finished."),
    ("rollcall_records_alive", "Records that the POS still has, as far as the hub knows."),
    ("rollcall_quarantined_rows", "Rows that wait in quarantine."),
    ("rollcall_brake_pulled", "1 if deletions wait for a person."),
    ("rollcall_sync_open", "1 if a sync waits or goes on."),
    ("rollcall_last_sync_rows_read", "Rows that the newest sync has read."),
    ("rollcall_watermark_age_seconds", "Seconds since the moment up to which changes are here."),
    ("rollcall_connection_paused", "1 if a person has paused it."),
    ("rollcall_failed_syncs_in_a_row", "Syncs that failed since the last one that finished."),
    ("rollcall_circuit_state", "0 closed, 1 trying, 2 open: nothing is sent to the POS."),
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
        yield from _ended_runs()
        yield _calls()


def _connections() -> list[Metric]:
    families = [GaugeMetricFamily(name, text, labels=_LABELS) for name, text in _FIGURES]
    for retailer, slug, kind, *figures in _read(_CONNECTIONS):
        for family, figure in zip(families, figures, strict=True):
            if figure is not None:
                family.add_metric((str(retailer), str(slug), str(kind)), float(str(figure)))
    return list(families)


def _ended_runs() -> Iterator[Metric]:
    rows = CounterMetricFamily(
        "rollcall_sync_rows", "Rows of ended syncs.", labels=(*_LABELS, "outcome")
    )
    ended = CounterMetricFamily(
        "rollcall_sync_runs", "Syncs that ended.", labels=(*_LABELS, "state")
    )
    seconds = HistogramMetricFamily(
        "rollcall_sync_duration_seconds", "From a sync's start to its end.", labels=_LABELS
    )
    for retailer, slug, kind, *counts, buckets, total in _read(_RUN_FIGURES):
        labels = (str(retailer), str(slug), str(kind))
        for outcome, count in zip(_OUTCOMES, counts[:4], strict=True):
            rows.add_metric((*labels, outcome), float(str(count)))
        for state, count in zip(("finished", "failed"), counts[4:], strict=True):
            ended.add_metric((*labels, state), float(str(count)))
        seconds.add_metric(labels, _cumulative(buckets, RUN_BUCKETS_S), float(str(total)))
    yield from (rows, ended, seconds)


def _calls() -> Metric:
    family = HistogramMetricFamily(
        "rollcall_pos_request_duration_seconds",
        "From sending a request to a POS to its whole answer.",
        labels=("kind", "operation", "outcome"),
    )
    for kind, operation, outcome, buckets, seconds in _read(_CALL_FIGURES):
        labels = (str(kind), str(operation), str(outcome))
        family.add_metric(labels, _cumulative(buckets, CALL_BUCKETS_S), float(str(seconds)))
    return family


def _cumulative(counts: object, ends: Sequence[float]) -> list[tuple[str, float]]:
    """Counts by bucket, as Prometheus wants them: each with all that are shorter."""
    if not isinstance(counts, list):
        raise TypeError("buckets are a list of counts")
    names = [*(str(end) for end in ends), "+Inf"]
    return list(zip(names, itertools.accumulate(map(float, counts)), strict=True))


def _counts(name: str, text: str, label: str, statement: str) -> Metric:
    family = GaugeMetricFamily(name, text, labels=("retailer", label))
    for retailer, value, count in _read(statement):
        family.add_metric((str(retailer), str(value)), float(str(count)))
    return family


def _read(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


_more: list[Callable[[], Collector]] = []


def add_collector(make: Callable[[], Collector]) -> None:
    """Serve further figures, of capabilities above this one."""
    _more.append(make)


def metrics_page(request: HttpRequest) -> HttpResponse:
    """Prometheus text: for the holder of the token, or without one for this machine alone."""
    if not may_read(request):
        return HttpResponse("forbidden\n", status=403, content_type="text/plain")
    registry = CollectorRegistry()
    try:
        registry.register(SharedState())
        for make in _more:
            registry.register(make())
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
