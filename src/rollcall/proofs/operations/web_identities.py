"""Binding a web shop's log-in to whoever proved who they are, and taking it off them again."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Final

from django.db import IntegrityError, connection, transaction

from rollcall.audit import operations as audit
from rollcall.customers.operations.settling import lock_person
from rollcall.kit.ids import new_public_id
from rollcall.kit.scope import Role, Scope, require
from rollcall.proofs.models import WebIdentity
from rollcall.proofs.queries.proofs import ProvenContact, require_proven_contact
from rollcall.proofs.queries.web_identities import find_bound, get_bound, subject_key
from rollcall.proofs.rules.tokens import web_identity_context
from rollcall.stores.queries import get_keys

_FOLLOW: Final = """
update proofs_webidentity kept set holder_id = told.now_id
  from unnest(%s::bigint[], %s::bigint[]) as told (id, now_id)
 where kept.customer_id = told.id and kept.retailer_id = %s
"""


class AlreadyBoundError(RuntimeError):
    """The log-in is somebody else's; it has to be taken off them first."""


@transaction.atomic
def bind(scope: Scope, *, issuer: str, subject: str, proof: str, now: dt.datetime) -> WebIdentity:
    """Let a log-in be that of whoever gave the proof. Idempotent.

    A proof by a code, as for what is worth most: whoever has the log-in needs no proof later.

    :param issuer: and ``subject``, as the web shop verified them in an ID token.
    :raises NotProvenError: the proof is not good; the same for every reason.
    :raises AlreadyBoundError: it is somebody else's.
    """
    require(scope, Role.STAFF)
    proven = require_proven_contact(scope, proof, now=now)
    holder_id = lock_person(scope, proven.home_id)
    held = find_bound(scope, issuer, subject)
    if held is not None and held.holder_id == holder_id:
        return held
    if held is not None:
        raise AlreadyBoundError
    try:
        with transaction.atomic():
            made = _make(scope, proven, holder_id, issuer=issuer, subject=subject, now=now)
    except IntegrityError as error:  # somebody was quicker
        raise AlreadyBoundError from error
    _tell(scope, made, "customer.web_identity_bound", proven_by=proven.channel)
    return made


@transaction.atomic
def unbind(scope: Scope, public_id: uuid.UUID, *, now: dt.datetime) -> WebIdentity:
    """Take a log-in off whoever has it; the row stays as history.

    :raises WebIdentityNotFoundError: none that is bound and may be seen.
    """
    require(scope, Role.STAFF)
    lock_person(scope, get_bound(scope, public_id).customer_id)
    held = get_bound(scope, public_id)
    held.unbound_at, held.unbound_by = now, str(scope.actor)
    held.save(update_fields=["unbound_at", "unbound_by"])
    _tell(scope, held, "customer.web_identity_unbound")
    return held


def follow_people(scope: Scope, moves: Mapping[int, int], *, now: dt.datetime) -> None:  # noqa: ARG001  # the registry passes it
    """Note whose log-ins they are now."""
    ids = sorted(moves)
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW, [ids, [moves[one] for one in ids], scope.retailer_id])


def _make(
    scope: Scope,
    proven: ProvenContact,
    holder_id: int,
    *,
    issuer: str,
    subject: str,
    now: dt.datetime,
) -> WebIdentity:
    public_id = new_public_id()
    context = web_identity_context(public_id)
    return WebIdentity.objects.scoped(scope).create(
        public_id=public_id,
        customer_id=proven.home_id,
        holder_id=holder_id,
        issuer=issuer,
        sealed_subject=get_keys(scope).seal(subject.encode(), context=context),
        subject_key=subject_key(scope, issuer, subject),
        channel=proven.channel,
        bound_at=now,
        bound_by=str(scope.actor),
    )


def _tell(scope: Scope, identity: WebIdentity, action: str, **context: str) -> None:
    audit.record(
        scope,
        action,
        subject_kind="customer",
        subject_ids=[identity.holder_id],
        context={"web_identity": identity.pk, **context},
    )
