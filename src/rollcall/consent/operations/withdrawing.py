"""Taking consent back: in force at once, and on the way to every POS that can hold it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.consent.models import ConsentEntry
from rollcall.consent.operations.recording import Circumstances, tell
from rollcall.consent.queries.contacts import contact_key, get_standing, people_with
from rollcall.consent.rules.vocabulary import (
    CHANNEL_FLAGS,
    CONTACT_FIELDS,
    EVERY_CHANNEL_FLAG,
    Channel,
    Kind,
    Purpose,
)
from rollcall.customers.models import Customer
from rollcall.customers.operations.edits import edit_field
from rollcall.customers.operations.hub_records import change_hub_records
from rollcall.customers.operations.settling import lock_people, lock_person
from rollcall.customers.queries.people import members_of
from rollcall.kit.fields import FieldValue
from rollcall.kit.scope import Role, Scope, require
from rollcall.outbox.operations.enqueue import wish_update


@transaction.atomic
def withdraw(
    scope: Scope,
    customer: Customer,
    *,
    purposes: Collection[Purpose],
    channels: Collection[Channel],
    circumstances: Circumstances,
    now: dt.datetime,
) -> list[ConsentEntry]:
    """Write down that somebody does not want to be contacted, whether or not they ever agreed.

    Of merged people it is an entry of each: it stays with each of them if they are parted.
    """
    require(scope, Role.KIOSK)
    holder_id = lock_person(scope, customer.pk)
    standing = get_standing(scope, holder_id)
    entries = [
        ConsentEntry(
            retailer_id=scope.retailer_id,
            customer_id=member,
            holder_id=holder_id,
            kind=Kind.WITHDRAWN,
            purpose=purpose,
            channel=channel,
            at=now,
            contact_key=standing.contact_key(channel),
            wording=circumstances.wording,
            route=circumstances.route,
            store=circumstances.store,
            kiosk=circumstances.kiosk,
            actor=str(scope.actor),
            proof=circumstances.proof,
        )
        for member in members_of(scope, holder_id)
        for purpose in sorted(purposes)
        for channel in sorted(channels)
    ]
    made = ConsentEntry.objects.scoped(scope).bulk_create(entries)
    tell(scope, "consent.withdrawn", made)
    if Purpose.MARKETING in purposes:
        _push(scope, holder_id, channels, now=now)
    return made


@transaction.atomic
def stop(
    scope: Scope,
    *,
    channel: Channel,
    contact: str,
    circumstances: Circumstances,
    now: dt.datetime,
) -> int:
    """Stop everything by a channel for everybody who has, or once agreed for, this contact.

    :return: how many people; whoever asked from outside must not learn it.
    """
    require(scope, Role.STAFF)
    field = CONTACT_FIELDS[channel]
    key = contact_key(scope, field, contact)
    agreed = ConsentEntry.objects.scoped(scope).filter(
        contact_key=key, channel__in=[one for one, of in CONTACT_FIELDS.items() if of == field]
    )
    found = people_with(scope, field, key) | set(agreed.values_list("holder", flat=True))
    people = set(lock_people(scope, found).values())
    audit.record(
        scope,
        "consent.stopped",
        subject_kind="customer",
        subject_ids=sorted(people),
        context={"channel": str(channel), "people": len(people)},
    )
    for person in Customer.objects.scoped(scope).filter(pk__in=people).order_by("pk"):
        withdraw(
            scope,
            person,
            purposes=list(Purpose),
            channels=[channel],
            circumstances=circumstances,
            now=now,
        )
    return len(people)


def _push(scope: Scope, holder_id: int, channels: Collection[Channel], *, now: dt.datetime) -> None:
    """Say no in the fields that POS systems know, also to one that says no already elsewhere."""
    changes: dict[str, FieldValue] = {
        field: False for channel, field in CHANNEL_FLAGS.items() if channel in channels
    }
    if set(Channel) <= set(channels):
        changes[EVERY_CHANNEL_FLAG] = False
    if not changes:
        return
    person = Customer.objects.scoped(scope).get(pk=holder_id)
    entries = wish_update(scope, person, changes, store=None, now=now)
    carried = {name for entry in entries for name in entry.fields}
    for name, value in changes.items():
        edit_field(scope, person, name, value, waiting=name in carried, now=now)
    change_hub_records(scope, person, changes, now=now)
