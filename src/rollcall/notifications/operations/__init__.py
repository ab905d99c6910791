"""Writes of notices: opening and closing them, telling people, watching."""

from rollcall.notifications.operations.noticing import recover, report
from rollcall.notifications.operations.seeing import mark_all_seen, mark_seen
from rollcall.notifications.operations.sending import Outcome, send_next
from rollcall.notifications.operations.watching import load_conditions, watch_retailer

__all__ = [
    "Outcome",
    "load_conditions",
    "mark_all_seen",
    "mark_seen",
    "recover",
    "report",
    "send_next",
    "watch_retailer",
]
