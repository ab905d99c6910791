"""What a kiosk's key may be trusted with, and until when."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from typing import Final

from rollcall.kit.kiosk_profiles import KeyProfile

#: A legacy key is for the time until the kiosk is changed, not for good.
LONGEST_LEGACY: Final = dt.timedelta(days=180)
#: From then on people are told that it ends.
LEGACY_ENDS_SOON: Final = dt.timedelta(days=14)
MOST_ORIGINS: Final = 20
LONGEST_REASON: Final = 500
#: Source: RFC 6454 section 6.2, as browsers send it: lower case, no path, no usual port.
_ORIGIN: Final = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?",
    re.ASCII,
)


class ProfileInvalidError(ValueError):
    """A key cannot have this profile; the message says why."""


def profile_at(profile: str, until: dt.datetime | None, *, now: dt.datetime) -> KeyProfile:
    """What a key's profile comes to: a legacy key whose time is over is a strict one."""
    held = KeyProfile(profile)
    if held is KeyProfile.LEGACY and (until is None or until <= now):
        return KeyProfile.STRICT
    return held


def check_origins(origins: Collection[str]) -> list[str]:
    """Return them sorted, each once.

    :raises ProfileInvalidError: one is not an origin such as ``https://kiosk.example.com``, or
        there are too many.
    """
    chosen = sorted(set(origins))
    if len(chosen) > MOST_ORIGINS:
        raise ProfileInvalidError(f"a key has at most {MOST_ORIGINS} origins")
    if not all(_ORIGIN.fullmatch(one) for one in chosen):
        raise ProfileInvalidError("an origin looks like https://kiosk.example.com, without a path")
    return chosen


def check_reason(reason: str) -> str:
    """Return it on one line.

    :raises ProfileInvalidError: there is none, or it is too long.
    """
    words = " ".join("".join(one if one.isprintable() else " " for one in reason).split())
    if not words:
        raise ProfileInvalidError("say why: others have to judge it later")
    if len(words) > LONGEST_REASON:
        raise ProfileInvalidError(f"a reason has at most {LONGEST_REASON} characters")
    return words


def legacy_end(days: int | None, *, now: dt.datetime) -> dt.datetime:
    """When a legacy key ends.

    :raises ProfileInvalidError: not within the time that one may last.
    """
    if days is None or not 1 <= days <= LONGEST_LEGACY.days:
        raise ProfileInvalidError(f"a legacy key lasts 1 to {LONGEST_LEGACY.days} days")
    return now + dt.timedelta(days=days)
