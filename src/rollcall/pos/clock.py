"""The only place of ``rollcall.pos`` that reads the wall clock."""

from __future__ import annotations

import datetime as dt


def utc_now() -> dt.datetime:
    """Return the time by this machine's clock, aware, UTC."""
    return dt.datetime.now(dt.UTC)
