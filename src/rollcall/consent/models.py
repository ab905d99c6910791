"""The tables of the ledger. A trigger refuses every change but whose an entry is after merges."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from rollcall.consent.rules.vocabulary import Channel, Kind, Purpose
from rollcall.customers.models import Customer
from rollcall.kit.ids import new_public_id
from rollcall.kit.scoping import ScopedModel
from rollcall.stores.models import Kiosk, Store


class Wording(ScopedModel):
    """What shoppers read when they agree; a new text is a new version, and no version changes."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=new_public_id, unique=True)
    purpose = models.CharField(max_length=20, choices=[(one, one) for one in Purpose])
    channel = models.CharField(max_length=10, choices=[(one, one) for one in Channel])
    language = models.CharField(max_length=35, help_text="BCP 47, such as en or es-MX")
    version = models.IntegerField()
    text = models.TextField()
    created_at = models.DateTimeField()
    created_by = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "purpose", "channel", "language", "version"],
                name="consent_wording_one_per_version",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} by {self.channel}, {self.language} {self.version}"


class ConsentEntry(ScopedModel):
    """Somebody agreed to something, or took it back.

    ``customer`` is whom it was made for, ``holder`` who that is now. A yes of merged people is one
    entry that ``covers`` them for as long as they are one; a no is an entry of each of them, and
    stays with each.
    """

    class Route(models.TextChoices):
        SELF_SERVICE = "self_service", "by themselves"
        STAFF = "staff", "by staff"
        STOP = "stop", "by a stop word"
        POS = "pos", "at a POS"
        API = "api", "by a program"
        IMPORT = "import", "from a list"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=new_public_id, unique=True)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    holder = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    covers = ArrayField(
        models.BigIntegerField(), default=list, help_text="further Customers who were this person"
    )
    kind = models.CharField(max_length=10, choices=[(one, one) for one in Kind])
    purpose = models.CharField(max_length=20, choices=[(one, one) for one in Purpose])
    channel = models.CharField(max_length=10, choices=[(one, one) for one in Channel])
    at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    contact_key = models.BigIntegerField(
        null=True, help_text="blind index of the phone or e-mail that it is for"
    )
    unconfirmed = models.BooleanField(default=False, help_text="a double opt-in was begun")
    confirms = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    wording = models.ForeignKey(
        Wording, null=True, on_delete=models.PROTECT, related_name="+", help_text="what was shown"
    )
    route = models.CharField(max_length=15, choices=Route.choices)
    store = models.ForeignKey(
        Store, null=True, on_delete=models.PROTECT, related_name="+", db_index=False,
        help_text="where",
    )  # fmt: skip
    kiosk = models.ForeignKey(
        Kiosk, null=True, on_delete=models.PROTECT, related_name="+", db_index=False,
        help_text="the device",
    )  # fmt: skip
    actor = models.TextField()
    proof = models.CharField(
        max_length=200, blank=True, default="", help_text="reference to a proof that is kept"
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["retailer", "holder", "-id"], name="consent_entry_of_person"),
            models.Index(fields=["customer"], name="consent_entry_customer"),
            models.Index(
                fields=["retailer", "contact_key"],
                condition=models.Q(contact_key__isnull=False),
                name="consent_entry_contact",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind=Kind.IMPLIED) | models.Q(expires_at__isnull=False),
                name="consent_entry_implied_expires",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=Kind.CONFIRMED, confirms__isnull=False)
                | (~models.Q(kind=Kind.CONFIRMED) & models.Q(confirms__isnull=True)),
                name="consent_entry_confirms_one",
            ),
            models.UniqueConstraint(
                fields=["retailer", "confirms"],
                condition=models.Q(confirms__isnull=False),
                name="consent_entry_confirmed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"consent entry {self.pk}"
