"""Changing people for programs, one by one or many: what both ways share."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from rollcall.api import problems
from rollcall.api.integrations import Asked
from rollcall.api.problems import ProblemError
from rollcall.api.versions import require_match
from rollcall.customers.models import Customer
from rollcall.customers.operations.settling import lock_person
from rollcall.customers.queries.profile import get_profile, resolve
from rollcall.customers.queries.versions import version_of
from rollcall.registration.api.asking import of_somebody, read_customer, refused
from rollcall.registration.operations.changing import Change, ChangeRefusedError, change_person
from rollcall.registration.rules.bodies import CustomerBody


def put_in_force(
    asked: Asked,
    customer: Customer,
    body: CustomerBody,
    *,
    pinned: frozenset[str] = frozenset(),
    status: str = "",
) -> Change:
    """Change a person.

    :raises ProblemError: 422 for what a POS would refuse.
    """
    try:
        return change_person(
            asked.scope, customer, body.fields, status=status, pinned=pinned, now=asked.now
        )
    except ChangeRefusedError as error:
        raise refused(error.problems) from error


def change_one(asked: Asked, customer_id: str, condition: str, sent: dict[str, Any]) -> Change:
    """Change one of many people; call it in the transaction of its row.

    :param condition: as in ``If-Match``.
    :raises ProblemError: whatever speaks against it; nothing was changed.
    """
    body = read_customer(sent, asked.now)
    with of_somebody(), transaction.atomic():
        customer = resolve(asked.scope, customer_id)
        lock_person(asked.scope, customer.pk)
        if not condition:
            raise ProblemError(problems.PRECONDITION_REQUIRED, "Send its etag, or *.")
        require_match(condition, version_of(asked.scope, get_profile(asked.scope, customer)))
        return put_in_force(asked, customer, body)
