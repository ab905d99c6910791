import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.operations
import django.db.models.deletion
import django.db.models.functions.datetime
import rollcall.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("customers", "0001_initial"),
        ("customers", "0002_initial"),
        ("customers", "0003_search"),
        ("customers", "0004_name_words"),
        ("customers", "0005_writing"),
        ("customers", "0006_field_priority"),
        ("customers", "0007_waiting_edits"),
        ("customers", "0008_merging"),
        ("customers", "0009_merged_people"),
    ]

    initial = True

    dependencies = [
        ("stores", "0001_squashed_0004_store_contacts"),
    ]

    operations = [
        django.contrib.postgres.operations.TrigramExtension(),
        migrations.CreateModel(
            name="PosAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(help_text="folder name of the connector", max_length=40)),
                ("account_key", models.CharField(max_length=200)),
                ("label", models.TextField(blank=True, default="")),
                (
                    "created_at",
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
                    models.UniqueConstraint(
                        fields=("retailer", "kind", "account_key"), name="pos_account_one_per_list"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "public_id",
                    models.UUIDField(default=rollcall.kit.ids.new_public_id, unique=True),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        help_text="who they are now; never somebody who was merged themselves",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
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
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="NameToken",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("token", models.TextField()),
                (
                    "uses",
                    models.IntegerField(
                        db_default=0,
                        default=0,
                        help_text="about how many records have it; may be out of date",
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
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["token"], name="name_token_trgm", opclasses=["gin_trgm_ops"]
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("retailer", "token"),
                        name="name_token_once",
                        opclasses=["int8_ops", "text_pattern_ops"],
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PosRecord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("external_id", models.CharField(max_length=200)),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "active"), ("inactive", "inactive")], max_length=10
                    ),
                ),
                ("status_raw", models.TextField(blank=True, default="")),
                (
                    "merged_into",
                    models.CharField(help_text="survivor's external id", max_length=200, null=True),
                ),
                ("pos_updated_at", models.DateTimeField(null=True)),
                ("content_hash", models.BinaryField()),
                ("given_name", models.TextField(blank=True, default="")),
                ("family_name", models.TextField(blank=True, default="")),
                ("given_folded", models.TextField(blank=True, default="")),
                ("family_folded", models.TextField(blank=True, default="")),
                ("phone_key", models.BigIntegerField(null=True)),
                ("phone_last4_key", models.BigIntegerField(null=True)),
                ("email_key", models.BigIntegerField(null=True)),
                ("born_on_key", models.BigIntegerField(null=True)),
                ("licence_key", models.BigIntegerField(null=True)),
                ("medical_id_key", models.BigIntegerField(null=True)),
                ("sealed_fields", models.BinaryField()),
                ("sealed_raw", models.BinaryField()),
                ("first_seen_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField(help_text="when a value last changed here")),
                (
                    "gone_at",
                    models.DateTimeField(help_text="when the POS no longer had it", null=True),
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
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posaccount",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("merged_into__isnull", False)),
                        fields=["account", "merged_into"],
                        name="pos_record_merged",
                    ),
                    models.Index(
                        condition=models.Q(("phone_key__isnull", False)),
                        fields=["phone_key"],
                        name="pos_record_phone",
                    ),
                    models.Index(
                        condition=models.Q(("phone_last4_key__isnull", False)),
                        fields=["phone_last4_key"],
                        name="pos_record_phone_last4",
                    ),
                    models.Index(
                        condition=models.Q(("email_key__isnull", False)),
                        fields=["email_key"],
                        name="pos_record_email",
                    ),
                    models.Index(
                        condition=models.Q(("born_on_key__isnull", False)),
                        fields=["born_on_key"],
                        name="pos_record_born_on",
                    ),
                    models.Index(
                        condition=models.Q(("licence_key__isnull", False)),
                        fields=["licence_key"],
                        name="pos_record_licence",
                    ),
                    models.Index(
                        condition=models.Q(("medical_id_key__isnull", False)),
                        fields=["medical_id_key"],
                        name="pos_record_medical_id",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("retailer", "account", "external_id"),
                        name="pos_record_one_per_external_id",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountStore",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="stores.store",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.posaccount",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("retailer", "store", "account"), name="account_store_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RecordName",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "token_id",
                        "record_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("part", models.SmallIntegerField(help_text="sum of Part")),
                (
                    "record",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posrecord",
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
                    "token",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.nametoken",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RecordVersion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("pos_updated_at", models.DateTimeField(null=True)),
                ("sync_id", models.BigIntegerField(null=True)),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                ("sealed_values", models.BinaryField(help_text="JSON of field → [old, new]")),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posrecord",
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
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FieldEdit",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "covers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        db_default=[],
                        default=list,
                        help_text="Customers that were one person then; empty: nobody but its own",
                        size=None,
                    ),
                ),
                ("ties", models.JSONField(help_text="what made them one person then", null=True)),
                (
                    "covered",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="a later edit of the same person covers it; follows from the others",
                    ),
                ),
                ("field", models.CharField(max_length=40)),
                ("sealed_value", models.BinaryField(help_text="JSON of the value")),
                (
                    "pinned",
                    models.BooleanField(default=False, help_text="no POS value may stand above it"),
                ),
                (
                    "waiting",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="on its way to a POS; until then no POS value stands above it",
                    ),
                ),
                ("actor", models.TextField()),
                ("at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.TextField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="how it ended: replaced, overruled, undone",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
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
                    models.Index(
                        condition=models.Q(
                            ("covered", False), ("waiting", True), ("withdrawn_at__isnull", True)
                        ),
                        fields=["retailer", "holder"],
                        name="field_edit_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("ties__isnull", False)),
                        fields=["retailer"],
                        name="field_edit_tied",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("retailer", "customer", "field"),
                        name="field_edit_one_in_force",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FieldPriority",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field", models.CharField(max_length=40)),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        help_text="kinds of POS systems, the one that counts most first",
                        size=None,
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
                    models.UniqueConstraint(fields=("retailer", "field"), name="field_priority_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                (
                    "record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="link",
                        serialize=False,
                        to="customers.posrecord",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("first_seen", "first seen"),
                            ("pos_merge", "merged at the POS"),
                            ("registered", "registered here"),
                        ],
                        default="first_seen",
                        max_length=20,
                    ),
                ),
                ("since", models.DateTimeField(help_text="when it came to its base")),
                (
                    "base",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "home",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
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
                        condition=models.Q(("base", models.F("customer")), _negated=True),
                        fields=["base"],
                        name="link_merged",
                    ),
                    models.Index(
                        condition=models.Q(("home", models.F("base")), _negated=True),
                        fields=["home"],
                        name="link_moved",
                    ),
                ],
            },
        ),
    ]
