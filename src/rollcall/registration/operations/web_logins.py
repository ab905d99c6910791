"""What becomes of web shops' log-ins when people are merged or parted, for previews."""

from __future__ import annotations

from rollcall.identity.blockers import Consequence, People
from rollcall.kit.scope import Scope
from rollcall.proofs.queries.web_identities import bound_identities


def find_logins(scope: Scope, people: People, *, parting: bool) -> list[Consequence]:  # noqa: ARG001  # the registry passes it
    """Tell of the log-ins that go along with people."""
    found = []
    for members in people:
        count = bound_identities(scope).filter(customer__in=members).count()
        if count:
            found.append(
                Consequence(
                    code="web_identities",
                    words="web-shop log-ins; each stays with who proved it",
                    customer_id=min(members),
                    count=count,
                )
            )
    return found
