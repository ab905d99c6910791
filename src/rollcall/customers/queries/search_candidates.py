"""The few statements by which the search box reaches into millions of records.

Their cost is bounded by how they are written: words of names are looked up in lists of record ids
that are read newest first and only as far as needed, and only so many records are then fetched.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import connection

from rollcall.customers.queries.search_matching import record_state
from rollcall.customers.queries.search_words import Token
from rollcall.kit.scope import Scope

#: Rows with one value of a blind index that are looked at; a placeholder may stand in any number.
MOST_WITH_VALUE: Final = 300
#: Looking one id up costs as much as reading so many of a list (measured: 1.7 µs and 0.3 µs).
_IDS_PER_PROBE: Final = 5
#: Ids read from the lists of the words together, before they are cut to the newest records; and
#: from each list if those held too few people. Reading ten thousand takes some 5 ms.
_MOST_IDS: Final = 15_000
_MOST_IDS_EVER: Final = 60_000

_RECORDS: Final = """
with found as materialized ({found})
select found.record_id, link.customer_id, record.given_name, record.family_name, record.status,
       record.gone_at is not null, coalesce(record.pos_updated_at, record.changed_at)
  from found
  left join customers_posrecord record
    on record.id = found.record_id and record.retailer_id = %(retailer)s {only}
  left join customers_link link on link.record_id = record.id and link.retailer_id = %(retailer)s
"""
_WITH_VALUE: Final = (
    "(select id record_id from customers_posrecord"
    " where retailer_id = %(retailer)s and {column}_key = %({column})s limit %(most)s)"
)
_WITH_EXTERNAL_ID: Final = (
    "(select id record_id from customers_posrecord where retailer_id = %(retailer)s"
    " and account_id = any(%(accounts)s::bigint[]) and external_id = %(external_id)s"
    " limit %(most)s)"
)
_OF_CUSTOMER: Final = (
    "(select record_id from customers_link"
    " where retailer_id = %(retailer)s and customer_id = %(customer)s limit %(most)s)"
)
_ONE_WORD: Final = """
select name.record_id
  from unnest(%(tokens0)s::bigint[]) with ordinality asked(token_id, place)
  cross join lateral (
    select record_id from customers_recordname
     where token_id = asked.token_id order by record_id desc limit %(pool)s) name
 limit %(pool)s
"""
_DRIVER: Final = """
select distinct driver.record_id
  from (select record_id from customers_recordname where token_id = any(%(tokens0)s::bigint[])
         order by record_id desc limit %(most_ids)s) driver
  {probes}
 order by driver.record_id desc limit %(pool)s
"""
# The limit inside keeps the planner from turning the look-ups into something else.
_PROBE: Final = """
  cross join lateral (
    select 1 from customers_recordname
     where record_id = driver.record_id and token_id = any(%(tokens{0})s::bigint[])
     limit 1) probe{0}
"""
_LISTS: Final = """
select distinct record_id from (
  select record_id from ({0}) list0 where {others}) met
 order by record_id desc limit %(pool)s
