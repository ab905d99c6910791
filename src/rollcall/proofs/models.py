"""Tables of codes, proofs and counted tries, and of the log-ins that were bound by a proof.

Codes and proofs name the record that was proven, not the person: whose it is now says its Link, so
that they need not follow merges, and an undone merge leaves nobody with another's proof.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from rollcall.customers.models import Customer, PosRecord
from rollcall.kit.ids import new_public_id
from rollcall.kit.scoping import ScopedModel
from rollcall.stores.models import Kiosk, Store


class SentCode(ScopedModel):
    """A one-time code for whom a record tells of; the row comes before the mail.

    ``sealed_code`` is emptied when the mail has been handed over; a keyed hash stays.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        SENT = "sent", "sent"
        FAILED = "failed", "failed for good"

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(PosRecord, on_delete=models.CASCADE, related_name="+")
    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=10)
    contact_key = models.BigIntegerField(
        null=True, help_text="blind index of where it goes; it is sent nowhere else"
    )
    message_id = models.UUIDField(default=new_public_id, help_text="the same in every attempt")
    code_hash = models.BigIntegerField(help_text="keyed, and bound to the message's id")
    sealed_code = models.BinaryField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.SmallIntegerField(default=0, help_text="how often a code was compared with it")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    error_code = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["retailer", "record", "-id"], name="sent_code_newest"),
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(state="waiting"),
                name="sent_code_to_send",
            ),
        ]

    def __str__(self) -> str:
        return f"code {self.pk}"


class Proof(ScopedModel):
    """Somebody proved in a store that a record tells of them; good for a few minutes.

    By a code they also proved that the phone or e-mail is theirs to which it was sent.
    """

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(PosRecord, on_delete=models.CASCADE, related_name="+")
    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    token_hash = models.BinaryField()
    means = ArrayField(models.CharField(max_length=20), help_text="names of what was compared")
    channel = models.CharField(
        max_length=10, blank=True, default="", help_text="of the code that was right"
    )
    contact_key = models.BigIntegerField(
        null=True, help_text="blind index of where that code was sent"
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["retailer", "token_hash"], name="proof_once")
        ]

    def __str__(self) -> str:
        return f"proof {self.pk}"


class WebIdentity(ScopedModel):
    """A web shop's log-in (OpenID Connect: issuer and subject) that somebody proved to be theirs.

    ``customer`` is whom it was bound for, ``holder`` who that is now. One that is bound no more
    stays as history.
    """

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=new_public_id, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    issuer = models.CharField(max_length=255, help_text="URL, as in the claim iss")
    sealed_subject = models.BinaryField(help_text="as in the claim sub")
    subject_key = models.BigIntegerField(help_text="blind index of issuer and subject")
    channel = models.CharField(max_length=10, help_text="of the code that proved it")
    bound_at = models.DateTimeField()
    bound_by = models.TextField()
    unbound_at = models.DateTimeField(null=True)
    unbound_by = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "subject_key"],
                condition=models.Q(unbound_at__isnull=True),
                name="web_identity_bound_once",
            )
        ]

    def __str__(self) -> str:
        return f"web identity {self.pk}"


class Tries(ScopedModel):
    """How often something was tried in vain in its present hour: with a value, at a person."""

    class Kind(models.TextChoices):
        VALUE = "value", "a phone, an e-mail, or a name with a birth date"
        PERSON = "person", "somebody's proof"
        CODE = "code", "codes that were sent to somebody"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    subject = models.BigIntegerField(help_text="a blind index, or a Customer")
    opened_at = models.DateTimeField()
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["retailer", "kind", "subject"], name="tries_once")
        ]
        indexes = [models.Index(fields=["opened_at"], name="tries_age")]

    def __str__(self) -> str:
        return f"tries {self.pk}"
