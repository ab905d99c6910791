"""Tables of invitations."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from rollcall.kit.ids import new_public_id
from rollcall.kit.scope import Role
from rollcall.kit.scoping import ScopedModel
from rollcall.stores.models import User


class Invitation(ScopedModel):
    """Somebody is asked to work here. The link's key is computed, so no row could open anything."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=new_public_id, unique=True)
    email = models.EmailField(help_text="in lower case")
    name = models.TextField(blank=True, default="")
    role = models.CharField(
        max_length=20,
        choices=[(role.value, role.value) for role in (Role.STAFF, Role.MANAGER, Role.ADMIN)],
    )
    all_stores = models.BooleanField()
    store_ids = ArrayField(models.BigIntegerField(), default=list)
    nonce = models.BinaryField(help_text="a new one makes the former key useless")
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    message_id = models.UUIDField(default=new_public_id, help_text="of the mail")
    next_try_at = models.DateTimeField(help_text="when its mail is due")
    claimed_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "email"],
                condition=models.Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_one_open_per_address",
            )
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class SignIn(models.Model):
    """A browser in which somebody is signed in, or was. A person may work for several retailers."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    browser = models.CharField(max_length=60, help_text="such as Chrome on Android")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="to about a minute; what a page asks by itself is not")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-seen_at"], name="sign_in_newest_of_person")]

    def __str__(self) -> str:
        return f"sign-in {self.pk}"


class BreakGlass(ScopedModel):
    """An administrator of the installation may see this retailer for a while, for a reason."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    reason = models.TextField()
    opened_by = models.CharField(max_length=100, help_text="who had it opened, as an actor")
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="when somebody ended it early")

    class Meta:
        indexes = [models.Index(fields=["user", "ends_at"], name="break_glass_of_person")]

    def __str__(self) -> str:
        return f"break-glass {self.pk}"
