"""How often values occur among a retailer's records, as far as deciding about some needs it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Mapping
from threading import Lock
from typing import Final, NamedTuple

from django.db import connection

from rollcall.identity.queries.blocking import hash_value
from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.model import BY_FREQUENCY
from rollcall.identity.rules.weights import Frequencies
from rollcall.kit.scope import Scope

#: Seconds. Sizes move thresholds by their logarithm: yesterday's would do.
_KEPT_S: Final = 300.0
_SIZE: Final = """
select count(*), count(phone_key), count(email_key) from customers_posrecord
 where retailer_id = %s
"""
_USES: Final = (
    "select token, uses from customers_nametoken where retailer_id = %s and token = any(%s)"
)


class Size(NamedTuple):
    """How many records there are, and how many have a phone and an e-mail."""

    records: int
    phones: int
    emails: int


_sizes: dict[int, tuple[float, Size]] = {}
_lock = Lock()


def count_records(scope: Scope) -> Size:
    """Return the retailer's size, at most five minutes old."""
    with _lock:
        known = _sizes.get(scope.retailer_id)
    if known is not None and time.monotonic() - known[0] < _KEPT_S:
        return known[1]
    with connection.cursor() as cursor:
        cursor.execute(_SIZE, [scope.retailer_id])
        size = Size(*cursor.fetchone())
    with _lock:
        _sizes[scope.retailer_id] = (time.monotonic(), size)
    return size


def forget_sizes() -> None:
    """Count anew at the next use; for tests."""
    with _lock:
        _sizes.clear()


def read_frequencies(
    scope: Scope, records: Collection[Evidence], key_counts: Mapping[int, int]
) -> Frequencies:
    """Return the frequencies of the values of some records that are compared with one another.

    Names are counted by their rarest word, phones and e-mails by their key, streets among the
    records at hand: everybody at a door is.

    :param key_counts: of :class:`Neighbours`.
    """
    size = count_records(scope)
    counts = {
        field: Counter(value for e in records if (value := getattr(e, value_of)))
        for field, value_of in BY_FREQUENCY.items()
    }
    uses = _count_words(scope, records)
    for evidence in records:
        _raise(counts["given"], evidence.given, _rarest(uses, evidence.given))
        _raise(counts["family"], evidence.family, _rarest(uses, evidence.family_parts))
    for field in ("phone", "email"):
        for value in list(counts[field]):
            known = key_counts.get(hash_value(scope, field, value), 0)
            _raise(counts[field], value, known)
    return Frequencies(
        records=size.records,
        counts=counts,
        totals={
            "given": size.records,
            "family": size.records,
            "phone": size.phones,
            "email": size.emails,
            "address": size.records,
        },
    )


def _count_words(scope: Scope, records: Collection[Evidence]) -> Mapping[str, int]:
    words = {
        word
        for evidence in records
        for name in (evidence.given, evidence.family_parts)
        if name
        for word in name.split(" ")
    }
    if not words:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_USES, [scope.retailer_id, sorted(words)])
        return dict(cursor.fetchall())


def _rarest(uses: Mapping[str, int], name: str | None) -> int:
    return min((uses.get(word, 1) for word in name.split(" ")), default=1) if name else 0


def _raise(counts: Counter[str], value: str | None, at_least: int) -> None:
    if value and counts[value] < at_least:
        counts[value] = at_least
