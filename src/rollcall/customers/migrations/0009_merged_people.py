import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0008_merging"),
        ("stores", "0002_cache_table"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="fieldedit",
            name="field_edit_waiting",
        ),
        migrations.AlterField(
            model_name="customer",
            name="merged_into",
            field=models.ForeignKey(
                help_text="who they are now; never somebody who was merged themselves",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.AlterField(
            model_name="fieldedit",
            name="holder",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.AlterField(
            model_name="link",
            name="base",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.AlterField(
            model_name="link",
            name="since",
            field=models.DateTimeField(help_text="when it came to its base"),
        ),
        migrations.AddIndex(
            model_name="fieldedit",
            index=models.Index(
                condition=models.Q(
                    ("covered", False), ("waiting", True), ("withdrawn_at__isnull", True)
                ),
                fields=["retailer", "holder"],
                name="field_edit_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(
                condition=models.Q(("base", models.F("customer")), _negated=True),
                fields=["base"],
                name="link_merged",
            ),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(
                condition=models.Q(("home", models.F("base")), _negated=True),
                fields=["home"],
                name="link_moved",
            ),
        ),
        migrations.AddIndex(
            model_name="fieldedit",
            index=models.Index(
                condition=models.Q(("ties__isnull", False)),
                fields=["retailer"],
                name="field_edit_tied",
            ),
        ),
    ]
