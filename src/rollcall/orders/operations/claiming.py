"""Orders of guests, claimed by whoever proves that the contact on them is theirs.

A contact alone proves nothing: everybody knows their neighbour's phone. A code was sent there, and
whoever read it is who the proof says.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer
from rollcall.customers.operations.settling import lock_person
from rollcall.kit.scope import Role, Scope, require
from rollcall.orders.operations.tying import note_tie
from rollcall.orders.queries.kiosk_orders import list_guest_orders
from rollcall.proofs.queries.proofs import require_proven_contact

#: Orders that one claim ties; the next claim goes on.
MOST: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What came of it.

    :param customer_id: the public id of whoever proved it, as they are now.
    :param orders: ids of the orders that are theirs from now on, the newest first.
    """

    customer_id: uuid.UUID
    orders: Sequence[uuid.UUID]


@transaction.atomic
def claim_orders(scope: Scope, proof: str, *, now: dt.datetime) -> Claim:
    """Tie the guest orders with a proven contact to whoever proved it.

    Only orders of the scope's stores that are nobody's. One that was taken from this person is not
    given back to them: somebody said that it is not theirs. Every tie can be taken back, as any.

    :param proof: its text.
    :raises NotProvenError: the same for every reason.
    """
    require(scope, Role.KIOSK)
    proven = require_proven_contact(scope, proof, now=now)
    holder_id = lock_person(scope, proven.home_id)
    found = list_guest_orders(scope, proven.contact, proven.value, apart_from=holder_id, limit=MOST)
    for order in found:
        note_tie(scope, order, proven.home_id, holder_id, channel=proven.channel, now=now)
    audit.record(
        scope,
        "customer.orders_claimed",
        subject_kind="customer",
        subject_ids=[holder_id],
        context={"orders": len(found), "proven_by": proven.channel},
    )
    holder = Customer.objects.scoped(scope).get(pk=holder_id)
    return Claim(customer_id=holder.public_id, orders=[one.uuid for one in found])
