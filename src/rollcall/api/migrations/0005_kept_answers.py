import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0004_request_parts"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "asker_hash",
                    models.BinaryField(help_text="of the credential, and of what else was shown"),
                ),
                ("sealed", models.BinaryField(help_text="status, headers and body")),
                ("kept_at", models.DateTimeField()),
                (
                    "request",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="api.idempotentrequest",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["kept_at"], name="kept_answer_age")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["request", "asker_hash"], name="kept_answer_once"
                    )
                ],
            },
        ),
    ]
