"""Tables of connections, their runs and what went wrong with single rows."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from rollcall.customers.models import PosAccount
from rollcall.kit.scoping import BulkScopedModel, ScopedModel
from rollcall.stores.models import Store, User


class PosConnection(ScopedModel):
    """Credentials and settings for speaking to one POS; serves one or more stores."""

    slug = models.SlugField(max_length=60)
    kind = models.CharField(max_length=40)
    account = models.ForeignKey(PosAccount, null=True, on_delete=models.PROTECT, related_name="+")
    stores = models.ManyToManyField(Store, related_name="+")
    time_zone = models.TextField(help_text="IANA name; of POS times that come without a zone")
    sealed_settings = models.BinaryField(help_text="the connector's settings, secrets included")
    paused = models.BooleanField(default=False)
    paused_by = models.TextField(blank=True, default="", db_default="")
    paused_at = models.DateTimeField(null=True)
    credential_key = models.CharField(
        max_length=64, blank=True, default="", db_default="",
        help_text="of the RateBudget and the Circuit that it used last",
    )  # fmt: skip
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "slug"], name="pos_connection_one_slug_per_retailer"
            )
        ]

    def __str__(self) -> str:
        return self.slug


def every_day() -> list[int]:
    """Monday to Sunday."""
    return list(range(7))


def sundays() -> list[int]:
    """Sundays alone."""
    return [6]


class Schedule(ScopedModel):
    """When a connection is read by itself: changes often, everything and the proof off-peak.

    Local times are those of the connection's time zone; days count from Monday, 0. The ``next_…``
    are the promise: what lies in the past is due, once, however long it has been.
    """

    connection = models.OneToOneField(
        PosConnection, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    changes_every_s = models.IntegerField(help_text="seconds; 0: never")
    full_days = ArrayField(models.SmallIntegerField(), default=every_day)
    reconcile_days = ArrayField(models.SmallIntegerField(), default=sundays)
    off_peak_from = models.TimeField(default=dt.time(2))
    off_peak_until = models.TimeField(default=dt.time(5))
    next_changes_at = models.DateTimeField(null=True)
    next_full_at = models.DateTimeField(null=True)
    next_reconcile_at = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0, db_default=0, help_text="runs in a row that failed")
    held_until = models.DateTimeField(null=True, help_text="nothing is due before; after failures")
    changed_by = models.TextField(blank=True, default="", db_default="")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(changes_every_s=0)
                | models.Q(changes_every_s__gte=30, changes_every_s__lte=86_400),
                name="schedule_changes_every_s_sensible",
            )
        ]

    def __str__(self) -> str:
        return f"schedule of connection {self.connection_id}"


class AccountState(ScopedModel):
    """Where reading a PosAccount stands: the lease, the watermark and the brake.

    Shared by all connections that read the same list.
    """

    account = models.OneToOneField(
        PosAccount, primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    lease_owner = models.TextField(blank=True, default="")
    lease_epoch = models.BigIntegerField(default=0, help_text="grows with every change of hands")
    lease_until = models.DateTimeField(null=True)
    watermark = models.DateTimeField(
        null=True, help_text="POS clock; all changes before it are here; None: no full pass yet"
    )
    full_pass_at = models.DateTimeField(null=True, help_text="when the last full pass completed")
    single_writes = models.BigIntegerField(
        default=0, db_default=0, help_text="rows taken over beside the lease's holder, ever"
    )
    single_ids = ArrayField(
        models.TextField(), default=list, db_default=[], help_text="external ids of the last ones"
    )
    brake_pulled_at = models.DateTimeField(null=True)
    brake_missing = models.IntegerField(default=0, help_text="records the brake kept from going")
    brake_released_by = models.TextField(blank=True, default="")
    brake_released_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"state of account {self.account_id}"


class CustomerSync(ScopedModel):
    """One run of a connection's customer sync.

    Position and counts are written in the transaction that writes the rows they tell of.
    """

    class State(models.TextChoices):
        PENDING = "pending", "pending"
        IN_PROGRESS = "in_progress", "in progress"
        FINISHED = "finished", "finished"
        FAILED = "failed", "failed"

    class Phase(models.TextChoices):
        START = "start", "starting"
        FULL = "full", "reading everything"
        CATCH_UP = "catch_up", "reading what changed"
        CONCLUDE = "conclude", "concluding"
        DONE = "done", "done"

    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(PosConnection, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(PosAccount, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    full = models.BooleanField(default=False, help_text="read everything, not only changes")
    then_full = models.BooleanField(
        default=False, help_text="a full run was asked for while this one was under way"
    )
    phase = models.CharField(max_length=10, choices=Phase.choices, default=Phase.START)
    window_since = models.DateTimeField(null=True)
    window_until = models.DateTimeField(null=True, help_text="POS clock, frozen when it was opened")
    resume_token = models.TextField(blank=True, default="")
    requested_by = models.TextField()
    requested_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    progress_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    takeovers = models.IntegerField(default=0)
    pages = models.IntegerField(default=0)
    rows_read = models.BigIntegerField(default=0)
    rows_new = models.BigIntegerField(default=0)
    rows_changed = models.BigIntegerField(default=0)
    rows_unchanged = models.BigIntegerField(default=0)
    rows_quarantined = models.BigIntegerField(default=0)
    records_merged = models.BigIntegerField(default=0)
    records_gone = models.BigIntegerField(default=0)
    expected_rows = models.BigIntegerField(null=True, help_text="as many as are here; for the ETA")
    unknown_keys = models.JSONField(default=dict, help_text="wire keys that nobody knows → count")
    sampled_rows = models.IntegerField(default=0, db_default=0, help_text="whose keys were counted")
    sampled_keys = models.JSONField(
        default=dict, db_default={}, help_text="wire keys of sampled rows → count"
    )
    error_code = models.TextField(blank=True, default="")
    error = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "connection"],
                condition=models.Q(state__in=["pending", "in_progress"]),
                name="customer_sync_one_open_per_connection",
            )
        ]
        indexes = [models.Index(fields=["connection", "-id"], name="customer_sync_newest")]

    def __str__(self) -> str:
        return f"sync {self.pk}"


class SeenPage(BulkScopedModel):
    """Which records a full pass has met so far; survives any kill, goes when the pass ends."""

    id = models.BigAutoField(primary_key=True)
    sync = models.ForeignKey(CustomerSync, on_delete=models.CASCADE, related_name="+")
    record_ids = ArrayField(models.BigIntegerField())

    def __str__(self) -> str:
        return f"{len(self.record_ids)} records of sync {self.sync_id}"


class QuarantinedRow(ScopedModel):
    """A row that could not be taken over, with the reason; never stops a run."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(PosAccount, on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=200, blank=True, default="")
    content_hash = models.BinaryField()
    code = models.TextField()
    field = models.TextField(blank=True, default="")
    reason = models.TextField(help_text="a sentence for people, without the value")
    sealed_raw = models.BinaryField()
    first_sync = models.ForeignKey(
        CustomerSync, null=True, on_delete=models.PROTECT, related_name="+"
    )
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    attempts = models.IntegerField(default=1)
    resolved_at = models.DateTimeField(null=True)
    resolution = models.TextField(blank=True, default="", help_text="taken_over, replaced, gone")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "account", "external_id"],
                condition=models.Q(resolved_at__isnull=True) & ~models.Q(external_id=""),
                name="quarantined_row_one_open_per_id",
            ),
            models.UniqueConstraint(
                fields=["retailer", "account", "content_hash"],
                condition=models.Q(resolved_at__isnull=True, external_id=""),
                name="quarantined_row_one_open_per_content",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} in account {self.account_id}"


