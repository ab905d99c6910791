import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import rollcall.audit.models
from django.db import migrations, models

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
    replaces = [
        ("audit", "0001_initial"),
        ("audit", "0002_initial"),
        ("audit", "0003_append_only"),
    ]

    initial = True

    dependencies = [
        ("stores", "0001_squashed_0004_store_contacts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "transaction_id",
                    rollcall.audit.models.TransactionIdField(
                        db_default=rollcall.audit.models.CurrentTransactionId()
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "actor",
                    models.TextField(help_text="kind:id, such as user:12, kiosk:3, system:sync"),
                ),
                (
                    "action",
                    models.TextField(help_text="dotted, past tense, such as record.created"),
                ),
                (
                    "subject_kind",
                    models.TextField(help_text="what the ids are: customer, record, connection …"),
                ),
                (
                    "subject_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        default=list,
                        help_text="names of fields, never values",
                        size=None,
                    ),
                ),
                (
                    "context",
                    models.JSONField(default=dict, help_text="counts, ids and codes, never values"),
                ),
                (
                    "retailer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["retailer", "-id"], name="audit_newest"),
                    models.Index(fields=["transaction_id", "id"], name="audit_feed"),
                ],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, BACK),
    ]
