"""Tables of invitations, sign-ins, shared tablets and broken glass."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from rollcall.kit.ids import new_public_id
from rollcall.kit.scope import Role
from rollcall.kit.scoping import ScopedModel
from rollcall.stores.models import Store, User


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


class SharedTablet(ScopedModel):
    """A browser of a store that several people use in turn. Its cookie's secret is not kept."""

    id = models.BigAutoField(primary_key=True)
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    name = models.TextField()
    secret_hash = models.BinaryField(help_text="SHA-256; the secret is random")
    set_up_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    set_up_at = models.DateTimeField()
    used_at = models.DateTimeField(help_text="when somebody signed in there last")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["retailer", "-set_up_at"], name="shared_tablet_newest")]

    def __str__(self) -> str:
        return f"shared tablet {self.pk}"


class TabletPerson(ScopedModel):
    """Somebody has proved who they are at a shared tablet; for a while a PIN brings them back."""

    id = models.BigAutoField(primary_key=True)
    tablet = models.ForeignKey(SharedTablet, on_delete=models.CASCADE, related_name="people")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    proven_at = models.DateTimeField(help_text="by password, passkey or the company's sign-in")
    proven_with = models.CharField(
        max_length=128, help_text="keyed hash of the password then; a new password ends it"
    )
    wrong = models.IntegerField(default=0, help_text="PINs tried since one was right")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "tablet", "user"], name="tablet_person_once_per_tablet"
            )
        ]

    def __str__(self) -> str:
        return f"person {self.user_id} at tablet {self.tablet_id}"


class Pin(ScopedModel):
    """What somebody types at shared tablets of one retailer, hashed with the installation's key."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=200, help_text="as Django keeps passwords")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["retailer", "user"], name="pin_one_per_person")
        ]

    def __str__(self) -> str:
        return f"PIN of person {self.user_id}"
