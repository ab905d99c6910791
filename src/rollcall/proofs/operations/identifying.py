"""Identifying who stands at a kiosk: one step of the ladder, counted, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from rollcall.api.keys import Caller
from rollcall.audit import operations as audit
from rollcall.customers import asking
from rollcall.customers.models import PosRecord
from rollcall.proofs.models import Proof, SentCode, Tries
from rollcall.proofs.operations.codes import Sending, can_be_sent, check_code, request_code
from rollcall.proofs.operations.tries import count_tries, take_back
from rollcall.proofs.queries.people import find_people, value_subject
from rollcall.proofs.rules.given import Asked
from rollcall.proofs.rules.ladder import (
    Factor,
    FoundRecord,
    Given,
    Person,
    Result,
    Step,
    decide,
)
from rollcall.proofs.rules.limits import PROOF_LIFE, TRIES_AN_HOUR
from rollcall.proofs.rules.tokens import mint_proof, proof_hash

#: Names alone list people: nobody is looked for before a birth date is said.
_ASK_BIRTHDAY: Final = Step(
    result=Result.MORE_NEEDED, ask=(Factor.BIRTHDAY, Factor.PHONE, Factor.EMAIL)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Identification:
    """How far it came.

    :param record: who was found; only then.
    :param proof: the proof's text, which exists nowhere else; only if somebody was found.
    :param code: what became of the wish for a code.
    """

    step: Step
    record: PosRecord | None = None
    values: FoundRecord | None = field(default=None, repr=False)
    proof: str = field(default="", repr=False)
    code: Sending | None = None


def identify(caller: Caller, asked: Asked, *, now: dt.datetime) -> Identification:
    """Say how far what was given identifies somebody of the caller's store.

    Never inside a transaction: if nobody is here, the store's POS is asked. What was tried is
    counted in the transaction that looks at it.

    :raises TooManyTriesError: the value, or the person, was tried too often this hour.
    """
    given = asked.given
    if not given.has_contact and not given.born_on:
        return Identification(step=_ASK_BIRTHDAY)
    scope = caller.scope
    people = find_people(scope, given)
    if not people and asking.ask_pos(scope, frozenset({caller.store_id}), _wanted(given)):
        people = find_people(scope, given)
    with transaction.atomic():
        return _judge(caller, asked, people, now=now)


def _judge(
    caller: Caller, asked: Asked, people: Sequence[Person], *, now: dt.datetime
) -> Identification:
    scope, given = caller.scope, asked.given
    persons = [one.customer_id for one in people]
    value = value_subject(scope, given)
    if given.is_try:
        count_tries(scope, Tries.Kind.VALUE, [value], most=TRIES_AN_HOUR, now=now)
        count_tries(scope, Tries.Kind.PERSON, persons, most=TRIES_AN_HOUR, now=now)
    by_code = None
    if given.code:
        by_code = check_code(scope, people, given.code, kiosk_id=caller.kiosk_id, now=now)
    may_send = can_be_sent(people)
    step = decide(
        given, people, proven_by_code=by_code.record_id if by_code else 0, may_send=may_send
    )
    _note(caller, given, step, persons)
    if step.result is Result.FOUND:
        take_back(scope, Tries.Kind.VALUE, [value])
        take_back(scope, Tries.Kind.PERSON, persons)
        return _found(caller, given, step, people, by_code, now=now)
    if asked.send_code and step.result is Result.MORE_NEEDED and len(people) == 1:
        return _send(caller, asked.send_code, step, people[0], now=now)
    return Identification(step=step)


def _found(
    caller: Caller,
    given: Given,
    step: Step,
    people: Sequence[Person],
    by_code: SentCode | None,
    *,
    now: dt.datetime,
) -> Identification:
    text = mint_proof()
    code = by_code if by_code is not None and by_code.record_id == step.record_id else None
    Proof.objects.scoped(caller.scope).create(
        record_id=step.record_id,
        kiosk_id=caller.kiosk_id,
        store_id=caller.store_id,
        token_hash=proof_hash(text),
        means=[factor.value for factor in given.factors],
        channel=code.channel if code else "",
        contact_key=code.contact_key if code else None,
        made_at=now,
        expires_at=now + PROOF_LIFE,
    )
    values = next(
        one for person in people for one in person.records if one.record_id == step.record_id
    )
    record = PosRecord.objects.scoped(caller.scope).defer("sealed_raw").get(pk=step.record_id)
    return Identification(step=step, record=record, values=values, proof=text)


def _send(
    caller: Caller, channel: str, step: Step, person: Person, *, now: dt.datetime
) -> Identification:
    sending = request_code(
        caller.scope,
        person,
        channel=channel,
        kiosk_id=caller.kiosk_id,
        store_id=caller.store_id,
        now=now,
    )
    others = tuple(factor for factor in step.ask if factor is not Factor.CODE)
    ask = (Factor.CODE, *others) if sending.is_sent else others
    return Identification(step=Step(result=step.result, ask=ask), code=sending)


def _note(caller: Caller, given: Given, step: Step, persons: Sequence[int]) -> None:
    is_found = step.result is Result.FOUND
    audit.record(
        caller.scope,
        "customer.identified" if is_found else "customer.identification_tried",
        subject_kind="customer",
        subject_ids=[step.customer_id] if is_found else persons,
        fields=[factor.value for factor in given.factors],
        context={
            "result": step.result.value,
            "store": caller.store_id,
            "kiosk": caller.kiosk_id,
            "key": caller.key_id,
        },
    )


def _wanted(given: Given) -> asking.Wanted:
    return asking.Wanted(
        given_name=" ".join(given.given_words),
        family_name=" ".join(given.family_words),
        phone=given.phone,
        email=given.email,
        born_on=dt.date.fromisoformat(given.born_on) if given.born_on else None,
    )
