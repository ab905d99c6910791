"""Tells the pages who people are and which retailers they work for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth.base_user import AbstractBaseUser

from rollcall.access.queries.break_glass import find_open, scope_of
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.stores import queries
from rollcall.stores.models import User
from rollcall.web.access import RetailerChoice


class StoresDirectory:
    """The directory that ``rollcall.stores`` keeps."""

    def list_retailers(self, user: AbstractBaseUser) -> Sequence[RetailerChoice]:
        """The retailers that the person works for, by name; then those they may see a while."""
        if not isinstance(user, User):
            return ()
        ways = [*queries.find_memberships(user), *find_open(user, now=utc_now())]
        names = {way.retailer.slug: way.retailer.name for way in ways}
        return [RetailerChoice(slug=slug, name=name) for slug, name in names.items()]

    def find_scope(self, user: AbstractBaseUser, *, retailer_slug: str) -> Scope | None:
        """What the person may see at one of them."""
        if not isinstance(user, User):
            return None
        scope = queries.find_scope_of_user(user, retailer_slug=retailer_slug)
        if scope is not None:
            return scope
        open_ones = find_open(user, now=utc_now())
        return next(
            (scope_of(one) for one in open_ones if one.retailer.slug == retailer_slug), None
        )

    def get_time_zone(self, scope: Scope) -> dt.tzinfo:
        """The zone of the stores that the scope sees, if it is one; else UTC."""
        names = {store.time_zone for store in queries.list_stores(scope)}
        try:
            return ZoneInfo(names.pop()) if len(names) == 1 else dt.UTC
        except (ZoneInfoNotFoundError, ValueError):
            return dt.UTC
