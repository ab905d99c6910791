import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0005_writing"),
        ("stores", "0002_cache_table"),
        ("sync", "0005_schedules_of_existing"),
    ]

    operations = [
        migrations.CreateModel(
            name="StrayCalls",
            fields=[
                ("reason", models.CharField(max_length=50, primary_key=True, serialize=False)),
                ("calls", models.BigIntegerField(default=0)),
                ("last_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="CallFigures",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("outcome", models.CharField(max_length=50)),
                ("calls", models.BigIntegerField(default=0)),
                ("seconds", models.FloatField(default=0.0)),
                ("last_at", models.DateTimeField()),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("retailer", "connection", "outcome"),
                        name="inbox_figures_one_row_each",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InboxAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.BinaryField(unique=True)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
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
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("expires_at__isnull", True)),
                        fields=("retailer", "connection"),
                        name="inbox_address_one_for_good",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InboxEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("received_at", models.DateTimeField()),
                ("topic", models.CharField(blank=True, default="", max_length=60)),
                ("kind", models.CharField(max_length=20)),
                ("external_id", models.CharField(max_length=200)),
                (
                    "sealed_body",
                    models.BinaryField(help_text="as it came; deleted after some weeks", null=True),
                ),
                (
                    "digest",
                    models.BinaryField(help_text="keyed hash of topic and body; equal for repeats"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "waiting"),
                            ("processed", "processed"),
                            ("ignored", "nothing new"),
                            ("failed", "failed"),
                        ],
                        default="received",
                        max_length=10,
                    ),
                ),
                ("attempts", models.IntegerField(default=0)),
                ("not_before", models.DateTimeField()),
                (
                    "claim",
                    models.UUIDField(
                        help_text="of the worker that has it; fences late ones", null=True
                    ),
                ),
                ("claimed_until", models.DateTimeField(null=True)),
                ("processed_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, default="", max_length=40)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posaccount",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sync.posconnection",
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
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "received")),
                        fields=["connection", "external_id"],
                        name="inbox_event_waiting",
                    ),
                    models.Index(fields=["connection", "digest"], name="inbox_event_repeats"),
                    models.Index(fields=["connection", "-id"], name="inbox_event_newest"),
                    models.Index(fields=["connection", "received_at"], name="inbox_event_by_time"),
                    models.Index(
                        condition=models.Q(("state", "failed")),
                        fields=["retailer", "-id"],
                        name="inbox_event_failed",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("processed_at__isnull", False), ("sealed_body__isnull", False)
                        ),
                        fields=["processed_at"],
                        name="inbox_event_with_body",
                    ),
                ],
            },
        ),
    ]
