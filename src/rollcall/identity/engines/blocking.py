"""The keys of ``rules.keys`` once more, as SQL; a test keeps both equal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rollcall.identity.engines.dialects import Dialect
from rollcall.identity.engines.settings import PLACE
from rollcall.identity.rules.keys import KEY_KINDS


def keys_sql(records: str, dialect: Dialect) -> str:
    """Rows of (place, key, most): all keys of all records of a table."""
    selects = [
        f"select {PLACE}, {dialect.hashed(repr(kind), *parts)} as key, {KEY_KINDS[kind]} as most"  # noqa: S608
        f" from {records} where {where}"
        for kind, parts, where in _keys()
    ]
    return "\nunion all\n".join(selects)


def pairs_sql(keys: str) -> str:
    """Rows as Splink wants its blocked pairs: every pair that shares a key of a small block."""
    return f"""
        with blocks as (
            select key from {keys} group by key having count(*) between 2 and max(most)
        ), small as (
            select key, {PLACE} from {keys} where key in (select key from blocks)
        )
        select distinct l.{PLACE} as join_key_l, r.{PLACE} as join_key_r, '0' as match_key
        from small l join small r on l.key = r.key and l.{PLACE} < r.{PLACE}
    """  # noqa: S608 - names of ours only


#: Area code and exchange: ``phone[-10:-4]``, which is shorter if the number is.
_PREFIX: Final = "left(right(phone, 10), greatest(length(right(phone, 10)) - 4, 0))"


def _keys() -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Per key: kind, the other parts, and which records have it."""
    for field in ("phone", "email", "licence", "medical"):
        yield field, (field,), f"{field} is not null"
    yield "name_born", ("given_root", "born"), "given_root is not null and born is not null"
    for name in ("family_root", "second_root"):
        known = f"{name} is not null"
        # The same key twice would count twice towards a block's size.
        own = f"({name} <> given_root or given_root is null)"
        yield "name_born", (name, "born"), f"{known} and born is not null and {own}"
        names = (f"least(given_root, {name})", f"greatest(given_root, {name})")
        both = f"given_root is not null and {known}"
        yield "names", names, both
        yield "names_zip", (*names, "zip"), f"{both} and zip is not null"
        yield "names_year", (*names, "substr(born, 1, 4)"), f"{both} and born is not null"
        yield "names_day", (*names, "substr(born, 6)"), f"{both} and born is not null"
        yield "names_phone", (*names, _PREFIX), f"{both} and phone is not null"
    yield (
        "door",
        ("street", "substr(given, 1, 1)"),
        "street is not null and given is not null",
    )
