"""How outcomes and refusals are told on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

_OUTCOMES: Final[Mapping[str, str | Promise]] = {
    "taken_over": gettext_lazy("taken over"),
    "unchanged": gettext_lazy("as it was here"),
    "old_news": gettext_lazy("older than what is here"),
    "repeat": gettext_lazy("said before"),
    "joined": gettext_lazy("settled together with a later one"),
    "gone": gettext_lazy("the POS no longer has this customer"),
    "unknown_here": gettext_lazy("neither the POS nor Rollcall has this customer"),
    "other_list": gettext_lazy("told of a list that this connection no longer reads"),
    "quarantined": gettext_lazy("in quarantine"),
    "unread": gettext_lazy("left for the next reading of orders"),
    "replay": gettext_lazy("asked for again"),
    "internal": gettext_lazy("failed inside Rollcall; it was logged"),
    "stopped": gettext_lazy("the worker was told to end"),
    "pos_away": gettext_lazy("the POS does not answer"),
    "circuit_open": gettext_lazy("the POS does not answer"),
}
_REFUSALS: Final[Mapping[str, str | Promise]] = {
    "unauthenticated": gettext_lazy("without the right proof"),
    "unsupported_type": gettext_lazy("not sent as plain JSON"),
    "too_large": gettext_lazy("too large"),
    "malformed": gettext_lazy("not readable"),
    "not_ready": gettext_lazy("while the connection's settings could not be opened"),
    "busy": gettext_lazy("while too many others were being read"),
}


def outcome_words(outcome: str) -> str:
    """What became of an event, in words; a POS's own code as it is."""
    words = _OUTCOMES.get(outcome)
    if words is not None:
        return str(words)
    return gettext("the POS said: %(code)s") % {"code": outcome} if outcome else ""


def refusal_words(reason: str) -> str:
    """Why calls were refused, in words."""
    return str(_REFUSALS.get(reason, reason))
