import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

KEPT_MERGES = """
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
BACK_MERGES = """
drop trigger identity_merge_kept on identity_merge;
drop function identity_merge_is_kept();
"""
KEPT_SETTINGS = """
create function identity_settings_are_kept() returns trigger language plpgsql as $$
begin
    raise exception 'match settings are never changed nor deleted';
end $$;
create trigger identity_settings_kept before update or delete on identity_matchsettings
    for each row execute function identity_settings_are_kept();
"""
BACK_SETTINGS = """
drop trigger identity_settings_kept on identity_matchsettings;
drop function identity_settings_are_kept();
"""


class Migration(migrations.Migration):
    replaces = [
        ("identity", "0001_initial"),
        ("identity", "0002_merges_are_kept"),
        ("identity", "0003_matching"),
        ("identity", "0004_set_aside"),
        ("identity", "0005_shared_values"),
        ("identity", "0006_match_settings"),
        ("identity", "0007_said_new"),
        ("identity", "0008_compare_anew"),
        ("identity", "0009_pos_merge_plans"),
    ]

    initial = True

    dependencies = [
        ("customers", "0001_squashed_0009_merged_people"),
        ("stores", "0001_squashed_0004_store_contacts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "is_chosen",
                    models.BooleanField(
                        default=False,
                        help_text="somebody chose the survivor; else the older one stands",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("person", "by a person"),
                            ("automatic", "by matching"),
                            ("import", "by an import"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "evidence",
                    models.JSONField(
                        default=dict, help_text="codes and numbers, never values of people"
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True, default="", help_text="for people, without values"
                    ),
                ),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.TextField(blank=True, default="")),
                (
                    "undo_reason",
                    models.TextField(
                        blank=True, default="", help_text="for people, without values"
                    ),
                ),
                (
                    "absorbed",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
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
                    "survivor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["survivor"], name="merge_survivor"),
                    models.Index(fields=["absorbed"], name="merge_absorbed"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("survivor", models.F("absorbed")), _negated=True),
                        name="merge_of_two",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkAccept",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("dry", "dry run"),
                            ("running", "running"),
                            ("paused", "paused"),
                            ("stopped", "stopped"),
                            ("done", "done"),
                            ("undoing", "being undone"),
                            ("undone", "undone"),
                        ],
                        default="dry",
                        max_length=10,
                    ),
                ),
                ("least_bits", models.FloatField()),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "linkable",
                    models.BooleanField(
                        help_text="only what today's settings would link by themselves"
                    ),
                ),
                ("cap", models.IntegerField()),
                ("count", models.IntegerField(help_text="suggestions that were chosen")),
                ("people", models.IntegerField(help_text="different people whom they are about")),
                (
                    "people_after",
                    models.IntegerField(help_text="people that would be left of them"),
                ),
                ("beyond", models.IntegerField(help_text="suggestions that fit and were too many")),
                (
                    "sample",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        help_text="suggestions to look at",
                        size=None,
                    ),
                ),
                ("decision_mark", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
                ("actor", models.TextField(help_text="who chose, and who started it")),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("undone_by", models.TextField(blank=True, default="")),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("running", "paused", "undoing"))),
                        fields=("retailer",),
                        name="bulk_accept_one_under_way",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("same", "the same person"),
                            ("different", "different people"),
                            ("household", "different people of one household"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                (
                    "note",
                    models.TextField(
                        blank=True, default="", help_text="for people, without values"
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.TextField(blank=True, default="")),
                ("withdraw_reason", models.TextField(blank=True, default="")),
                (
                    "first_customer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "first_record",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posrecord",
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
                    "second_customer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "second_record",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posrecord",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("first_customer__isnull", True), ("first_record__isnull", False)
                            ),
                            models.Q(
                                ("first_customer__isnull", False), ("first_record__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="decision_first_is_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("second_customer__isnull", True), ("second_record__isnull", False)
                            ),
                            models.Q(
                                ("second_customer__isnull", False), ("second_record__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="decision_second_is_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GenericCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("counted_at", models.DateTimeField()),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("retailer",), name="generic_count_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="GenericValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.SmallIntegerField(
                        choices=[
                            (1, "Phone"),
                            (2, "Email"),
                            (3, "Licence"),
                            (4, "Medical"),
                            (5, "Name Born"),
                            (6, "Names Zip"),
                            (7, "Names Year"),
                            (8, "Names Day"),
                            (9, "Names Phone"),
                            (10, "Door"),
                            (11, "Names"),
                            (30, "Born"),
                        ]
                    ),
                ),
                (
                    "key",
                    models.BigIntegerField(
                        help_text="as in MatchKey; of a birth date as in PosRecord"
                    ),
                ),
                (
                    "people",
                    models.IntegerField(help_text="how many different people shared it then"),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("learned", "learned from the records"),
                            ("person", "marked by a person"),
                            ("contact", "of a store, or of somebody who works here"),
                        ],
                        max_length=10,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("is_own", models.BooleanField(db_default=False, default=False)),
                ("actor", models.TextField(blank=True, db_default="", default="")),
                (
                    "reason",
                    models.TextField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="for people, without values",
                    ),
                ),
                (
                    "counted_at",
                    models.DateTimeField(help_text="when people were counted again", null=True),
                ),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("retailer", "kind", "key"), name="generic_value_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MatchKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key",
                        "record_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.BigIntegerField()),
                (
                    "kind",
                    models.SmallIntegerField(
                        choices=[
                            (1, "Phone"),
                            (2, "Email"),
                            (3, "Licence"),
                            (4, "Medical"),
                            (5, "Name Born"),
                            (6, "Names Zip"),
                            (7, "Names Year"),
                            (8, "Names Day"),
                            (9, "Names Phone"),
                            (10, "Door"),
                            (11, "Names"),
                            (30, "Born"),
                        ]
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posrecord",
                    ),
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
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MatchModel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField(help_text="1, 2, 3 … of this retailer")),
                ("document", models.JSONField(help_text="as rules.model reads it")),
                ("trained_at", models.DateTimeField()),
                ("trained_by", models.TextField()),
                ("records", models.IntegerField(help_text="how many it was learned from")),
                (
                    "largest_shift",
                    models.FloatField(help_text="bits by which a weight moved, at the most"),
                ),
                (
                    "approved_at",
                    models.DateTimeField(
                        help_text="moved far, and somebody approved it", null=True
                    ),
                ),
                ("approved_by", models.TextField(blank=True, default="")),
                ("is_active", models.BooleanField(default=False)),
                (
                    "changed_at",
                    models.DateTimeField(help_text="when it was last (de)activated", null=True),
                ),
                ("changed_by", models.TextField(blank=True, default="")),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("retailer", "number"), name="match_model_number"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_active", True)),
                        fields=("retailer",),
                        name="match_model_active",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MatchSettings",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("links", models.BooleanField(help_text="False: nothing is linked by itself")),
                (
                    "link_bits",
                    models.FloatField(help_text="by how much links need more than is shipped"),
                ),
                (
                    "review_bits",
                    models.FloatField(help_text="by how much review needs more than is shipped"),
                ),
                ("at", models.DateTimeField()),
                ("from_at", models.DateTimeField(help_text="in force from then on")),
                ("actor", models.TextField()),
                ("reason", models.TextField(help_text="for people, without values")),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("link_bits__range", (-3, 20)), ("review_bits__range", (-5, 20))
                        ),
                        name="match_settings_bounds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MergeDoubt",
            fields=[
                (
                    "merge",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="doubt",
                        serialize=False,
                        to="identity.merge",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("kept_at", models.DateTimeField(null=True)),
                ("kept_by", models.TextField(blank=True, default="")),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PendingMatch",
            fields=[
                (
                    "record",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="customers.posrecord",
                    ),
                ),
                (
                    "noted_at",
                    models.DateTimeField(
                        help_text="the database's time; newer if it changed again"
                    ),
                ),
                (
                    "not_before",
                    models.DateTimeField(help_text="it could not be compared; try then", null=True),
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
                    models.Index(fields=["retailer", "noted_at"], name="pending_match_oldest")
                ],
            },
        ),
        migrations.CreateModel(
            name="PosMergePlan",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("to_do", "to do"),
                            ("seen_done", "seen done"),
                            ("not_possible", "not possible"),
                            ("cancelled", "cancelled"),
                        ],
                        default="planned",
                        max_length=12,
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, default="", help_text="a code", max_length=20),
                ),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.TextField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posaccount",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "donor",
                    models.ForeignKey(
                        help_text="to be merged away",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posrecord",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posrecord",
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
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("donor", models.F("kept")), _negated=True),
                        name="pos_merge_plan_of_two",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["planned", "to_do"])),
                        fields=("retailer", "donor"),
                        name="pos_merge_plan_open_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reopening",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.SmallIntegerField(
                        choices=[
                            (1, "Phone"),
                            (2, "Email"),
                            (3, "Licence"),
                            (4, "Medical"),
                            (5, "Name Born"),
                            (6, "Names Zip"),
                            (7, "Names Year"),
                            (8, "Names Day"),
                            (9, "Names Phone"),
                            (10, "Door"),
                            (11, "Names"),
                            (30, "Born"),
                        ]
                    ),
                ),
                ("key", models.BigIntegerField(help_text="as in GenericValue")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("counting", "what it would take back is counted"),
                            ("stopped", "it would take back too much, and waits for a person"),
                            ("undoing", "merges are taken back"),
                            ("noting", "records are noted to be compared again"),
                            ("done", "done"),
                        ],
                        default="counting",
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "after",
                    models.BigIntegerField(
                        default=0, help_text="people (NOTING: records) up to this id are done"
                    ),
                ),
                (
                    "notes_rest",
                    models.BooleanField(
                        default=False, help_text="more have it than were noted at once"
                    ),
                ),
                ("would_undo", models.IntegerField(default=0)),
                ("undone", models.IntegerField(default=0)),
                ("suggested", models.IntegerField(default=0)),
                (
                    "left",
                    models.IntegerField(default=0, help_text="merges that something kept in force"),
                ),
                ("released_by", models.TextField(blank=True, default="")),
                ("released_at", models.DateTimeField(null=True)),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "done"), _negated=True),
                        fields=("retailer", "kind", "key"),
                        name="reopening_open_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SaidNew",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                (
                    "newcomer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("retailer", "newcomer", "other"), name="said_new_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("bits", models.FloatField(help_text="evidence that they are one person")),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        help_text="what keeps them from being linked",
                        size=None,
                    ),
                ),
                (
                    "evidence",
                    models.JSONField(help_text="codes and numbers, never values of people"),
                ),
                ("at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("same", "the same person"),
                            ("different", "different people"),
                            ("household", "one household"),
                            ("superseded", "no longer suggested"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.TextField(blank=True, default="")),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posrecord",
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
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.posrecord",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["retailer", "-bits", "id"],
                        name="suggestion_queue",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("retailer", "first", "second"),
                        name="suggestion_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))),
                        name="suggestion_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkItem",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("accepted", "accepted"),
                            ("skipped", "skipped"),
                            ("undone", "undone"),
                            ("kept", "could not be undone"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "code",
                    models.CharField(blank=True, default="", help_text="why not", max_length=40),
                ),
                (
                    "first_members",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                (
                    "second_members",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                ("digest", models.TextField(help_text="of the evidence; no value of a person")),
                ("at", models.DateTimeField(null=True)),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="identity.bulkaccept",
                    ),
                ),
                (
                    "merge",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.merge",
                    ),
                ),
                (
                    "suggestion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.suggestion",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["run", "state", "id"], name="bulk_item_next")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("retailer", "run", "suggestion"), name="bulk_item_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(KEPT_MERGES, BACK_MERGES),
        migrations.RunSQL(KEPT_SETTINGS, BACK_SETTINGS),
    ]
