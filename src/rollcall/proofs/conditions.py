"""What may be wrong at kiosks, told to people: limits that were reached, legacy keys that end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext_lazy

from rollcall.api import throttle
from rollcall.kit.scope import Role, Scope
from rollcall.notifications.rules.kinds import Finding, Kind, Severity, condition, declare
from rollcall.proofs.models import Tries
from rollcall.proofs.rules.limits import HOUR, TRIES_AN_HOUR
from rollcall.stores.queries import list_key_views

declare(
    Kind(
        code="proofs.key_limit",
        severity=Severity.WARNING,
        role=Role.ADMIN,
        title=gettext_lazy("The kiosk %(kiosk)s has reached its limit"),
        advice=gettext_lazy(
            "Its key %(key)s has used up what it may ask. Is it as busy as that? If not, somebody"
            " may be reading customers out: revoke the key."
        ),
    ),
    Kind(
        code="proofs.person_limit",
        severity=Severity.WARNING,
        role=Role.ADMIN,
        title=gettext_lazy("Customers are looked up very often at kiosks"),
        advice=ngettext_lazy(
            "%(people)d customer has been found as often as an hour allows.",
            "%(people)d customers have been found as often as an hour allows.",
            "people",
        ),
    ),
    Kind(
        code="proofs.guessing",
        severity=Severity.WARNING,
        role=Role.ADMIN,
        title=gettext_lazy("Somebody may be guessing at a kiosk"),
        advice=gettext_lazy(
            "In the last hour proofs were wrong as often as is allowed: for %(values)d values and"
            " %(people)d customers. They are refused until the hour is over."
        ),
    ),
    Kind(
        code="proofs.legacy_key",
        severity=Severity.WARNING,
        role=Role.ADMIN,
        title=gettext_lazy("The legacy key of the kiosk %(kiosk)s ends"),
        advice=gettext_lazy(
            "It ends on %(day)s and is strict from then on; the kiosk must be able to send its key"
            " in a header by then."
        ),
    ),
)


@condition("proofs.key_limit", "proofs.legacy_key")
def watch_keys(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:
    """A key that has used up a day's look-ups or an hour's identifications; one that soon ends."""
    views = {str(view.key_id): view for view in list_key_views(scope, now=now)}
    used_up = {
        subject
        for policy in (throttle.LOOKUPS_A_DAY, throttle.IDENTIFICATIONS)
        for subject in throttle.list_used_up(policy, list(views), now=now)
    }
    for key_id, view in views.items():
        what = {"kiosk": view.catalog_id, "key": view.public_part}
        stores = frozenset({view.store_id})
        page = reverse("stores:key", args=[view.public_part])
        if key_id in used_up:
            yield Finding(
                kind="proofs.key_limit",
                subject=f"key:{key_id}",
                store_ids=stores,
                data=what,
                page=page,
            )
        if view.until is not None and (view.ends_soon or view.is_over):
            yield Finding(
                kind="proofs.legacy_key",
                subject=f"key:{key_id}",
                store_ids=stores,
                data={**what, "day": f"{view.until:%Y-%m-%d}"},
                page=page,
            )


@condition("proofs.person_limit")
def watch_people(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:
    """Customers who were found as often as an hour allows."""
    people = throttle.count_used_up(
        throttle.LOOKUPS_OF_ONE, beginning=f"{scope.retailer_id}:", now=now
    )
    if people:
        yield Finding(kind="proofs.person_limit", data={"people": people})


@condition("proofs.guessing")
def watch_guessing(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:
    """Values or people for which proofs were wrong as often as an hour allows."""
    rows = (
        Tries.objects.scoped(scope)
        .filter(opened_at__gt=now - HOUR, count__gte=TRIES_AN_HOUR)
        .exclude(kind=Tries.Kind.CODE)
        .values_list("kind")
        .annotate(Count("id"))
    )
    counts = dict(rows)
    values, people = counts.get(Tries.Kind.VALUE, 0), counts.get(Tries.Kind.PERSON, 0)
    if values or people:
        yield Finding(kind="proofs.guessing", data={"values": values, "people": people})
