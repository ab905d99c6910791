from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_append_only")]
    operations = [
        migrations.AddIndex(
            "entry",
            models.Index(
                fields=["retailer", "transaction_id", "id"],
                name="audit_retailer_feed",
                condition=~models.Q(
                    action__in=["customer.looked_up", "customer.searched", "customer.viewed"]
                ),
            ),
        ),
    ]
