"""What the operations share: who may ask, what goes wrong, and doing a thing once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from rollcall.api import idempotency, platform, problems
from rollcall.api.bodies import invalid
from rollcall.api.describing import problem_example
from rollcall.api.integrations import Asked, Right
from rollcall.api.platform import missing
from rollcall.api.problems import Kind, ProblemError
from rollcall.customers.models import Customer
from rollcall.customers.queries.profile import CustomerNotFoundError, find_by_public_id
from rollcall.identity.blockers import Blocker
from rollcall.identity.operations.deciding import AlreadyWithdrawnError, DecisionNotFoundError
from rollcall.identity.operations.merging import (
    AlreadyOneError,
    AlreadyUndoneError,
    MergeRefusedError,
)
from rollcall.identity.operations.reviewing import AlreadyAnsweredError
from rollcall.identity.queries.merges import MergeNotFoundError
from rollcall.identity.queries.suggestions import SuggestionNotFoundError
from rollcall.kit.scope import Grant, Role

READ: Final = Right(grant=Grant.READ_IDENTITY, role=Role.MANAGER)
WRITE: Final = Right(grant=Grant.WRITE_IDENTITY, role=Role.MANAGER)
#: Ids of people in examples.
NORA: Final = "00000000-0000-7000-8000-000000000001"
OTHER: Final = "00000000-0000-7000-8000-000000000002"
ABSENT: Final = "00000000-0000-7000-8000-00000000ffff"
FORBIDDEN: Final = problem_example(
    problems.FORBIDDEN, "This needs a key with the scope identity:read."
)


def find_people(asked: Asked, ids: dict[str, str]) -> dict[str, Customer]:
    """Return who stands for these ids now.

    :param ids: member of the body → Rollcall's id.
    :raises ProblemError: 422 for ids of nobody whom the key may see.
    """
    found = {name: find_by_public_id(asked.scope, uuid.UUID(one)) for name, one in ids.items()}
    errors = {name: ["is nobody's id"] for name, one in found.items() if one is None}
    if errors:
        raise invalid(errors)
    return {name: one for name, one in found.items() if one is not None}


@contextmanager
def in_problems() -> Iterator[None]:
    """Turn what the operations refuse into problems.

    :raises ProblemError: 404 or 409.
    """
    try:
        yield
    except SuggestionNotFoundError as error:
        raise missing("duplicate") from error
    except MergeNotFoundError as error:
        raise missing("merge") from error
    except DecisionNotFoundError as error:
        raise missing("decision") from error
    except CustomerNotFoundError as error:
        raise missing("person") from error
    except AlreadyAnsweredError as error:
        raise ProblemError(
            problems.ALREADY_ANSWERED, "Nothing was changed.", extra={"state": error.state}
        ) from error
    except MergeRefusedError as error:
        raise in_the_way(error.blockers) from error
    except (AlreadyOneError, AlreadyUndoneError, AlreadyWithdrawnError) as error:
        raise ProblemError(_ALREADY[type(error)], "Nothing was changed.") from error


_ALREADY: Final[dict[type[Exception], Kind]] = {
    AlreadyOneError: problems.ALREADY_ONE,
    AlreadyUndoneError: problems.ALREADY_UNDONE,
    AlreadyWithdrawnError: problems.ALREADY_WITHDRAWN,
}


def in_the_way(blockers: Sequence[Blocker]) -> ProblemError:
    """The answer when something stands in the way of a merge or an undoing."""
    return ProblemError(
        problems.IN_THE_WAY,
        "The member blockers says what. Nothing was changed.",
        extra={"blockers": [{"code": one.code, "words": one.words} for one in blockers]},
    )


def do_once(asked: Asked, act: Callable[[], dict[str, Any]]) -> idempotency.Outcome:
    """Do a thing, once for an Idempotency-Key; returns ids and codes of what came of it.

    :raises ProblemError: what the operation refuses; 422 for a key that was used otherwise.
    """
    with in_problems():
        return platform.do_once(asked, act)
