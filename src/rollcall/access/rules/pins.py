"""What a PIN must be, and how often a wrong one may be tried."""

from __future__ import annotations

import itertools
import re
from typing import Final

DIGITS: Final = 6
#: Wrong PINs in a row until a person has to sign in in full at that tablet.
MOST_WRONG: Final = 5
#: Name of the browser's cookie that makes it a shared tablet.
TABLET_COOKIE: Final = "rollcall_tablet"
#: Session key: id of the shared tablet that somebody is signed in at.
TABLET_KEY: Final = "tablet"
#: Attribute of a request: its sign-out is a pause, the person stays among those of the tablet.
PAUSES: Final = "_rollcall_pauses"

_PIN: Final = re.compile(rf"[0-9]{{{DIGITS}}}")


class PinRefusedError(ValueError):
    """Not six digits, or among the first that anybody would try."""


def check_pin(pin: str) -> None:
    """Refuse what would be guessed within the tries that there are.

    :raises PinRefusedError: its text names nothing of the PIN.
    """
    if not _PIN.fullmatch(pin):
        raise PinRefusedError("not six digits")
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(pin)}
    half = DIGITS // 2
    repeats = pin[:2] * half == pin or pin[:half] * 2 == pin
    if repeats or (len(steps) == 1 and steps <= {0, 1, 9}):
        raise PinRefusedError("easy to guess")
