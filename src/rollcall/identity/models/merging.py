"""What was said about who is who: merges, decisions of people, and plans for merges at a POS."""

from __future__ import annotations

from django.db import models

from rollcall.customers.models import Customer, PosAccount, PosRecord
from rollcall.kit.scoping import ScopedModel


class Merge(ScopedModel):
    """Two Customers are one person. Never changed nor deleted; it can be undone, once.

    A trigger refuses everything else. Later merges have greater ids.
    """

    class Reason(models.TextChoices):
        PERSON = "person", "by a person"
        AUTOMATIC = "automatic", "by matching"
        IMPORT = "import", "by an import"

    id = models.BigAutoField(primary_key=True)
    survivor = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    absorbed = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    is_chosen = models.BooleanField(
        default=False, help_text="somebody chose the survivor; else the older one stands"
    )
    at = models.DateTimeField()
    actor = models.TextField()
    reason = models.CharField(max_length=10, choices=Reason.choices)
    evidence = models.JSONField(default=dict, help_text="codes and numbers, never values of people")
    note = models.TextField(blank=True, default="", help_text="for people, without values")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.TextField(blank=True, default="")
    undo_reason = models.TextField(blank=True, default="", help_text="for people, without values")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(survivor=models.F("absorbed")), name="merge_of_two"
            )
        ]
        indexes = [
            models.Index(fields=["survivor"], name="merge_survivor"),
            models.Index(fields=["absorbed"], name="merge_absorbed"),
        ]

    def __str__(self) -> str:
        return f"merge {self.pk}"


class MergeDoubt(ScopedModel):
    """An automatic merge that matching everybody at once would not make today.

    Open until the merge is undone, the next full pass agrees with it, or a person keeps it; what
    was kept is not asked about again.
    """

    # Merges are never deleted: nothing has to be checked.
    merge = models.OneToOneField(
        Merge, primary_key=True, on_delete=models.PROTECT, related_name="doubt", db_constraint=False
    )
    at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)
    kept_by = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"doubt about merge {self.merge_id}"


class Decision(ScopedModel):
    """What a person said of two records or Customers; obeyed until somebody withdraws it.

    A side is a Customer or a record. What was said of a record stays with it, wherever it goes.
    """

    class Kind(models.TextChoices):
        SAME = "same", "the same person"
        DIFFERENT = "different", "different people"
        HOUSEHOLD = "household", "different people of one household"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    first_customer = models.ForeignKey(
        Customer, null=True, on_delete=models.PROTECT, related_name="+"
    )
    first_record = models.ForeignKey(
        PosRecord, null=True, on_delete=models.PROTECT, related_name="+"
    )
    second_customer = models.ForeignKey(
        Customer, null=True, on_delete=models.PROTECT, related_name="+"
    )
    second_record = models.ForeignKey(
        PosRecord, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    actor = models.TextField()
    note = models.TextField(blank=True, default="", help_text="for people, without values")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.TextField(blank=True, default="")
    withdraw_reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_customer__isnull=True, first_record__isnull=False)
                | models.Q(first_customer__isnull=False, first_record__isnull=True),
                name="decision_first_is_one",
            ),
            models.CheckConstraint(
                condition=models.Q(second_customer__isnull=True, second_record__isnull=False)
                | models.Q(second_customer__isnull=False, second_record__isnull=True),
                name="decision_second_is_one",
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}"


class SaidNew(ScopedModel):
    """Whoever registered somebody was shown another person, and said that it is not them.

    No decision, for a caller is not certain: matching no longer links the two by itself, and leaves
    them to a person.
    """

    id = models.BigAutoField(primary_key=True)
    newcomer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["retailer", "newcomer", "other"], name="said_new_once")
        ]

    def __str__(self) -> str:
        return f"{self.newcomer_id} was said not to be {self.other_id}"


class PosMergePlan(ScopedModel):
    """One step for people at a POS: a record that they shall merge into another one there.

    Rollcall never does it; it only notes what a sync sees. ``holder`` is who ``customer`` is now.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "planned"
        TO_DO = "to_do", "to do"
        SEEN_DONE = "seen_done", "seen done"
        NOT_POSSIBLE = "not_possible", "not possible"
        CANCELLED = "cancelled", "cancelled"

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(PosAccount, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    donor = models.ForeignKey(
        PosRecord, on_delete=models.PROTECT, related_name="+", help_text="to be merged away"
    )
    kept = models.ForeignKey(PosRecord, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.PLANNED)
    reason = models.CharField(max_length=20, blank=True, default="", help_text="a code")
    at = models.DateTimeField()
    actor = models.TextField()
    changed_at = models.DateTimeField()
    changed_by = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(donor=models.F("kept")), name="pos_merge_plan_of_two"
            ),
            models.UniqueConstraint(
                fields=["retailer", "donor"],
                condition=models.Q(state__in=["planned", "to_do"]),
                name="pos_merge_plan_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.pk} to merge at a POS"
