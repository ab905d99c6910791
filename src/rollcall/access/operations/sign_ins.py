"""Noting who is signed in where, and ending it."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.contrib.sessions.models import Session
from django.db import transaction

from rollcall.access.models import SignIn
from rollcall.access.operations.recording import record_for_person
from rollcall.access.operations.tablets import leave_all_tablets
from rollcall.access.rules.sessions import name_browser
from rollcall.stores.models import User

_KEPT_FOR: Final = dt.timedelta(days=30)


def begin_sign_in(
    user: User, *, user_agent: str, began_at: dt.datetime, now: dt.datetime
) -> SignIn:
    """Note that somebody is signed in in a browser.

    :param began_at: from when the longest time counts.
    """
    return SignIn.objects.create(
        user=user, browser=name_browser(user_agent), began_at=began_at, seen_at=now
    )


def note_seen(sign_in: SignIn, *, now: dt.datetime) -> None:
    """Note that they did something."""
    SignIn.objects.filter(pk=sign_in.pk).update(seen_at=now)


def end_sign_in(sign_in: SignIn, *, now: dt.datetime) -> None:
    """Note that one is over. Idempotent."""
    SignIn.objects.filter(pk=sign_in.pk, ended_at__isnull=True).update(ended_at=now)


@transaction.atomic
def end_others(user: User, *, kept: int | None, now: dt.datetime) -> int:
    """Sign a person out everywhere but in one browser; returns how many ended.

    It holds at once: every request looks whether its sign-in still stands. At shared tablets no PIN
    brings them back before they have signed in in full.
    """
    leave_all_tablets(user)
    others = SignIn.objects.filter(user=user, ended_at__isnull=True)
    if kept is not None:
        others = others.exclude(pk=kept)
    count = others.update(ended_at=now)
    if count:
        record_for_person(user, "sign_in.ended", context={"count": count})
    return count


def forget_old(*, now: dt.datetime) -> None:
    """Delete what nobody asks for any more. Idempotent."""
    SignIn.objects.filter(seen_at__lt=now - _KEPT_FOR).delete()
    Session.objects.filter(expire_date__lt=now).delete()
