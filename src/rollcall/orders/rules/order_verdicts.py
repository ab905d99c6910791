"""What happens next to an order that is to be placed, after the POS answered or did not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

from rollcall.outbox.rules.verdicts import Verdict, judge
from rollcall.pos.errors import (
    PosDuplicateError,
    PosError,
    PosGoneError,
    PosRefusedDataError,
    PosUnavailableError,
)

#: Who ordered at a kiosk does not come back tomorrow for it.
GIVE_UP_AFTER: Final = dt.timedelta(hours=4)
_LONGEST_PAUSE_S: Final = 120.0
DUPLICATE: Final = "duplicate"


def judge_order(
    error: PosError, *, attempts: int, waited: dt.timedelta, settles_after: dt.timedelta
) -> Verdict:
    """Decide by the kind of the error; what is too old is given up rather than tried again."""
    verdict = judge(error, attempts=attempts, waited=waited, settles_after=settles_after)
    if verdict.state == "queued":
        if waited > GIVE_UP_AFTER:
            return replace(verdict, state="dead")
        is_ours = isinstance(error, PosUnavailableError) and not error.retry_after_s
        # A wrong password is not tried more often for that, nor a POS that asked for a pause.
        longest_s = _LONGEST_PAUSE_S if is_ours else verdict.wait_s
        return replace(verdict, wait_s=min(verdict.wait_s, longest_s))
    if isinstance(error, PosGoneError | PosRefusedDataError) and error.code:
        # The kiosk shows the POS's own word.
        is_double = isinstance(error, PosDuplicateError)
        return verdict if is_double else replace(verdict, code=error.code)
    return verdict
