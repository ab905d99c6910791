"""What becomes of an event when its POS could not be asked."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from rollcall.pos.errors import (
    PosCredentialsError,
    PosError,
    PosNeedsHumanError,
    PosUnavailableError,
)

_FIRST_S: Final = 2.0
_LONGEST_S: Final = 15 * 60.0
#: A wrong password is not tried every two seconds: some POS systems lock the account.
_CREDENTIALS_S: Final = 5 * 60.0
#: About three days of a POS that is away.
MOST_TRIES: Final = 300
#: A bug of ours does not go away by trying.
MOST_CRASHES: Final = 5
#: What a log, a page and a metric's label can bear.
_LONGEST_CODE: Final = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What happens next.

    :param wait_s: until the next try; None: it is given up.
    :param stops_all: the other events of the connection need not be tried now.
    """

    code: str
    wait_s: float | None
    stops_all: bool = False


def judge(error: PosError, *, attempts: int) -> Verdict:
    """Decide by the kind of the error.

    :param attempts: how often it was tried, this time included.
    """
    code = (error.code or type(error).__name__)[:_LONGEST_CODE]
    match error:
        case PosUnavailableError():
            wait_s = max(pause_s(attempts), (error.retry_after_s or 0.0) * _jitter())
        case PosCredentialsError() | PosNeedsHumanError():
            wait_s = _CREDENTIALS_S * _jitter()
        case _:
            return Verdict(code=code, wait_s=None)
    return Verdict(code=code, wait_s=wait_s if attempts < MOST_TRIES else None, stops_all=True)


def judge_crash(*, attempts: int) -> Verdict:
    """Decide after an error that nobody foresaw."""
    return Verdict(code="internal", wait_s=pause_s(attempts) if attempts < MOST_CRASHES else None)


def pause_s(attempts: int) -> float:
    """Return how long to wait after so many tries: doubling, jittered, at most a quarter hour."""
    longest = min(_FIRST_S * 2.0 ** min(max(attempts, 1) - 1, 20), _LONGEST_S)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  # no secret


def _jitter() -> float:
    return random.uniform(1.0, 1.3)  # noqa: S311  # no secret
