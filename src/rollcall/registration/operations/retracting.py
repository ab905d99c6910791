"""Taking a registration back because the POS says that it holds the person already."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from rollcall.customers.models import PosRecord
from rollcall.customers.operations.hub_records import join_record, retire_hub_record
from rollcall.customers.operations.settling import lock_person, lock_ties
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.closing import tell
from rollcall.pos.errors import PosError
from rollcall.registration.operations.registering import Registration
from rollcall.sync.operations.single_rows import take_single_rows
from rollcall.sync.operations.source import open_source

_TIMEOUT_S = 1.5


def retract(
    scope: Scope, registration: Registration, entry: OutboxEntry, *, now: dt.datetime
) -> PosRecord | None:
    """Withdraw a registration that the POS refused as a duplicate; its record stays as history.

    :return: the record that the POS holds, read from it if it named one; None if it did not.
    """
    existing = _existing(scope, entry)
    with transaction.atomic():
        lock_ties(scope)
        lock_person(scope, entry.customer_id)
        locked = OutboxEntry.objects.scoped(scope).select_for_update().get(pk=entry.pk)
        if locked.state != OutboxEntry.State.REFUSED:
            return existing
        locked.state, locked.closed_at = OutboxEntry.State.DISCARDED, now
        locked.save(update_fields=["state", "closed_at"])
        retire_hub_record(scope, registration.record.pk, now=now)
        if existing is not None:
            # Who was typed in is who the POS knows: the registration's id leads there.
            join_record(scope, registration.record.pk, existing.link.base, now=now)
        tell(scope, locked, "outbox.discarded")
    return existing


def _existing(scope: Scope, entry: OutboxEntry) -> PosRecord | None:
    existing_id = entry.decisions.get("duplicate_of")
    if not existing_id:
        return None
    account_id = entry.connection.account_id
    records = PosRecord.objects.scoped(scope).filter(account_id=account_id, external_id=existing_id)
    held = records.select_related("account", "link__base").first()
    if held is not None:
        return held
    try:
        source = open_source(scope, entry.connection)
        with source.open(interactive=True, timeout_s=_TIMEOUT_S, attempts=1) as client:
            row = client.get(existing_id)
    except PosError:
        return None
    with transaction.atomic():
        take_single_rows(source, [row])
    return records.select_related("account", "link__base").first()