"""
_LIST: Final = (
    "select record_id from customers_recordname where token_id = any(%(tokens{0})s::bigint[])"
    " and record_id >= %(oldest)s limit %(most_ids)s"
)
_NTH_NEWEST: Final = (
    "select record_id from customers_recordname where token_id = %s"
    " order by record_id desc offset %s limit 1"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may be meant, with what is known of it before it is opened.

    :param state: 0 active, 1 inactive, 2 gone.
    """

    record_id: int
    customer_id: int
    given_name: str
    family_name: str
    state: int
    changed_at: dt.datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidates:
    """Records that may be meant; ``cut`` says that there may be more."""

    rows: Sequence[Candidate]
    cut: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Values:
    """Exact values that are asked for.

    :param keys: blind index column (without ``_key``) → key.
    :param customer_id: whose public id was typed.
    """

    keys: Mapping[str, int]
    external_id: str | None = None
    customer_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What may be found at all.

    :param account_ids: all accounts that the scope may see; empty where nobody asks for them.
    :param limited: False if these are all accounts of the retailer.
    """

    scope: Scope
    account_ids: Sequence[int]
    limited: bool


def find_by_values(view: View, values: Values) -> Candidates:
    """Records with any of these values."""
    params: dict[str, Any] = {"most": MOST_WITH_VALUE + 1}
    parts = []
    for column, key in values.keys.items():
        parts.append(_WITH_VALUE.format(column=column))
        params[column] = key
    if values.external_id is not None:
        parts.append(_WITH_EXTERNAL_ID)
        params |= {"external_id": values.external_id, "accounts": list(view.account_ids)}
    if values.customer_id is not None:
        parts.append(_OF_CUSTOMER)
        params["customer"] = values.customer_id
    if not parts:
        return Candidates(rows=(), cut=False)
    return _read(view, " union ".join(parts), params, pool=MOST_WITH_VALUE)


def find_by_words(
    view: View, words: Sequence[Sequence[Token]], *, values: Values | None, pool: int, deep: bool
) -> Candidates:
    """Records whose names have one of the tokens of every word, newest first.

    :param values: only records that have one of these values.
    :param pool: so many records at most.
    :param deep: read the lists to their ends, not only as far as the newest records go.
    """
    ordered = sorted(words, key=guess_size)
    params: dict[str, Any] = {
        f"tokens{place}": [token.id for token in tokens] for place, tokens in enumerate(ordered)
    }
    params |= {"pool": pool, "most_ids": _MOST_IDS_EVER}
    cut = False
    if len(ordered) == 1:
        found = _ONE_WORD
    elif _is_cheaper_to_probe(ordered):
        probes = "".join(_PROBE.format(place) for place in range(1, len(ordered)))
        found = _DRIVER.format(probes=probes)
    else:
        found = _lists(len(ordered))
        oldest = 0 if deep else _oldest_needed(ordered)
        params["oldest"] = oldest
        cut = oldest > 0 or any(guess_size(tokens) > _MOST_IDS_EVER for tokens in ordered)
    candidates = _read(view, found, params, pool=pool, values=values)
    return replace(candidates, cut=candidates.cut or cut)


def _is_cheaper_to_probe(ordered: Sequence[Sequence[Token]]) -> bool:
    probes = guess_size(ordered[0]) * sum(map(len, ordered[1:]))
    return probes * _IDS_PER_PROBE <= sum(map(guess_size, ordered))


def guess_size(tokens: Sequence[Token]) -> int:
    """About how many records have one of these words; only as right as the counts are."""
    return sum(max(token.uses, 1) for token in tokens)


def _lists(count: int) -> str:
    others = " and ".join(f"record_id in ({_LIST.format(place)})" for place in range(1, count))
    return _LISTS.format(_LIST.format(0), others=others)


def _oldest_needed(words: Sequence[Sequence[Token]]) -> int:
    """The record id from which on about as many ids are read as may be."""
    total = sum(map(guess_size, words))
    if total <= _MOST_IDS:
        return 0
    usual = max((token for tokens in words for token in tokens), key=lambda token: token.uses)
    with connection.cursor() as cursor:
        cursor.execute(_NTH_NEWEST, [usual.id, usual.uses * _MOST_IDS // total])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _read(
    view: View,
    found: str,
    params: dict[str, Any],
    *,
    pool: int,
    values: Values | None = None,
) -> Candidates:
    only = ""
    if view.limited:
        only += " and record.account_id = any(%(visible)s::bigint[])"
        params["visible"] = list(view.account_ids)
    if values is not None and values.keys:
        wanted = [f"record.{column}_key = %({column})s" for column in values.keys]
        only += f" and ({' or '.join(wanted)})"
        params |= values.keys
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORDS.format(found=found, only=only),
            {"retailer": view.scope.retailer_id, **params},
        )
        rows = cursor.fetchall()
    # A row without a customer is a record that may not be seen, or that does not have the value.
    candidates = [
        Candidate(record_id, customer_id, given, family, record_state(status=status, gone=gone), at)
        for record_id, customer_id, given, family, status, gone, at in rows
        if customer_id is not None
    ]
    return Candidates(rows=candidates, cut=len(rows) >= pool)