class Reconciliation(ScopedModel):
    """The proof that hub and POS hold the same: counts, and the ids that do not agree."""

    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(PosConnection, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(PosAccount, on_delete=models.PROTECT, related_name="+")
    requested_by = models.TextField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    at_pos = models.BigIntegerField()
    here = models.BigIntegerField()
    missing = models.BigIntegerField()
    extra = models.BigIntegerField()
    different = models.BigIntegerField()
    quarantined = models.BigIntegerField()
    missing_ids = ArrayField(models.TextField(), default=list, help_text="the first thousand")
    extra_ids = ArrayField(models.TextField(), default=list)
    different_ids = ArrayField(models.TextField(), default=list)
    repaired = models.BooleanField(default=False, help_text="counts are those before the repair")

    class Meta:
        indexes = [models.Index(fields=["connection", "-id"], name="reconciliation_newest")]

    def __str__(self) -> str:
        return f"reconciliation {self.pk}"


class RateBudget(models.Model):
    """When the next request with a credential may go out; shared by all processes.

    Holds no retailer: the key is a keyed hash, and one credential has one budget.
    """

    key = models.CharField(max_length=64, primary_key=True)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"budget {self.pk}"


class Circuit(models.Model):
    """Whether the POS behind a credential answers; shared by all processes, like the budget.

    Closed while ``open_until`` is empty, open until then, and afterwards one request at a time
    tries (``probe_until``) whether it may be closed again.
    """

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.IntegerField(default=0, help_text="in a row")
    openings = models.IntegerField(default=0, help_text="in a row")
    code = models.TextField(blank=True, default="", help_text="of the last failure")
    opened_at = models.DateTimeField(null=True)
    open_until = models.DateTimeField(null=True)
    probe_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"circuit {self.pk}"


class CallFigures(models.Model):
    """How long requests to POS systems took, over all processes and ever; for the metrics.

    Holds no retailer, nobody's values, and one row for each kind, path template and outcome.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=40)
    operation = models.CharField(max_length=200)
    outcome = models.CharField(max_length=40)
    buckets = ArrayField(models.BigIntegerField(), help_text="requests by duration; the last: more")
    seconds = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "operation", "outcome"], name="call_figures_one_row_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.operation} {self.outcome}"


class RunFigures(ScopedModel):
    """What a connection's ended runs add up to, ever; for the metrics."""

    connection = models.OneToOneField(
        PosConnection, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    finished = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    rows_new = models.BigIntegerField(default=0)
    rows_changed = models.BigIntegerField(default=0)
    rows_unchanged = models.BigIntegerField(default=0)
    rows_quarantined = models.BigIntegerField(default=0)
    buckets = ArrayField(models.BigIntegerField(), help_text="runs by duration; the last: more")
    seconds = models.FloatField(default=0.0)

    def __str__(self) -> str:
        return f"figures of connection {self.connection_id}"


class WireKey(ScopedModel):
    """A top-level key of a list's rows: how often it is there, and whether that changed.

    Counted on a sample of the rows of each run, and taken over when the run ends.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(PosAccount, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    is_known = models.BooleanField(help_text="the connector's documentation names it")
    rows = models.BigIntegerField(help_text="looked at since the key was met first")
    present = models.BigIntegerField(help_text="of them had it")
    absent = models.BigIntegerField(default=0, help_text="looked at since it was met last")
    first_seen_at = models.DateTimeField()
    vanished_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "account", "name"], name="wire_key_one_row_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} of account {self.account_id}"


class Task(ScopedModel):
    """Something a person asked the worker to do beside a sync: reconcile, repair, retry rows.

    The row is the promise; the queue's job only wakes a worker up.
    """

    class Kind(models.TextChoices):
        RECONCILE = "reconcile", "reconcile"
        REPAIR = "repair", "reconcile and repair"
        RETRY_QUARANTINE = "retry_quarantine", "retry quarantined rows"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    connection = models.ForeignKey(PosConnection, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=Now())
    claimed_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "connection", "kind"],
                condition=models.Q(finished_at__isnull=True),
                name="task_one_open_per_kind_and_connection",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of connection {self.connection_id}"
