import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import rollcall.sync.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("sync", "0001_initial"),
        ("sync", "0002_account_stores"),
        ("sync", "0003_single_writes"),
        ("sync", "0004_running_by_itself"),
        ("sync", "0005_schedules_of_existing"),
    ]

    initial = True

    dependencies = [
        ("customers", "0001_squashed_0009_merged_people"),
        ("stores", "0001_squashed_0004_store_contacts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Circuit",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("failures", models.IntegerField(default=0, help_text="in a row")),
                ("openings", models.IntegerField(default=0, help_text="in a row")),
                ("code", models.TextField(blank=True, default="", help_text="of the last failure")),
                ("opened_at", models.DateTimeField(null=True)),
                ("open_until", models.DateTimeField(null=True)),
                ("probe_until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PosConnection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=60)),
                ("kind", models.CharField(max_length=40)),
                (
                    "time_zone",
                    models.TextField(help_text="IANA name; of POS times that come without a zone"),
                ),
                (
                    "sealed_settings",
                    models.BinaryField(help_text="the connector's settings, secrets included"),
                ),
                ("paused", models.BooleanField(default=False)),
                ("paused_by", models.TextField(blank=True, db_default="", default="")),
                ("paused_at", models.DateTimeField(null=True)),
                (
                    "credential_key",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="of the RateBudget and the Circuit that it used last",
                        max_length=64,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posaccount",
                    ),
                ),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
                ("stores", models.ManyToManyField(related_name="+", to="stores.store")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("retailer", "slug"), name="pos_connection_one_slug_per_retailer"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RateBudget",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("next_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="AccountState",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="customers.posaccount",
                    ),
                ),
                ("lease_owner", models.TextField(blank=True, default="")),
                (
                    "lease_epoch",
                    models.BigIntegerField(default=0, help_text="grows with every change of hands"),
                ),
                ("lease_until", models.DateTimeField(null=True)),
                (
                    "watermark",
                    models.DateTimeField(
                        help_text="POS clock; all changes before it are here; None: no full pass yet",
                        null=True,
                    ),
                ),
                (
                    "full_pass_at",
                    models.DateTimeField(help_text="when the last full pass completed", null=True),
                ),
                (
                    "single_writes",
                    models.BigIntegerField(
                        db_default=0,
                        default=0,
                        help_text="rows taken over beside the lease's holder, ever",
                    ),
                ),
                (
                    "single_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        db_default=[],
                        default=list,
                        help_text="external ids of the last ones",
                        size=None,
                    ),
                ),
                ("brake_pulled_at", models.DateTimeField(null=True)),
                (
                    "brake_missing",
                    models.IntegerField(default=0, help_text="records the brake kept from going"),
                ),
                ("brake_released_by", models.TextField(blank=True, default="")),
                ("brake_released_at", models.DateTimeField(null=True)),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CallFigures",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40)),
                ("operation", models.CharField(max_length=200)),
                ("outcome", models.CharField(max_length=40)),
                (
                    "buckets",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        help_text="requests by duration; the last: more",
                        size=None,
                    ),
                ),
                ("seconds", models.FloatField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "operation", "outcome"), name="call_figures_one_row_each"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerSync",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "pending"),
                            ("in_progress", "in progress"),
                            ("finished", "finished"),
                            ("failed", "failed"),
                        ],
                        default="pending",
                        max_length=12,
                    ),
                ),
                (
                    "full",
                    models.BooleanField(
                        default=False, help_text="read everything, not only changes"
                    ),
                ),
                (
                    "then_full",
                    models.BooleanField(
                        default=False,
                        help_text="a full run was asked for while this one was under way",
                    ),
                ),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("start", "starting"),
                            ("full", "reading everything"),
                            ("catch_up", "reading what changed"),
                            ("conclude", "concluding"),
                            ("done", "done"),
                        ],
                        default="start",
                        max_length=10,
                    ),
                ),
                ("window_since", models.DateTimeField(null=True)),
                (
                    "window_until",
                    models.DateTimeField(
                        help_text="POS clock, frozen when it was opened", null=True
                    ),
                ),
                ("resume_token", models.TextField(blank=True, default="")),
                ("requested_by", models.TextField()),
                (
                    "requested_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("started_at", models.DateTimeField(null=True)),
                ("progress_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("takeovers", models.IntegerField(default=0)),
                ("pages", models.IntegerField(default=0)),
                ("rows_read", models.BigIntegerField(default=0)),
                ("rows_new", models.BigIntegerField(default=0)),
                ("rows_changed", models.BigIntegerField(default=0)),
                ("rows_unchanged", models.BigIntegerField(default=0)),
                ("rows_quarantined", models.BigIntegerField(default=0)),
                ("records_merged", models.BigIntegerField(default=0)),
                ("records_gone", models.BigIntegerField(default=0)),
                (
                    "expected_rows",
                    models.BigIntegerField(help_text="as many as are here; for the ETA", null=True),
                ),
                (
                    "unknown_keys",
                    models.JSONField(default=dict, help_text="wire keys that nobody knows → count"),
                ),
                (
                    "sampled_rows",
                    models.IntegerField(
                        db_default=0, default=0, help_text="whose keys were counted"
                    ),
                ),
                (
                    "sampled_keys",
                    models.JSONField(
                        db_default={}, default=dict, help_text="wire keys of sampled rows → count"
                    ),
                ),
                ("error_code", models.TextField(blank=True, default="")),
                ("error", models.TextField(blank=True, default="")),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posaccount",
                    ),
                ),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sync.posconnection",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["connection", "-id"], name="customer_sync_newest")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["pending", "in_progress"])),
                        fields=("retailer", "connection"),
                        name="customer_sync_one_open_per_connection",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QuarantinedRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("external_id", models.CharField(blank=True, default="", max_length=200)),
                ("content_hash", models.BinaryField()),
                ("code", models.TextField()),
                ("field", models.TextField(blank=True, default="")),
                ("reason", models.TextField(help_text="a sentence for people, without the value")),
                ("sealed_raw", models.BinaryField()),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                ("attempts", models.IntegerField(default=1)),
                ("resolved_at", models.DateTimeField(null=True)),
                (
                    "resolution",
                    models.TextField(
                        blank=True, default="", help_text="taken_over, replaced, gone"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posaccount",
                    ),
                ),
                (
                    "first_sync",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sync.customersync",
                    ),
                ),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("resolved_at__isnull", True),
                            models.Q(("external_id", ""), _negated=True),
                        ),
                        fields=("retailer", "account", "external_id"),
                        name="quarantined_row_one_open_per_id",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), ("resolved_at__isnull", True)),
                        fields=("retailer", "account", "content_hash"),
                        name="quarantined_row_one_open_per_content",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("requested_by", models.TextField()),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField()),
                ("at_pos", models.BigIntegerField()),
                ("here", models.BigIntegerField()),
                ("missing", models.BigIntegerField()),
                ("extra", models.BigIntegerField()),
                ("different", models.BigIntegerField()),
                ("quarantined", models.BigIntegerField()),
                (
                    "missing_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        default=list,
                        help_text="the first thousand",
                        size=None,
                    ),
                ),
                (
                    "extra_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                (
                    "different_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                (
                    "repaired",
                    models.BooleanField(
                        default=False, help_text="counts are those before the repair"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posaccount",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sync.posconnection",
                    ),
                ),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["connection", "-id"], name="reconciliation_newest")
                ],
            },
        ),
        migrations.CreateModel(
            name="SeenPage",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "record_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                (
                    "retailer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
                (
                    "sync",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="sync.customersync",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("reconcile", "reconcile"),
                            ("repair", "reconcile and repair"),
                            ("retry_quarantine", "retry quarantined rows"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "requested_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("claimed_until", models.DateTimeField(null=True)),
                ("attempts", models.IntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True, default="")),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sync.posconnection",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=("retailer", "connection", "kind"),
                        name="task_one_open_per_kind_and_connection",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WireKey",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                (
                    "is_known",
                    models.BooleanField(help_text="the connector's documentation names it"),
                ),
                ("rows", models.BigIntegerField(help_text="looked at since the key was met first")),
                ("present", models.BigIntegerField(help_text="of them had it")),
                (
                    "absent",
                    models.BigIntegerField(default=0, help_text="looked at since it was met last"),
                ),
                ("first_seen_at", models.DateTimeField()),
                ("vanished_at", models.DateTimeField(null=True)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("acknowledged_by", models.TextField(blank=True, default="")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posaccount",
                    ),
                ),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("retailer", "account", "name"), name="wire_key_one_row_each"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RunFigures",
            fields=[
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="sync.posconnection",
                    ),
                ),
                ("finished", models.BigIntegerField(default=0)),
                ("failed", models.BigIntegerField(default=0)),
                ("rows_new", models.BigIntegerField(default=0)),
                ("rows_changed", models.BigIntegerField(default=0)),
                ("rows_unchanged", models.BigIntegerField(default=0)),
                ("rows_quarantined", models.BigIntegerField(default=0)),
                (
                    "buckets",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        help_text="runs by duration; the last: more",
                        size=None,
                    ),
                ),
                ("seconds", models.FloatField(default=0.0)),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="sync.posconnection",
                    ),
                ),
                ("changes_every_s", models.IntegerField(help_text="seconds; 0: never")),
                (
                    "full_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(),
                        default=rollcall.sync.models.every_day,
                        size=None,
                    ),
                ),
                (
                    "reconcile_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(),
                        default=rollcall.sync.models.sundays,
                        size=None,
                    ),
                ),
                ("off_peak_from", models.TimeField(default=datetime.time(2, 0))),
                ("off_peak_until", models.TimeField(default=datetime.time(5, 0))),
                ("next_changes_at", models.DateTimeField(null=True)),
                ("next_full_at", models.DateTimeField(null=True)),
                ("next_reconcile_at", models.DateTimeField(null=True)),
                (
                    "failures",
                    models.IntegerField(
                        db_default=0, default=0, help_text="runs in a row that failed"
                    ),
                ),
                (
                    "held_until",
                    models.DateTimeField(
                        help_text="nothing is due before; after failures", null=True
                    ),
                ),
                ("changed_by", models.TextField(blank=True, db_default="", default="")),
                (
                    "changed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("changes_every_s", 0),
                            models.Q(("changes_every_s__gte", 30), ("changes_every_s__lte", 86400)),
                            _connector="OR",
                        ),
                        name="schedule_changes_every_s_sensible",
                    )
                ],
            },
        ),
    ]
