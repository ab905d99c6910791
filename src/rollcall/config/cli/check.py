"""Is this installation healthy? Said in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from rollcall.config.cli.django_setup import command_line_actor, with_django
from rollcall.config.cli.output import print_json

if TYPE_CHECKING:
    from rollcall.sync.queries import ConnectionView


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    :param bad: True makes ``rollcall check`` exit with 1.
    """

    topic: str
    words: str
    bad: bool = False


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@with_django
def check(*, as_json: bool) -> int:
    """Say in words whether this installation is healthy; exit code 1 if it is not."""
    findings = list(_findings())
    for finding in findings:
        if as_json:
            print_json({"topic": finding.topic, "ok": not finding.bad, "words": finding.words})
        else:
            mark = "✗" if finding.bad else "✓"
            click.echo(f"{mark} {finding.topic}: {finding.words}")
    return 1 if any(finding.bad for finding in findings) else 0


def _findings() -> Iterator[Finding]:
    from django.db import DatabaseError

    from rollcall.embedded.errors import EmbeddedServerError

    try:
        yield _database()
    except (DatabaseError, EmbeddedServerError) as error:
        words = (str(error).strip().splitlines() or ["no reason given"])[0]
        yield Finding(topic="database", words=words, bad=True)
        return
    migrations = _migrations()
    yield migrations
    if migrations.bad:
        return
    yield from _keys()
    yield _workers()
    yield from _connections()
    yield from _matching()
    yield from _webhooks()
    yield from _legacy_keys()
    yield from _single_sign_on()


def _single_sign_on() -> Iterator[Finding]:
    from django.conf import settings
    from django.urls import reverse

    provider = settings.SINGLE_SIGN_ON
    if provider is None:
        return
    way = reverse("openid_connect_callback", args=[provider.id])
    if not settings.ORIGIN:
        words = f"{provider.name} needs ROLLCALL_URL, to lead people back to {way}"
        yield Finding(topic="single sign-on", words=words, bad=True)
        return
    words = f"{provider.name}; the redirect URI to enter there is {settings.ORIGIN}{way}"
    yield Finding(topic="single sign-on", words=words)


def _database() -> Finding:
    from django.conf import settings
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select current_setting('server_version')")
        version = cursor.fetchone()[0].split()[0]
    place = "embedded" if settings.EMBEDDED_DATABASE else "external"
    old = int(version.split(".")[0]) < 15
    words = f"PostgreSQL {version}, {place}"
    if old:
        words += " (15 is the oldest that works)"
    return Finding(topic="database", words=words, bad=old)


def _migrations() -> Finding:
    from rollcall.config.migrations import pending_migrations

    pending = pending_migrations()
    if pending:
        words = f"{len(pending)} are missing; run: rollcall migrate"
        return Finding(topic="migrations", words=words, bad=True)
    return Finding(topic="migrations", words="all applied")


def _keys() -> Iterator[Finding]:
    from rollcall.kit.crypto import UnsealError
    from rollcall.stores.queries import get_keys, get_system_scope, list_retailers

    for retailer in list_retailers():
        scope = get_system_scope(retailer.pk, actor=command_line_actor())
        try:
            get_keys(scope)
        except (UnsealError, LookupError) as error:
            yield Finding(topic=f"keys of {retailer.slug}", words=str(error), bad=True)
        else:
            yield Finding(topic=f"keys of {retailer.slug}", words="open")


def _workers() -> Finding:
    from rollcall.jobs.workers import count_live_workers

    alive = count_live_workers()
    if alive == 0:
        return Finding(
            topic="workers", words="none runs; start one with: rollcall worker", bad=True
        )
    return Finding(topic="workers", words=f"{alive} running")


def _connections() -> Iterator[Finding]:
    from rollcall.stores.queries import get_system_scope, list_retailers
    from rollcall.sync import queries

    for retailer in list_retailers():
        scope = get_system_scope(retailer.pk, actor=command_line_actor())
        for connection in queries.list_connections(scope):
            view = queries.get_connection_view(scope, connection)
            words, bad = _in_words(view)
            yield Finding(topic=f"connection {connection.slug}", words=words, bad=bad)


def _in_words(view: ConnectionView) -> tuple[str, bool]:
    if view.brake_pulled:
        return "the brake is pulled: many records seem gone and wait for an administrator", True
    if view.run is None:
        return "never synchronised", True
    if view.run.state == "failed":
        return f"the last run failed: {view.run.error}", True
    words = f"{view.records} records, {view.quarantined} rows in quarantine"
    if view.good_run is None or view.good_run.finished_at is None:
        return f"{words}; the first run is not finished", False
    return f"{words}; synchronised {view.good_run.finished_at:%Y-%m-%d %H:%M}Z", False


def _matching() -> Iterator[Finding]:
    from rollcall.identity.queries.pending import count_waiting
    from rollcall.kit.clock import utc_now
    from rollcall.stores.queries import get_system_scope, list_retailers

    for retailer in list_retailers():
        scope = get_system_scope(retailer.pk, actor=command_line_actor())
        waiting = count_waiting(scope, now=utc_now())
        words = f"{waiting.records} records wait to be compared"
        if waiting.late:
            words += f", {waiting.late} of them for more than half an hour"
        if waiting.set_aside:
            words += f"; {waiting.set_aside} could not be compared"
        bad = bool(waiting.late or waiting.set_aside)
        yield Finding(topic=f"matching of {retailer.slug}", words=words, bad=bad)


def _webhooks() -> Iterator[Finding]:
    from rollcall.events.queries.health import find_health
    from rollcall.kit.clock import utc_now
    from rollcall.stores.queries import get_system_scope, list_retailers

    for retailer in list_retailers():
        scope = get_system_scope(retailer.pk, actor=command_line_actor())
        for one in find_health(scope, now=utc_now()):
            words = f"{one.webhook.get_state_display()}, {one.backlog.waiting} deliveries wait"
            if one.is_late:
                words += ", the oldest for more than an hour"
            if one.backlog.dead:
                words += f"; {one.backlog.dead} were given up"
            yield Finding(
                topic=f"webhook {one.webhook.pk} of {retailer.slug}", words=words, bad=one.is_bad
            )


def _legacy_keys() -> Iterator[Finding]:
    from rollcall.kit.clock import utc_now
    from rollcall.stores.queries import get_system_scope, list_key_views, list_retailers

    for retailer in list_retailers():
        scope = get_system_scope(retailer.pk, actor=command_line_actor())
        for key in list_key_views(scope, now=utc_now()):
            if key.until is None:
                continue
            topic = f"kiosk key {key.public_part} of {key.catalog_id}"
            if key.is_over:
                words = f"was legacy until {key.until:%Y-%m-%d} and is strict now"
            else:
                words = f"legacy until {key.until:%Y-%m-%d}, because: {key.reason}"
            yield Finding(topic=topic, words=words, bad=key.ends_soon or key.is_over)
