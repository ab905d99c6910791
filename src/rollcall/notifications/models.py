"""Tables of notices and of telling people about them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from rollcall.kit.ids import new_public_id
from rollcall.kit.scope import Role
from rollcall.kit.scoping import ScopedModel
from rollcall.notifications.rules.kinds import Severity
from rollcall.stores.models import User


class Notice(ScopedModel):
    """Something that is wrong, or was: at most one is open per key."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    severity = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Severity])
    role = models.CharField(
        max_length=20,
        choices=[(role.value, role.value) for role in (Role.MANAGER, Role.ADMIN)],
        help_text="who is told at least",
    )
    store_ids = ArrayField(models.BigIntegerField(), default=list, help_text="stores concerned")
    page = models.TextField(blank=True, default="", help_text="path of ours where to look")
    data = models.JSONField(default=dict, help_text="codes, counts, slugs; never a person's values")
    opened_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    recovered_at = models.DateTimeField(null=True)
    reopened = models.IntegerField(default=0, help_text="how often it came back within minutes")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "key"],
                condition=models.Q(recovered_at__isnull=True),
                name="notice_one_open_per_key",
            )
        ]
        indexes = [
            models.Index(fields=["retailer", "key", "-id"], name="notice_newest_of_key"),
            models.Index(fields=["retailer", "-recovered_at"], name="notice_newest_recovered"),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"


class Delivery(ScopedModel):
    """That one person is told of one transition by one channel; the row comes before the mail."""

    class Transition(models.TextChoices):
        OPENED = "opened", "opened"
        RECOVERED = "recovered", "recovered"

    class Channel(models.TextChoices):
        IN_APP = "in_app", "in the application"
        EMAIL = "email", "e-mail"

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        SENT = "sent", "sent"
        FAILED = "failed", "failed, will be tried again"
        GIVEN_UP = "given_up", "given up"

    id = models.BigAutoField(primary_key=True)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="+")
    transition = models.CharField(max_length=10, choices=Transition.choices)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    message_id = models.UUIDField(default=new_public_id, help_text="the same in every attempt")
    due_at = models.DateTimeField(help_text="when it was to be sent first")
    next_try_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    error_code = models.CharField(max_length=60, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "notice", "transition", "user", "channel"],
                name="delivery_one_per_person_and_channel",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(channel="email", state__in=["waiting", "failed"]),
                name="delivery_mail_to_send",
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} of notice {self.notice_id}"
