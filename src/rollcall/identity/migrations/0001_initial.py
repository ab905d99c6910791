import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0009_merged_people"),
        ("stores", "0002_cache_table"),
    ]

    operations = [
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("same", "the same person"),
                            ("different", "different people"),
                            ("household", "different people of one household"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                (
                    "note",
                    models.TextField(
                        blank=True, default="", help_text="for people, without values"
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.TextField(blank=True, default="")),
                ("withdraw_reason", models.TextField(blank=True, default="")),
                (
                    "first_customer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "first_record",
                    models.ForeignKey(
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
                    "second_customer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "second_record",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posrecord",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("first_customer__isnull", True), ("first_record__isnull", False)
                            ),
                            models.Q(
                                ("first_customer__isnull", False), ("first_record__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="decision_first_is_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("second_customer__isnull", True), ("second_record__isnull", False)
                            ),
                            models.Q(
                                ("second_customer__isnull", False), ("second_record__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="decision_second_is_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "is_chosen",
                    models.BooleanField(
                        default=False,
                        help_text="somebody chose the survivor; else the older one stands",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("person", "by a person"),
                            ("automatic", "by matching"),
                            ("import", "by an import"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "evidence",
                    models.JSONField(
                        default=dict, help_text="codes and numbers, never values of people"
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True, default="", help_text="for people, without values"
                    ),
                ),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.TextField(blank=True, default="")),
                (
                    "undo_reason",
                    models.TextField(
                        blank=True, default="", help_text="for people, without values"
                    ),
                ),
                (
                    "absorbed",
                    models.ForeignKey(
                        db_index=False,
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
                (
                    "survivor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["survivor"], name="merge_survivor"),
                    models.Index(fields=["absorbed"], name="merge_absorbed"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("survivor", models.F("absorbed")), _negated=True),
                        name="merge_of_two",
                    )
                ],
            },
        ),
    ]
