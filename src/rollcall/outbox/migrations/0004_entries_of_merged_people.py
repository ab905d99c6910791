import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0009_merged_people"),
        ("outbox", "0003_merged_people"),
        ("stores", "0002_cache_table"),
        ("sync", "0005_schedules_of_existing"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="outboxentry",
            name="outbox_entry_one_waiting",
        ),
        migrations.RemoveConstraint(
            model_name="outboxentry",
            name="outbox_entry_one_under_way",
        ),
        migrations.RemoveIndex(
            model_name="outboxentry",
            name="outbox_entry_of_person",
        ),
        migrations.AlterField(
            model_name="outboxentry",
            name="customer",
            field=models.ForeignKey(
                help_text="whom it was wished for",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.AlterField(
            model_name="outboxentry",
            name="holder",
            field=models.ForeignKey(
                help_text="who that is now",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.AlterField(
            model_name="outboxentry",
            name="hub_record",
            field=models.ForeignKey(
                db_index=False,
                help_text="of a create: our own record, whose place the POS's takes; so for what follows",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.posrecord",
            ),
        ),
        migrations.AddIndex(
            model_name="outboxentry",
            index=models.Index(fields=["retailer", "holder", "-id"], name="outbox_entry_of_person"),
        ),
        migrations.AddConstraint(
            model_name="outboxentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["held", "queued", "refused", "dead"])),
                fields=("retailer", "customer", "connection", "external_id", "hub_record"),
                name="outbox_entry_one_waiting",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="outboxentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "sending")),
                fields=("retailer", "customer", "connection", "external_id", "hub_record"),
                name="outbox_entry_one_under_way",
                nulls_distinct=False,
            ),
        ),
    ]
