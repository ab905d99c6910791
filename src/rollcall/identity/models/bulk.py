"""Suggestions that are accepted many at once."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from rollcall.identity.models.matching import Suggestion
from rollcall.identity.models.merging import Merge
from rollcall.kit.scoping import ScopedModel


class BulkAccept(ScopedModel):
    """Many suggestions that are accepted at once: what was chosen, and how far it is.

    ``decision_mark`` is the newest Decision when it was chosen.
    """

    class State(models.TextChoices):
        DRY = "dry", "dry run"
        RUNNING = "running", "running"
        PAUSED = "paused", "paused"
        STOPPED = "stopped", "stopped"
        DONE = "done", "done"
        UNDOING = "undoing", "being undone"
        UNDONE = "undone", "undone"

    #: States in which no other one may begin.
    UNDER_WAY = (State.RUNNING, State.PAUSED, State.UNDOING)

    id = models.BigAutoField(primary_key=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRY)
    least_bits = models.FloatField()
    reasons = ArrayField(models.TextField())
    linkable = models.BooleanField(help_text="only what today's settings would link by themselves")
    cap = models.IntegerField()
    count = models.IntegerField(help_text="suggestions that were chosen")
    people = models.IntegerField(help_text="different people whom they are about")
    people_after = models.IntegerField(help_text="people that would be left of them")
    beyond = models.IntegerField(help_text="suggestions that fit and were too many")
    sample = ArrayField(models.BigIntegerField(), help_text="suggestions to look at")
    decision_mark = models.BigIntegerField()
    made_at = models.DateTimeField()
    actor = models.TextField(help_text="who chose, and who started it")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    undone_by = models.TextField(blank=True, default="")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer"],
                condition=models.Q(state__in=("running", "paused", "undoing")),
                name="bulk_accept_one_under_way",
            )
        ]

    def __str__(self) -> str:
        return f"bulk accept {self.pk}"


class BulkItem(ScopedModel):
    """A suggestion of a bulk accept, as it was when it was chosen, and what became of it.

    ``first_members`` are all Customers that the first record's person consisted of.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        ACCEPTED = "accepted", "accepted"
        SKIPPED = "skipped", "skipped"
        UNDONE = "undone", "undone"
        KEPT = "kept", "could not be undone"

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(BulkAccept, on_delete=models.CASCADE, related_name="+")
    suggestion = models.ForeignKey(Suggestion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    code = models.CharField(max_length=40, blank=True, default="", help_text="why not")
    # Merges are never deleted: there is nothing to check.
    merge = models.ForeignKey(
        Merge, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    first_members = ArrayField(models.BigIntegerField())
    second_members = ArrayField(models.BigIntegerField())
    digest = models.TextField(help_text="of the evidence; no value of a person")
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["retailer", "run", "suggestion"], name="bulk_item_once")
        ]
        indexes = [models.Index(fields=["run", "state", "id"], name="bulk_item_next")]

    def __str__(self) -> str:
        return f"bulk item {self.pk}"
