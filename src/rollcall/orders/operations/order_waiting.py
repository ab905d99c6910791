"""Waiting for the POS to take an order, for callers who would like to know its answer."""

from __future__ import annotations

from typing import Final

from rollcall.api.looking import Looker
from rollcall.api.turns import SEATS
from rollcall.kit.scope import Scope
from rollcall.orders.models import OrderWrite
from rollcall.orders.queries.order_writes import find_write

#: How long a caller waits for the POS; the order is safe before that.
PATIENCE_S: Final = 8.0
#: It has told what it had to tell: it is over, or failed for now.
_TOLD: Final = """
select id from orders_orderwrite
 where id = any(array(select json_array_elements_text(%(ids)s::json)::bigint))
   and (state not in ('queued', 'sending') or state = 'queued' and attempts > 0)
"""

State = OrderWrite.State

#: Eight seconds are long: some seats are left for those who wait for something quicker.
_looker: Final = Looker(_TOLD, name="orders-looker", most=SEATS - 2)


def wait_for_order(scope: Scope, write: OrderWrite) -> OrderWrite:
    """Return the row as it is once the POS answered or failed; or eight seconds are over.

    Never inside a transaction. Other requests of this process go on meanwhile; if too many wait
    already, it does not wait at all.
    """
    if write.state in (State.QUEUED, State.SENDING):
        _looker.wait({write.pk}, timeout_s=PATIENCE_S)
    return find_write(scope, write.store_id, write.uuid) or write
