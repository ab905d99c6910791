"""Candidates → people: open the likeliest records, believe only what stands in them, rank."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rollcall.customers.queries.profile import RecordView
from rollcall.customers.queries.search_candidates import Candidate, View
from rollcall.customers.queries.search_matching import (
    GONE,
    Closeness,
    NameMatch,
    TypedWord,
    answers,
    match_names,
    match_values,
    record_state,
    strength,
)
from rollcall.customers.queries.search_records import open_records
from rollcall.customers.rules.name_words import NameWords, name_words
from rollcall.kit.normalise.search_text import SearchTerms

#: People opened at first beyond those wanted, and in all; opening a record takes some 30 µs.
_SPARE = 4
_MOST_OPENED = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What was typed, ready to be compared."""

    terms: SearchTerms
    words: Sequence[TypedWord]
    asked_for: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A record that really answers the question."""

    record: RecordView
    matched: Sequence[str]
    names: NameMatch

    @property
    def rank(self) -> tuple[float, ...]:
        """Smaller is better: strong values, then names, then who is active and changed lately."""
        record = self.record
        changed = record.pos_updated_at or record.changed_at
        state = record_state(status=record.status, gone=record.gone_at is not None)
        return (
            strength(self.matched),
            *_name_rank(self.names),
            state,
            -changed.timestamp(),
            record.id,
        )


def _name_rank(names: NameMatch) -> tuple[int, int, int]:
    return (names.worst, names.total, names.order)


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who was found.

    :param records: all that may be seen; ``answers`` are those that were found, best first.
    """

    customer_id: int
    public_id: uuid.UUID
    records: Sequence[RecordView]
    answers: Sequence[Answer]


class Likelihood:
    """Ranks candidates by what is held in clear; remembers names, which come again and again."""

    def __init__(self, words: Sequence[TypedWord]) -> None:
        self.words = words
        self._split: dict[tuple[str, str], NameWords] = {}
        self._known: dict[int, NameMatch] = {}

    def names(self, candidate: Candidate) -> NameMatch:
        """How the given and family name answer; middle names and nicknames are sealed."""
        if candidate.record_id not in self._known:
            held = dict(self._words_of("given_name", candidate.given_name))
            for word, part in self._words_of("family_name", candidate.family_name).items():
                held[word] = held.get(word, 0) | part
            self._known[candidate.record_id] = match_names(self.words, held)
        return self._known[candidate.record_id]

    def _words_of(self, field: str, name: str) -> NameWords:
        key = (field, name)
        if key not in self._split:
            self._split[key] = name_words({field: name})
        return self._split[key]

    def rank(self, candidate: Candidate) -> tuple[float, ...]:
        """Smaller is likelier; as answers are ranked, as far as that is known in clear."""
        names = self.names(candidate)
        rank = (names.missing, *_name_rank(names), candidate.state)
        return (*rank, -candidate.changed_at.timestamp(), candidate.record_id)

    def count_people(self, candidates: Iterable[Candidate], *, worst: Closeness) -> int:
        """How many people, not counting vanished ones, have clear names that answer all words.

        :param worst: the least close that a word may be.
        """
        return len(
            {
                one.customer_id
                for one in candidates
                if one.state < GONE
                and not (names := self.names(one)).missing
                and names.worst <= worst
            }
        )


def find_people(
    view: View,
    question: Question,
    candidates: Iterable[Candidate],
    *,
    likelihood: Likelihood,
    wanted: int,
) -> tuple[list[Person], bool]:
    """The first ``wanted`` people among the candidates, best first, and whether any are left."""
    likely = sorted(candidates, key=likelihood.rank)
    waiting = list(dict.fromkeys(one.customer_id for one in likely))[:_MOST_OPENED]
    people: list[Person] = []
    at_once = wanted + _SPARE
    while waiting and len(people) <= wanted:
        people += _open(view, question, waiting[:at_once])
        del waiting[:at_once]
        at_once *= 4
    people.sort(key=lambda person: person.answers[0].rank)
    return people[:wanted], len(people) > wanted


def _open(view: View, question: Question, customer_ids: Sequence[int]) -> Iterator[Person]:
    for customer_id, opened in open_records(view, customer_ids).items():
        answers_found = [
            answer
            for record in opened.records
            if (answer := _answer(question, customer_id, record)) is not None
        ]
        if answers_found:
            yield Person(
                customer_id=customer_id,
                public_id=opened.public_id,
                records=opened.records,
                answers=sorted(answers_found, key=lambda answer: answer.rank),
            )


def _answer(question: Question, customer_id: int, record: RecordView) -> Answer | None:
    values = record.fields.values
    matched = match_values(values, record.external_id, question.terms)
    if question.asked_for == customer_id:
        matched.append("customer_id")
    names = match_names(question.words, name_words(values))
    if names.missing or not answers(matched, question.terms):
        return None
    if question.words:
        matched.append("name")
    return Answer(record=record, matched=matched, names=names) if matched else None
