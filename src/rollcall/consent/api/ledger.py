"""May somebody be contacted; their ledger; writing to it (``/api/v2``)."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import StringConstraints

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import Nothing, Sent, describe, invalid, read_body, read_one
from rollcall.api.describing import Description, Example, Parameter, problem_example
from rollcall.api.integrations import Asked, answer
from rollcall.api.listing import FilterError, Listing, page_by_id, read_instant, read_listing
from rollcall.api.platform import CHANGED, FOUND, IDEMPOTENCY, do_once, found, missing, moment
from rollcall.consent.api.shapes import (
    CHANNELS,
    LOADED,
    PURPOSES,
    READ,
    WRITE,
    ChannelName,
    ConsentLedger,
    ConsentTold,
    PurposeName,
    RecordedConsents,
    read_channel,
    read_purpose,
    row,
    rows_of,
)
from rollcall.consent.models import ConsentEntry
from rollcall.consent.operations.reading import ask_may_contact, view_ledger
from rollcall.consent.operations.recording import (
    Circumstances,
    NoContactError,
    NothingToConfirmError,
    WordingMismatchError,
    confirm,
    record_consent,
)
from rollcall.consent.operations.withdrawing import withdraw
from rollcall.consent.queries.ledger import (
    WordingNotFoundError,
    find_wording,
)
from rollcall.consent.rules.vocabulary import Channel, Kind, Purpose
from rollcall.customers.models import Customer
from rollcall.customers.queries.profile import CustomerNotFoundError, find_by_public_id, resolve
from rollcall.registration.api.asking import find_store, of_somebody

_NOBODY: Final = "/customers/00000000-0000-7000-8000-00000000ffff"
_NO_ENTRY: Final = "00000000-0000-7000-8000-00000000ffff"
_WHAT: Final = "consent that waits to be confirmed"
_LISTING: Final = Listing()
_GIVEN: Final = {"kind": "given", "purpose": "marketing", "channel": "sms"}

router = Router(tags=["consents"])


class SentConsent(Sent):
    """What somebody said.

    `withdrawn` without `purpose` or `channel` is about all of them. `implied` needs `expires_at`;
    `imported` is kept and is no consent. `unconfirmed` begins a double opt-in. `proof` refers to
    what you keep, and holds no value of a person.
    """

    kind: Literal["given", "withdrawn", "implied", "imported"]
    purpose: PurposeName | None = None
    channel: ChannelName | None = None
    unconfirmed: bool = False
    expires_at: Annotated[str, StringConstraints(max_length=40)] | None = None
    wording_id: Annotated[str, StringConstraints(max_length=40)] | None = None
    store: Annotated[str, StringConstraints(max_length=60)] | None = None
    route: Literal["self_service", "staff", "pos", "api", "import"] = "api"
    proof: Annotated[str, StringConstraints(max_length=200, pattern=r"^[!-~]*$")] = ""


class MayContact(Schema):
    """Yes or no, why, and the entry that proves it; null: the ledger says nothing of it."""

    customer_id: str
    purpose: str
    channel: str
    at: str
    may_contact: bool
    reason: str
    entry: ConsentTold | None


_NOT_THERE: Final = problem_example(problems.NOT_FOUND, "Nobody has the id.")
_ASK: Final = Description(
    problems=(*FOUND, problems.INVALID, problems.PARAMETER_REPEATED, problems.AMBIGUOUS_ID),
    parameters=(
        Parameter(
            name="channel", description="How.", example="sms", schema=CHANNELS, is_required=True
        ),
        Parameter(
            name="purpose",
            description="What for.",
            example="marketing",
            schema=PURPOSES,
            is_required=True,
        ),
        Parameter(
            name="at",
            description="When the message would go out; now, unless asked for otherwise.",
            example="2026-11-20T18:00:00Z",
            schema={"type": "string", "format": "date-time"},
        ),
    ),
    examples=(
        Example(
            name="nobody",
            summary="Nobody has the id",
            path=f"{_NOBODY}/may-contact?channel=sms&purpose=marketing",
            status=404,
            body=_NOT_THERE,
        ),
    ),
)
_LIST: Final = Description(
    problems=(*FOUND, problems.INVALID, problems.PARAMETER_REPEATED, problems.AMBIGUOUS_ID),
    parameters=_LISTING.parameters,
    examples=(
        Example(
            name="nobody",
            summary="Nobody has the id",
            path=f"{_NOBODY}/consent-entries",
            status=404,
            body=_NOT_THERE,
        ),
    ),
)
_RECORD: Final = Description(
    problems=(*CHANGED, problems.AMBIGUOUS_ID, problems.STORE_NOT_FOUND),
    parameters=(IDEMPOTENCY,),
    body=describe(SentConsent, _GIVEN),
    examples=(
        Example(
            name="nobody",
            summary="Nobody has the id",
            method="POST",
            path=f"{_NOBODY}/consent-entries",
            sent=_GIVEN,
            status=404,
            body=_NOT_THERE,
        ),
    ),
)
_CONFIRM: Final = Description(
    problems=CHANGED,
    parameters=(IDEMPOTENCY,),
    body=describe(Nothing, {}),
    examples=(
        Example(
            name="nothing",
            summary="Nothing waits",
            method="POST",
            path=f"/consent-entries/{_NO_ENTRY}/confirm",
            sent={},
            status=404,
            body=problem_example(problems.NOT_FOUND, f"There is no such {_WHAT}."),
        ),
    ),
)


@router.get(
    "/customers/{customer_id}/may-contact",
    operation_id="mayContact",
    **_ASK.declared(MayContact),
)
def ask(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Say whether somebody may be contacted, and what proves it; ask before every message.

    It is about the phone or e-mail that the person has now. Texts and calls are not for the night
    of the store. It is no read of a profile, and is not audited.
    """
    return answer(request, READ, lambda asked: _ask(asked, customer_id))


