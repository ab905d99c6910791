from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0006_field_priority"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="fieldedit",
            index=models.Index(
                condition=models.Q(("waiting", True), ("withdrawn_at__isnull", True)),
                fields=["retailer", "customer"],
                name="field_edit_waiting",
            ),
        ),
    ]
