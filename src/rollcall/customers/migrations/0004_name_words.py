"""The words of the names that are here already.

Middle names and nicknames are sealed and follow when their record changes.
"""

from django.db import migrations

_ROWS = 20_000
_ADD_TOKENS = """
insert into customers_nametoken (retailer_id, token)
select distinct retailer_id, left(word, 60)
  from customers_posrecord
 cross join lateral regexp_split_to_table(given_folded || ' ' || family_folded, ' +') word
 where id > %(after)s and id <= %(until)s and word <> ''
 order by 1, 2
on conflict do nothing
"""
_ADD_POSTINGS = """
insert into customers_recordname (token_id, record_id, retailer_id, part)
select token.id, record_id, words.retailer_id, bit_or(part)
  from (
    select id record_id, retailer_id, left(word, 60) word, 1 part
      from customers_posrecord cross join lateral regexp_split_to_table(given_folded, ' +') word
     where id > %(after)s and id <= %(until)s and word <> ''
    union all
    select id, retailer_id, left(word, 60), 2
      from customers_posrecord cross join lateral regexp_split_to_table(family_folded, ' +') word
     where id > %(after)s and id <= %(until)s and word <> ''
  ) words
  join customers_nametoken token
    on token.retailer_id = words.retailer_id and token.token = words.word
 group by token.id, record_id, words.retailer_id
on conflict do nothing
"""
_COUNT_USES = """
update customers_nametoken token set uses = counted.uses
  from (select token_id, count(*)::int uses from customers_recordname group by token_id) counted
 where token.id = counted.token_id
"""


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select coalesce(max(id), 0) from customers_posrecord")
        (last,) = cursor.fetchone()
        for after in range(0, last, _ROWS):
            span = {"after": after, "until": after + _ROWS}
            cursor.execute(_ADD_TOKENS, span)
            cursor.execute(_ADD_POSTINGS, span)
        cursor.execute(_COUNT_USES)


class Migration(migrations.Migration):
    # Each batch stands for itself and may run again.
    atomic = False
    dependencies = [("customers", "0003_search")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
