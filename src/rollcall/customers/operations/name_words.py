"""Keeping the dictionary of name words, and which record has which, in step with the records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from django.db import connection

from rollcall.customers.operations.copying import Target, copy_rows
from rollcall.customers.rules.name_words import NameWords
from rollcall.kit.scope import Scope

#: Words kept in memory; a retailer of a million people has a few hundred thousand.
_MOST_KEPT: Final = 200_000
_POSTINGS: Final = Target(
    table="customers_recordname",
    columns=("token_id", "record_id", "retailer_id", "part"),
    types=("int8", "int8", "int8", "int2"),
)
_FIND: Final = (
    "select token, id from customers_nametoken where retailer_id = %s and token = any(%s)"
)
# In one order everywhere: two batches that bring the same new words wait, and never for each other.
_ADD: Final = (
    "insert into customers_nametoken (retailer_id, token)"
    " select %s, word from unnest(%s::text[]) word order by word"
    " on conflict do nothing"
)
_DROP: Final = (
    "delete from customers_recordname name"
    " using unnest(%s::bigint[], %s::bigint[]) gone(token_id, record_id)"
    " where name.token_id = gone.token_id and name.record_id = gone.record_id"
)
_COUNT_USES: Final = """
update customers_nametoken token set uses = counted.uses
  from (select token_id, count(*)::int uses from customers_recordname
         where retailer_id = %(retailer)s group by token_id) counted
 where token.id = counted.token_id and token.retailer_id = %(retailer)s
   and token.uses <> counted.uses
"""


class TokenIds:
    """Ids of a retailer's name words, remembered for as long as one run lives.

    Not longer: what was added in a transaction that failed does not exist.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._ids: dict[str, int] = {}

    def of(self, words: Iterable[str]) -> Mapping[str, int]:
        """Word → id, of these words at least; unknown ones are added."""
        missing = sorted(set(words).difference(self._ids))
        if missing:
            if len(self._ids) > _MOST_KEPT:
                self._ids.clear()
                return self.of(words)
            self._find(missing)
            self._add([word for word in missing if word not in self._ids])
        return self._ids

    def _add(self, words: list[str]) -> None:
        if words:
            with connection.cursor() as cursor:
                cursor.execute(_ADD, [self._scope.retailer_id, words])
            self._find(words)

    def _find(self, words: list[str]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_FIND, [self._scope.retailer_id, words])
            self._ids.update(cursor.fetchall())


def add_names(scope: Scope, tokens: TokenIds, names: Iterable[tuple[int, NameWords]]) -> None:
    """Note the words of records that have none yet: pairs of record id and words."""
    rows = list(names)
    ids = tokens.of(word for _, words in rows for word in words)
    copy_rows(
        _POSTINGS,
        (
            (ids[word], record_id, scope.retailer_id, part)
            for record_id, words in rows
            for word, part in words.items()
        ),
    )


def change_names(
    scope: Scope, tokens: TokenIds, names: Sequence[tuple[int, NameWords, NameWords]]
) -> None:
    """Replace the words of records: record id, words until now, words from now on."""
    if not names:
        return
    ids = tokens.of(word for _, before, after in names for word in (*before, *after))
    gone = [(ids[word], record_id) for record_id, *both in names for each in both for word in each]
    with connection.cursor() as cursor:
        cursor.execute(
            _DROP, [[token_id for token_id, _ in gone], [record_id for _, record_id in gone]]
        )
    add_names(scope, tokens, ((record_id, after) for record_id, _, after in names))


def count_uses(scope: Scope) -> None:
    """Count how often each word is used, for search to put the usual ones first."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_USES, {"retailer": scope.retailer_id})
