"""Making a browser a shared tablet, ending that, and who is there."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Final

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from rollcall.access.models import SharedTablet, TabletPerson
from rollcall.access.queries.tablets import get_tablet, hash_secret
from rollcall.audit import operations as audit
from rollcall.kit.scope import Actor, Role, Scope, require
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.stores.models import User
from rollcall.stores.queries import get_system_scope, list_stores

LONGEST_NAME: Final = 60


class TabletInvalidError(ValueError):
    """No name, a name that is too long, or a store that is not the person's.

    :param field: ``name`` or ``store``.
    """

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@transaction.atomic
def set_up_tablet(
    scope: Scope, *, name: str, store_id: int, user: User, now: dt.datetime
) -> tuple[SharedTablet, str]:
    """Make the browser in hand a shared tablet of a store; returns it and its cookie's value.

    :raises TabletInvalidError: see there.
    """
    require(scope, Role.MANAGER)
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > LONGEST_NAME or not cleaned.isprintable():
        raise TabletInvalidError("name")
    own = {store.pk for store in list_stores(scope)}
    if scope.store_ids is not None:
        own &= scope.store_ids
    if store_id not in own:
        raise TabletInvalidError("store")
    secret = secrets.token_urlsafe(32)
    tablet = SharedTablet.objects.scoped(scope).create(
        store_id=store_id,
        name=cleaned,
        secret_hash=hash_secret(secret),
        set_up_by=user,
        set_up_at=now,
        used_at=now,
    )
    audit.record(scope, "tablet.set_up", subject_kind="tablet", subject_ids=[tablet.pk])
    return tablet, f"{tablet.pk}.{secret}"


@transaction.atomic
def end_tablet(scope: Scope, tablet_id: int, *, now: dt.datetime) -> None:
    """Make a shared tablet an ordinary browser; whoever is signed in there is signed out.

    :raises TabletNotFoundError: no such tablet in one's stores.
    """
    tablet = get_tablet(scope, tablet_id)
    SharedTablet.objects.scoped(scope).filter(pk=tablet.pk).update(ended_at=now)
    TabletPerson.objects.scoped(scope).filter(tablet=tablet).delete()
    audit.record(scope, "tablet.ended", subject_kind="tablet", subject_ids=[tablet.pk])


@transaction.atomic
def note_person(tablet: SharedTablet, user: User, *, proven_at: dt.datetime) -> TabletPerson:
    """Note that somebody proved who they are there. Idempotent; an older proof counts for less."""
    scope = acting_at(tablet, user)
    rows = TabletPerson.objects.scoped(scope)
    proven_with = user.get_session_auth_hash()
    row, is_new = rows.get_or_create(
        tablet=tablet,
        user=user,
        defaults={"proven_at": proven_at, "proven_with": proven_with},
    )
    if not is_new:
        rows.filter(pk=row.pk).update(
            proven_at=Greatest(F("proven_at"), proven_at), proven_with=proven_with, wrong=0
        )
    SharedTablet.objects.scoped(scope).filter(pk=tablet.pk).update(
        used_at=Greatest(F("used_at"), proven_at)
    )
    return row


def leave_tablet(tablet_id: int, user: User) -> None:
    """Somebody signed out there: their PIN does not bring them back. Idempotent."""
    _rows_of(user).filter(tablet_id=tablet_id).delete()


def leave_all_tablets(user: User) -> None:
    """The same at every tablet. Idempotent."""
    _rows_of(user).delete()


def acting_at(tablet: SharedTablet, user: User) -> Scope:
    """The scope in which what a person does at a tablet's door is kept and recorded."""
    return get_system_scope(tablet.retailer_id, actor=Actor(kind="user", id=str(user.pk)))


def _rows_of(user: User) -> ScopedQuerySet[TabletPerson]:
    rows = TabletPerson.objects.across_retailers(reason="a person may work for several")
    return rows.filter(user=user)
