from django.db import migrations

# The table of django.core.cache.backends.db: log-in throttling counts in it, over all processes.
# Its content may be lost at any time, so it is not written to the WAL.
CREATE = """
create unlogged table cache_entry (
    cache_key varchar(255) primary key,
    value text not null,
    expires timestamptz not null
);
create index cache_entry_expires on cache_entry (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("stores", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, "drop table cache_entry")]
