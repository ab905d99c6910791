import django.db.models.deletion
from django.db import migrations, models

HOLD = """
set constraints all immediate;
update outbox_outboxentry entry set holder_id = coalesce(customer.merged_into_id, customer.id)
  from customers_customer customer where customer.id = entry.customer_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0002_due_by_intent"),
        ("customers", "0009_merged_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="outboxentry",
            name="holder",
            field=models.ForeignKey(
                null=True,
                help_text="who that is now",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.RunSQL(HOLD, migrations.RunSQL.noop),
    ]
