from django.db import migrations

# Blocking keys follow from the rules and are rewritten when a record is compared: more names count
# as forms of one another than when the keys were made.
ANEW = """
insert into identity_pendingmatch (record_id, retailer_id, noted_at)
select id, retailer_id, clock_timestamp() from customers_posrecord order by id
on conflict (record_id) do update set noted_at = excluded.noted_at, not_before = null
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0009_merged_people"),
        ("identity", "0007_said_new"),
    ]

    operations = [migrations.RunSQL(ANEW, migrations.RunSQL.noop)]
