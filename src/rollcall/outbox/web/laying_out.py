"""Entries with what their rows need to know: switches of connections, names of people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from rollcall.customers.presentation import name_actors
from rollcall.kit.scope import Scope
from rollcall.outbox import queries
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.presentation import EntryRow, lay_out_entries


def rows_of(scope: Scope, entries: Sequence[OutboxEntry], *, now: dt.datetime) -> list[EntryRow]:
    """Lay out entries in their order."""
    connections = list({one.connection_id: one.connection for one in entries}.values())
    writers = queries.view_writers(scope, connections, now=now)
    return lay_out_entries(
        entries,
        writers={writer.connection.pk: writer for writer in writers},
        actors=name_actors(scope, {one.actor for one in entries}),
        now=now,
    )
