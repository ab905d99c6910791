"""Somebody registered here appears in a POS's list: typed in at the till, as they always were.

Only what leaves no doubt joins them: the same licence or medical id, or the same name, birth date
and phone or e-mail; and only if exactly one record fits. Everything else is for people to decide.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from rollcall.customers.models import AccountStore, PosRecord
from rollcall.customers.operations.hub_records import (
    join_record,
    retire_hub_record,
)
from rollcall.customers.operations.settling import lock_person, lock_ties
from rollcall.customers.queries.profile import read_record
from rollcall.customers.rules.hub_records import HUB_KIND
from rollcall.customers.rules.values import folded_names, search_values
from rollcall.identity.queries.said_new import was_said_new
from rollcall.kit.fields import Fields
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.closing import tell

#: Of one sweep; the others wait for the next.
_MOST: Final = 500
_DOCUMENTS: Final = ("licence", "medical_id")
_CONTACTS: Final = ("phone", "email")

State = OutboxEntry.State


def join_appeared(scope: Scope, *, now: dt.datetime) -> int:
    """Join everybody who waits for a POS and has appeared in its list; returns how many."""
    waiting = (
        PosRecord.objects.scoped(scope)
        .filter(account__kind=HUB_KIND, gone_at__isnull=True)
        .select_related("account", "link__base")
        .order_by("-pk")[:_MOST]
    )
    return sum(_join(scope, record, now=now) for record in waiting)


def _join(scope: Scope, ours: PosRecord, *, now: dt.datetime) -> bool:
    theirs = _find(scope, ours)
    if theirs is None:
        return False
    with transaction.atomic():
        lock_ties(scope)
        lock_person(scope, ours.link.base_id)
        if not _give_up_create(scope, ours, now=now):
            return False
        join_record(scope, theirs.pk, ours.link.base, now=now)
        retire_hub_record(scope, ours.pk, now=now)
    return True


def _find(scope: Scope, ours: PosRecord) -> PosRecord | None:
    values = read_record(scope, ours).fields.values
    keys = {f"{name}_key": getattr(ours, f"{name}_key") for name in (*_DOCUMENTS, *_CONTACTS)}
    known = [Q(**{name: key}) for name, key in keys.items() if key is not None]
    if not known:
        return None
    any_of = known[0]
    for one in known[1:]:
        any_of |= one
    fitting = [
        record
        for record in _of_the_store(scope, ours).filter(any_of)[:50]
        if _is_surely_one(values, read_record(scope, record).fields.values)
        # Whoever registered them was shown this person: only somebody else may say otherwise.
        and not was_said_new(scope, ours.link.customer_id, record.link.customer_id)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _of_the_store(scope: Scope, ours: PosRecord) -> QuerySet[PosRecord]:
    """Return living records of the POS lists that serve the store where they were registered."""
    links = AccountStore.objects.scoped(scope)
    stores = links.filter(account=ours.account_id).values("store")
    accounts = links.filter(store__in=stores).values("account")
    return (
        PosRecord.objects.scoped(scope)
        .filter(account__in=accounts, gone_at__isnull=True, merged_into__isnull=True)
        .exclude(account__kind=HUB_KIND)
        .select_related("account", "link")
    )


def _is_surely_one(ours: Fields, theirs: Fields) -> bool:
    mine, others = search_values(ours), search_values(theirs)
    documents = [name for name in _DOCUMENTS if name in mine and name in others]
    if any(mine[name] != others[name] for name in documents):
        return False
    if mine.get("born_on") != others.get("born_on"):
        return False
    if documents:
        return True
    same_contact = any(name in mine and mine[name] == others.get(name) for name in _CONTACTS)
    return same_contact and "born_on" in mine and folded_names(ours) == folded_names(theirs)


def _give_up_create(scope: Scope, ours: PosRecord, *, now: dt.datetime) -> bool:
    """Discard a create that has not gone out; False if one may have, which then tells by itself."""
    creates = (
        OutboxEntry.objects.scoped(scope)
        .select_for_update(of=("self",))
        .filter(hub_record=ours, state__in=OutboxEntry.OPEN)
    )
    for entry in creates:
        if entry.state == State.SENDING or entry.sent_at is not None:
            return False
        entry.state, entry.code, entry.closed_at = State.DISCARDED, "appeared", now
        entry.save(update_fields=["state", "code", "closed_at"])
        tell(scope, entry, "outbox.discarded")
    return True
