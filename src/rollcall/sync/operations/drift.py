"""Drift: keys that a POS sends and nobody knows, and keys that it sends no longer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.kit.scope import Role, Scope, require
from rollcall.sync.models import CustomerSync, PosConnection, WireKey
from rollcall.sync.operations.source import Source
from rollcall.sync.queries import list_drift
from rollcall.sync.rules.drift import KeyCounts

#: Keys that are remembered of one list.
_MOST: Final = 300


def take_over_sample(source: Source, run: CustomerSync, *, now: dt.datetime) -> None:
    """Add what an ended run counted to what is known of its list, in the run's last transaction.

    Call it behind the fence: that keeps two runs of one list apart.
    """
    runs = CustomerSync.objects.scoped(source.scope).filter(pk=run.pk)
    rows, sampled, unknown = runs.values_list("sampled_rows", "sampled_keys", "unknown_keys").get()
    if not (rows or unknown):
        return
    keys = WireKey.objects.scoped(source.scope).filter(account=source.account)
    held = {key.name: key for key in keys}
    for key in held.values():
        _add(key, rows=rows, present=sampled.get(key.name, 0), now=now)
    keys.bulk_update(held.values(), ["rows", "present", "absent", "vanished_at", *_ACKNOWLEDGED])
    names = [name for name in (*sampled, *unknown) if name not in held]
    _create(source, dict.fromkeys(names).keys(), rows, sampled, now=now, room=_MOST - len(held))


_ACKNOWLEDGED: Final = ("acknowledged_at", "acknowledged_by")


def _add(key: WireKey, *, rows: int, present: int, now: dt.datetime) -> None:
    counts = KeyCounts(rows=key.rows, present=key.present, absent=key.absent)
    after = counts.after(rows=rows, present=present)
    key.rows, key.present, key.absent = after.rows, after.present, after.absent
    if after.vanished and key.vanished_at is None:
        key.vanished_at = now
        key.acknowledged_at, key.acknowledged_by = None, ""
    elif present and key.vanished_at is not None:
        key.vanished_at = None


def _create(
    source: Source,
    names: Iterable[str],
    rows: int,
    sampled: dict[str, int],
    *,
    now: dt.datetime,
    room: int,
) -> None:
    known = source.connector.known_keys
    WireKey.objects.scoped(source.scope).bulk_create(
        [
            WireKey(
                retailer_id=source.scope.retailer_id,
                account=source.account,
                name=name,
                is_known=name in known,
                rows=rows,
                present=sampled.get(name, 0),
                first_seen_at=now,
            )
            for name in list(names)[: max(room, 0)]
        ]
    )


@transaction.atomic
def acknowledge_drift(
    scope: Scope, connection: PosConnection, names: Iterable[str], *, now: dt.datetime
) -> int:
    """Note that a person has seen these keys of the connection's list; they are shown no more.

    :return: how many were new to anybody.
    :raises ForbiddenError: not an administrator.
    """
    require(scope, Role.ADMIN)
    wanted = set(names)
    found = [key for key in list_drift(scope, connection) if key.name in wanted]
    keys = WireKey.objects.scoped(scope).filter(pk__in=[key.pk for key in found])
    keys.update(acknowledged_at=now, acknowledged_by=str(scope.actor))
    if found:
        audit.record(
            scope,
            "drift.acknowledged",
            subject_kind="connection",
            subject_ids=[connection.pk],
            context={"keys": [key.name for key in found]},
        )
    return len(found)
