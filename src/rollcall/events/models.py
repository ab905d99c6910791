"""Tables of webhooks: who is called, with which secret, and every delivery."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from rollcall.kit.scoping import BulkScopedModel, ScopedModel


class Webhook(ScopedModel):
    """An address that is called with events.

    ``place_*`` is what is read next of the feed. One sender at a time has the ``claim``; it runs
    out with whoever dies. ``not_before`` keeps an address that fails from being called too often.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "active"
        PAUSED = "paused", "paused"
        DISABLED = "disabled", "disabled by the receiver"
        REMOVED = "removed", "removed"

    name = models.CharField(max_length=100, help_text="for people")
    url = models.TextField()
    types = ArrayField(models.TextField(), default=list, help_text="of events; empty: all")
    store_ids = ArrayField(
        models.BigIntegerField(), null=True, help_text="whose people it tells of; null: all"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    created_at = models.DateTimeField()
    created_by = models.TextField()
    place_transaction = models.BigIntegerField()
    place_entry = models.BigIntegerField(default=0)
    place_subjects = models.IntegerField(default=0)
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0, help_text="one after the other")
    failing_since = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    delivered = models.BigIntegerField(default=0, help_text="calls that were answered well, ever")
    failed = models.BigIntegerField(default=0, help_text="calls that were not, ever")
    last_delivered_at = models.DateTimeField(null=True)
    last_code = models.CharField(max_length=40, blank=True, default="", help_text="of a failure")

    def __str__(self) -> str:
        return f"webhook {self.pk}"


class WebhookSecret(ScopedModel):
    """A secret that signs; one for good, and for a day the one before it."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="+")
    name = models.UUIDField(help_text="what the sealed value is bound to")
    sealed_secret = models.BinaryField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "webhook"],
                condition=models.Q(expires_at__isnull=True),
                name="webhook_secret_one_for_good",
            )
        ]

    def __str__(self) -> str:
        return f"secret {self.pk} of webhook {self.webhook_id}"


class WebhookDelivery(BulkScopedModel):
    """One event for one webhook; the row comes before the call, which is made at least once.

    ``event_id`` is the ``webhook-id`` of every try, and ``body`` what is sent, byte for byte.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        DELIVERED = "delivered", "delivered"
        DEAD = "dead", "given up"

    id = models.BigAutoField(primary_key=True)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="+", db_index=False)
    event_id = models.CharField(max_length=60)
    type = models.CharField(max_length=60)
    body = models.TextField(help_text="ids and names of fields, never values")
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    next_try_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=40, blank=True, default="", help_text="of the last try")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "webhook", "event_id"], name="webhook_delivery_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["webhook", "id"],
                name="webhook_delivery_waiting",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=["webhook", "-id"], name="webhook_delivery_newest"),
            models.Index(fields=["webhook", "occurred_at"], name="webhook_delivery_by_time"),
            models.Index(
                fields=["finished_at"],
                name="webhook_delivery_finished",
                condition=models.Q(finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"
