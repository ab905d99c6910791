"""What ``rollcall outbox`` does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import click

from rollcall.audit import operations as audit
from rollcall.config.cli.customers import pick_retailer
from rollcall.config.cli.django_setup import command_line_actor
from rollcall.config.cli.output import print_json, print_table
from rollcall.config.cli.sync import find
from rollcall.customers.presentation import TypedValueError, read_typed
from rollcall.kit.clock import utc_now
from rollcall.kit.fields import FIELDS, FieldValue
from rollcall.kit.scope import Role, Scope, require
from rollcall.outbox import queries
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations import people, switches
from rollcall.outbox.operations.readiness import check_readiness
from rollcall.stores.queries import get_system_scope, list_retailers, list_stores
from rollcall.sync.models import PosConnection

_NOT_WAITING = "it is being sent, has arrived or was discarded: nothing was done"


def list_entries(
    *,
    connection: str | None,
    store: str | None,
    states: Sequence[str],
    retailer: str | None,
    as_json: bool,
) -> None:
    """Print entries of all retailers, or of one connection, store or retailer."""
    entries: list[OutboxEntry] = []
    for scope, connection_id in _chosen(connection, store, retailer):
        entries += queries.list_entries(
            scope, states=states or OutboxEntry.OPEN, connection_id=connection_id
        )
    if as_json:
        for entry in entries:
            print_json(_entry_as_json(entry))
    elif entries:
        columns = ("entry", "state", "connection", "intent", "fields", "since", "tries", "reason")
        print_table(columns, map(_row, entries))
    else:
        click.echo("nothing is in the outbox" if not states else "no such entries")


def _chosen(
    connection: str | None, store: str | None, retailer: str | None
) -> Iterable[tuple[Scope, int | None]]:
    """Scopes to ask, each with a connection or all."""
    if connection is not None:
        scope, found = find(connection)
        if store is None or found in _serving(scope, store):
            yield scope, found.pk
        return
    if store is None and retailer is None:
        scopes = [_scope(one.pk) for one in list_retailers()]
        yield from ((scope, None) for scope in scopes)
        return
    scope = _scope(pick_retailer(retailer).pk)
    if store is None:
        yield scope, None
        return
    yield from ((scope, one.pk) for one in _serving(scope, store))


def _serving(scope: Scope, store: str) -> list[PosConnection]:
    if store not in {one.slug for one in list_stores(scope)}:
        raise click.ClickException(f"there is no store {store!r}")
    return list(PosConnection.objects.scoped(scope).filter(stores__slug=store).order_by("slug"))


def _scope(retailer_id: int) -> Scope:
    return get_system_scope(retailer_id, actor=command_line_actor())


def _entry_as_json(entry: OutboxEntry) -> dict[str, Any]:
    names = (
        "state intent fields external_id actor created_at wished_at not_before attempts calls"
        " closed_at decisions code reason"
    )
    return {
        "entry": entry.pk,
        "connection": entry.connection.slug,
        "customer_id": str(entry.customer.public_id),
        **{name: getattr(entry, name) for name in names.split()},
    }


def _row(entry: OutboxEntry) -> tuple[object, ...]:
    since = f"{entry.created_at:%Y-%m-%d %H:%M}Z"
    fields = ", ".join(entry.fields)
    slug = entry.connection.slug
    return entry.pk, entry.state, slug, entry.intent, fields, since, entry.attempts, entry.reason


def _find(entry_id: int) -> tuple[Scope, OutboxEntry]:
    found = queries.find_entry_anywhere(entry_id)
    if found is None:
        raise click.ClickException(f"there is no entry {entry_id}; rollcall outbox list has them")
    scope = _scope(found.retailer_id)
    return scope, queries.get_entry(scope, entry_id)


def show(entry_id: int, *, values: bool, as_json: bool) -> None:
    """Print one entry, with values only if they were asked for."""
    scope, entry = _find(entry_id)
    told = _entry_as_json(entry)
    if values:
        told["values"] = _values(scope, entry)
    if as_json:
        print_json(told)
        return
    for name, value in told.items():
        if isinstance(value, dict):
            value = "".join(f"\n  {key}: {one}" for key, one in value.items())
        elif isinstance(value, list):
            value = ", ".join(value)
        if value not in (None, ""):
            click.echo(f"{name.replace('_', ' ')}: {value}")


def _values(scope: Scope, entry: OutboxEntry) -> dict[str, FieldValue]:
    require(scope, Role.ADMIN)
    wish = queries.open_wish(scope, entry)
    audit.record(
        scope,
        "outbox.viewed",
        subject_kind="customer",
        subject_ids=[entry.customer_id],
        fields=wish.names(),
        context={"entry": entry.pk},
    )
    return dict(wish.values)


def retry(entry_id: int) -> None:
    """Send an entry again."""
    scope, _ = _find(entry_id)
    try:
        entry = people.send_again(scope, entry_id, now=utc_now())
    except people.NotWaitingError as error:
        raise click.ClickException(_NOT_WAITING) from error
    click.echo(f"entry {entry.pk} is {entry.state}")


def edit(entry_id: int, changes: Sequence[str]) -> None:
    """Mend values; all that is wrong is said at once, without repeating a value."""
    scope, _ = _find(entry_id)
    values = _read(changes)
    try:
        entry = people.change_entry(scope, entry_id, values, now=utc_now())
    except people.NotWaitingError as error:
        raise click.ClickException(_NOT_WAITING) from error
    except people.WishInvalidError as error:
        wrong = "; ".join(f"{one.field} {one.message}".strip() for one in error.problems)
        raise click.ClickException(f"the POS would refuse it again: {wrong}") from error
    click.echo(f"entry {entry.pk} is {entry.state}")


def _read(changes: Sequence[str]) -> dict[str, FieldValue]:
    values: dict[str, FieldValue] = {}
    wrong = []
    for change in changes:
        name, equals, text = change.partition("=")
        if not equals or name not in FIELDS:
            # What stands there may be a value, which must not be repeated.
            known = ", ".join(FIELDS)
            raise click.UsageError(f"say FIELD=VALUE with one of the fields {known}")
        try:
            values[name] = read_typed(name, text, today=utc_now().date())
        except TypedValueError as error:
            wrong.append(f"{name} {error}")
    if wrong:
        raise click.ClickException("; ".join(wrong))
    return values


def discard(entry_id: int, *, reason: str) -> None:
    """Give an entry up."""
    scope, _ = _find(entry_id)
    try:
        people.discard(scope, entry_id, reason=reason, now=utc_now())
    except people.ReasonMissingError as error:
        raise click.UsageError("the reason is empty") from error
    except people.NotWaitingError as error:
        raise click.ClickException(_NOT_WAITING) from error
    click.echo(f"entry {entry_id} is discarded")


def enable(slug: str, *, cap: int | None) -> None:
    """Switch writing on; what is not ready is listed, one check a line."""
    scope, connection = find(slug)
    try:
        released = switches.enable_writing(scope, connection, hourly_cap=cap, now=utc_now())
    except switches.NotReadyError as error:
        for check in error.checks:
            if not check.passed:
                click.echo(f"  {check.words}", err=True)
        raise click.ClickException(f"{slug} is not ready for writing") from error
    click.echo(f"writing to {slug} is on; {released} held entries go out")


def disable(slug: str) -> None:
    """Switch writing off."""
    scope, connection = find(slug)
    switches.disable_writing(scope, connection, now=utc_now())
    click.echo(f"writing to {slug} is off; what waits is held")


def set_stopped(slug: str, *, stopped: bool) -> None:
    """Pull or release a kill switch."""
    scope, connection = find(slug)
    switches.set_stopped(scope, connection, stopped=stopped, now=utc_now())
    click.echo(f"writing to {slug} {'is stopped' if stopped else 'goes on, if it is switched on'}")


def stop_all(retailer: str | None) -> None:
    """Pull the kill switch of all connections."""
    found = pick_retailer(retailer)
    switches.stop_all(_scope(found.pk), now=utc_now())
    click.echo(f"all writing of {found.slug} is stopped")


def resume_all(retailer: str | None) -> None:
    """Release the kill switch of all connections."""
    found = pick_retailer(retailer)
    switches.release_all(_scope(found.pk), now=utc_now())
    click.echo(f"writing of {found.slug} goes on")


def report(slug: str, *, as_json: bool) -> None:
    """Print readiness, switches and what is held."""
    scope, connection = find(slug)
    now = utc_now()
    checks = check_readiness(scope, connection, now=now)
    writer = queries.view_writers(scope, [connection], now=now)[0]
    held = queries.get_held_report(scope, connection)
    if as_json:
        print_json(
            {
                "connection": slug,
                "enabled": writer.is_enabled,
                "stopped": writer.is_stopped or writer.all_stopped,
                "hourly_cap": writer.switch.hourly_cap if writer.switch else None,
                "sent_this_hour": writer.sent,
                "checks": {check.code: check.passed for check in checks},
                "creates": held.creates,
                "updates": held.updates,
                "fields": dict(held.by_field),
            }
        )
        return
    click.echo(f"writing is {'on' if writer.is_enabled else 'off'}{_stopped_words(writer)}")
    for check in checks:
        click.echo(f"  {'right' if check.passed else 'WRONG'}: {check.words}")
    click.echo(f"{held.total} held: {held.creates} new, {held.updates} changed")
    for name, count in held.by_field:
        click.echo(f"  {name}: {count}")


def _stopped_words(writer: queries.WriterView) -> str:
    if writer.all_stopped:
        return ", and everything is stopped"
    return ", and stopped" if writer.is_stopped else ""
