"""Tables of intended writes to POS systems, and of who allowed them."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from rollcall.customers.models import Customer, PosRecord
from rollcall.kit.scoping import ScopedModel
from rollcall.stores.models import Store
from rollcall.sync.models import PosConnection


class OutboxEntry(ScopedModel):
    """An intended write of one customer to one POS: a row before anybody is called.

    ``sealed_wish`` is JSON (``rules.wishes``). An entry that has not been sent yet takes later
    changes in, so that at most one waits and one is under way for each record.
    """

    class Intent(models.TextChoices):
        CREATE = "create", "create"
        UPDATE = "update", "update"

    class State(models.TextChoices):
        HELD = "held", "held: writing is not switched on"
        QUEUED = "queued", "queued"
        SENDING = "sending", "being sent"
        DELIVERED = "delivered", "delivered"
        REFUSED = "refused", "refused: needs a person"
        DEAD = "dead", "given up"
        DISCARDED = "discarded", "discarded"

    #: Not sent, and may still be; takes later changes in.
    WAITING = (State.HELD, State.QUEUED, State.REFUSED, State.DEAD)
    OPEN = (*WAITING, State.SENDING)

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(
        default=uuid.uuid4, unique=True, help_text="for POS systems that tell repetitions by a key"
    )
    connection = models.ForeignKey(PosConnection, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", help_text="whom it was wished for"
    )
    holder = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", help_text="who that is now"
    )
    store = models.ForeignKey(Store, null=True, on_delete=models.PROTECT, related_name="+")
    hub_record = models.ForeignKey(
        PosRecord, null=True, on_delete=models.PROTECT, related_name="+", db_index=False,
        help_text="of a create: our own record, whose place the POS's takes; so for what follows",
    )  # fmt: skip
    external_id = models.CharField(
        max_length=200, blank=True, default="", help_text="of the record at the POS, once known"
    )
    intent = models.CharField(max_length=10, choices=Intent.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    fields = ArrayField(
        models.TextField(), default=list, help_text="names of what is to be written"
    )
    sealed_wish = models.BinaryField()
    sealed_sent = models.BinaryField(
        null=True, help_text="what may have reached the POS without an answer"
    )
    actor = models.TextField()
    created_at = models.DateTimeField()
    wished_at = models.DateTimeField(help_text="when a value of it was last typed")
    not_before = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    claim = models.IntegerField(default=0, help_text="grows with every claim; fences late answers")
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(
        null=True, help_text="of a create: when it may first have reached the POS"
    )
    closed_at = models.DateTimeField(null=True)
    decisions = models.JSONField(default=dict, help_text="field → what became of it")
    code = models.TextField(blank=True, default="")
    reason = models.TextField(blank=True, default="", help_text="for people, without values")
    calls = models.IntegerField(default=0, help_text="how often the POS was asked to write")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "customer", "connection", "external_id", "hub_record"],
                nulls_distinct=False,
                condition=models.Q(state__in=["held", "queued", "refused", "dead"]),
                name="outbox_entry_one_waiting",
            ),
            models.UniqueConstraint(
                fields=["retailer", "customer", "connection", "external_id", "hub_record"],
                nulls_distinct=False,
                condition=models.Q(state="sending"),
                name="outbox_entry_one_under_way",
            ),
        ]
        indexes = [
            models.Index(
                fields=["connection", "intent", "not_before"],
                name="outbox_entry_due",
                condition=models.Q(state__in=["queued", "sending"]),
            ),
            models.Index(fields=["retailer", "holder", "-id"], name="outbox_entry_of_person"),
            models.Index(
                fields=["retailer", "state", "-id"],
                name="outbox_entry_open",
                condition=models.Q(state__in=["held", "queued", "sending", "refused", "dead"]),
            ),
            models.Index(
                fields=["connection", "closed_at"],
                name="outbox_entry_closed",
                condition=models.Q(state__in=["delivered", "discarded"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.intent} {self.pk}"


class WriteSwitch(ScopedModel):
    """Whether a connection may write to its POS; without a row it may only read."""

    connection = models.OneToOneField(
        PosConnection, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    enabled_at = models.DateTimeField(null=True)
    enabled_by = models.TextField(blank=True, default="")
    hourly_cap = models.IntegerField(
        null=True, help_text="writes an hour while it is being tried out; None: as many as wanted"
    )
    stopped_at = models.DateTimeField(null=True, help_text="kill switch: nothing is sent")
    stopped_by = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"writing to connection {self.connection_id}"


class WriteStop(ScopedModel):
    """The kill switch for all connections of a retailer, while ``released_at`` is empty."""

    id = models.BigAutoField(primary_key=True)
    stopped_at = models.DateTimeField(db_default=Now())
    stopped_by = models.TextField()
    released_at = models.DateTimeField(null=True)
    released_by = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer"],
                condition=models.Q(released_at__isnull=True),
                name="write_stop_one_in_force",
            )
        ]

    def __str__(self) -> str:
        return f"stop {self.pk}"
