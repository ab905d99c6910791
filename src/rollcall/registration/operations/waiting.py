"""Waiting a moment for the POS, for callers who would like to know its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rollcall.api.looking import Looker
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry

#: An entry has told what it had to tell: it is over, waits for a person, or failed for now.
_TOLD: Final = """
select id from outbox_outboxentry
 where id = any(array(select json_array_elements_text(%(ids)s::json)::bigint))
   and (state not in ('queued', 'sending') or state = 'queued' and attempts > 0)
"""

State = OutboxEntry.State

_looker: Final = Looker(_TOLD, name="outbox-looker")


def wait_for(
    scope: Scope, entries: Sequence[OutboxEntry], *, timeout_s: float
) -> list[OutboxEntry]:
    """Return the entries as they are once each arrived, was refused or failed; or time is up.

    Never inside a transaction. Other requests of this process go on meanwhile; if too many wait
    already, it does not wait at all.
    """
    open_ids = {one.pk for one in entries if one.state in (State.QUEUED, State.SENDING)}
    _looker.wait(open_ids, timeout_s=timeout_s)
    found = OutboxEntry.objects.scoped(scope).filter(pk__in=[entry.pk for entry in entries])
    return list(found.order_by("pk"))
