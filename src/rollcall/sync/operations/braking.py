"""The brake: so many vanished records that a named person must say that it is true."""

from __future__ import annotations

import structlog
from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.kit.clock import utc_now
from rollcall.sync import queries
from rollcall.sync.models import AccountState, CustomerSync
from rollcall.sync.operations.lease import Lease, fence
from rollcall.sync.operations.source import Source
from rollcall.sync.rules.brake import must_stop

log = structlog.get_logger()


def brake_allows(source: Source, lease: Lease, missing: int) -> bool:
    """Whether so many records may be concluded gone; pulls the brake if not.

    A release counts until the pass that uses it has ended (:func:`end_brake`), so that a kill in
    the middle does not use it up.
    """
    alive = queries.count_alive(source.scope, source.connection)
    if not must_stop(missing=missing, alive=alive):
        return True
    states = AccountState.objects.scoped(source.scope).filter(account=source.account)
    with transaction.atomic():
        fence(lease)
        if states.filter(brake_released_at__isnull=False).exists():
            return True
        states.update(brake_pulled_at=utc_now(), brake_missing=missing, brake_released_by="")
        audit.record(
            source.scope,
            "brake.pulled",
            subject_kind="connection",
            subject_ids=[source.connection.pk],
            context={"missing": missing, "alive": alive},
        )
    log.warning("sync.brake.pulled", connection_id=source.connection.pk, missing=missing)
    return False


def end_brake(source: Source, run: CustomerSync) -> None:
    """At the end of a full pass, in its transaction: a release is used up, whatever it found.

    The brake that an earlier pass pulled goes off by itself when this one met everybody again.
    """
    states = AccountState.objects.scoped(source.scope).filter(account=source.account)
    states.update(brake_released_at=None)
    healed = states.filter(brake_pulled_at__lt=run.started_at)
    if healed.update(brake_pulled_at=None, brake_missing=0):
        audit.record(
            source.scope,
            "brake.off",
            subject_kind="connection",
            subject_ids=[source.connection.pk],
            context={"sync": run.pk},
        )
