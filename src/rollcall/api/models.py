"""The tables of the kit."""

from __future__ import annotations

from django.db import models


class ThrottleWindow(models.Model):
    """How much of a limit has been given out in a bucket's latest window, to all processes.

    Holds no retailer: a bucket is a policy and a key id or a keyed hash of a client's address.
    """

    bucket = models.CharField(max_length=80, primary_key=True)
    opened_at = models.DateTimeField(help_text="start of the window, by the database's clock")
    leased = models.BigIntegerField(help_text="may exceed the limit by less than one block")

    def __str__(self) -> str:
        return f"window of {self.bucket}"


class IdempotentRequest(models.Model):
    """A write that was asked for with an Idempotency-Key, and the id of what it made.

    Holds no retailer and nothing personal: hashes, and an id that means nothing by itself.
    """

    owner = models.CharField(max_length=80, help_text="whose request it is, such as kiosk:12")
    name_hash = models.BinaryField(help_text="of the Idempotency-Key")
    body_hash = models.BinaryField()
    made = models.UUIDField(help_text="names what is made by it, whenever it is repeated")
    outcome = models.JSONField(null=True, help_text="ids and codes of what came of it")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name_hash"], name="idempotent_request_once")
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotent_request_age")]

    def __str__(self) -> str:
        return f"request of {self.owner}"


class KeptAnswer(models.Model):
    """The answer to such a request, as it was sent to one asker.

    Sealed with a key that only the asker's credential gives, and that stands nowhere here: whose
    row it is, or of whom it tells, cannot be told without it.
    """

    request = models.ForeignKey(
        IdempotentRequest, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    asker_hash = models.BinaryField(help_text="of the credential, and of what else was shown")
    sealed = models.BinaryField(help_text="status, headers and body")
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "asker_hash"], name="kept_answer_once")
        ]
        indexes = [models.Index(fields=["kept_at"], name="kept_answer_age")]

    def __str__(self) -> str:
        return f"answer to request {self.request_id}"


class IdempotentPart(models.Model):
    """What became of one of the many things that one request asks for; written with it."""

    request = models.ForeignKey(
        IdempotentRequest, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    place = models.IntegerField(help_text="from 0, as the request lists them")
    outcome = models.JSONField(help_text="ids and codes, nothing of a person")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "place"], name="idempotent_part_once")
        ]

    def __str__(self) -> str:
        return f"part {self.place} of request {self.request_id}"
