import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import rollcall.sync.models
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_name_words"),
        ("stores", "0002_cache_table"),
        ("sync", "0003_single_writes"),
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
        migrations.AddField(
            model_name="customersync",
            name="sampled_keys",
            field=models.JSONField(
                db_default={}, default=dict, help_text="wire keys of sampled rows → count"
            ),
        ),
        migrations.AddField(
            model_name="customersync",
            name="sampled_rows",
            field=models.IntegerField(db_default=0, default=0, help_text="whose keys were counted"),
        ),
        migrations.AddField(
            model_name="posconnection",
            name="credential_key",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="of the RateBudget and the Circuit that it used last",
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="posconnection",
            name="paused_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="posconnection",
            name="paused_by",
            field=models.TextField(blank=True, db_default="", default=""),
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
    ]
