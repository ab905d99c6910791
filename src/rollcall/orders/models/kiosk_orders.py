"""Orders that were taken at kiosks and are held here."""

from __future__ import annotations

import uuid

from django.db import models

from rollcall.customers.models import Customer
from rollcall.kit.scoping import ScopedModel
from rollcall.orders.models.products import StoreProduct
from rollcall.stores.models import Kiosk, KioskKey, Store


class KioskOrder(ScopedModel):
    """An order taken at a kiosk; held here until it is paid.

    Who ordered is what they typed at the kiosk (sealed). Whose order it is, is another matter:
    ``customer`` is whom it was tied to, ``holder`` who that is now. Of a guest, the contact is kept
    for whoever proves that it is theirs; it ties the order to nobody.
    """

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(
        default=uuid.uuid4, unique=True, help_text="its code; random, so that nobody guesses one"
    )
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+", db_index=False)
    kiosk = models.ForeignKey(Kiosk, on_delete=models.PROTECT, related_name="+", db_index=False)
    sealed_name = models.BinaryField(help_text="JSON: first and last name, as typed")
    name_key = models.BigIntegerField(help_text="blind index of the folded name")
    sealed_contact = models.BinaryField(
        default=b"", help_text="JSON: phone and e-mail of a guest, in normal forms"
    )
    phone_key = models.BigIntegerField(null=True, help_text="blind index, as of records")
    email_key = models.BigIntegerField(null=True, help_text="blind index, as of records")
    amount = models.DecimalField(max_digits=10, decimal_places=2, help_text="sum of the lines")
    placed_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False,
        help_text="whom it was tied to",
    )  # fmt: skip
    holder = models.ForeignKey(
        Customer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False,
        help_text="who that is now",
    )  # fmt: skip

    class Meta:
        # A part of the id is searched by the index kiosk_order_code (migration 0001).
        indexes = [
            models.Index(fields=["retailer", "store", "-id"], name="kiosk_order_of_store"),
            models.Index(
                fields=["retailer", "holder", "-id"],
                name="kiosk_order_of_person",
                condition=models.Q(holder__isnull=False),
            ),
            models.Index(
                fields=["customer"],
                name="kiosk_order_customer",
                condition=models.Q(customer__isnull=False),
            ),
            models.Index(fields=["retailer", "name_key"], name="kiosk_order_name"),
            models.Index(
                fields=["retailer", "phone_key"],
                name="kiosk_order_guest_phone",
                condition=models.Q(phone_key__isnull=False, customer__isnull=True),
            ),
            models.Index(
                fields=["retailer", "email_key"],
                name="kiosk_order_guest_email",
                condition=models.Q(email_key__isnull=False, customer__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"kiosk order {self.pk}"

    @property
    def code(self) -> str:
        """The beginning of the id, as people read it to one another: ``3F2A-91BC``."""
        text = self.uuid.hex[:8].upper()
        return f"{text[:4]}-{text[4:]}"


class KioskOrderLine(ScopedModel):
    """So many of a product at a price; name and price are what they were when it was ordered."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(KioskOrder, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(StoreProduct, on_delete=models.PROTECT, related_name="+")
    place = models.IntegerField(help_text="position in the order")
    sku = models.CharField(max_length=100)
    name = models.TextField()
    value_id = models.CharField(max_length=60, help_text="which of the product's prices")
    value_name = models.TextField()
    price = models.DecimalField(max_digits=10, decimal_places=2, help_text="of one")
    quantity = models.IntegerField()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0, price__gte=0), name="kiosk_order_line_counts"
            )
        ]

    def __str__(self) -> str:
        return f"line {self.pk}"


class KioskOrderTie(ScopedModel):
    """From a moment on an order was this person's, or nobody's; the last one stands."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(KioskOrder, on_delete=models.CASCADE, related_name="ties")
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    actor = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"tie {self.pk}"


class PayingKey(ScopedModel):
    """A kiosk's key that may say whether orders are paid, and reads the names on them."""

    key = models.OneToOneField(
        KioskKey, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    granted_at = models.DateTimeField()
    granted_by = models.TextField()

    def __str__(self) -> str:
        return f"paying key {self.key_id}"
