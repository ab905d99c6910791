import django.contrib.postgres.indexes
import django.db.models.deletion
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


def _to(model, **options):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model, **options
    )


def _loosely_to(model):
    return _to(model, db_constraint=False, db_index=False)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0002_initial"),
        ("stores", "0002_cache_table"),
    ]

    operations = [
        TrigramExtension(),
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
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.posaccount",
                    ),
                ),
                ("retailer", _to("stores.retailer")),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="stores.store",
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
                ("retailer", _loosely_to("stores.retailer")),
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
                ("record", _loosely_to("customers.posrecord")),
                ("retailer", _loosely_to("stores.retailer")),
                ("token", _loosely_to("customers.nametoken")),
            ],
            options={"abstract": False},
        ),
        migrations.RemoveIndex(model_name="posrecord", name="pos_record_family"),
        migrations.RemoveIndex(model_name="posrecord", name="pos_record_given"),
    ]
