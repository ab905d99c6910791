from django.db import migrations

FILL = """
insert into customers_accountstore (retailer_id, account_id, store_id)
select distinct one.retailer_id, one.account_id, served.store_id
  from sync_posconnection one
  join sync_posconnection_stores served on served.posconnection_id = one.id
 where one.account_id is not null
on conflict do nothing
"""


class Migration(migrations.Migration):
    dependencies = [("sync", "0001_initial"), ("customers", "0004_name_words")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
