"""Which records share a key with given ones, and which values are nobody's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import orjson
from django.db import connection

from rollcall.identity.models import KeyKind
from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.generic import SEED_ONLY, GenericValues
from rollcall.identity.rules.keys import KEY_KINDS, blocking_keys
from rollcall.kit.crypto import RetailerKeys
from rollcall.kit.scope import Scope
from rollcall.stores.queries import get_keys

#: Field of the evidence → kind of the key that is made of its value alone.
VALUE_KINDS: Final[Mapping[str, KeyKind]] = {
    "phone": KeyKind.PHONE,
    "email": KeyKind.EMAIL,
    "licence": KeyKind.LICENCE,
    "medical": KeyKind.MEDICAL,
    "born": KeyKind.BORN,
}
#: Birth dates are no key that records are compared by: their column of the records is.
_PURPOSES: Final[Mapping[str, str]] = {"born": "born_on"}
_HITS: Final = """
select mine.key, hit.record_id
  from unnest(array(select json_array_elements_text(%s::json)::bigint),
              array(select json_array_elements_text(%s::json)::int)) as mine(key, most)
 cross join lateral (
    select record_id from identity_matchkey
     where key = mine.key and retailer_id = %s limit mine.most
 ) hit
"""
_GENERIC: Final = """
select kind, key, is_own from identity_genericvalue
 where retailer_id = %s
   and key = any(array(select json_array_elements_text(%s::json)::bigint))
"""

#: Values are asked for several times while records are compared.
_MOST_HASHED: Final = 1 << 14
_hashed: dict[int, tuple[RetailerKeys, dict[tuple[str, str], int]]] = {}


class HashedKey(NamedTuple):
    """A blocking key as it stands in the database."""

    kind: KeyKind
    key: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbours:
    """Who shares a key with whom.

    :param of: record → records that share one of its keys, without itself.
    :param counts: key → how many records have it, as far as they were counted.
    """

    of: Mapping[int, Collection[int]]
    counts: Mapping[int, int]


def hash_keys(scope: Scope, evidence: Evidence) -> list[HashedKey]:
    """Return all blocking keys of a record as keyed hashes of this retailer."""
    blind = get_keys(scope).blind
    return [
        HashedKey(KeyKind[key[0].upper()], blind(f"match {key[0]}", "\x1f".join(key[1:])))
        for key in blocking_keys(evidence)
    ]


def hash_value(scope: Scope, field: str, value: str) -> int:
    """Return the key of one value: as :func:`hash_keys` makes it, or that of a birth date."""
    keys = get_keys(scope)
    known = _hashed.get(scope.retailer_id)
    if known is None or known[0] is not keys or len(known[1]) >= _MOST_HASHED:
        known = _hashed[scope.retailer_id] = (keys, {})
    key = known[1].get((field, value))
    if key is None:
        purpose = _PURPOSES.get(field, f"match {field}")
        key = known[1][field, value] = keys.blind(purpose, value)
    return key


def find_neighbours(scope: Scope, keys: Mapping[int, Sequence[HashedKey]]) -> Neighbours:
    """Return who shares a key; what too many share says too little and is left out.

    :param keys: record → its keys, without those of generic values.
    """
    most = {one.key: KEY_KINDS[one.kind.name.lower()] for held in keys.values() for one in held}
    holders = _read_holders(scope, most)
    of = {
        record_id: {
            other
            for one in held
            if len(holders[one.key]) <= most[one.key]
            for other in holders[one.key]
            if other != record_id
        }
        for record_id, held in keys.items()
    }
    return Neighbours(of=of, counts={key: len(held) for key, held in holders.items()})


def read_holders(scope: Scope, key: int, *, most: int) -> list[int]:
    """Return records that have a key, at most so many."""
    return read_holders_of(scope, {key}, most=most)[key]


def read_holders_of(scope: Scope, keys: Collection[int], *, most: int) -> Mapping[int, list[int]]:
    """Return for each of these keys records that have it, at most so many."""
    return _read_holders(scope, dict.fromkeys(keys, most - 1))


def _read_holders(scope: Scope, most: Mapping[int, int]) -> Mapping[int, list[int]]:
    holders: dict[int, list[int]] = defaultdict(list)
    if not most:
        return holders
    keys = orjson.dumps(list(most)).decode()
    limits = orjson.dumps([limit + 1 for limit in most.values()]).decode()
    with connection.cursor() as cursor:
        cursor.execute(_HITS, [keys, limits, scope.retailer_id])
        for key, record_id in cursor.fetchall():
            holders[key].append(record_id)
    return holders


def find_generic(scope: Scope, records: Iterable[Evidence]) -> GenericValues:
    """Return which values of these records are nobody's own: learned, marked, or known before.

    What a person called somebody's own is not among them.
    """
    values = {
        (kind, hash_value(scope, field, value)): (field, value)
        for evidence in records
        for field, kind in VALUE_KINDS.items()
        if (value := getattr(evidence, field))
    }
    found = {field: set(known) for field, known in SEED_ONLY.values.items()}
    if values:
        listed = orjson.dumps([key for _, key in values]).decode()
        with connection.cursor() as cursor:
            cursor.execute(_GENERIC, [scope.retailer_id, listed])
            for kind, key, is_own in cursor.fetchall():
                if (held := values.get((KeyKind(kind), key))) is not None:
                    field, value = held
                    (found[field].discard if is_own else found[field].add)(value)
    return GenericValues(values={field: frozenset(known) for field, known in found.items()})
