"""Orders that a POS calls about, from its call to the tables."""

from __future__ import annotations

from typing import Any

import pytest

from rollcall.inbox.tests.calling import call, outcomes, path_for, work
from rollcall.kit.scope import Scope
from rollcall.orders.models import CustomerOrder, OrderStatusChange
from rollcall.pos.registry import connector
from rollcall.stores.models import Store
from rollcall.sync import queries
from rollcall.sync.models import PosConnection
from rollcall.sync.operations.connections import save_connection
from rollcall.testing.fixtures import NOON

TOKEN = "a-token-of-sixteen-or-more"
TICKET: dict[str, Any] = {
    "ticket_id": "5b1f6c1e-0000-4000-8000-000000000001", "order_number": "ABC234",
    "order_status": "IN_PROCESS", "customer_id": 1042, "total": 42.0, "items": [],
    "date_created": "2026-11-20T09:00:00.000-08:00",
    "last_updated_at": "2026-11-20T09:10:00.000-08:00",
}  # fmt: skip
EARLIER = {
    **TICKET,
    "order_status": "AWAITING_PROCESSING",
    "last_updated_at": "2026-11-20T09:05:00.000-08:00",
}


@pytest.fixture
def calling(scope_a: Scope, store_a: Store, transactional_db: None) -> PosConnection:
    model = connector("treez").settings_model
    settings = model(
        dispensary="alderway", api_key="key", client_id="client", webhook_token=TOKEN,
        base_url="http://127.0.0.1:9",
    )  # fmt: skip
    saved = save_connection(
        scope_a, slug="alder-way", kind="treez", stores=[store_a],
        time_zone=store_a.time_zone, settings=settings, now=NOON,
    )  # fmt: skip
    return queries.get_connection(scope_a, saved.row.slug)


def test_tickets_are_taken_over_once_and_older_news_change_nothing(
    calling: PosConnection, scope_a: Scope
) -> None:
    path = path_for(scope_a, calling)

    def send(ticket: dict[str, Any], kind: str = "TICKET") -> int:
        content = {"event_type": kind, "data": ticket}
        status = call(path, content, token=TOKEN).status
        work(scope_a, calling)
        return status

    told = [
        send(TICKET),
        send(EARLIER),
        send(TICKET),
        send({**TICKET, "ticket_id": "2", "total": "much"}),
        send({**TICKET, "order_status": "DRAFT"}),
        send({"ticket_id": "3", "order_status": "COMPLETED"}, "TICKET_STATUS"),
        send({**TICKET, "ticket_id": []}),
    ]

    assert all(200 <= status < 300 for status in told)
    assert [outcome for _, outcome in outcomes(scope_a)] == [
        "taken_over", "old_news", "unchanged", "quarantined",
    ]  # fmt: skip
    order = CustomerOrder.objects.scoped(scope_a).get()
    assert (order.status, order.customer_external_id) == ("in_process", "1042")
    assert OrderStatusChange.objects.scoped(scope_a).count() == 1
