"""Entries follow the people whom they were made for, when these are merged or parted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from django.db import connection

from rollcall.consent.models import ConsentEntry
from rollcall.identity.blockers import Consequence, People
from rollcall.kit.scope import Scope

_FOLLOW: Final = """
update consent_consententry kept set holder_id = told.now_id
  from unnest(%s::bigint[], %s::bigint[]) as told (id, now_id)
 where kept.customer_id = told.id and kept.retailer_id = %s
"""


def follow_people(scope: Scope, moves: Mapping[int, int], *, now: dt.datetime) -> None:  # noqa: ARG001  # the registry passes it
    """Note whose entries they are now."""
    ids = sorted(moves)
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW, [ids, [moves[one] for one in ids], scope.retailer_id])


def find_entries(scope: Scope, people: People, *, parting: bool) -> list[Consequence]:  # noqa: ARG001  # the registry passes it
    """Tell of the entries that go along with people."""
    found = []
    for members in people:
        count = ConsentEntry.objects.scoped(scope).filter(customer__in=members).count()
        if count:
            found.append(
                Consequence(
                    code="consents",
                    words="consent entries; the strictest wish stands for all of them",
                    customer_id=min(members),
                    count=count,
                )
            )
    return found
