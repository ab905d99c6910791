"""Merging people and taking it back, for programs; each can be looked at before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router

from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import invalid, read_body, read_id_cursor, read_limit, write_cursor
from rollcall.api.integrations import Asked, answer
from rollcall.api.platform import moment, read_id
from rollcall.customers.models import Customer
from rollcall.identity.api import merge_shapes as shapes
from rollcall.identity.api.asking import READ, WRITE, do_once, find_people, in_problems
from rollcall.identity.blockers import Blocker, Consequence
from rollcall.identity.models import Merge
from rollcall.identity.operations import reading
from rollcall.identity.operations.merging import merge_people, undo_merge
from rollcall.identity.queries.merges import get_merge
from rollcall.identity.queries.previews import Side
from rollcall.identity.rules.merge_values import FieldChange

router = Router(tags=["merges"])
#: Who asked, which, and who shall stand.
_People = tuple[Customer, Customer, Customer | None]
_API: Final = {"via": "api"}


@router.post(
    "/merges/preview", operation_id="previewMerge", **shapes.PREVIEW.declared(shapes.MergePreviewed)
)
def preview(request: HttpRequest) -> HttpResponse:
    """Show every consequence of merging two people; nothing is written. For managers."""
    return answer(request, READ, _preview)


@router.get("/merges", operation_id="listMerges", **shapes.LIST.declared(shapes.Merges))
def list_merges(request: HttpRequest) -> HttpResponse:
    """List merges, the newest first, undone ones too. For managers."""
    return answer(request, READ, _list)


@router.post(
    "/merges", operation_id="mergePeople", **shapes.MERGE.declared(shapes.MergeTold, status=201)
)
def merge(request: HttpRequest) -> HttpResponse:
    """Say that two people are one; it can be undone for ever. For managers.

    `survivor` is one of the two, whose id shall stand; else the older one stands. What stands in
    the way is 409 `in_the_way` with `blockers`.
    """
    return answer(request, WRITE, _merge)


@router.get("/merges/{merge_id}", operation_id="getMerge", **shapes.READ.declared(shapes.MergeTold))
def read(request: HttpRequest, merge_id: str) -> HttpResponse:
    """Read one merge with its evidence: codes and numbers."""
    return answer(request, READ, lambda asked: _read(asked, merge_id))


@router.post(
    "/merges/{merge_id}/undo/preview",
    operation_id="previewUndo",
    **shapes.PREVIEW_UNDO.declared(shapes.UndoPreviewed),
)
def preview_undo(request: HttpRequest, merge_id: str) -> HttpResponse:
    """Show every consequence of taking a merge back; nothing is written."""
    return answer(request, READ, lambda asked: _preview_undo(asked, merge_id))


@router.post(
    "/merges/{merge_id}/undo", operation_id="undoMerge", **shapes.UNDO.declared(shapes.MergeTold)
)
def undo(request: HttpRequest, merge_id: str) -> HttpResponse:
    """Take a merge back, however long ago it was made.

    With `are_different` it is remembered as well that they are different people.
    """
    return answer(request, WRITE, lambda asked: _undo(asked, merge_id))


def _list(asked: Asked) -> Answer:
    limit, before = read_limit(asked.http), read_id_cursor(asked.http)
    found = reading.view_merges(asked.scope, before=before, limit=limit)
    is_full = len(found) == limit
    return json_answer(
        {
            "items": [_row(one) for one in found],
            "next": write_cursor(found[-1].pk) if is_full else None,
        }
    )


def _people(asked: Asked, sent: shapes.TwoPeople) -> _People:
    ids = {"first": sent.first, "second": sent.second}
    if sent.survivor is not None:
        ids["survivor"] = sent.survivor
    found = find_people(asked, ids)
    survivor = found.get("survivor")
    if survivor is not None and survivor.pk not in (found["first"].pk, found["second"].pk):
        raise invalid({"survivor": ["is none of the two"]})
    return found["first"], found["second"], survivor


def _merge(asked: Asked) -> Answer:
    sent = read_body(shapes.NewMerge, asked.http.body)
    first, second, survivor = _people(asked, sent)

    def act() -> dict[str, Any]:
        made = merge_people(
            asked.scope,
            first,
            second,
            survivor=survivor,
            reason=Merge.Reason.PERSON,
            evidence=_API,
            note=sent.note,
            now=asked.now,
        )
        return {"merge": made.pk}

    return _told(asked, do_once(asked, act)["merge"], status=201)


def _preview(asked: Asked) -> Answer:
    sent = read_body(shapes.TwoPeople, asked.http.body)
    first, second, survivor = _people(asked, sent)
    with in_problems():
        found = reading.view_merge_preview(asked.scope, first, second, survivor=survivor)
    return json_answer(
        {
            "before": [_side(side) for side in found.before],
            "after": _side(found.after),
            "fields": [_change(one) for one in found.fields],
            **_outlook(found.consequences, found.blockers),
        }
    )


def _read(asked: Asked, text: str) -> Answer:
    with in_problems():
        found = reading.view_merge(asked.scope, read_id(text, "merge"))
    return json_answer(_row(found))


def _preview_undo(asked: Asked, text: str) -> Answer:
    with in_problems():
        found = reading.view_undo_preview(asked.scope, read_id(text, "merge"))
    return json_answer(
        {
            "before": _side(found.before),
            "after": [
                {**_side(side), "fields": [_change(one) for one in fields]}
                for side, fields in zip(found.after, found.fields, strict=True)
            ],
            **_outlook(found.consequences, found.blockers),
        }
    )


def _undo(asked: Asked, text: str) -> Answer:
    merge_id = read_id(text, "merge")
    sent = read_body(shapes.Undoing, asked.http.body)

    def act() -> dict[str, Any]:
        done = undo_merge(
            asked.scope,
            merge_id,
            reason=sent.reason,
            are_different=sent.are_different,
            now=asked.now,
        )
        return {"merge": done.pk}

    return _told(asked, do_once(asked, act)["merge"], status=200)


def _told(asked: Asked, merge_id: int, *, status: int) -> Answer:
    with in_problems():
        return json_answer(_row(get_merge(asked.scope, merge_id)), status=status)


def _row(one: Merge) -> dict[str, Any]:
    return {
        "id": one.pk,
        "survivor": str(one.survivor.public_id),
        "absorbed": str(one.absorbed.public_id),
        "is_chosen": one.is_chosen,
        "at": moment(one.at),
        "actor": one.actor,
        "reason": one.reason,
        "note": one.note,
        "evidence": one.evidence,
        "undone_at": moment(one.undone_at),
        "undone_by": one.undone_by,
        "undo_reason": one.undo_reason,
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "id": str(side.public_id),
        "ids": [str(one) for one in side.ids],
        "accounts": list(side.accounts),
        "records": [{"kind": one.kind, "id": one.external_id} for one in side.records],
        "edits": side.edits,
    }


def _change(one: FieldChange) -> dict[str, Any]:
    return {
        "field": one.name,
        "before": list(one.before),
        "after": one.after,
        "why": one.why,
        "source": one.source,
    }


def _outlook(consequences: Sequence[Consequence], blockers: Sequence[Blocker]) -> dict[str, Any]:
    return {
        "consequences": [{"code": one.code, "words": one.words} for one in consequences],
        "blockers": [{"code": one.code, "words": one.words} for one in blockers],
    }
