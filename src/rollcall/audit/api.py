"""The audit for programs (``/api/v2/audit``): who did what to whom, ids and names of fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.describing import Description, Example, problem_example
from rollcall.api.integrations import Asked, Right, answer
from rollcall.api.listing import Filter, Listing, page_by_id, read_instant, read_listing
from rollcall.api.platform import LISTED, moment
from rollcall.api.problems import ProblemError
from rollcall.audit.models import Entry
from rollcall.audit.queries import select_entries
from rollcall.kit.scope import Grant, Role, Scope

READ: Final = Right(grant=Grant.READ_AUDIT, role=Role.ADMIN)
#: Our numbers of some things → the ids by which programs know them.
Namer = Callable[[Scope, Collection[int]], Mapping[int, str]]
#: Of an entry about very many; a sync writes one for all rows of a batch.
_MOST_SUBJECTS: Final = 100
router = Router(tags=["audit"])
_namers: dict[str, Namer] = {}

_LISTING: Final = Listing(
    filters=(
        Filter(name="action", description="What happened.", example="customer.viewed"),
        Filter(name="actor", description="Who did it: kind:number.", example="integration:3"),
        Filter(
            name="since",
            description="Not before this instant.",
            example="2026-11-20T00:00:00Z",
            read=read_instant,
            schema={"type": "string", "format": "date-time"},
        ),
        Filter(
            name="until",
            description="Before this instant.",
            example="2026-11-21T00:00:00Z",
            read=read_instant,
            schema={"type": "string", "format": "date-time"},
        ),
    ),
)


class AuditEntry(Schema):
    """One thing that happened.

    `subjects` are people's public ids, the names of connections, or numbers; of an entry about more
    than a hundred, the first hundred. `fields` are names, never values.
    """

    id: int
    at: str
    actor: str
    action: str
    subject_kind: str
    subjects: list[str]
    subject_count: int
    fields: list[str]
    context: dict[str, Any]


class AuditEntries(Schema):
    """A page of entries, the newest first."""

    items: list[AuditEntry]
    next: str | None


_LIST: Final = Description(
    problems=LISTED,
    parameters=_LISTING.parameters,
    examples=(
        Example(
            name="none",
            summary="Nothing like that happened",
            path="/audit?action=kiosk.deleted",
            status=200,
            body={"items": [], "next": None},
        ),
        Example(
            name="no_instant",
            summary="A day is no instant",
            path="/audit?since=2026-11-20",
            status=422,
            body=problem_example(
                problems.INVALID,
                "The member errors says which values and why.",
                errors={"since": ["is not an instant with a zone, such as 2026-11-20T12:00:00Z"]},
            ),
        ),
    ),
)


def use_namer(subject_kind: str, namer: Namer) -> None:
    """Say how programs know things of a kind; the last one said counts."""
    _namers[subject_kind] = namer


@router.get("/audit", operation_id="listAudit", **_LIST.declared(AuditEntries))
def list_audit(request: HttpRequest) -> HttpResponse:
    """List what happened, the newest first. For administrators of all stores."""
    return answer(request, READ, _list)


def _list(asked: Asked) -> Answer:
    if asked.scope.store_ids is not None:
        raise ProblemError(problems.FORBIDDEN, "The audit is of all stores; this key is of some.")
    wanted = read_listing(asked.http, _LISTING)
    page, following = page_by_id(select_entries(asked.scope, **wanted.filters), wanted)
    names = _names(asked.scope, page)
    return json_answer({"items": [_entry(one, names) for one in page], "next": following})


def _names(scope: Scope, page: Sequence[Entry]) -> dict[str, Mapping[int, str]]:
    ids: dict[str, set[int]] = defaultdict(set)
    for one in page:
        ids[one.subject_kind].update(one.subject_ids[:_MOST_SUBJECTS])
    return {kind: _namers[kind](scope, wanted) for kind, wanted in ids.items() if kind in _namers}


def _entry(one: Entry, names: Mapping[str, Mapping[int, str]]) -> dict[str, Any]:
    known = names.get(one.subject_kind, {})
    return {
        "id": one.pk,
        "at": moment(one.at),
        "actor": one.actor,
        "action": one.action,
        "subject_kind": one.subject_kind,
        "subjects": [known.get(pk, str(pk)) for pk in one.subject_ids[:_MOST_SUBJECTS]],
        "subject_count": len(one.subject_ids),
        "fields": one.fields,
        "context": one.context,
    }
