from django.db import migrations

APPEND_ONLY = """
create function audit_entry_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'audit entries are never changed or deleted';
end $$;
create trigger audit_entry_append_only before update or delete on audit_entry
    for each statement execute function audit_entry_is_append_only();
"""
BACK = """
drop trigger audit_entry_append_only on audit_entry;
drop function audit_entry_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_initial")]
    operations = [migrations.RunSQL(APPEND_ONLY, BACK)]
