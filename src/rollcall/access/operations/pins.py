"""Setting a PIN, and coming back by it at a shared tablet."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from rollcall.access.models import Pin, SharedTablet, TabletPerson
from rollcall.access.operations.tablets import acting_at
from rollcall.access.queries.tablets import Present, list_present
from rollcall.access.rules.pins import MOST_WRONG, check_pin
from rollcall.audit import operations as audit
from rollcall.kit.scope import Scope
from rollcall.stores.models import User


class WrongPinError(PermissionError):
    """Not this person's PIN.

    :param left: how many tries are left before they have to sign in in full.
    """

    def __init__(self, *, left: int) -> None:
        super().__init__("wrong PIN")
        self.left = left


class NotPresentError(LookupError):
    """Nobody of that id can come back at this tablet by a PIN."""


@transaction.atomic
def set_pin(scope: Scope, user: User, pin: str, *, now: dt.datetime) -> None:
    """Give a person a PIN at this retailer, instead of any former one.

    :raises PinRefusedError: see :func:`check_pin`.
    """
    check_pin(pin)
    Pin.objects.scoped(scope).update_or_create(
        user=user, defaults={"digest": make_password(_peppered(user, pin)), "set_at": now}
    )
    audit.record(scope, "pin.set", subject_kind="user", subject_ids=[user.pk])


@transaction.atomic
def remove_pin(scope: Scope, user: User) -> None:
    """Take a person's PIN away. Idempotent."""
    count, _ = Pin.objects.scoped(scope).filter(user=user).delete()
    if count:
        audit.record(scope, "pin.removed", subject_kind="user", subject_ids=[user.pk])


def come_back(tablet: SharedTablet, person_id: int, pin: str, *, now: dt.datetime) -> Present:
    """Return who it is if the PIN is theirs. A try is taken first: many at once get no more.

    :raises NotPresentError: nobody such, or no try was left.
    :raises WrongPinError: see there.
    """
    present = next((one for one in list_present(tablet, now=now) if one.id == person_id), None)
    if present is None:
        raise NotPresentError
    scope = acting_at(tablet, present.user)
    rows = TabletPerson.objects.scoped(scope).filter(pk=person_id)
    if not rows.filter(wrong__lt=MOST_WRONG).update(wrong=F("wrong") + 1):
        raise NotPresentError
    if not check_password(_peppered(present.user, pin), present.digest):
        wrong = rows.values_list("wrong", flat=True).first() or MOST_WRONG
        if wrong >= MOST_WRONG:
            _record(scope, "pin.locked", tablet, present.user)
        raise WrongPinError(left=max(0, MOST_WRONG - wrong))
    rows.update(wrong=0)
    _record(scope, "tablet.switched", tablet, present.user)
    return present


def _record(scope: Scope, action: str, tablet: SharedTablet, user: User) -> None:
    with transaction.atomic():
        audit.record(
            scope,
            action,
            subject_kind="user",
            subject_ids=[user.pk],
            context={"tablet": tablet.pk},
        )


def _peppered(user: User, pin: str) -> str:
    """Whoever has a backup soon tried a million PINs; the installation's key is not in it."""
    return salted_hmac("access.pin", f"{user.pk}:{pin}", algorithm="sha256").hexdigest()
