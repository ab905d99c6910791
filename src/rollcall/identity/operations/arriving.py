"""Deciding about a shopper who is being registered, in the transaction that registers them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import structlog
from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer, PosRecord
from rollcall.customers.operations.settling import lock_ties
from rollcall.customers.rules.values import normalise_fields
from rollcall.identity.models import SaidNew
from rollcall.identity.operations.key_rows import lock_keys
from rollcall.identity.operations.matching import compare_records, write_match_keys
from rollcall.identity.queries.blocking import hash_keys
from rollcall.identity.rules.evidence import evidence_of
from rollcall.kit.fields import Fields
from rollcall.kit.scope import Actor, Scope
from rollcall.stores.queries import get_system_scope

_ACTOR = Actor(kind="system", id="matching")
log = structlog.get_logger()


def lock_arrival(scope: Scope, fields: Fields) -> None:
    """Let others who register the same person wait until this transaction ends; first thing in it.

    Two who come at the same moment share a key, so the later one sees the earlier.
    """
    lock_keys(hash_keys(scope, evidence_of(normalise_fields(fields))))


def remember_said_new(
    scope: Scope, newcomer: Customer, others: Collection[Customer], *, now: dt.datetime
) -> None:
    """Remember that somebody was registered although these others were shown; no decision.

    In the transaction that registers them, before :func:`decide_arrival`. Idempotent.
    """
    if not others:
        return
    # The rows hold the others' rows; whoever merges them has the ties first.
    lock_ties(scope)
    SaidNew.objects.scoped(scope).bulk_create(
        [
            SaidNew(
                retailer_id=scope.retailer_id,
                newcomer=newcomer,
                other=other,
                at=now,
                actor=str(scope.actor),
            )
            for other in others
        ],
        ignore_conflicts=True,
    )
    audit.record(
        scope,
        "customer.said_new",
        subject_kind="customer",
        subject_ids=[newcomer.pk, *sorted(other.pk for other in others)],
    )


def decide_arrival(scope: Scope, record: PosRecord, *, now: dt.datetime) -> None:
    """Compare somebody who was just registered with all others, and act on it.

    Whatever goes wrong here turns nobody away: the record is compared again after the commit.
    """
    system = get_system_scope(scope.retailer_id, actor=_ACTOR)
    try:
        with transaction.atomic():
            compare_records(system, write_match_keys(system, [record.pk]), now=now)
    except Exception:  # a shopper stands at the counter
        log.exception("identity.arrival_undecided")
