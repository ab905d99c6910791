"""What workers do for callers of the API: forget the answers that were kept for them."""

from __future__ import annotations

from rollcall.api.kept_answers import forget_answers
from rollcall.jobs import every
from rollcall.kit.clock import utc_now


@every(60, "stores.forget_answers")
def forget() -> None:
    """Delete the answers of writes that were kept for a day."""
    forget_answers(now=utc_now())
