"""Tables of people and of the POS rows that tell of them.

A Customer holds nothing but identity: its values are read from its PosRecords and hub edits by the
rules of survivorship, so that merging and un-merging only ever says whose these are. Whose they are
now follows from what was told (``operations.settling``), and is worked out anew when that changes.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from rollcall.kit.ids import new_public_id
from rollcall.kit.scoping import BulkScopedModel, ScopedModel
from rollcall.stores.models import Store


class PosAccount(ScopedModel):
    """Whose customer list it is: one list at one POS, however many connections read it."""

    kind = models.CharField(max_length=40, help_text="folder name of the connector")
    account_key = models.CharField(max_length=200)
    label = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "kind", "account_key"], name="pos_account_one_per_list"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.account_key}"


class AccountStore(ScopedModel):
    """Says that a store's people stand in an account's list; follows from the connections."""

    account = models.ForeignKey(PosAccount, on_delete=models.CASCADE, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "store", "account"], name="account_store_once"
            )
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} serves store {self.store_id}"


class Customer(BulkScopedModel):
    """A person, as the hub knows them. The public id never changes and always resolves."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=new_public_id, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+",
        help_text="who they are now; never somebody who was merged themselves",
    )  # fmt: skip

    def __str__(self) -> str:
        return str(self.public_id)


