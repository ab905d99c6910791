"""Data keys: made, replaced, wrapped anew, and every sealed value brought over to the newest."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable

from django.conf import settings
from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.kit.crypto import MasterKeys, new_key
from rollcall.kit.resealing import Outcome, Progress, reseal
from rollcall.kit.scope import Actor, Role, Scope, require
from rollcall.stores import queries
from rollcall.stores.models import DataKey, Retailer

_UPKEEP = Actor(kind="system", id="master-key")


def add_key(scope: Scope, purpose: str) -> DataKey:
    """A new wrapped key of the retailer."""
    master: MasterKeys = settings.MASTER_KEYS
    context = queries.key_context(scope.retailer_id, purpose)
    return DataKey.objects.scoped(scope).create(
        purpose=purpose,
        wrapped=master.wrap(new_key(), context=context),
        master_key_id=master.current_id,
    )


@transaction.atomic
def rotate_data_key(scope: Scope, *, now: dt.datetime) -> DataKey:
    """Seal with a new data key from now on; what is sealed already stays readable.

    Other processes follow within ``queries.KEYS_FRESH_S``.
    """
    require(scope, Role.ADMIN)
    # Two rotations at once take turns, each with a key of its own.
    Retailer.objects.select_for_update().get(pk=scope.retailer_id)
    DataKey.objects.scoped(scope).filter(
        purpose=DataKey.Purpose.DATA, retired_at__isnull=True
    ).update(retired_at=now)
    key = add_key(scope, DataKey.Purpose.DATA)
    audit.record(scope, "key.rotated", subject_kind="data_key", subject_ids=[key.pk])
    transaction.on_commit(queries.forget_keys)
    return key


def reseal_values(
    scope: Scope, *, on_progress: Callable[[Progress], None] = lambda _: None
) -> Outcome:
    """Seal every value of the retailer with its newest data key, beside running writers.

    Idempotent; may be killed at any moment and called again. Not inside a transaction.
    """
    require(scope, Role.ADMIN)
    outcome = reseal(scope, lambda: queries.get_keys(scope), on_progress=on_progress)
    if outcome.resealed:
        audit.record(
            scope,
            "key.resealed",
            subject_kind="data_key",
            subject_ids=[queries.get_keys(scope).active_id],
            context={
                "rows": outcome.resealed,
                "in_use": outcome.in_use,
                "damaged": sum(len(ids) for ids in outcome.damaged.values()),
            },
        )
    return outcome


@transaction.atomic
def rewrap_keys(*, actor: Actor = _UPKEEP) -> int:
    """Wrap every key with the current master key; returns how many were wrapped by another one.

    Idempotent. Afterwards the previous master key is needed for backups only.

    :raises UnsealError: some key was wrapped by a master key that is not at hand; none is changed.
    """
    master: MasterKeys = settings.MASTER_KEYS
    others = DataKey.objects.across_retailers(reason="the master key is the installation's")
    counts: Counter[int] = Counter()
    for row in others.exclude(master_key_id=master.current_id).order_by("id").select_for_update():
        context = queries.key_context(row.retailer_id, row.purpose)
        key = master.unwrap(bytes(row.wrapped), master_key_id=row.master_key_id, context=context)
        row.wrapped = master.wrap(key, context=context)
        row.master_key_id = master.current_id
        row.save(update_fields=["wrapped", "master_key_id"])
        counts[row.retailer_id] += 1
    for retailer_id, count in counts.items():
        scope = queries.get_system_scope(retailer_id, actor=actor)
        audit.record(
            scope, "key.rewrapped", subject_kind="data_key", subject_ids=[], context={"keys": count}
        )
    return counts.total()
