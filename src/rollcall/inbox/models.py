"""Tables of addresses that POS systems call, and of what they called with."""

from __future__ import annotations

from django.db import models

from rollcall.customers.models import PosAccount
from rollcall.kit.scoping import BulkScopedModel, ScopedModel
from rollcall.sync.models import PosConnection


class InboxAddress(ScopedModel):
    """An address of a connection; only a hash of its secret part is kept.

    At most one stands for good. Earlier ones go on working until ``expires_at``, so that a POS can
    be told of the new one in peace.
    """

    connection = models.ForeignKey(PosConnection, on_delete=models.CASCADE, related_name="+")
    token_hash = models.BinaryField(unique=True)
    created_at = models.DateTimeField()
    created_by = models.TextField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "connection"],
                condition=models.Q(expires_at__isnull=True),
                name="inbox_address_one_for_good",
            )
        ]

    def __str__(self) -> str:
        return f"address {self.pk} of connection {self.connection_id}"


class InboxEvent(BulkScopedModel):
    """A call about one customer, kept before the POS was told that it arrived.

    ``received`` waits for a worker (again, after a failed try: ``outcome`` says why).
    """

    class State(models.TextChoices):
        RECEIVED = "received", "waiting"
        PROCESSED = "processed", "processed"
        IGNORED = "ignored", "nothing new"
        FAILED = "failed", "failed"

    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(
        PosConnection, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    account = models.ForeignKey(
        PosAccount, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    received_at = models.DateTimeField()
    topic = models.CharField(max_length=60, blank=True, default="")
    kind = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)
    sealed_body = models.BinaryField(null=True, help_text="as it came; deleted after some weeks")
    digest = models.BinaryField(help_text="keyed hash of topic and body; equal for repeats")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    attempts = models.IntegerField(default=0)
    not_before = models.DateTimeField()
    claim = models.UUIDField(null=True, help_text="of the worker that has it; fences late ones")
    claimed_until = models.DateTimeField(null=True)
    processed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["connection", "external_id"],
                name="inbox_event_waiting",
                condition=models.Q(state="received"),
            ),
            models.Index(fields=["connection", "digest"], name="inbox_event_repeats"),
            models.Index(fields=["connection", "-id"], name="inbox_event_newest"),
            models.Index(fields=["connection", "received_at"], name="inbox_event_by_time"),
            models.Index(
                fields=["retailer", "-id"],
                name="inbox_event_failed",
                condition=models.Q(state="failed"),
            ),
            models.Index(
                fields=["processed_at"],
                name="inbox_event_with_body",
                condition=models.Q(sealed_body__isnull=False, processed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"event {self.pk}"


class CallFigures(ScopedModel):
    """How many calls of a connection ended how, ever; for pages and metrics.

    ``outcome`` is ``received``, ``ping``, ``other``, ``refused_…`` or, for events that a worker is
    done with, ``done_…``; ``seconds`` add up from receiving to being done.
    """

    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(PosConnection, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=50)
    calls = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "connection", "outcome"], name="inbox_figures_one_row_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome} of connection {self.connection_id}"


class StrayCalls(models.Model):
    """How many calls came to no address of ours; nobody's, so there is no retailer."""

    reason = models.CharField(max_length=50, primary_key=True)
    calls = models.BigIntegerField(default=0)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.reason
