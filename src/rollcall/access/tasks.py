"""What workers do about sign-in: mail invitations."""

from __future__ import annotations

from typing import Final

from django.conf import settings

from rollcall.access.operations.sending import send_next_invitation
from rollcall.access.operations.sign_ins import forget_old
from rollcall.access.queries.people import mail_to_send
from rollcall.jobs import every, stopping, task, wake
from rollcall.kit.clock import utc_now

_MOST_MAILS: Final = 100


@every(30, "access.sweep")
def sweep() -> None:
    """Wake a worker for invitations whose mail is due, and forget old sign-ins."""
    forget_old(now=utc_now())
    if settings.MAIL_SERVER is not None and mail_to_send(utc_now()).exists():
        wake("access.send_invitations")


@task("access.send_invitations")
def send(**_later: int) -> None:
    """Send what is due, until nothing is or one fails; the rest is found again."""
    for _ in range(_MOST_MAILS):
        if stopping.is_set() or not send_next_invitation(now=utc_now()):
            return
