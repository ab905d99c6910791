"""Whether a proof is good now, and whose it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import close_old_connections

from rollcall.api.keys import Caller
from rollcall.customers.models import Link
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.proofs.models import Proof
from rollcall.proofs.rules.tokens import proof_hash


def find_proof(scope: Scope, text: str, *, now: dt.datetime) -> Proof | None:
    """The proof, if it is good; None for every reason why it is not.

    A scope of some stores sees those that were given in them.
    """
    hashed = proof_hash(text)
    if hashed is None:
        return None
    proofs = Proof.objects.scoped(scope).filter(token_hash=hashed, expires_at__gt=now)
    if scope.store_ids is not None:
        proofs = proofs.filter(store__in=scope.store_ids)
    return proofs.first()


def find_proven_person(scope: Scope, text: str, *, now: dt.datetime) -> int | None:
    """The Customer, as they are now, who proved who they are; None if the proof is not good."""
    proof = find_proof(scope, text, now=now)
    if proof is None:
        return None
    return Link.objects.scoped(scope).get(record=proof.record_id).customer_id


def proven_records(caller: Caller, text: str, record_ids: Collection[int]) -> frozenset[int]:
    """Which records are those of the person who proved who they are, for ``customers.proving``."""
    close_old_connections()  # what Django does at the start of a request; we may stand before it
    person = find_proven_person(caller.scope, text, now=utc_now())
    if person is None:
        return frozenset()
    links = Link.objects.scoped(caller.scope).filter(customer=person, record__in=record_ids)
    return frozenset(links.values_list("record_id", flat=True))
