"""What shoppers are shown when they agree, for programs (``/api/v2``)."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import StringConstraints

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import Sent, describe, read_body
from rollcall.api.describing import Description, Example
from rollcall.api.integrations import Asked, Right, answer
from rollcall.api.listing import Listing, page_by_id, read_listing
from rollcall.api.platform import IDEMPOTENCY, LISTED, WRITTEN, do_once, moment
from rollcall.api.problems import ProblemError
from rollcall.consent.api.shapes import READ, ChannelName, PurposeName
from rollcall.consent.models import Wording
from rollcall.consent.operations.wordings import save_wording
from rollcall.consent.rules.vocabulary import Channel, Purpose
from rollcall.kit.scope import Grant, Role

_MANAGE: Final = Right(grant=Grant.WRITE_CONSENTS, role=Role.MANAGER)
_LISTING: Final = Listing()

router = Router(tags=["consents"])


class SentWording(Sent):
    """A text in a language (BCP 47) for a purpose and a channel."""

    purpose: PurposeName
    channel: ChannelName
    language: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)
    ]
    text: Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00]+$")]


class ConsentWording(Schema):
    """A version of a text; it never changes."""

    id: str
    purpose: str
    channel: str
    language: str
    version: int
    text: str
    created_at: str


class ConsentWordings(Schema):
    """A page of wordings, the newest first."""

    items: list[ConsentWording]
    next: str | None


_LIST: Final = Description(
    problems=LISTED,
    parameters=_LISTING.parameters,
    examples=(
        Example(
            name="none",
            summary="There are none yet",
            path="/consent-wordings",
            status=200,
            body={"items": [], "next": None},
        ),
    ),
)
_CREATE: Final = Description(
    problems=WRITTEN,
    parameters=(IDEMPOTENCY,),
    body=describe(
        SentWording,
        {"purpose": "marketing", "channel": "sms", "language": "en", "text": "Text me offers."},
    ),
)


@router.get(
    "/consent-wordings",
    operation_id="listConsentWordings",
    **_LIST.declared(ConsentWordings),
)
def list_wordings(request: HttpRequest) -> HttpResponse:
    """List the texts by which people are asked, with all their versions, the newest first."""
    return answer(request, READ, _list)


@router.post(
    "/consent-wordings",
    operation_id="createConsentWording",
    **_CREATE.declared(ConsentWording, status=201),
)
def create_wording(request: HttpRequest) -> HttpResponse:
    """Add a text as the next version; the text of the newest one is that one.

    For keys of all stores, and managers.
    """
    return answer(request, _MANAGE, _create)


def _list(asked: Asked) -> Answer:
    wanted = read_listing(asked.http, _LISTING)
    page, following = page_by_id(Wording.objects.scoped(asked.scope), wanted)
    return json_answer({"items": [_row(one) for one in page], "next": following})


def _create(asked: Asked) -> Answer:
    sent = read_body(SentWording, asked.http.body)
    if asked.scope.store_ids is not None:
        raise ProblemError(problems.FORBIDDEN, "Wordings are of all stores; this key is of some.")

    def act() -> dict[str, Any]:
        made = save_wording(
            asked.scope,
            purpose=Purpose(sent.purpose),
            channel=Channel(sent.channel),
            language=sent.language,
            text=sent.text,
            now=asked.now,
        )
        return {"wording": made.pk}

    wordings = Wording.objects.scoped(asked.scope)
    return json_answer(_row(wordings.get(pk=do_once(asked, act)["wording"])), status=201)


def _row(one: Wording) -> dict[str, Any]:
    return {
        "id": str(one.public_id),
        "purpose": one.purpose,
        "channel": one.channel,
        "language": one.language,
        "version": one.version,
        "text": one.text,
        "created_at": moment(one.created_at),
    }
