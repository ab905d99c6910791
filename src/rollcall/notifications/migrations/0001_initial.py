import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import rollcall.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("stores", "0002_cache_table"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=200)),
                ("kind", models.CharField(max_length=60)),
                (
                    "severity",
                    models.CharField(
                        choices=[("warning", "warning"), ("critical", "critical")], max_length=10
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("manager", "manager"), ("admin", "admin")],
                        help_text="who is told at least",
                        max_length=20,
                    ),
                ),
                (
                    "store_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="stores concerned",
                        size=None,
                    ),
                ),
                (
                    "page",
                    models.TextField(
                        blank=True, default="", help_text="path of ours where to look"
                    ),
                ),
                (
                    "data",
                    models.JSONField(
                        default=dict, help_text="codes, counts, slugs; never a person's values"
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                ("recovered_at", models.DateTimeField(null=True)),
                (
                    "reopened",
                    models.IntegerField(
                        default=0, help_text="how often it came back within minutes"
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
                "indexes": [
                    models.Index(fields=["retailer", "key", "-id"], name="notice_newest_of_key"),
                    models.Index(
                        fields=["retailer", "-recovered_at"], name="notice_newest_recovered"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("recovered_at__isnull", True)),
                        fields=("retailer", "key"),
                        name="notice_one_open_per_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "transition",
                    models.CharField(
                        choices=[("opened", "opened"), ("recovered", "recovered")], max_length=10
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("in_app", "in the application"), ("email", "e-mail")],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("sent", "sent"),
                            ("failed", "failed, will be tried again"),
                            ("given_up", "given up"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "message_id",
                    models.UUIDField(
                        default=rollcall.kit.ids.new_public_id,
                        help_text="the same in every attempt",
                    ),
                ),
                ("due_at", models.DateTimeField(help_text="when it was to be sent first")),
                ("next_try_at", models.DateTimeField()),
                ("claimed_until", models.DateTimeField(null=True)),
                ("attempts", models.IntegerField(default=0)),
                ("error_code", models.CharField(blank=True, default="", max_length=60)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("sent_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "retailer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.retailer",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="notifications.notice",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("channel", "email"), ("state__in", ["waiting", "failed"])
                        ),
                        fields=["next_try_at"],
                        name="delivery_mail_to_send",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("retailer", "notice", "transition", "user", "channel"),
                        name="delivery_one_per_person_and_channel",
                    )
                ],
            },
        ),
    ]
