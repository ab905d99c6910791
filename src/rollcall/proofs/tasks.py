"""What workers do for proofs: send codes, and tidy up."""

from __future__ import annotations

from typing import Final

from rollcall.jobs import every, stopping, task, wake
from rollcall.kit.clock import utc_now
from rollcall.proofs.operations.codes import forget_expired
from rollcall.proofs.operations.sending import is_any_due, send_next
from rollcall.proofs.rules.limits import KEPT

_MOST_AT_ONCE: Final = 50


@task("proofs.send", counter=True)
def send(**_later: int) -> None:
    """Send the codes that are due: somebody stands at a kiosk and waits for one."""
    for _ in range(_MOST_AT_ONCE):
        if stopping.is_set() or not send_next(now=utc_now()):
            return


@every(5, "proofs.sweep", counter=True)
def sweep() -> None:
    """Wake a worker for a code whose worker died."""
    if is_any_due(now=utc_now()):
        wake("proofs.send")


@every(60, "proofs.forget")
def forget() -> None:
    """Delete codes, proofs and counts that have meant nothing for a day."""
    forget_expired(now=utc_now(), kept=KEPT)
