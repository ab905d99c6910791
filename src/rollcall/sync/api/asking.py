"""What the operations share: who may ask, and finding the connection that an address names."""

from __future__ import annotations

from typing import Final

from rollcall.api import problems
from rollcall.api.describing import Example, problem_example
from rollcall.api.integrations import Asked, Right
from rollcall.api.platform import missing
from rollcall.kit.scope import Grant, Role
from rollcall.sync.models import PosConnection
from rollcall.sync.queries import visible_connections

READ: Final = Right(grant=Grant.READ_SYNC, role=Role.MANAGER)
WRITE: Final = Right(grant=Grant.WRITE_SYNC, role=Role.MANAGER)
STEER: Final = Right(grant=Grant.WRITE_SYNC, role=Role.ADMIN)


def find_connection(asked: Asked, connection_id: str) -> PosConnection:
    """Return a connection by its name.

    :raises ProblemError: 404.
    """
    rows = visible_connections(asked.scope)
    found = rows.filter(slug=connection_id.replace("\0", "")).first()
    if found is None:
        raise missing("connection")
    return found


def no_connection(path: str, method: str = "POST") -> Example:
    """Return the example of an address that names no connection."""
    return Example(
        name="nothing",
        summary="There is no such connection",
        method=method,
        path=f"/connections/nowhere{path}",
        sent=None if method == "GET" else {},
        status=404,
        body=problem_example(problems.NOT_FOUND, "There is no such connection."),
    )
