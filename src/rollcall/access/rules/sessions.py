"""How long somebody stays signed in, and what a browser is called."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

#: Session key: the invitation whose link was followed.
INVITATION_KEY: Final = "invitation"
#: How exactly it is known when somebody was here last.
NOTED_EVERY: Final = dt.timedelta(minutes=1)

_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """When a sign-in ends by itself.

    :param idle: without anything being done.
    :param longest: whatever is done.
    """

    idle: dt.timedelta
    longest: dt.timedelta

    def are_over(self, *, began_at: dt.datetime, seen_at: dt.datetime, now: dt.datetime) -> bool:
        """Whether one of them has passed; a clock that was put back does not prolong anything."""
        return abs(now - seen_at) >= self.idle or abs(now - began_at) >= self.longest


def name_browser(user_agent: str) -> str:
    """What people call the browser; its version and all else is left out."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser
