"""What happens next to an entry, after the POS answered or did not."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Final

from rollcall.pos.errors import (
    PosConflictError,
    PosCredentialsError,
    PosDuplicateError,
    PosError,
    PosGoneError,
    PosNeedsHumanError,
    PosOutcomeUnknownError,
    PosUnavailableError,
    RowError,
    UnsupportedByPosError,
)

_FIRST_S: Final = 2.0
_LONGEST_S: Final = 15 * 60.0
#: A wrong password is not tried every two seconds: some POS systems lock the account.
_CREDENTIALS_S: Final = 5 * 60.0
#: An entry that could not be delivered for so long is given up, for a person to look at.
GIVE_UP_AFTER: Final = dt.timedelta(days=3)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What becomes of the entry.

    :param state: ``queued``, ``refused`` or ``dead``.
    :param wait_s: until the next try, if it is queued.
    """

    state: str
    code: str
    reason: str
    wait_s: float = 0.0


def judge(
    error: PosError, *, attempts: int, waited: dt.timedelta, settles_after: dt.timedelta
) -> Verdict:
    """Decide by the kind of the error.

    :param attempts: how often it was tried, this time included.
    :param waited: how long it has been due.
    :param settles_after: how long a POS may hide what was written.
    """
    match error:
        case PosDuplicateError():
            return _refused("duplicate", error)
        case PosConflictError():
            return _again("conflict", error, 0.2 * attempts)
        case PosGoneError():
            return _refused("gone", error)
        case UnsupportedByPosError():
            return _refused("unsupported", error)
        case PosCredentialsError() | PosNeedsHumanError():
            return _again(error.code or "credentials", error, _CREDENTIALS_S)
        case PosUnavailableError() | RowError():
            # A row that cannot be read now is like no answer: somebody mends it at the POS.
            return _later(error, attempts=attempts, waited=waited, settles_after=settles_after)
        case _:
            return _refused(error.code or "refused", error)


def pause_s(attempts: int) -> float:
    """Return how long to wait after so many tries: doubling, jittered, at most a quarter hour."""
    longest = min(_FIRST_S * 2.0 ** min(attempts - 1, 20), _LONGEST_S)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def _later(
    error: PosUnavailableError | RowError,
    *,
    attempts: int,
    waited: dt.timedelta,
    settles_after: dt.timedelta,
) -> Verdict:
    if waited > GIVE_UP_AFTER:
        return Verdict(state="dead", code=error.code or "unavailable", reason=str(error))
    told_s = error.retry_after_s if isinstance(error, PosUnavailableError) else None
    wait_s = max(pause_s(attempts), told_s or 0.0)
    if isinstance(error, PosOutcomeUnknownError):
        wait_s = max(wait_s, settles_after.total_seconds())
    return _again(error.code or "unavailable", error, wait_s)


def _again(code: str, error: PosError, wait_s: float) -> Verdict:
    return Verdict(state="queued", code=code, reason=str(error), wait_s=wait_s)


def _refused(code: str, error: PosError) -> Verdict:
    return Verdict(state="refused", code=code, reason=str(error))
