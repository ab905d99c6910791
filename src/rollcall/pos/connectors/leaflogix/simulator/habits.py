"""What differs between Dutchie's servers and tenants."""

from __future__ import annotations

from typing import Final

from rollcall.pos.simulator.habits import HabitRules, a_count, a_flag, one_of

#: Every habit: what it may be set to, and what it is at first.
#:
#: ``page_base`` 0 [doc] or 1 [code] · ``page_zero``: what a server that counts from 1 makes of
#: page 0 [guess] · ``page_cap``: gives at most n rows a page whatever is asked [guess], 0 for no
#: cap; ``cap_shifts``: whether page numbers then count in capped pages · ``dates``: how
#: ``lastModifiedDateUTC`` is written: US [code], ISO [doc], or some rows so and some so ·
#: ``whoami`` in camel [doc] or Pascal case [code] · ``shares_profiles``: whether the company's
#: locations see one list [doc] · ``lag_s``: changes become visible that much later [doc] ·
#: ``range_days``: the widest range of dates [doc] · ``guests``: how many anonymous rows there are ·
#: ``obeys_anonymous``: whether ``includeAnonymous=false`` is heeded · ``tells_retry_after``: on
#: the limit of requests [code] · ``refusals``: which of the shapes of a 400 [doc] ·
#: ``has_search``: the search is a preview, which a server may lack [doc: preview] ·
#: ``not_found``: a 404 with a text or empty [doc] · ``submit_tells_object``: a preorder's answer is
#: an object, or its number alone [doc: both].
RULES: Final[HabitRules] = {
    "page_base": (one_of(0, 1), 0),
    "page_zero": (one_of("like_1", "empty", "400", "500"), "like_1"),
    "page_cap": (a_count, 0),
    "cap_shifts": (a_flag, True),
    "dates": (one_of("mixed", "us", "iso"), "mixed"),
    "whoami": (one_of("camel", "pascal"), "camel"),
    "shares_profiles": (a_flag, True),
    "lag_s": (a_count, 0),
    "range_days": (a_count, 90),
    "guests": (a_count, 3),
    "obeys_anonymous": (a_flag, True),
    "tells_retry_after": (a_flag, False),
    "refusals": (one_of("message", "text", "empty", "validation", "problem"), "message"),
    "has_search": (a_flag, True),
    "not_found": (one_of("text", "empty"), "text"),
    "submit_tells_object": (a_flag, False),
}
