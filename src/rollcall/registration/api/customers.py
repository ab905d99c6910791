"""People for programs (``/api/v2/customers``): search, and register after a search."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from pydantic import Field

from rollcall.api import idempotency, problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import Line, PublicId, Sent, invalid, read_body
from rollcall.api.integrations import Asked, answer
from rollcall.api.platform import named_body, sent_key
from rollcall.api.problems import ProblemError
from rollcall.customers.models import PosRecord
from rollcall.customers.operations.reading import search_customers, view_customer
from rollcall.customers.presentation import present_hits
from rollcall.customers.queries.search import SearchHit
from rollcall.kit.normalise.search_text import SearchTextError
from rollcall.registration.api import describing
from rollcall.registration.api.asking import (
    READ,
    WRITE,
    find_store,
    read_customer,
    refused,
    router,
)
from rollcall.registration.operations.finishing import KnownAtPosError, finish
from rollcall.registration.operations.likely import open_person, show_likely
from rollcall.registration.operations.registering import (
    LikelyMatchError,
    Registration,
    SameDocumentError,
    WouldBeRefusedError,
    register_shopper,
)
from rollcall.registration.presentation import masked, told
from rollcall.registration.rules.bodies import CustomerBody
from rollcall.stores.models import Store

_MOST_HITS: Final = 20
_MOST_SHOWN: Final = 20


class NewCustomer(Sent):
    """Somebody who is to be registered."""

    store: Line = Field(description="Slug of the store.")
    customer: dict[str, Any] = Field(description="What is known; keys as in /api/v1.")
    confirm_new: bool = Field(
        default=False, description="The likely matches in `shown` are somebody else."
    )
    shown: list[PublicId] = Field(default_factory=list, max_length=_MOST_SHOWN)


class SearchText(Sent):
    """What to search for."""

    text: Line = Field(description="Names, a phone number, an e-mail, a birth date, an id.")


@router.post(
    "/customers/search",
    operation_id="searchCustomers",
    **describing.SEARCH.declared(describing.FoundCustomers),
)
def search(request: HttpRequest) -> HttpResponse:
    """Find people by whatever is known of them; what is searched for stands in no address.

    As the search box of the pages: names may be misspelt, shortened or begun. Phone and e-mail are
    shown whole only if they were searched for.
    """
    return answer(request, READ, _search)


@router.post(
    "/customers",
    operation_id="createCustomer",
    **describing.CREATE.declared(describing.RegisteredCustomer, status=201),
)
def create(request: HttpRequest) -> HttpResponse:
    """Register somebody in a store, unless they are likely known.

    Likely matches are answered as 409 `likely_match` with masked `candidates`. If the shopper is
    one of them, use that id. If they are not, send `confirm_new` with the ids of all candidates in
    `shown`: the shopper is registered, and never linked with those by Rollcall itself; a person
    looks at it. That is another request: it needs an Idempotency-Key of its own.
    """
    return answer(request, WRITE, _create)


def _search(asked: Asked) -> Answer:
    text = read_body(SearchText, asked.http.body).text
    try:
        found = search_customers(asked.scope, text, today=asked.now.date(), limit=_MOST_HITS)
    except SearchTextError as error:
        raise invalid({"text": ["holds nothing that can be searched for"]}) from error
    shown = [_hit(row.hit, row.born_in, row.phone, row.email) for row in present_hits(found.hits)]
    return json_answer({"items": shown, "more": found.more, "partial": found.partial})


def _hit(hit: SearchHit, born_in: str, phone: str, email: str) -> dict[str, Any]:
    return {
        "id": str(hit.public_id),
        "name": hit.display_name,
        "state": hit.state,
        "born_in": born_in,
        "phone": phone,
        "email": email,
        "matched": list(hit.matched),
    }


def _create(asked: Asked) -> Answer:
    sent = read_body(NewCustomer, asked.http.body)
    body = read_customer(sent.customer, asked.now)
    store = find_store(asked, sent.store)
    owner, name = asked.caller.owner, sent_key(asked)
    if not name:
        return _register(asked, sent, body, store, uuid.uuid4())
    with idempotency.claimed(owner, name, named_body(asked), now=asked.now) as claim:
        return _register(asked, sent, body, store, claim.made)


def _register(
    asked: Asked, sent: NewCustomer, body: CustomerBody, store: Store, made: uuid.UUID
) -> Answer:
    try:
        registration = register_shopper(
            asked.scope,
            store,
            body.fields,
            registration=made,
            is_lead=body.is_lead,
            apart_from=[uuid.UUID(one) for one in sent.shown] if sent.confirm_new else (),
            now=asked.now,
        )
    except LikelyMatchError as error:
        raise _likely(asked, error) from error
    except WouldBeRefusedError as error:
        raise refused(error.problems) from error
    except SameDocumentError as error:
        raise _known(asked, error.record) from error
    return _created(asked, registration, is_lead=body.is_lead)


def _created(asked: Asked, registration: Registration, *, is_lead: bool) -> Answer:
    try:
        finished = finish(asked.scope, registration, is_lead=is_lead, now=asked.now)
    except KnownAtPosError as error:
        raise _known(asked, error.record) from error
    profile = view_customer(asked.scope, str(registration.customer.public_id))
    content = {"customer": told(profile, asked.scope.role), "pos_status": str(finished.status)}
    if finished.reason:
        content["pos_reason"] = finished.reason
    return json_answer(content, status=201)


def _likely(asked: Asked, error: LikelyMatchError) -> ProblemError:
    return ProblemError(
        problems.LIKELY_MATCH,
        "Ask the shopper. Use the id of a candidate, or send confirm_new with all of them in"
        " shown.",
        extra={"candidates": [masked(one) for one in show_likely(asked.scope, error.candidates)]},
    )


def _known(asked: Asked, record: PosRecord | None) -> ProblemError:
    extra = {} if record is None else {"id": str(open_person(asked.scope, record).public_id)}
    return ProblemError(
        problems.DUPLICATE, "Somebody has the same document, or the POS knows them.", extra=extra
    )
