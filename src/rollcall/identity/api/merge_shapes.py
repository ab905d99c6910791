"""What OpenAPI says of merges: shapes, problems and tested examples."""

from __future__ import annotations

from typing import Any, Final

from ninja import Schema

from rollcall.api import problems
from rollcall.api.bodies import INVALID_DETAIL, PAGING, Note, PublicId, Sent, describe
from rollcall.api.describing import Description, Example, problem_example
from rollcall.api.platform import IDEMPOTENCY, LISTED, SENT, SHARED, WRITTEN
from rollcall.identity.api.asking import ABSENT, NORA, OTHER


class MergeTold(Schema):
    """Two people who were said to be one."""

    id: int
    survivor: str
    absorbed: str
    is_chosen: bool
    at: str
    actor: str
    reason: str
    note: str
    evidence: dict[str, Any]
    undone_at: str | None
    undone_by: str
    undo_reason: str


class Merges(Schema):
    """A page of merges, the newest first."""

    items: list[MergeTold]
    next: str | None


class MergedRecord(Schema):
    """A record in a POS's list."""

    kind: str
    id: str


class PersonSide(Schema):
    """A person before or after: `ids` all lead there, `id` stands."""

    id: str
    ids: list[str]
    accounts: list[str]
    records: list[MergedRecord]
    edits: int


class FieldChanged(Schema):
    """A field before (of each of the people) and after, and why it stands then."""

    field: str
    before: list[Any]
    after: Any
    why: str
    source: str


class CodeAndWords(Schema):
    """Something that comes of it, or stands in the way."""

    code: str
    words: str


class PersonAfter(PersonSide):
    """Somebody who would be there again."""

    fields: list[FieldChanged]


class MergePreviewed(Schema):
    """What comes of a merge."""

    before: list[PersonSide]
    after: PersonSide
    fields: list[FieldChanged]
    consequences: list[CodeAndWords]
    blockers: list[CodeAndWords]


class UndoPreviewed(Schema):
    """What comes of taking a merge back."""

    before: PersonSide
    after: list[PersonAfter]
    consequences: list[CodeAndWords]
    blockers: list[CodeAndWords]


class TwoPeople(Sent):
    """Two people, and whose id shall stand."""

    first: PublicId
    second: PublicId
    survivor: PublicId | None = None


class NewMerge(TwoPeople):
    """Two people who are one."""

    note: Note = ""


class Undoing(Sent):
    """Why a merge is taken back."""

    reason: Note = ""
    are_different: bool = False


_PAIR: Final = {"first": NORA, "second": OTHER}
_NOBODY: Final = problem_example(
    problems.INVALID, INVALID_DETAIL, errors={"second": ["is nobody's id"]}
)
_NONE: Final = problem_example(problems.NOT_FOUND, "There is no such merge.")
LIST: Final = Description(
    problems=(*LISTED, problems.NOT_FOUND),
    parameters=PAGING,
    examples=(
        Example(
            name="none",
            summary="Nobody was merged",
            path="/merges",
            status=200,
            body={"items": [], "next": None},
        ),
    ),
)
READ: Final = Description(
    problems=(*SHARED, problems.NOT_FOUND),
    examples=(
        Example(
            name="nothing", summary="There is none", path="/merges/999", status=404, body=_NONE
        ),
    ),
)
PREVIEW: Final = Description(
    problems=(*SENT, problems.NOT_FOUND),
    body=describe(TwoPeople, _PAIR),
    examples=(
        Example(
            name="nobody",
            summary="An id that nobody has",
            method="POST",
            path="/merges/preview",
            sent={"first": NORA, "second": ABSENT},
            status=422,
            body=_NOBODY,
        ),
    ),
)
MERGE: Final = Description(
    problems=(*WRITTEN, problems.NOT_FOUND, problems.ALREADY_ONE, problems.IN_THE_WAY),
    parameters=(IDEMPOTENCY,),
    body=describe(NewMerge, {**_PAIR, "survivor": OTHER, "note": "Asked at the counter"}),
    examples=(
        Example(
            name="nobody",
            summary="An id that nobody has",
            method="POST",
            path="/merges",
            sent={"first": NORA, "second": ABSENT},
            status=422,
            body=_NOBODY,
        ),
        Example(
            name="one",
            summary="Both ids are one person's",
            method="POST",
            path="/merges",
            sent={"first": NORA, "second": NORA},
            status=409,
            body=problem_example(problems.ALREADY_ONE, "Nothing was changed."),
        ),
    ),
)
PREVIEW_UNDO: Final = Description(
    problems=(*SHARED, problems.NOT_FOUND),
    examples=(
        Example(
            name="nothing",
            summary="There is none",
            method="POST",
            path="/merges/999/undo/preview",
            sent={},
            status=404,
            body=_NONE,
        ),
    ),
)
UNDO: Final = Description(
    problems=(*WRITTEN, problems.NOT_FOUND, problems.ALREADY_UNDONE, problems.IN_THE_WAY),
    parameters=(IDEMPOTENCY,),
    body=describe(Undoing, {"reason": "Father and son", "are_different": True}),
    examples=(
        Example(
            name="nothing",
            summary="There is none",
            method="POST",
            path="/merges/999/undo",
            sent={},
            status=404,
            body=_NONE,
        ),
    ),
)
