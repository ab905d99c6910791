"""Which orders are to be read now. Across retailers, like the worker."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from rollcall.kit.scope import Scope
from rollcall.orders.models import OrderReading, UnreadableOrder
from rollcall.pos import registry
from rollcall.sync.models import Circuit, CustomerSync, PosConnection

_REASON = "the worker serves all retailers"


def kinds_with_orders() -> list[str]:
    """POS systems that tell of orders."""
    return [kind for kind in registry.kinds() if registry.connector(kind).orders is not None]


def connections_to_read(now: dt.datetime) -> list[PosConnection]:
    """Connections whose orders are to be read: customers were synchronised since, or it was begun.

    Not those that are paused, serve no active store, have nobody to ask at the moment, wait after
    a failure, or are being read.
    """
    finished = CustomerSync.objects.across_retailers(reason=_REASON).filter(
        account_id=OuterRef("account_id"), state=CustomerSync.State.FINISHED
    )
    readings = OrderReading.objects.across_retailers(reason=_REASON).filter(pk=OuterRef("pk"))
    active = PosConnection.stores.through.objects.filter(
        posconnection_id=OuterRef("pk"), store__active=True
    )
    circuits = Circuit.objects.filter(key=OuterRef("credential_key"), open_until__gt=now)
    held_up = readings.filter(Q(next_at__gt=now) | Q(claimed_until__gt=now))
    rows = PosConnection.objects.across_retailers(reason=_REASON).filter(
        Exists(active),
        ~Exists(circuits),
        ~Exists(held_up),
        kind__in=kinds_with_orders(),
        account__isnull=False,
        paused=False,
    )
    told = rows.annotate(
        newest=Subquery(finished.order_by("-id").values("id")[:1]),
        behind=Coalesce(Subquery(readings.values("after_sync")[:1]), 0),
        is_begun=Exists(readings.filter(window_until__isnull=False)),
    )
    return list(told.filter(Q(newest__gt=F("behind")) | Q(is_begun=True)).order_by("pk"))


def find_connection(connection_id: int) -> PosConnection | None:
    """The connection as it is now; None if it is paused."""
    rows = PosConnection.objects.across_retailers(reason=_REASON)
    return rows.select_related("account").filter(pk=connection_id, paused=False).first()


def newest_sync(scope: Scope, connection: PosConnection) -> int:
    """The newest customer sync of the connection's list that has finished; 0 if none has."""
    runs = CustomerSync.objects.scoped(scope).filter(
        account_id=connection.account_id, state=CustomerSync.State.FINISHED
    )
    return runs.order_by("-id").values_list("id", flat=True).first() or 0


def find_reading(scope: Scope, connection: PosConnection) -> OrderReading | None:
    """How far reading a connection's orders has come; None if it was never begun."""
    return OrderReading.objects.scoped(scope).filter(pk=connection.pk).first()


def count_unreadable(scope: Scope, connection: PosConnection) -> int:
    """How many orders of the connection's list could not be taken over."""
    rows = UnreadableOrder.objects.scoped(scope)
    return rows.filter(account_id=connection.account_id).count()
