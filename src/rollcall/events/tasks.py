"""What workers do for webhooks: gather what happened, deliver it, forget what is long done."""

from __future__ import annotations

from rollcall.events.operations.forgetting import forget_deliveries
from rollcall.events.operations.gathering import gather
from rollcall.events.operations.sending import drain
from rollcall.events.queries.webhooks import active_webhooks, find_due, find_retailer
from rollcall.jobs import every, stopping, task, wake
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Actor
from rollcall.stores.queries import get_system_scope

_ACTOR = Actor(kind="system", id="worker")


@task("events.deliver", counter=True)
def deliver(*, webhook_id: int, **_later: int) -> None:
    """Deliver what is due to one webhook for some seconds; a claim keeps several workers apart."""
    retailer_id = find_retailer(webhook_id)
    if retailer_id is None:
        return
    if drain(get_system_scope(retailer_id, actor=_ACTOR), webhook_id):
        wake("events.deliver", webhook_id=webhook_id)


@every(5, "events.sweep", counter=True)
def sweep() -> None:
    """Take over what happened, and wake workers for webhooks that have something to deliver."""
    for webhook in active_webhooks(utc_now()).order_by("pk"):
        if stopping.is_set():
            return
        scope = get_system_scope(webhook.retailer_id, actor=_ACTOR)
        now = utc_now()
        if gather(scope, webhook.pk, now=now) or find_due(scope, webhook.pk, now=now):
            wake("events.deliver", webhook_id=webhook.pk)


@every(60, "events.forget")
def forget() -> None:
    """Delete deliveries whose time has come; looks often, so that there is never much to do."""
    forget_deliveries(now=utc_now())
