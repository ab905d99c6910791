import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import rollcall.consent.rules.vocabulary
import rollcall.kit.ids
from django.db import migrations, models


APPEND_ONLY = """
create function consent_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'consents and their wordings are never changed or deleted';
end $$;
create trigger consent_wording_append_only before update or delete on consent_wording
    for each statement execute function consent_is_append_only();
create trigger consent_entry_append_only before delete on consent_consententry
    for each statement execute function consent_is_append_only();
-- Whose an entry is now follows from merges; everything else stands as it was written.
create trigger consent_entry_unchanged before update on consent_consententry
    for each row
    when ((to_jsonb(old) - 'holder_id') is distinct from (to_jsonb(new) - 'holder_id'))
    execute function consent_is_append_only();
"""
BACK = """
drop trigger consent_wording_append_only on consent_wording;
drop trigger consent_entry_append_only on consent_consententry;
drop trigger consent_entry_unchanged on consent_consententry;
drop function consent_is_append_only();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0001_squashed_0009_merged_people"),
        ("stores", "0006_grants_without_choices"),
    ]

    operations = [
        migrations.CreateModel(
            name="Wording",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "public_id",
                    models.UUIDField(default=rollcall.kit.ids.new_public_id, unique=True),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            (
                                rollcall.consent.rules.vocabulary.Purpose["MARKETING"],
                                rollcall.consent.rules.vocabulary.Purpose["MARKETING"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Purpose["LOYALTY"],
                                rollcall.consent.rules.vocabulary.Purpose["LOYALTY"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Purpose["TRANSACTIONAL"],
                                rollcall.consent.rules.vocabulary.Purpose["TRANSACTIONAL"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Purpose["RESEARCH"],
                                rollcall.consent.rules.vocabulary.Purpose["RESEARCH"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Purpose["SHARING"],
                                rollcall.consent.rules.vocabulary.Purpose["SHARING"],
                            ),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            (
                                rollcall.consent.rules.vocabulary.Channel["SMS"],
                                rollcall.consent.rules.vocabulary.Channel["SMS"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Channel["EMAIL"],
                                rollcall.consent.rules.vocabulary.Channel["EMAIL"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Channel["PHONE"],
                                rollcall.consent.rules.vocabulary.Channel["PHONE"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Channel["PUSH"],
                                rollcall.consent.rules.vocabulary.Channel["PUSH"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Channel["MAIL"],
                                rollcall.consent.rules.vocabulary.Channel["MAIL"],
                            ),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "language",
                    models.CharField(help_text="BCP 47, such as en or es-MX", max_length=35),
                ),
                ("version", models.IntegerField()),
                ("text", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ConsentEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "public_id",
                    models.UUIDField(default=rollcall.kit.ids.new_public_id, unique=True),
                ),
                (
                    "covers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="further Customers who were this person",
                        size=None,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            (
                                rollcall.consent.rules.vocabulary.Kind["GIVEN"],
                                rollcall.consent.rules.vocabulary.Kind["GIVEN"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Kind["CONFIRMED"],
                                rollcall.consent.rules.vocabulary.Kind["CONFIRMED"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Kind["WITHDRAWN"],
                                rollcall.consent.rules.vocabulary.Kind["WITHDRAWN"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Kind["IMPLIED"],
                                rollcall.consent.rules.vocabulary.Kind["IMPLIED"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Kind["IMPORTED"],
                                rollcall.consent.rules.vocabulary.Kind["IMPORTED"],
                            ),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            (
                                rollcall.consent.rules.vocabulary.Purpose["MARKETING"],
                                rollcall.consent.rules.vocabulary.Purpose["MARKETING"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Purpose["LOYALTY"],
                                rollcall.consent.rules.vocabulary.Purpose["LOYALTY"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Purpose["TRANSACTIONAL"],
                                rollcall.consent.rules.vocabulary.Purpose["TRANSACTIONAL"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Purpose["RESEARCH"],
                                rollcall.consent.rules.vocabulary.Purpose["RESEARCH"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Purpose["SHARING"],
                                rollcall.consent.rules.vocabulary.Purpose["SHARING"],
                            ),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            (
                                rollcall.consent.rules.vocabulary.Channel["SMS"],
                                rollcall.consent.rules.vocabulary.Channel["SMS"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Channel["EMAIL"],
                                rollcall.consent.rules.vocabulary.Channel["EMAIL"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Channel["PHONE"],
                                rollcall.consent.rules.vocabulary.Channel["PHONE"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Channel["PUSH"],
                                rollcall.consent.rules.vocabulary.Channel["PUSH"],
                            ),
                            (
                                rollcall.consent.rules.vocabulary.Channel["MAIL"],
                                rollcall.consent.rules.vocabulary.Channel["MAIL"],
                            ),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "contact_key",
                    models.BigIntegerField(
                        help_text="blind index of the phone or e-mail that it is for", null=True
                    ),
                ),
                (
                    "unconfirmed",
                    models.BooleanField(default=False, help_text="a double opt-in was begun"),
                ),
                (
                    "route",
                    models.CharField(
                        choices=[
                            ("self_service", "by themselves"),
                            ("staff", "by staff"),
                            ("stop", "by a stop word"),
                            ("pos", "at a POS"),
                            ("api", "by a program"),
                            ("import", "from a list"),
                        ],
                        max_length=15,
                    ),
                ),
                ("actor", models.TextField()),
                (
                    "proof",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="reference to a proof that is kept",
                        max_length=200,
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "confirms",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consent.consententry",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "kiosk",
                    models.ForeignKey(
                        db_index=False,
                        help_text="the device",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.kiosk",
                    ),
                ),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        help_text="where",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                    ),
                ),
                (
                    "wording",
                    models.ForeignKey(
                        help_text="what was shown",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consent.wording",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="wording",
            constraint=models.UniqueConstraint(
                fields=("retailer", "purpose", "channel", "language", "version"),
                name="consent_wording_one_per_version",
            ),
        ),
        migrations.AddIndex(
            model_name="consententry",
            index=models.Index(
                fields=["retailer", "holder", "-id"], name="consent_entry_of_person"
            ),
        ),
        migrations.AddIndex(
            model_name="consententry",
            index=models.Index(fields=["customer"], name="consent_entry_customer"),
        ),
        migrations.AddIndex(
            model_name="consententry",
            index=models.Index(
                condition=models.Q(("contact_key__isnull", False)),
                fields=["retailer", "contact_key"],
                name="consent_entry_contact",
            ),
        ),
        migrations.AddConstraint(
            model_name="consententry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", rollcall.consent.rules.vocabulary.Kind["IMPLIED"]), _negated=True
                    ),
                    ("expires_at__isnull", False),
                    _connector="OR",
                ),
                name="consent_entry_implied_expires",
            ),
        ),
        migrations.AddConstraint(
            model_name="consententry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("confirms__isnull", False),
                        ("kind", rollcall.consent.rules.vocabulary.Kind["CONFIRMED"]),
                    ),
                    models.Q(
                        models.Q(
                            ("kind", rollcall.consent.rules.vocabulary.Kind["CONFIRMED"]),
                            _negated=True,
                        ),
                        ("confirms__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="consent_entry_confirms_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="consententry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("confirms__isnull", False)),
                fields=("retailer", "confirms"),
                name="consent_entry_confirmed_once",
            ),
        ),
        migrations.RunSQL(APPEND_ONLY, BACK),
    ]
