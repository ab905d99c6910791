"""What people do with entries that wait for them: mend, send again, discard."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from rollcall.customers.operations.edits import edit_field, settle_edits
from rollcall.customers.operations.hub_records import change_hub_records
from rollcall.customers.operations.settling import lock_person
from rollcall.customers.queries.profile import get_profile
from rollcall.customers.rules.values import normalise_fields
from rollcall.jobs import wake
from rollcall.kit.fields import FIELDS, Fields
from rollcall.kit.scope import Role, Scope, require
from rollcall.outbox import queries
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.closing import still_carried, tell
from rollcall.outbox.operations.enqueue import add_to
from rollcall.outbox.rules.wishes import Wish
from rollcall.pos.registry import connector
from rollcall.pos.writing import FieldProblem
from rollcall.sync.operations.connections import open_settings

State = OutboxEntry.State
_LONGEST_REASON = 500


class NotWaitingError(RuntimeError):
    """The entry is being sent, has arrived or was discarded: nothing can be done with it."""


class ReasonMissingError(ValueError):
    """Whoever discards an entry has to say why."""


class WishInvalidError(ValueError):
    """The POS would refuse these values; ``problems`` says which."""

    def __init__(self, problems: list[FieldProblem]) -> None:
        super().__init__("the POS would refuse these values")
        self.problems = problems


@transaction.atomic
def send_again(scope: Scope, entry_id: int, *, now: dt.datetime) -> OutboxEntry:
    """Queue an entry that was refused or given up, as it is, at once.

    :raises NotWaitingError: it does not wait for anybody.
    """
    require(scope, Role.MANAGER)
    entry = _locked(scope, entry_id)
    entry.state = State.QUEUED if _is_enabled(scope, entry) else State.HELD
    entry.attempts, entry.not_before, entry.wished_at = 0, now, now
    entry.code = entry.reason = ""
    entry.save()
    tell(scope, entry, "outbox.sent_again")
    wake("outbox.drain", connection_id=entry.connection_id)
    return entry


@transaction.atomic
def change_entry(scope: Scope, entry_id: int, values: Fields, *, now: dt.datetime) -> OutboxEntry:
    """Mend values of an entry that waits, and queue it; they stand in the hub from then on.

    Other entries of the person stay as they are.

    :raises NotWaitingError: it does not wait for anybody.
    :raises WishInvalidError: the POS would refuse it again.
    """
    require(scope, Role.MANAGER)
    entry = _locked(scope, entry_id)
    unknown = [name for name in values if name not in FIELDS]
    problems = [FieldProblem(field=n, code="unknown", message="is no field") for n in unknown]
    wish = queries.open_wish(scope, entry)
    found = connector(entry.connection.kind)
    settings = open_settings(scope, entry.connection)
    whole = {**wish.values, **values}
    check = found.check_new if entry.intent == OutboxEntry.Intent.CREATE else found.check_changes
    problems += check(whole, settings)
    if problems:
        raise WishInvalidError(problems)
    values = normalise_fields(values)
    _put_in_force(scope, entry, values, now=now)
    return add_to(scope, entry, Wish(values=values), now=now)


def _put_in_force(scope: Scope, entry: OutboxEntry, values: Fields, *, now: dt.datetime) -> None:
    """Let mended values stand for the person, as firmly as those whose place they take."""
    customer = entry.customer
    profile = get_profile(scope, entry.holder)
    standing = {view.name: view.truth.standing for view in profile.fields}
    different = {
        name: value
        for name, value in values.items()
        if name not in standing or standing[name].value != value
    }
    for name, value in different.items():
        pinned = name in standing and standing[name].pinned
        edit_field(scope, customer, name, value, pinned=pinned, waiting=True, now=now)
    if different:
        change_hub_records(scope, customer, different, now=now)


@transaction.atomic
def discard(scope: Scope, entry_id: int, *, reason: str, now: dt.datetime) -> OutboxEntry:
    """Give an entry up for good; the value stays in the hub.

    :raises ReasonMissingError: nobody said why.
    :raises NotWaitingError: it does not wait for anybody.
    """
    require(scope, Role.MANAGER)
    if not reason.strip():
        raise ReasonMissingError
    entry = _locked(scope, entry_id)
    entry.state, entry.code, entry.closed_at = State.DISCARDED, "discarded", now
    entry.reason = reason.strip()[:_LONGEST_REASON]
    entry.save()
    edited = {(entry.customer_id, name) for name in entry.fields}
    settle_edits(scope, edited - still_carried(scope, {entry.customer_id}))
    tell(scope, entry, "outbox.discarded")
    return entry


def _locked(scope: Scope, entry_id: int) -> OutboxEntry:
    seen = queries.get_entry(scope, entry_id)  # only what may be seen may be touched
    lock_person(scope, seen.customer_id)  # before the entry, as everybody does
    entry = (
        OutboxEntry.objects.scoped(scope)
        .select_for_update(of=("self",))
        .select_related("connection", "customer", "holder")
        .get(pk=entry_id)
    )
    if entry.state not in OutboxEntry.WAITING:
        raise NotWaitingError
    return entry


def _is_enabled(scope: Scope, entry: OutboxEntry) -> bool:
    return queries.is_enabled(queries.find_switch(scope, entry.connection_id))
