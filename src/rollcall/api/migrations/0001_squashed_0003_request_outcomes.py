from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("api", "0001_initial"),
        ("api", "0002_idempotent_requests"),
        ("api", "0003_request_outcomes"),
    ]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ThrottleWindow",
            fields=[
                ("bucket", models.CharField(max_length=80, primary_key=True, serialize=False)),
                (
                    "opened_at",
                    models.DateTimeField(help_text="start of the window, by the database's clock"),
                ),
                (
                    "leased",
                    models.BigIntegerField(help_text="may exceed the limit by less than one block"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IdempotentRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "owner",
                    models.CharField(
                        help_text="whose request it is, such as kiosk:12", max_length=80
                    ),
                ),
                ("name_hash", models.BinaryField(help_text="of the Idempotency-Key")),
                ("body_hash", models.BinaryField()),
                (
                    "made",
                    models.UUIDField(help_text="names what is made by it, whenever it is repeated"),
                ),
                (
                    "outcome",
                    models.JSONField(help_text="ids and codes of what came of it", null=True),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["created_at"], name="idempotent_request_age")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "name_hash"), name="idempotent_request_once"
                    )
                ],
            },
        ),
    ]
