"""Values that belong to nobody, and what becomes of what they held together."""

from __future__ import annotations

from django.db import models

from rollcall.identity.models.matching import KeyKind
from rollcall.kit.scoping import ScopedModel


class GenericValue(ScopedModel):
    """A value that too many different people share to be anybody's own; it is no evidence.

    Or, if ``is_own``, one that a person called somebody's own whatever counts say.
    """

    class Source(models.TextChoices):
        LEARNED = "learned", "learned from the records"
        PERSON = "person", "marked by a person"
        CONTACT = "contact", "of a store, or of somebody who works here"

    kind = models.SmallIntegerField(choices=KeyKind.choices)
    key = models.BigIntegerField(help_text="as in MatchKey; of a birth date as in PosRecord")
    people = models.IntegerField(help_text="how many different people shared it then")
    source = models.CharField(max_length=10, choices=Source.choices)
    since = models.DateTimeField()
    is_own = models.BooleanField(default=False, db_default=False)
    actor = models.TextField(blank=True, default="", db_default="")
    reason = models.TextField(
        blank=True, default="", db_default="", help_text="for people, without values"
    )
    counted_at = models.DateTimeField(null=True, help_text="when people were counted again")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["retailer", "kind", "key"], name="generic_value_once")
        ]

    def __str__(self) -> str:
        return f"generic value {self.pk}"


class Reopening(ScopedModel):
    """A value has become generic: what it held together is judged again without it.

    Written in the transaction that says so, worked off person by person. What it would take back is
    counted first: beyond a limit it stops, and a person decides.
    """

    class State(models.TextChoices):
        COUNTING = "counting", "what it would take back is counted"
        STOPPED = "stopped", "it would take back too much, and waits for a person"
        UNDOING = "undoing", "merges are taken back"
        NOTING = "noting", "records are noted to be compared again"
        DONE = "done", "done"

    id = models.BigAutoField(primary_key=True)
    kind = models.SmallIntegerField(choices=KeyKind.choices)
    key = models.BigIntegerField(help_text="as in GenericValue")
    state = models.CharField(max_length=10, choices=State.choices, default=State.COUNTING)
    at = models.DateTimeField()
    after = models.BigIntegerField(
        default=0, help_text="people (NOTING: records) up to this id are done"
    )
    notes_rest = models.BooleanField(
        default=False, help_text="more have it than were noted at once"
    )
    would_undo = models.IntegerField(default=0)
    undone = models.IntegerField(default=0)
    suggested = models.IntegerField(default=0)
    left = models.IntegerField(default=0, help_text="merges that something kept in force")
    released_by = models.TextField(blank=True, default="")
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "kind", "key"],
                condition=~models.Q(state="done"),
                name="reopening_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"reopening {self.pk}"


class GenericCount(ScopedModel):
    """When it was last looked at which values belong to nobody."""

    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["retailer"], name="generic_count_once")]

    def __str__(self) -> str:
        return f"generic values of retailer {self.retailer_id}"
