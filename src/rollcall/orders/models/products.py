"""What a store sells, as far as orders need it."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from rollcall.kit.scoping import ScopedModel
from rollcall.stores.models import Store


class StoreProduct(ScopedModel):
    """Something that a store sells. Nothing is deleted: orders were made of it."""

    id = models.BigAutoField(primary_key=True)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+", db_index=False)
    sku = models.CharField(max_length=100)
    name = models.TextField()
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "store", "sku"], name="store_product_one_per_sku"
            )
        ]

    def __str__(self) -> str:
        return f"product {self.pk}"


class ProductValue(ScopedModel):
    """A price that a product has under a name, such as that of 3.5 g."""

    id = models.BigAutoField(primary_key=True)
    product = models.ForeignKey(
        StoreProduct, on_delete=models.CASCADE, related_name="values", db_index=False
    )
    external_id = models.CharField(
        max_length=60, help_text="what the catalogue calls it; kiosks send it as product_value_id"
    )
    name = models.TextField()
    value = models.DecimalField(max_digits=10, decimal_places=2)
    place = models.IntegerField(default=0, help_text="position among the product's prices")
    active = models.BooleanField(default=True, help_text="no longer, once the catalogue omits it")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "product", "external_id"], name="product_value_one_per_id"
            ),
            models.CheckConstraint(
                condition=models.Q(value__gte=0), name="product_value_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"price {self.pk}"
