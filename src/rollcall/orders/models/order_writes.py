"""Tables of writes to POS systems about orders, of mails about them, and of what stores allow."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from rollcall.customers.models import Customer
from rollcall.kit.ids import new_public_id
from rollcall.kit.scoping import ScopedModel
from rollcall.orders.models.customer_orders import CustomerOrder
from rollcall.stores.models import Kiosk, Store
from rollcall.sync.models import PosConnection


class OrderRules(ScopedModel):
    """What a store allows with orders that go to its POS, and whom they are mailed to.

    Without a row: nobody orders without a name, and nothing is mailed.
    """

    store = models.OneToOneField(
        Store, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    anonymous = models.BooleanField(default=False, help_text="orders that name nobody are taken")
    mail_to = ArrayField(models.TextField(), default=list, help_text="addresses of the store's")
    mail_shopper = models.BooleanField(default=False, help_text="who ordered is told, too")
    changed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"order rules of store {self.store_id}"


class OrderWrite(ScopedModel):
    """An order that is to be placed at a POS, or a status that is to be set there.

    A row before anybody is called, like an outbox entry; what a crash leaves behind is a row whose
    claim runs out. An order of a store whose POS takes none is a row, too: it is only mailed.
    """

    class Intent(models.TextChoices):
        PLACE = "place", "place an order, or add to an open one"
        STATUS = "status", "set an order's status"

    class State(models.TextChoices):
        QUEUED = "queued", "queued"
        SENDING = "sending", "being sent"
        DONE = "done", "done"
        MAILED = "mailed", "handed to the store by mail"
        REFUSED = "refused", "refused by the POS"
        DEAD = "dead", "given up"

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, help_text="the same whenever the request is repeated")
    intent = models.CharField(max_length=10, choices=Intent.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+", db_index=False)
    kiosk = models.ForeignKey(Kiosk, on_delete=models.PROTECT, related_name="+", db_index=False)
    connection = models.ForeignKey(
        PosConnection, null=True, on_delete=models.PROTECT, related_name="+", db_index=False,
        help_text="None: only mailed",
    )  # fmt: skip
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="who orders; None: nobody is named",
    )  # fmt: skip
    customer_external_id = models.CharField(
        max_length=200, blank=True, default="", help_text="of the record at the POS, once known"
    )
    number = models.CharField(
        max_length=100, blank=True, default="", help_text="what the kiosk calls the order by"
    )
    body_hash = models.BinaryField(help_text="keyed, of what was asked for")
    sealed_body = models.BinaryField(help_text="JSON: lines, note, name and e-mail as typed")
    lane = models.CharField(
        max_length=220, blank=True, default="", help_text="of one lane only one is under way"
    )
    status = models.CharField(max_length=24, blank=True, default="", help_text="that is to be set")
    external_id = models.CharField(
        max_length=200, blank=True, default="", help_text="of the order at the POS, once known"
    )
    order = models.ForeignKey(
        CustomerOrder, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="as the POS holds it",
    )  # fmt: skip
    resumed = models.BooleanField(default=False, help_text="it was added to an open order")
    actor = models.TextField()
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    claim = models.IntegerField(default=0, help_text="grows with every claim; fences late answers")
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True, help_text="when it may first have reached the POS")
    closed_at = models.DateTimeField(null=True)
    calls = models.IntegerField(default=0, help_text="how often the POS was asked to write")
    code = models.TextField(blank=True, default="")
    reason = models.TextField(blank=True, default="", help_text="for people, without values")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "kiosk", "number"],
                condition=~models.Q(number="") & ~models.Q(state__in=["refused", "dead"]),
                name="order_write_one_per_number",
            ),
            models.UniqueConstraint(
                fields=["retailer", "connection", "lane"],
                condition=models.Q(state="sending") & ~models.Q(lane=""),
                name="order_write_one_under_way",
            ),
        ]
        indexes = [
            models.Index(
                fields=["connection", "not_before"],
                name="order_write_due",
                condition=models.Q(state__in=["queued", "sending"]),
            ),
            models.Index(
                fields=["retailer", "store", "customer_external_id", "-id"],
                name="order_write_of_record",
                condition=models.Q(intent="place", state="done")
                & ~models.Q(customer_external_id=""),
            ),
            models.Index(fields=["retailer", "kiosk", "-id"], name="order_write_of_kiosk"),
            models.Index(
                fields=["connection", "-closed_at"],
                name="order_write_failed",
                condition=models.Q(state__in=["refused", "dead"]),
            ),
            models.Index(
                fields=["closed_at"],
                name="order_write_over",
                condition=models.Q(closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.intent} {self.pk}"


class OrderPrint(ScopedModel):
    """That a kiosk printed an order's receipt; the last one counts."""

    order = models.OneToOneField(
        CustomerOrder, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    printed_id = models.CharField(max_length=200, blank=True, default="")
    printed_date = models.CharField(
        max_length=60, blank=True, default="", help_text="as the kiosk wrote it"
    )
    kiosk = models.ForeignKey(Kiosk, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"print of order {self.order_id}"


class OrderMail(ScopedModel):
    """A mail about an order to one address; the row comes before the mail.

    ``sealed_letter`` (JSON: the address and what the mail says) is emptied when it was taken.
    """

    class Kind(models.TextChoices):
        CREATED = "created", "an order was placed"
        UPDATED = "updated", "an order was added to"
        STATUS = "status", "an order's status was set"

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        SENT = "sent", "sent"
        GIVEN_UP = "given_up", "given up"

    id = models.BigAutoField(primary_key=True)
    write = models.ForeignKey(OrderWrite, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    to_shopper = models.BooleanField()
    message_id = models.UUIDField(default=new_public_id, help_text="the same in every attempt")
    sealed_letter = models.BinaryField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    error_code = models.CharField(max_length=60, blank=True, default="")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(state="waiting"),
                name="order_mail_to_send",
            )
        ]

    def __str__(self) -> str:
        return f"mail {self.pk} of order write {self.write_id}"
