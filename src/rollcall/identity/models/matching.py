"""What matching needs: weights, settings, keys; what waits to be compared, or for people."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from rollcall.customers.models import PosRecord
from rollcall.kit.scoping import BulkScopedModel, ScopedModel


class MatchModel(ScopedModel):
    """Weights that were learned from a retailer's own records; no personal data.

    Matching uses the active one, or the shipped weights.
    """

    number = models.IntegerField(help_text="1, 2, 3 … of this retailer")
    document = models.JSONField(help_text="as rules.model reads it")
    trained_at = models.DateTimeField()
    trained_by = models.TextField()
    records = models.IntegerField(help_text="how many it was learned from")
    largest_shift = models.FloatField(help_text="bits by which a weight moved, at the most")
    approved_at = models.DateTimeField(null=True, help_text="moved far, and somebody approved it")
    approved_by = models.TextField(blank=True, default="")
    is_active = models.BooleanField(default=False)
    changed_at = models.DateTimeField(null=True, help_text="when it was last (de)activated")
    changed_by = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["retailer", "number"], name="match_model_number"),
            models.UniqueConstraint(
                fields=["retailer"], condition=models.Q(is_active=True), name="match_model_active"
            ),
        ]

    def __str__(self) -> str:
        return f"match model {self.number}"


class MatchSettings(ScopedModel):
    """How careful a retailer wants matching to be; rows are never changed nor deleted (a trigger).

    The newest whose time has come is in force; without any, the shipped thresholds are.
    """

    id = models.BigAutoField(primary_key=True)
    links = models.BooleanField(help_text="False: nothing is linked by itself")
    link_bits = models.FloatField(help_text="by how much links need more than is shipped")
    review_bits = models.FloatField(help_text="by how much review needs more than is shipped")
    at = models.DateTimeField()
    from_at = models.DateTimeField(help_text="in force from then on")
    actor = models.TextField()
    reason = models.TextField(help_text="for people, without values")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(link_bits__range=(-3, 20), review_bits__range=(-5, 20)),
                name="match_settings_bounds",
            )
        ]

    def __str__(self) -> str:
        return f"match settings {self.pk}"


class KeyKind(models.IntegerChoices):
    """What a blocking key was made from (``rules.keys``); the numbers stand in the database."""

    PHONE = 1
    EMAIL = 2
    LICENCE = 3
    MEDICAL = 4
    NAME_BORN = 5
    NAMES_ZIP = 6
    NAMES_YEAR = 7
    NAMES_DAY = 8
    NAMES_PHONE = 9
    DOOR = 10
    NAMES = 11
    #: No key of records: only values that belong to nobody have it.
    BORN = 30


class MatchKey(BulkScopedModel):
    """A blocking key of a record: keyed hashes, so that no value stands in an index.

    Of all values that a record has, those that belong to nobody too: what is generic can change.
    """

    pk = models.CompositePrimaryKey("key", "record_id")
    key = models.BigIntegerField()
    record = models.ForeignKey(
        PosRecord, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    kind = models.SmallIntegerField(choices=KeyKind.choices)

    def __str__(self) -> str:
        return f"key of record {self.record_id}"


class PendingMatch(BulkScopedModel):
    """A record that is new or has changed, and has not been compared with the others since."""

    record = models.OneToOneField(
        PosRecord,
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
    )
    noted_at = models.DateTimeField(help_text="the database's time; newer if it changed again")
    not_before = models.DateTimeField(null=True, help_text="it could not be compared; try then")

    class Meta:
        indexes = [models.Index(fields=["retailer", "noted_at"], name="pending_match_oldest")]

    def __str__(self) -> str:
        return f"record {self.record_id} is to be compared"


class Suggestion(ScopedModel):
    """Two records that may be one person, for a person's eyes; the first has the smaller id."""

    class State(models.TextChoices):
        OPEN = "open", "open"
        SAME = "same", "the same person"
        DIFFERENT = "different", "different people"
        HOUSEHOLD = "household", "one household"
        SUPERSEDED = "superseded", "no longer suggested"

    id = models.BigAutoField(primary_key=True)
    first = models.ForeignKey(PosRecord, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(PosRecord, on_delete=models.PROTECT, related_name="+")
    bits = models.FloatField(help_text="evidence that they are one person")
    reasons = ArrayField(models.TextField(), help_text="what keeps them from being linked")
    evidence = models.JSONField(help_text="codes and numbers, never values of people")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "first", "second"],
                condition=models.Q(state="open"),
                name="suggestion_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")), name="suggestion_in_order"
            ),
        ]
        indexes = [
            models.Index(
                fields=["retailer", "-bits", "id"],
                condition=models.Q(state="open"),
                name="suggestion_queue",
            )
        ]

    def __str__(self) -> str:
        return f"suggestion {self.pk}"
