"""What the operations for programs share: who may ask, what goes wrong, doing a thing once."""

from __future__ import annotations

import uuid
from typing import Final

from rollcall.api import problems
from rollcall.api.integrations import Asked, Right
from rollcall.api.problems import ProblemError
from rollcall.kit.scope import Grant, Role
from rollcall.orders.queries.products import find_store
from rollcall.stores.models import Store

READ: Final = Right(grant=Grant.READ_ORDERS, role=Role.STAFF)
WRITE: Final = Right(grant=Grant.WRITE_ORDERS, role=Role.STAFF)
#: What a store sells is for managers to say.
WRITE_PRODUCTS: Final = Right(grant=Grant.WRITE_ORDERS, role=Role.MANAGER)
SHARED: Final = (
    problems.UNAUTHENTICATED,
    problems.FORBIDDEN,
    problems.NOT_FOUND,
    problems.METHOD_NOT_ALLOWED,
    problems.URI_TOO_LONG,
    problems.TOO_MANY_REQUESTS,
    problems.INTERNAL_ERROR,
    problems.UNAVAILABLE,
)
LISTED: Final = (*SHARED, problems.INVALID, problems.PARAMETER_REPEATED)
WRITTEN: Final = (
    *SHARED,
    problems.BAD_REQUEST,
    problems.CONTENT_TOO_LARGE,
    problems.INVALID,
    problems.KEY_REUSED,
    problems.KEY_IN_FLIGHT,
)


def missing(what: str) -> ProblemError:
    """The answer to an id that nothing has which the key may see."""
    return ProblemError(problems.NOT_FOUND, f"There is no such {what}.")


def read_uuid(text: str, what: str) -> uuid.UUID:
    """Return an id that stands in an address.

    :raises ProblemError: 404 for what can be none.
    """
    try:
        return uuid.UUID(text)
    except ValueError:
        raise missing(what) from None


def get_store(asked: Asked, slug: str) -> Store:
    """Return a store of the key.

    :raises ProblemError: 404.
    """
    found = find_store(asked.scope, slug)
    if found is None:
        raise missing("store")
    return found


def read_parameter(asked: Asked, name: str) -> str:
    """Return a parameter of the address; "" if it was not given.

    :raises ProblemError: 400 if it was given twice.
    """
    values = asked.http.GET.getlist(name)
    if len(values) > 1:
        raise ProblemError(problems.PARAMETER_REPEATED, f"The parameter {name} was given twice.")
    return values[0] if values else ""
