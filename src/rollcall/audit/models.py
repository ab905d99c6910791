"""The append-only table that audit, event feed and later readers share."""

from __future__ import annotations

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from rollcall.kit.scoping import BulkScopedModel

#: What happens whenever somebody is looked for; not in the index of feeds.
READS: Final = ["customer.looked_up", "customer.searched", "customer.viewed"]


class TransactionIdField(models.BigIntegerField):  # type: ignore[type-arg]  # not generic at run time
    """PostgreSQL's ``xid8``: which transaction wrote the row."""

    def db_type(self, connection: object) -> str:  # noqa: ARG002  # Django passes it
        return "xid8"


class CurrentTransactionId(models.Func):
    """The writing transaction's id, filled in by the database."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = TransactionIdField()


class Entry(BulkScopedModel):
    """One thing that happened, written in the transaction in which it happened.

    Ids commit out of order, so feeds read below the transaction horizon (``queries.read_feed``).
    A bulk sync writes one entry for many subjects. Updates and deletes are refused by a trigger.
    """

    id = models.BigAutoField(primary_key=True)
    transaction_id = TransactionIdField(db_default=CurrentTransactionId())
    at = models.DateTimeField(db_default=Now())
    actor = models.TextField(help_text="kind:id, such as user:12, kiosk:3, system:sync")
    action = models.TextField(help_text="dotted, past tense, such as record.created")
    subject_kind = models.TextField(help_text="what the ids are: customer, record, connection …")
    subject_ids = ArrayField(models.BigIntegerField(), default=list)
    fields = ArrayField(models.TextField(), default=list, help_text="names of fields, never values")
    context = models.JSONField(default=dict, help_text="counts, ids and codes, never values")

    class Meta:
        indexes = [
            models.Index(fields=["retailer", "-id"], name="audit_newest"),
            models.Index(fields=["transaction_id", "id"], name="audit_feed"),
            # Of what a retailer's feed may hold: reads of people cost nothing more.
            models.Index(
                fields=["retailer", "transaction_id", "id"],
                name="audit_retailer_feed",
                condition=~models.Q(action__in=READS),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor}"
