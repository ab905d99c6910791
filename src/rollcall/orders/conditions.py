"""What may be wrong with reading and placing orders, told to people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext_lazy

from rollcall.kit.scope import Role, Scope
from rollcall.notifications.rules.kinds import Finding, Kind, Severity, condition, declare
from rollcall.orders.queries.order_readings import count_unreadable, find_reading
from rollcall.orders.queries.order_writes import count_failed, count_waiting
from rollcall.sync.models import PosConnection
from rollcall.sync.queries import list_connections

#: Readings that fail in a row before somebody is told.
FAILURES: Final = 3
#: An order that has not reached the POS by then has somebody waiting for it in the store.
_LATE: Final = dt.timedelta(minutes=5)
_TOLD_FOR: Final = dt.timedelta(days=1)

declare(
    Kind(
        code="orders.failing",
        severity=Severity.WARNING,
        role=Role.MANAGER,
        title=gettext_lazy("Orders of %(connection)s cannot be read"),
        advice=gettext_lazy(
            "%(failures)d readings failed in a row; the last one says %(code)s. Customers are not"
            " concerned. What is here stays, and the next reading goes on where this one stopped."
            " Does the key of the connection allow reading orders?"
        ),
    ),
    Kind(
        code="orders.unreadable",
        severity=Severity.WARNING,
        role=Role.ADMIN,
        title=gettext_lazy("Some orders of %(connection)s could not be taken over"),
        advice=ngettext_lazy(
            "%(orders)d order came in a form that Rollcall does not know. It is kept, and taken"
            " over as soon as the POS sends it in a form that can be read.",
            "%(orders)d orders came in a form that Rollcall does not know. They are kept, and"
            " taken over as soon as the POS sends them in a form that can be read.",
            "orders",
        ),
    ),
    Kind(
        code="orders.waiting",
        severity=Severity.WARNING,
        role=Role.MANAGER,
        title=gettext_lazy("Orders of kiosks wait for %(connection)s"),
        advice=ngettext_lazy(
            "%(orders)d order has waited for more than five minutes. It is placed as soon as the"
            " POS answers and its customer stands there; after four hours it is given up.",
            "%(orders)d orders have waited for more than five minutes. They are placed as soon as"
            " the POS answers and their customers stand there; after four hours they are given"
            " up.",
            "orders",
        ),
    ),
    Kind(
        code="orders.not_placed",
        severity=Severity.WARNING,
        role=Role.MANAGER,
        title=gettext_lazy("Orders of kiosks did not reach %(connection)s"),
        advice=ngettext_lazy(
            "%(orders)d order of the last day was refused or given up after the shopper was told"
            " that it was on its way. Ask them whether they still want it.",
            "%(orders)d orders of the last day were refused or given up after the shoppers were"
            " told that they were on their way. Ask them whether they still want them.",
            "orders",
        ),
    ),
)


@condition("orders.waiting", "orders.not_placed")
def watch_placing(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:
    """Orders of kiosks that wait for long, and those that came to nothing."""
    for one in list_connections(scope):
        waiting = count_waiting(scope, one, now - _LATE)
        if waiting:
            yield _finding("orders.waiting", one, orders=waiting)
        failed = count_failed(scope, one, now - _TOLD_FOR)
        if failed:
            yield _finding("orders.not_placed", one, orders=failed)


@condition("orders.failing", "orders.unreadable")
def watch_readings(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:  # noqa: ARG001
    """Readings that keep failing, and orders that were put aside."""
    for one in list_connections(scope):
        reading = find_reading(scope, one)
        if reading is None:
            continue
        if reading.failures >= FAILURES and not one.paused:
            code = reading.error_code or "internal"
            yield _finding("orders.failing", one, failures=reading.failures, code=code)
        unreadable = count_unreadable(scope, one)
        if unreadable:
            yield _finding("orders.unreadable", one, orders=unreadable)


def _finding(kind: str, one: PosConnection, **data: str | int) -> Finding:
    served = PosConnection.stores.through.objects.filter(posconnection_id=one.pk)
    return Finding(
        kind=kind,
        subject=f"connection:{one.pk}",
        store_ids=frozenset(served.values_list("store_id", flat=True)),
        data={"connection": one.slug, **data},
        page=reverse("sync:connection", args=[one.slug]),
    )
