"""Merges that today's settings would not have made, and that a person calls right."""

from __future__ import annotations

import datetime as dt

from rollcall.customers.models import PosRecord
from rollcall.identity.models import Decision
from rollcall.identity.operations.deciding import decide
from rollcall.identity.queries.merges import MergeNotFoundError, get_merge
from rollcall.kit.scope import Role, Scope, require


def keep_merge(scope: Scope, merge_id: int, *, now: dt.datetime) -> Decision:
    """Remember that the two records of an automatic merge are the same person.

    It is asked about no more, and a full pass keeps them together.

    :raises MergeNotFoundError: there is none that the scope may see, or it tells of no records.
    """
    require(scope, Role.MANAGER)
    merge = get_merge(scope, merge_id)
    told = merge.evidence.get("records")
    wanted = told if isinstance(told, list) else []
    records = list(PosRecord.objects.scoped(scope).filter(pk__in=wanted).order_by("pk"))
    if len(records) != 2 or merge.undone_at is not None:
        raise MergeNotFoundError
    first, second = records
    return decide(scope, first, second, Decision.Kind.SAME, now=now)