@router.get(
    "/customers/{customer_id}/consent-entries",
    operation_id="listConsentEntries",
    **_LIST.declared(ConsentLedger),
)
def list_ledger(request: HttpRequest, customer_id: str) -> HttpResponse:
    """List what somebody agreed to and took back, the newest first."""
    return answer(request, READ, lambda asked: _list(asked, customer_id))


@router.post(
    "/customers/{customer_id}/consent-entries",
    operation_id="recordConsent",
    **_RECORD.declared(RecordedConsents, status=201),
)
def record(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Write down that somebody agrees, or does not any more.

    A consent is for the phone or e-mail that they have at this moment. A withdrawal is in force at
    once, and one of marketing is written to every POS that can hold it.
    """
    return answer(request, WRITE, lambda asked: _record(asked, customer_id))


@router.post(
    "/consent-entries/{consent_id}/confirm",
    operation_id="confirmConsent",
    **_CONFIRM.declared(ConsentTold),
)
def confirm_consent(request: HttpRequest, consent_id: str) -> HttpResponse:
    """Confirm a double opt-in, for what the person has still; a repetition changes nothing."""
    return answer(request, WRITE, lambda asked: _confirm(asked, consent_id))


def _ask(asked: Asked, customer_id: str) -> Answer:
    purpose = read_purpose(read_one(asked.http, "purpose"))
    channel = read_channel(read_one(asked.http, "channel"))
    told = read_one(asked.http, "at")
    at = _instant(told, "at") if told else asked.now
    customer = _somebody(asked, customer_id)
    got = ask_may_contact(asked.scope, customer, purpose=purpose, channel=channel, at=at)
    return json_answer(
        {
            "customer_id": str(customer.public_id),
            "purpose": purpose,
            "channel": channel,
            "at": moment(at),
            "may_contact": got.verdict.may,
            "reason": got.verdict.reason,
            "entry": None if got.entry is None else row(got.entry),
        }
    )


def _list(asked: Asked, customer_id: str) -> Answer:
    wanted = read_listing(asked.http, _LISTING)
    entries = view_ledger(asked.scope, _somebody(asked, customer_id))
    page, following = page_by_id(entries.select_related(*LOADED), wanted)
    return json_answer({"items": [row(one) for one in page], "next": following})


def _record(asked: Asked, customer_id: str) -> Answer:
    sent = read_body(SentConsent, asked.http.body)

    def act() -> dict[str, Any]:
        customer = _somebody(asked, customer_id)
        circumstances = _circumstances(asked, sent)
        if sent.kind == "withdrawn":
            made = withdraw(
                asked.scope,
                customer,
                purposes=[Purpose(sent.purpose)] if sent.purpose else list(Purpose),
                channels=[Channel(sent.channel)] if sent.channel else list(Channel),
                circumstances=circumstances,
                now=asked.now,
            )
            return {"entries": [one.pk for one in made]}
        return {"entries": [_agreed(asked, customer, sent, circumstances).pk]}

    return json_answer({"items": rows_of(asked, do_once(asked, act)["entries"])}, status=201)


def _agreed(
    asked: Asked, customer: Customer, sent: SentConsent, circumstances: Circumstances
) -> ConsentEntry:
    lacking = [name for name in ("purpose", "channel") if getattr(sent, name) is None]
    expires_at = _instant(sent.expires_at, "expires_at") if sent.expires_at else None
    if sent.kind == "implied" and expires_at is None:
        lacking.append("expires_at")
    if sent.purpose is None or sent.channel is None or lacking:
        raise invalid({name: ["is needed"] for name in lacking})
    if sent.unconfirmed and sent.kind != "given":
        raise invalid({"unconfirmed": ["is for what was given"]})
    try:
        return record_consent(
            asked.scope,
            customer,
            purpose=Purpose(sent.purpose),
            channel=Channel(sent.channel),
            circumstances=circumstances,
            kind=Kind(sent.kind),
            unconfirmed=sent.unconfirmed,
            expires_at=expires_at,
            now=asked.now,
        )
    except NoContactError as error:
        raise invalid({"channel": ["leads nowhere: the person has no such contact"]}) from error
    except WordingMismatchError as error:
        raise invalid({"wording_id": ["is about another purpose or channel"]}) from error


def _confirm(asked: Asked, text: str) -> Answer:
    read_body(Nothing, asked.http.body)
    try:
        public_id = uuid.UUID(text)
    except ValueError:
        raise missing(_WHAT) from None

    def act() -> dict[str, Any]:
        with found(_WHAT, ConsentEntry.DoesNotExist, CustomerNotFoundError, NothingToConfirmError):
            entries = ConsentEntry.objects.scoped(asked.scope).select_related("holder")
            begun = entries.get(public_id=public_id)
            if find_by_public_id(asked.scope, begun.holder.public_id) is None:
                raise CustomerNotFoundError
            by_program = Circumstances(route=ConsentEntry.Route.API)
            done = confirm(asked.scope, begun, circumstances=by_program, now=asked.now)
        return {"entries": [done.pk]}

    return json_answer(rows_of(asked, do_once(asked, act)["entries"])[0])


def _circumstances(asked: Asked, sent: SentConsent) -> Circumstances:
    try:
        wording = find_wording(asked.scope, uuid.UUID(sent.wording_id)) if sent.wording_id else None
    except (ValueError, WordingNotFoundError):
        raise invalid({"wording_id": ["is no wording"]}) from None
    return Circumstances(
        route=ConsentEntry.Route(sent.route),
        wording=wording,
        store=find_store(asked, sent.store) if sent.store else None,
        proof=sent.proof,
    )


def _somebody(asked: Asked, customer_id: str) -> Customer:
    with of_somebody():
        return resolve(asked.scope, customer_id)


def _instant(text: str, name: str) -> dt.datetime:
    try:
        return read_instant(text)
    except FilterError as error:
        raise invalid({name: [str(error)]}) from None
