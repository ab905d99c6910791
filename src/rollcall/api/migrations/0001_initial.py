from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ThrottleWindow",
            fields=[
                (
                    "bucket",
                    models.CharField(max_length=80, primary_key=True, serialize=False),
                ),
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
    ]
