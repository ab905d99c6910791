"""Tables of orders that live in a POS, and of how far reading them has come."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from rollcall.customers.models import PosAccount
from rollcall.kit.ids import new_public_id
from rollcall.kit.scoping import BulkScopedModel, ScopedModel
from rollcall.sync.models import PosConnection


class CustomerOrder(BulkScopedModel):
    """An order as a POS holds it; only the POS changes it.

    Whose it is follows from its customer's PosRecord, which need not be known yet: so orders move
    with merges of people, and their undoing, by themselves.
    """

    class Status(models.TextChoices):
        UNKNOWN = "", "a word of the POS that nobody knows"
        VERIFICATION_PENDING = "verification_pending", "verification pending"
        AWAITING_PROCESSING = "awaiting_processing", "awaiting processing"
        IN_PROCESS = "in_process", "in process"
        PACKED_READY = "packed_ready", "packed, ready"
        OUT_FOR_DELIVERY = "out_for_delivery", "out for delivery"
        COMPLETED = "completed", "completed"
        CANCELED = "canceled", "canceled"
        REMOVED = "removed", "removed"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=new_public_id, unique=True)
    account = models.ForeignKey(
        PosAccount, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    connection = models.ForeignKey(
        PosConnection, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    external_id = models.CharField(max_length=200)
    customer_external_id = models.CharField(
        max_length=200, blank=True, default="", help_text="of the PosRecord; empty: names nobody"
    )
    number = models.TextField(blank=True, default="", help_text="what people call it by")
    status = models.CharField(max_length=24, choices=Status.choices, blank=True, default="")
    status_raw = models.TextField(blank=True, default="", help_text="the POS's own word")
    placed_at = models.DateTimeField(help_text="when first seen, if the POS does not say")
    pos_updated_at = models.DateTimeField(null=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="USD")
    content_hash = models.BinaryField()
    sealed_payload = models.BinaryField(help_text="packed JSON: lines, and the row as it came")
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField(help_text="when something last changed here")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "account", "external_id"],
                name="customer_order_one_per_external_id",
            )
        ]
        indexes = [
            models.Index(
                fields=["account", "customer_external_id", "-placed_at"],
                name="customer_order_of_record",
                condition=~models.Q(customer_external_id=""),
            )
        ]

    def __str__(self) -> str:
        return f"order {self.pk}"


class OrderStatusChange(BulkScopedModel):
    """What an order's status became, and when."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(CustomerOrder, on_delete=models.CASCADE, related_name="+")
    status = models.CharField(max_length=24, blank=True, default="")
    status_raw = models.TextField(blank=True, default="")
    at = models.DateTimeField(help_text="by the POS's clock; when seen, if it does not say")
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.status} of order {self.order_id}"


class UnreadableOrder(ScopedModel):
    """An order that could not be taken over, with the reason; never stops a reading."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(PosAccount, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200, help_text="external id, or a hash of the row")
    code = models.TextField()
    field = models.TextField(blank=True, default="")
    reason = models.TextField(help_text="a sentence for people, without the value")
    sealed_raw = models.BinaryField()
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "account", "name"], name="unreadable_order_one_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} in account {self.account_id}"


class OrderReading(ScopedModel):
    """How far reading a connection's orders has come: a claim, a window and a position.

    By connection, not by list: locations that share their customers have orders of their own.
    """

    connection = models.OneToOneField(
        PosConnection, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    account = models.ForeignKey(PosAccount, null=True, on_delete=models.PROTECT, related_name="+")
    claimed_by = models.TextField(blank=True, default="")
    claim_epoch = models.BigIntegerField(default=0, help_text="grows with every change of hands")
    claimed_until = models.DateTimeField(null=True)
    after_sync = models.BigIntegerField(
        default=0, help_text="the customer sync behind which the window was opened"
    )
    watermark = models.DateTimeField(null=True, help_text="POS clock; all changes before are here")
    window_since = models.DateTimeField(null=True)
    window_until = models.DateTimeField(null=True, help_text="None: no window is open")
    resume_token = models.TextField(blank=True, default="")
    next_at = models.DateTimeField(null=True, help_text="not before; after failures")
    failures = models.IntegerField(default=0, help_text="in a row")
    error_code = models.TextField(blank=True, default="")
    error = models.TextField(blank=True, default="")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    rows_read = models.BigIntegerField(default=0, help_text="of the window, like the following")
    rows_new = models.BigIntegerField(default=0)
    rows_changed = models.BigIntegerField(default=0)
    rows_bad = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"order reading of connection {self.connection_id}"
