from django.db import migrations

# When each is due is computed by the first worker that sweeps.
FILL = """
insert into sync_schedule (connection_id, retailer_id, changes_every_s, full_days, reconcile_days,
                           off_peak_from, off_peak_until)
select one.id, one.retailer_id, 120, '{0,1,2,3,4,5,6}', '{6}', '02:00', '05:00'
  from sync_posconnection one
on conflict do nothing
"""


class Migration(migrations.Migration):
    dependencies = [("sync", "0004_running_by_itself")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
