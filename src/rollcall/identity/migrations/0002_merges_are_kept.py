from django.db import migrations

KEPT = """
create function identity_merge_is_kept() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'merges are never deleted';
    end if;
    if old.undone_at is not null
       or (new.id, new.retailer_id, new.survivor_id, new.absorbed_id, new.is_chosen, new.at,
           new.actor, new.reason, new.evidence, new.note)
          is distinct from
          (old.id, old.retailer_id, old.survivor_id, old.absorbed_id, old.is_chosen, old.at,
           old.actor, old.reason, old.evidence, old.note) then
        raise exception 'merges can be undone, once, and are never changed';
    end if;
    return new;
end $$;
create trigger identity_merge_kept before update or delete on identity_merge
    for each row execute function identity_merge_is_kept();
"""
BACK = """
drop trigger identity_merge_kept on identity_merge;
drop function identity_merge_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]
    operations = [migrations.RunSQL(KEPT, BACK)]
