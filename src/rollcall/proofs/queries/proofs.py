"""Whether a proof is good now, and whose it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import close_old_connections

from rollcall.api.keys import Caller
from rollcall.customers.models import Link
from rollcall.customers.queries.sealed import unseal
from rollcall.customers.rules import contexts
from rollcall.customers.rules.sealed import SealedFields
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.proofs.models import Proof
from rollcall.proofs.rules.given import CONTACT_OF
from rollcall.proofs.rules.tokens import proof_hash
from rollcall.stores.queries import get_keys


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


@dataclass(frozen=True, kw_only=True, slots=True)
class ProvenContact:
    """A phone or an e-mail that somebody proved to be theirs, by a code that was sent there.

    :param home_id: the Customer whom the record was born with: what hangs on them follows merges
        and their undoing, whoever the record belongs to by then.
    :param contact: ``phone`` or ``email``.
    """

    home_id: int
    channel: str
    contact: str
    value: str = field(repr=False)


class NotProvenError(LookupError):
    """Nobody proved by a code that a contact is theirs, or not here, or too long ago."""


def require_proven_contact(scope: Scope, text: str, *, now: dt.datetime) -> ProvenContact:
    """As :func:`find_proven_contact`.

    :raises NotProvenError: the same for every reason why a proof is not good.
    """
    found = find_proven_contact(scope, text, now=now)
    if found is None:
        raise NotProvenError
    return found


def find_proven_contact(scope: Scope, text: str, *, now: dt.datetime) -> ProvenContact | None:
    """What was proven by a code, as long as the proof is good; None for every reason why not.

    A contact that the record has no more is proven no more.
    """
    proof = find_proof(scope, text, now=now)
    if proof is None or proof.contact_key is None or proof.channel not in CONTACT_OF:
        return None
    name = CONTACT_OF[proof.channel]
    link = Link.objects.scoped(scope).select_related("record").get(record=proof.record_id)
    context = contexts.record_fields(link.record.account_id, link.record.external_id)
    plain = unseal(scope, link.record.sealed_fields, context=context)
    value = str(SealedFields.from_json(plain).values.get(name) or "")
    if get_keys(scope).blind(name, value) != proof.contact_key:
        return None
    return ProvenContact(home_id=link.home_id, channel=proof.channel, contact=name, value=value)


def proven_records(caller: Caller, text: str, record_ids: Collection[int]) -> frozenset[int]:
    """Which records are those of the person who proved who they are, for ``customers.proving``."""
    close_old_connections()  # what Django does at the start of a request; we may stand before it
    person = find_proven_person(caller.scope, text, now=utc_now())
    if person is None:
        return frozenset()
    links = Link.objects.scoped(caller.scope).filter(customer=person, record__in=record_ids)
    return frozenset(links.values_list("record_id", flat=True))
