"""Who acted, as people read it: names of those who sign in, words for the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext

from rollcall.kit.scope import Scope
from rollcall.stores.models import Membership


def name_actors(scope: Scope, actors: Iterable[str]) -> Mapping[str, str]:
    """Return words for actors (``user:12``, ``kiosk:3``), by actor.

    Names are only told of people who work for the scope's retailer.
    """
    wanted = set(actors)
    ids = [int(number) for kind, number in map(_split, wanted) if kind == "user"]
    memberships = Membership.objects.scoped(scope).filter(user__in=ids).select_related("user")
    people = {row.user_id: row.user.name or row.user.email for row in memberships}
    return {actor: _words(actor, people) for actor in wanted}


def _split(actor: str) -> tuple[str, str]:
    kind, _, number = actor.partition(":")
    return (kind, number) if kind != "user" or number.isdecimal() else ("", number)


def _words(actor: str, people: Mapping[int, str]) -> str:
    kind, number = _split(actor)
    if kind == "user":
        return people.get(int(number), gettext("somebody who left"))
    named = {
        "kiosk": gettext("kiosk"),
        "integration": gettext("integration"),
        "cli": gettext("command line"),
        "break_glass": gettext("the installation"),
        "system": "Rollcall",
    }
    if kind == "system":
        return named[kind]
    return f"{named[kind]} {number}" if kind in named else actor
