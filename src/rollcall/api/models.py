"""The one table of the kit."""

from __future__ import annotations

from django.db import models


class ThrottleWindow(models.Model):
    """How much of a limit has been given out in a bucket's latest window, to all processes.

    Holds no retailer: a bucket is a policy and a key id or a keyed hash of a client's address.
    """

    bucket = models.CharField(max_length=80, primary_key=True)
    opened_at = models.DateTimeField(help_text="start of the window, by the database's clock")
    leased = models.BigIntegerField(help_text="may exceed the limit by less than one block")

    def __str__(self) -> str:
        return f"window of {self.bucket}"