class PosRecord(BulkScopedModel):
    """One customer row as one POS account holds it.

    ``sealed_fields`` is JSON (``rules.sealed``), ``sealed_raw`` the compressed wire row.
    ``*_key`` columns are blind indexes. Names are clear: people search them with typos.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", "active"
        INACTIVE = "inactive", "inactive"

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        PosAccount, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    external_id = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=Status.choices)
    status_raw = models.TextField(blank=True, default="")
    merged_into = models.CharField(max_length=200, null=True, help_text="survivor's external id")  # noqa: DJ001  # absent is not empty
    pos_updated_at = models.DateTimeField(null=True)
    content_hash = models.BinaryField()
    given_name = models.TextField(blank=True, default="")
    family_name = models.TextField(blank=True, default="")
    given_folded = models.TextField(blank=True, default="")
    family_folded = models.TextField(blank=True, default="")
    phone_key = models.BigIntegerField(null=True)
    phone_last4_key = models.BigIntegerField(null=True)
    email_key = models.BigIntegerField(null=True)
    born_on_key = models.BigIntegerField(null=True)
    licence_key = models.BigIntegerField(null=True)
    medical_id_key = models.BigIntegerField(null=True)
    sealed_fields = models.BinaryField()
    sealed_raw = models.BinaryField()
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField(help_text="when a value last changed here")
    gone_at = models.DateTimeField(null=True, help_text="when the POS no longer had it")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "account", "external_id"], name="pos_record_one_per_external_id"
            )
        ]
        indexes = [
            models.Index(
                fields=["account", "merged_into"],
                name="pos_record_merged",
                condition=models.Q(merged_into__isnull=False),
            ),
            *(
                models.Index(
                    fields=[f"{column}_key"],
                    name=f"pos_record_{column}",
                    condition=models.Q(**{f"{column}_key__isnull": False}),
                )
                for column in ("phone", "phone_last4", "email", "born_on", "licence", "medical_id")
            ),
        ]

    def __str__(self) -> str:
        return f"record {self.pk}"


class NameToken(BulkScopedModel):
    """A word that occurs in names of a retailer's customers, folded.

    Search looks for spellings among these few, instead of among all names. A word stays when nobody
    has it any more.
    """

    id = models.BigAutoField(primary_key=True)
    token = models.TextField()
    uses = models.IntegerField(
        default=0, db_default=0, help_text="about how many records have it; may be out of date"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "token"],
                opclasses=["int8_ops", "text_pattern_ops"],  # equality, and LIKE 'abc%'
                name="name_token_once",
            )
        ]
        indexes = [GinIndex(fields=["token"], opclasses=["gin_trgm_ops"], name="name_token_trgm")]

    def __str__(self) -> str:
        return f"name token {self.pk}"


class RecordName(BulkScopedModel):
    """Says that a record's present name has a word, and in which part of the name."""

    class Part(models.IntegerChoices):
        """Bits: a word may stand in several parts."""

        GIVEN = 1
        FAMILY = 2
        OTHER = 4

    pk = models.CompositePrimaryKey("token_id", "record_id")
    token = models.ForeignKey(
        NameToken, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    record = models.ForeignKey(
        PosRecord, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    part = models.SmallIntegerField(help_text="sum of Part")

    def __str__(self) -> str:
        return f"word {self.token_id} of record {self.record_id}"


class Link(BulkScopedModel):
    """Says that a PosRecord belongs to a Customer.

    In three steps: ``home`` is the Customer that the record was born with, ``base`` the one that it
    belongs to by what its POS tells, ``customer`` who that is now, after the merges of people.
    """

    class Reason(models.TextChoices):
        FIRST_SEEN = "first_seen", "first seen"
        POS_MERGE = "pos_merge", "merged at the POS"
        REGISTERED = "registered", "registered here"

    record = models.OneToOneField(
        PosRecord, primary_key=True, on_delete=models.PROTECT, related_name="link"
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    home = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    base = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    reason = models.CharField(max_length=20, choices=Reason.choices, default=Reason.FIRST_SEEN)
    since = models.DateTimeField(help_text="when it came to its base")

    class Meta:
        # Hardly a record has moved: these cost a sync of new rows nothing.
        indexes = [
            models.Index(
                fields=["base"], name="link_merged", condition=~models.Q(base=models.F("customer"))
            ),
            models.Index(
                fields=["home"], name="link_moved", condition=~models.Q(home=models.F("base"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} → {self.customer_id}"


class RecordVersion(BulkScopedModel):
    """What a change of a PosRecord replaced: names of fields clear, old and new values sealed."""

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(PosRecord, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    pos_updated_at = models.DateTimeField(null=True)
    sync_id = models.BigIntegerField(null=True)
    fields = ArrayField(models.TextField())
    sealed_values = models.BinaryField(help_text="JSON of field → [old, new]")

    def __str__(self) -> str:
        return f"version {self.pk} of record {self.record_id}"


class FieldPriority(ScopedModel):
    """Which POS counts more for a field; without a row the newest value stands."""

    field = models.CharField(max_length=40)
    kinds = ArrayField(
        models.TextField(), help_text="kinds of POS systems, the one that counts most first"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["retailer", "field"], name="field_priority_one")
        ]

    def __str__(self) -> str:
        return f"priority of {self.field}"


class FieldEdit(ScopedModel):
    """A value that somebody typed into the hub; stays with the Customer it was made against.

    ``holder`` is who that Customer is now. ``covers`` are all whom the person consisted of when it
    was typed: for as long as they are one, it stands above what was typed for any of them before.
    A merge that is undone later never counted.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    covers = ArrayField(
        models.BigIntegerField(), default=list, db_default=[],
        help_text="Customers that were one person then; empty: nobody but its own",
    )  # fmt: skip
    ties = models.JSONField(null=True, help_text="what made them one person then")
    covered = models.BooleanField(
        default=False,
        db_default=False,
        help_text="a later edit of the same person covers it; follows from the others",
    )
    field = models.CharField(max_length=40)
    sealed_value = models.BinaryField(help_text="JSON of the value")
    pinned = models.BooleanField(default=False, help_text="no POS value may stand above it")
    waiting = models.BooleanField(
        default=False,
        db_default=False,
        help_text="on its way to a POS; until then no POS value stands above it",
    )
    actor = models.TextField()
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    outcome = models.TextField(
        blank=True, default="", db_default="", help_text="how it ended: replaced, overruled, undone"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "customer", "field"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="field_edit_one_in_force",
            )
        ]
        indexes = [
            models.Index(
                fields=["retailer", "holder"],
                name="field_edit_waiting",
                condition=models.Q(waiting=True, withdrawn_at__isnull=True, covered=False),
            ),
            models.Index(
                fields=["retailer"],
                name="field_edit_tied",
                condition=models.Q(ties__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field} of customer {self.customer_id}"
