"""Tables of retailers, stores, kiosks, people and keys."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now

from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.kit.scope import Role
from rollcall.kit.scoping import ScopedModel


class Retailer(models.Model):
    """One company; everything that Rollcall keeps belongs to exactly one."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.slug


class Store(ScopedModel):
    """One licensed location."""

    slug = models.SlugField(max_length=60)
    name = models.TextField()
    time_zone = models.TextField(help_text="IANA name, such as America/Los_Angeles")
    jurisdiction = models.TextField(help_text="ISO 3166-2, such as US-CA")
    licence_type = models.TextField(blank=True, default="")
    phone = models.TextField(blank=True, default="", db_default="", help_text="the shop's own")
    email = models.TextField(blank=True, default="", db_default="", help_text="the shop's own")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["retailer", "slug"], name="store_one_slug_per_retailer")
        ]

    def __str__(self) -> str:
        return self.slug


class Kiosk(ScopedModel):
    """A device or sales channel of a store; its ``catalog_id`` stands in the kiosk API's paths."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    # Globally unique although each row has its retailer: the path names nothing else.
    catalog_id = models.CharField(max_length=60, unique=True)
    name = models.TextField()
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.catalog_id


class KioskKey(ScopedModel):
    """An API key of a kiosk; only a hash of its secret part is kept.

    When ``profile_until`` is over, a legacy key is a strict one.
    """

    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="+")
    public_part = models.CharField(max_length=24, unique=True)
    secret_hash = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    profile = models.CharField(
        max_length=10,
        choices=[(one.value, one.value) for one in KeyProfile],
        default=KeyProfile.STRICT.value,
        db_default=KeyProfile.STRICT.value,
    )
    profile_until = models.DateTimeField(null=True, help_text="of legacy keys only")
    profile_reason = models.TextField(blank=True, default="", db_default="")
    profile_set_by = models.TextField(blank=True, default="", db_default="", help_text="an actor")
    profile_set_at = models.DateTimeField(null=True)
    origins = ArrayField(
        models.TextField(),
        null=True,
        help_text="of web pages that may use the key; null: any, none: only what is no web page",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(profile=KeyProfile.LEGACY.value, profile_until__isnull=False)
                | (
                    ~models.Q(profile=KeyProfile.LEGACY.value)
                    & models.Q(profile_until__isnull=True)
                ),
                name="kiosk_key_legacy_has_an_end",
            )
        ]

    def __str__(self) -> str:
        return self.public_part


class IntegrationKey(ScopedModel):
    """An API key of a program of the retailer's; only a hash of its secret part is kept.

    It opens ``/api/v2`` as far as its role, its grants and its stores go.
    """

    name = models.TextField(help_text="for people, such as Loyalty programme")
    role = models.CharField(
        max_length=20,
        choices=[(role.value, role.value) for role in (Role.STAFF, Role.MANAGER, Role.ADMIN)],
    )
    grants = ArrayField(models.CharField(max_length=40), help_text="values of kit.scope.Grant")
    all_stores = models.BooleanField(default=True)
    stores = models.ManyToManyField(Store, related_name="+", blank=True)
    public_part = models.CharField(max_length=24, unique=True)
    secret_hash = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True, help_text="to about a minute")

    def __str__(self) -> str:
        return self.public_part


class UserManager(BaseUserManager["User"]):
    """People are found by e-mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username or "")

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        """Make a person who can sign in; without a password the account cannot be used yet."""
        user = self.model(email=email.strip().lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. What they see comes from their memberships."""

    email = models.EmailField(unique=True)
    name = models.TextField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_one_per_email")]

    def __str__(self) -> str:
        return f"user {self.pk}"


class Membership(ScopedModel):
    """A person's role with a retailer, in all of its stores or in some."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(
        max_length=20,
        choices=[(role.value, role.value) for role in (Role.STAFF, Role.MANAGER, Role.ADMIN)],
    )
    all_stores = models.BooleanField(default=True)
    stores = models.ManyToManyField(Store, related_name="+", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "user"], name="membership_one_per_person_and_retailer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} is {self.role}"


class DataKey(ScopedModel):
    """A key of one retailer, wrapped by the master key; its id stands in every sealed value.

    Retired keys stay: backups and rows in flight may still need them.
    """

    class Purpose(models.TextChoices):
        DATA = "data", "seals values"
        INDEX = "index", "blind indexes and content hashes"

    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    wrapped = models.BinaryField()
    master_key_id = models.CharField(max_length=12)
    created_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "purpose"],
                condition=models.Q(retired_at__isnull=True),
                name="data_key_one_active_per_purpose",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} key {self.pk}"
