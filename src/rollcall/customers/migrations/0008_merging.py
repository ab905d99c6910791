import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# Who people are now, whatever led there, one step away. Constraints are looked at there and then:
# tables with checks that wait cannot be altered.
FLATTEN = """
set constraints all immediate;
with recursive step(id, now_id, depth) as (
    select id, merged_into_id, 1 from customers_customer where merged_into_id is not null
    union all
    select step.id, customer.merged_into_id, step.depth + 1
      from step join customers_customer customer on customer.id = step.now_id
     where customer.merged_into_id is not null and step.depth < 100
),
last as (select distinct on (id) id, now_id from step order by id, depth desc)
update customers_customer customer set merged_into_id = last.now_id
  from last where last.id = customer.id and customer.merged_into_id <> last.now_id
"""
HOLD = """
update customers_fieldedit edit set holder_id = coalesce(customer.merged_into_id, customer.id)
  from customers_customer customer where customer.id = edit.customer_id
"""
BASE = "update customers_link set base_id = customer_id"
BACK = migrations.RunSQL.noop


class Migration(migrations.Migration):
    dependencies = [("customers", "0007_waiting_edits")]

    operations = [
        migrations.RunSQL(FLATTEN, BACK),
        migrations.AddField(
            model_name="link",
            name="base",
            field=models.ForeignKey(
                null=True,
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.RunSQL(BASE, BACK),
        migrations.AddField(
            model_name="fieldedit",
            name="holder",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.RunSQL(HOLD, BACK),
        migrations.AddField(
            model_name="fieldedit",
            name="covers",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                db_default=[],
                default=list,
                help_text="Customers that were one person then; empty: nobody but its own",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="fieldedit",
            name="ties",
            field=models.JSONField(help_text="what made them one person then", null=True),
        ),
        migrations.AddField(
            model_name="fieldedit",
            name="covered",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="a later edit of the same person covers it; follows from the others",
            ),
        ),
    ]
