"""Words for what became of calls."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

_WORDS: Final[dict[str, str | Promise]] = {
    "not_a_url": gettext_lazy("this is no address like https://example.com/path"),
    "https_needed": gettext_lazy("the address has to begin with https://"),
    "credentials_in_url": gettext_lazy("no user, password or # may stand in the address"),
    "address_not_public": gettext_lazy("the address leads into a private network"),
    "unknown_host": gettext_lazy("nobody knows this host"),
    "tls_failed": gettext_lazy("its certificate cannot be trusted"),
    "timed_out": gettext_lazy("no answer in time"),
    "refused": gettext_lazy("nobody listens there"),
    "disconnected": gettext_lazy("it closed the connection"),
    "unreachable": gettext_lazy("it cannot be reached"),
    "bad_answer": gettext_lazy("its answer cannot be read"),
    "bad_name": gettext_lazy("a name has at most 100 characters of one line"),
    "unknown_type": gettext_lazy("there is no such type of event"),
    "http_410": gettext_lazy("it asked not to be called any more"),
}


def words_of(code: str) -> str:
    """A code in words; statuses of HTTP as they are."""
    if code in _WORDS:
        return str(_WORDS[code])
    status = code.removeprefix("http_")
    if status != code:
        if status.startswith("3"):
            return gettext("it sent us elsewhere (%(status)s)") % {"status": status}
        return gettext("it answered %(status)s") % {"status": status}
    return code
