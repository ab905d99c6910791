"""What differs between BLAZE's servers, and what its documents leave open."""

from __future__ import annotations

from typing import Final

from rollcall.pos.simulator.habits import HabitRules, a_count, a_flag, one_of

#: Every habit: what it may be set to, and what it is at first. All but ``births`` are guesses of
#: others, or open.
#:
#: ``total``: what lists report: all members [code] or those that fit the dates ·
#: ``most_rows``: the largest page, 0 for 500 (or any, without limits) · ``over_most``: what becomes
#: of a larger limit ·
#: ``window_days``: the longest range of dates [code], 0 for any · ``heeds_dates`` ·
#: ``not_found``: how lookups by id and e-mail say "nobody" · ``nobody``: how searches do ·
#: ``dob_format`` that the search takes, others get 400 · ``births``: rows with all the keys that
#: tell a birth date (some of them null) or with milliseconds only [code] ·
#: ``unique_email``, ``unique_phone``, ``unique_licence``: refused if somebody has it already ·
#: ``adult_age``: younger ones are refused without a medical card, 0 for nobody ·
#: ``needs_contact``: a new member has to have a phone or an e-mail ·
#: ``keeps_import_id`` · ``takes_ordinals``: numbers for enumerations are accepted in writes ·
#: ``search_lag_s``: changes show up in searches that much later [doc: they may] ·
#: ``calls_in_5_minutes``: the limit of a partner key [doc].
RULES: Final[HabitRules] = {
    "total": (one_of("all", "filtered"), "all"),
    "most_rows": (a_count, 0),
    "over_most": (one_of("cut", "400"), "cut"),
    "window_days": (a_count, 7),
    "heeds_dates": (a_flag, True),
    "not_found": (one_of("404", "400", "null", "empty"), "404"),
    "nobody": (one_of("empty", "null_values", "null", "404"), "empty"),
    "dob_format": (one_of("us", "iso"), "us"),
    "births": (one_of("mixed", "millis"), "mixed"),
    "unique_email": (a_flag, True),
    "unique_phone": (a_flag, True),
    "unique_licence": (a_flag, True),
    "adult_age": (a_count, 21),
    "needs_contact": (a_flag, False),
    "keeps_import_id": (a_flag, True),
    "takes_ordinals": (a_flag, True),
    "search_lag_s": (a_count, 0),
    "calls_in_5_minutes": (a_count, 10_000),
}
