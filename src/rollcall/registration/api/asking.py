"""What the operations about people share: who may ask, reading what is sent, finding people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.http import HttpRequest
from ninja import Router

from rollcall.api import problems
from rollcall.api.bodies import invalid, read_one
from rollcall.api.describing import Parameter
from rollcall.api.integrations import Asked, Right
from rollcall.api.problems import ProblemError
from rollcall.customers.panels import Problem
from rollcall.customers.queries.profile import AmbiguousIdError, CustomerNotFoundError
from rollcall.kit.fields import FIELDS
from rollcall.kit.scope import Grant, Role
from rollcall.registration.rules.bodies import (
    KEY_OF,
    CustomerBody,
    CustomerInvalidError,
    CustomerMissingError,
    read_fields,
)
from rollcall.stores.models import Store
from rollcall.stores.queries import list_stores

READ: Final = Right(grant=Grant.READ_CUSTOMERS, role=Role.STAFF)
WRITE: Final = Right(grant=Grant.WRITE_CUSTOMERS, role=Role.STAFF)
FIELDS_PARAMETER: Final = Parameter(
    name="fields",
    description="Only these fields, by canonical name, with commas between them.",
    example="given_name,family_name,phone",
)
_LONGEST: Final = 1000
#: Of all operations about people: the operations of one address have to be in one router.
router = Router(tags=["customers"])


def read_selection(request: HttpRequest) -> Collection[str] | None:
    """Return the fields that are wanted; None: all.

    :raises ProblemError: 422 for one that there is not.
    """
    text = read_one(request, "fields")
    if not text:
        return None
    names = [name.strip() for name in text[:_LONGEST].split(",")]
    if not FIELDS.keys() >= set(names):
        raise invalid({"fields": ["names a field that there is not"]})
    return frozenset(names)


def read_customer(sent: Mapping[str, Any], now: dt.datetime) -> CustomerBody:
    """Read what is sent of a person.

    :raises ProblemError: 400 for nothing, 422 for values that cannot be used.
    """
    # Somewhere it is tomorrow already: nobody is refused for being born today.
    today = (now + dt.timedelta(hours=14)).date()
    try:
        return read_fields(sent, today=today)
    except CustomerMissingError as error:
        raise ProblemError(
            problems.CUSTOMER_MISSING, "There is nothing in the member customer."
        ) from error
    except CustomerInvalidError as error:
        raise invalid(error.errors) from error


def find_store(asked: Asked, slug: str) -> Store:
    """Return an active store of the key's.

    :raises ProblemError: 422.
    """
    found = next((one for one in list_stores(asked.scope) if one.slug == slug), None)
    if found is None or not found.active:
        raise ProblemError(
            problems.STORE_NOT_FOUND,
            "The member store names no store of this key.",
            errors={"store": ["is not a store of this key"]},
        )
    return found


@contextmanager
def of_somebody() -> Iterator[None]:
    """Turn ids of nobody, or of several, into problems.

    :raises ProblemError: 404 or 409.
    """
    try:
        yield
    except CustomerNotFoundError as error:
        raise ProblemError(problems.NOT_FOUND, "Nobody has the id.") from error
    except AmbiguousIdError as error:
        raise ProblemError(
            problems.AMBIGUOUS_ID, "Several people have the id; say which list: kind:id."
        ) from error


def refused(found: Sequence[Problem]) -> ProblemError:
    """The answer to values that a POS would refuse."""
    errors: dict[str, list[str]] = {}
    for one in found:
        errors.setdefault(KEY_OF.get(one.field, one.field or "customer"), []).append(one.message)
    return invalid(errors)
