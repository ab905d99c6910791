"""What is not documented about Flowhub, or differs between its servers and companies."""

from __future__ import annotations

from typing import Final

from rollcall.pos.simulator.habits import HabitRules, a_count, a_flag, one_of

#: Every habit: what it may be set to, and what it is at first.
#:
#: ``envelope`` of lists: ``customers`` or ``data`` [code], a bare array, or a bare object where
#: one customer is listed [doc] · ``tells_total`` beside it [guess] · ``locations``: under ``data``
#: [doc], ``locations`` or bare [code] · ``day_zone``: in which zone days begin, the store's [code]
#: or UTC [guess] · ``bounds``: whether the day that is named belongs to the dates asked for
#: [guess] · ``order_key``: what lists are sorted by [guess] · ``page_cap``: gives at most n rows a
#: page whatever is asked [guess], 0 for no cap · ``new_rows``: whether rows that never changed
#: tell when they were created, or null, as their time of change [guess] · ``unknown_phone``: what
#: a phone finds that nobody has: 404, nothing at all, or something empty [guess] ·
#: ``phone_match``: whom of several [guess] · ``phone_format``: of what is told [doc: national] ·
#: ``errors``: bodies of refusals [doc: json; code: text; guess: errors, empty] ·
#: ``retains``: whether a created customer is kept: the law of some states wants a permission
#: [doc] · ``medical_needs_id``: refuses medical customers without one [guess] ·
#: ``refuses_duplicates``: of name and birth date [guess: it does not] · ``put``: what is not named
#: is emptied or stays [guess] · ``put_groups``: the same for groups [guess] · ``answers``: what
#: a create or update is answered with: the customer [doc], in an envelope, or only the id [guess].
RULES: Final[HabitRules] = {
    "envelope": (one_of("customers", "data", "array", "single"), "customers"),
    "tells_total": (a_flag, True),
    "locations": (one_of("data", "locations", "array"), "data"),
    "day_zone": (one_of("store", "utc"), "store"),
    "bounds": (one_of("inclusive", "exclusive"), "inclusive"),
    "order_key": (one_of("created", "updated"), "created"),
    "page_cap": (a_count, 0),
    "new_rows": (one_of("created", "null"), "created"),
    "unknown_phone": (
        one_of("404", "204", "null", "empty_object", "empty_list", "no_body"),
        "404",
    ),
    "phone_match": (one_of("oldest", "newest"), "oldest"),
    "phone_format": (one_of("national", "digits", "e164"), "national"),
    "errors": (one_of("json", "text", "quoted", "errors", "empty"), "json"),
    "retains": (a_flag, True),
    "medical_needs_id": (a_flag, False),
    "refuses_duplicates": (a_flag, False),
    "put": (one_of("replace", "patch"), "replace"),
    "put_groups": (one_of("keep", "empty"), "keep"),
    "answers": (one_of("object", "envelope", "id"), "object"),
}
