"""What differs between Cova's hosts and tenants, or is not documented."""

from __future__ import annotations

from typing import Final

from rollcall.pos.simulator.habits import HabitRules, a_count, a_flag, one_of

#: Every habit: what it may be set to, and what it is at first.
#:
#: ``media``: lists are HAL or bare as ``Accept`` asks [doc], or always one of them [code] ·
#: ``empty_hal``: an empty HAL list has no ``self`` [code], or an empty one [doc] · ``paging``: the
#: list of changes heeds ``$skip`` and ``$top``, sends everything, or only its first page [guess] ·
#: ``page_cap``: gives at most n rows a page [guess], 0 for 100 · ``order``: of lists, by signup or
#: last change [guess] · ``bulk_timeout``: pages of more than n rows fail with 500 [doc], 0 never ·
#: ``gateway``: has all operations, or only those that it documents · ``phone_search``: compares
#: digits or texts [guess] · ``search_lags``: searches by criteria do not see new rows [guess] ·
#: ``conflict``: status for an old ``Version``, or 0 to take it [guess] · ``delete_answer``,
#: ``put_answer``, ``create_answer``: what a success looks like [guess] · ``refusals``: shape of a
#: 400 [guess] · ``denied``: shape of a 401 [guess] · ``merged_key``: spelling · ``tells_modified``:
#: rows carry ``LastModifiedDateUtc``, which the direct service's older rows do not [doc] ·
#: ``has_external_id``: the tenant has the extension for foreign ids · ``refresh_revokes``: using a
#: refresh token ends the token it came with [doc] · ``token_life_s`` [doc] · ``rate_limit``:
#: requests a minute [doc] · ``tells_retry_after``, ``tells_remaining``: headers [guess].
RULES: Final[HabitRules] = {
    "media": (one_of("by_accept", "hal", "json"), "by_accept"),
    "empty_hal": (one_of("no_self", "empty_self"), "no_self"),
    "paging": (one_of("heeded", "ignored", "first_page"), "heeded"),
    "page_cap": (a_count, 0),
    "order": (one_of("signup", "modified"), "signup"),
    "bulk_timeout": (a_count, 0),
    "gateway": (one_of("everything", "documented"), "everything"),
    "phone_search": (one_of("digits", "exact"), "digits"),
    "search_lags": (a_flag, False),
    "conflict": (one_of(409, 412, 400, 0), 409),
    "delete_answer": (one_of("204", "200_row", "200_empty"), "204"),
    "put_answer": (one_of("200_row", "204"), "200_row"),
    "create_answer": (one_of("201_row", "200_row", "201_empty"), "201_row"),
    "refusals": (one_of("message", "model_state"), "message"),
    "denied": (one_of("service", "gateway"), "service"),
    "merged_key": (one_of("MergedCustomers", "MergedCustomerIds"), "MergedCustomers"),
    "tells_modified": (a_flag, True),
    "has_external_id": (a_flag, True),
    "refresh_revokes": (a_flag, True),
    "token_life_s": (a_count, 43_200),
    "rate_limit": (a_count, 1000),
    "tells_retry_after": (a_flag, True),
    "tells_remaining": (a_flag, True),
}
