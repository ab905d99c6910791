"""The search box: one text, several readings of it, the best people first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rollcall.customers.queries.profile import find_by_public_id, list_account_ids
from rollcall.customers.queries.search_candidates import Values, View, find_by_values
from rollcall.customers.queries.search_hits import NameWay, SearchHit, show_people
from rollcall.customers.queries.search_matching import TypedWord, exact_values, is_day_or_id
from rollcall.customers.queries.search_names import find_by_names
from rollcall.customers.queries.search_people import Likelihood, Person, Question, find_people
from rollcall.kit.normalise.search_text import SearchTerms, parse_search_text
from rollcall.kit.scope import Scope
from rollcall.stores.queries import get_keys

__all__ = ["NameWay", "SearchHit", "SearchResult", "search"]

#: In longer texts no word may be misspelt; nobody types them, and comparing takes time.
_MOST_MISSPELT: Final = 6
_LONGEST_PARTICLE: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchResult:
    """The people found; ``more`` says that the limit cut the list.

    :param partial: nobody fits all that was typed; these fit a part of it.
    """

    hits: Sequence[SearchHit]
    more: bool
    partial: bool = False


def search(scope: Scope, text: str, *, today: dt.date, limit: int = 20) -> SearchResult:
    """Find people by name, phone, last digits, e-mail, birth date, licence, medical id or id.

    Names may be misspelt, shortened, begun, in any order. What is typed together narrows down; if
    nobody fits all of it, those who fit a part come instead, and the result says so. Only people
    with a record that the scope may see are found. The caller audits that it was asked.

    :raises SearchTextError: nothing that could be searched for, or too long.
    """
    terms = parse_search_text(text, today=today)
    limited = scope.store_ids is not None
    asks_for_id = terms.external_id is not None
    accounts = list_account_ids(scope) if limited or asks_for_id else ()
    view = View(scope=scope, account_ids=accounts, limited=limited)
    for reading, partial in _readings(terms):
        people, more = _find(view, reading, limit=limit)
        if people:
            hits = show_people(scope, people, partial=partial)
            return SearchResult(hits=hits, more=more, partial=partial)
    return SearchResult(hits=(), more=False)


def _readings(terms: SearchTerms) -> Iterator[tuple[SearchTerms, bool]]:
    """The text as it stands, with its short words joined to the next, and only parts of it."""
    yield terms, False
    joined = _join_short_words(terms.name_tokens)
    if joined != terms.name_tokens:
        yield replace(terms, name_tokens=joined), False
    for part in _parts(terms):
        yield part, True


def _join_short_words(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """``mc donald`` → ``mcdonald``, ``de la cruz`` → ``delacruz``: some people write it so."""
    joined: list[str] = []
    open_ended = False
    for token in tokens:
        if open_ended:
            joined[-1] += token
        else:
            joined.append(token)
        open_ended = len(token) <= _LONGEST_PARTICLE
    return tuple(joined)


def _parts(terms: SearchTerms) -> Iterator[SearchTerms]:
    """What was typed, taken apart: the more telling parts first; none if it has one part only."""
    code = replace(terms, email=None, born_on=None, name_tokens=())
    names = [
        SearchTerms(name_tokens=terms.name_tokens, born_on=terms.born_on),
        SearchTerms(name_tokens=terms.name_tokens),
    ]
    # The last digits of a phone number say less than a name.
    is_weak = terms.phone_last4 is not None or terms.phone_suffix is not None
    codes = [*names, code] if is_weak else [code, *names]
    for part in (SearchTerms(email=terms.email), *codes):
        if part not in (SearchTerms(), terms):
            yield part


def _find(view: View, terms: SearchTerms, *, limit: int) -> tuple[Sequence[Person], bool]:
    """The people who answer one reading of the text, best first, and whether there are more."""
    question = _question(view.scope, terms)
    likelihood = Likelihood(question.words)
    values = _values(view.scope, question)
    if values is None:
        found = find_by_names(view, likelihood, values=None, wanted=limit)
    else:
        found = find_by_values(view, values)
        if found.cut and question.words:
            found = find_by_names(view, likelihood, values=values, wanted=limit)
    people, more = find_people(view, question, found.rows, likelihood=likelihood, wanted=limit)
    return people, more or (found.cut and len(people) == limit)


def _question(scope: Scope, terms: SearchTerms) -> Question:
    tokens = list(dict.fromkeys(terms.name_tokens))
    asked_for = find_by_public_id(scope, terms.public_id) if terms.public_id is not None else None
    return Question(
        terms=terms,
        words=[TypedWord.of(token, with_slips=len(tokens) <= _MOST_MISSPELT) for token in tokens],
        asked_for=asked_for.pk if asked_for is not None else None,
    )


def _values(scope: Scope, question: Question) -> Values | None:
    """The most selective of the values that must fit; the others are compared later."""
    terms = question.terms
    wanted = dict(exact_values(terms))
    if "email" in wanted:
        wanted = {"email": wanted["email"]}
    elif len(wanted) > 1 and not is_day_or_id(terms):
        wanted.pop("born_on", None)
    values = Values(
        keys={column: get_keys(scope).blind(column, value) for column, value in wanted.items()},
        external_id=None if "email" in wanted else terms.external_id,
        customer_id=question.asked_for,
    )
    return None if values == Values(keys={}) else values
