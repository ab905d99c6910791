import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("outbox", "0001_initial"),
        ("outbox", "0002_due_by_intent"),
        ("outbox", "0003_merged_people"),
        ("outbox", "0004_entries_of_merged_people"),
    ]

    initial = True

    dependencies = [
        ("customers", "0001_squashed_0009_merged_people"),
        ("stores", "0001_squashed_0004_store_contacts"),
        ("sync", "0001_squashed_0005_schedules_of_existing"),
    ]

    operations = [
        migrations.CreateModel(
            name="WriteSwitch",
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
                ("enabled_at", models.DateTimeField(null=True)),
                ("enabled_by", models.TextField(blank=True, default="")),
                (
                    "hourly_cap",
                    models.IntegerField(
                        help_text="writes an hour while it is being tried out; None: as many as wanted",
                        null=True,
                    ),
                ),
                (
                    "stopped_at",
                    models.DateTimeField(help_text="kill switch: nothing is sent", null=True),
                ),
                ("stopped_by", models.TextField(blank=True, default="")),
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
            name="OutboxEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "key",
                    models.UUIDField(
                        default=uuid.uuid4,
                        help_text="for POS systems that tell repetitions by a key",
                        unique=True,
                    ),
                ),
                (
                    "external_id",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="of the record at the POS, once known",
                        max_length=200,
                    ),
                ),
                (
                    "intent",
                    models.CharField(
                        choices=[("create", "create"), ("update", "update")], max_length=10
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("held", "held: writing is not switched on"),
                            ("queued", "queued"),
                            ("sending", "being sent"),
                            ("delivered", "delivered"),
                            ("refused", "refused: needs a person"),
                            ("dead", "given up"),
                            ("discarded", "discarded"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        default=list,
                        help_text="names of what is to be written",
                        size=None,
                    ),
                ),
                ("sealed_wish", models.BinaryField()),
                (
                    "sealed_sent",
                    models.BinaryField(
                        help_text="what may have reached the POS without an answer", null=True
                    ),
                ),
                ("actor", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("wished_at", models.DateTimeField(help_text="when a value of it was last typed")),
                ("not_before", models.DateTimeField()),
                ("attempts", models.IntegerField(default=0)),
                (
                    "claim",
                    models.IntegerField(
                        default=0, help_text="grows with every claim; fences late answers"
                    ),
                ),
                ("claimed_until", models.DateTimeField(null=True)),
                (
                    "sent_at",
                    models.DateTimeField(
                        help_text="of a create: when it may first have reached the POS", null=True
                    ),
                ),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "decisions",
                    models.JSONField(default=dict, help_text="field → what became of it"),
                ),
                ("code", models.TextField(blank=True, default="")),
                (
                    "reason",
                    models.TextField(
                        blank=True, default="", help_text="for people, without values"
                    ),
                ),
                (
                    "calls",
                    models.IntegerField(
                        default=0, help_text="how often the POS was asked to write"
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
                    "customer",
                    models.ForeignKey(
                        help_text="whom it was wished for",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        help_text="who that is now",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "hub_record",
                    models.ForeignKey(
                        db_index=False,
                        help_text="of a create: our own record, whose place the POS's takes; so for what follows",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posrecord",
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
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "sending"])),
                        fields=["connection", "intent", "not_before"],
                        name="outbox_entry_due",
                    ),
                    models.Index(
                        fields=["retailer", "holder", "-id"], name="outbox_entry_of_person"
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ["held", "queued", "sending", "refused", "dead"])
                        ),
                        fields=["retailer", "state", "-id"],
                        name="outbox_entry_open",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["delivered", "discarded"])),
                        fields=["connection", "closed_at"],
                        name="outbox_entry_closed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["held", "queued", "refused", "dead"])),
                        fields=("retailer", "customer", "connection", "external_id", "hub_record"),
                        name="outbox_entry_one_waiting",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "sending")),
                        fields=("retailer", "customer", "connection", "external_id", "hub_record"),
                        name="outbox_entry_one_under_way",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WriteStop",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "stopped_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("stopped_by", models.TextField()),
                ("released_at", models.DateTimeField(null=True)),
                ("released_by", models.TextField(blank=True, default="")),
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
                        condition=models.Q(("released_at__isnull", True)),
                        fields=("retailer",),
                        name="write_stop_one_in_force",
                    )
                ],
            },
        ),
    ]
