"""The kiosk API's writes: registering a shopper, and changing one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from rollcall.api import idempotency, problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.describing import Body, Description
from rollcall.api.keys import Caller
from rollcall.api.kiosks import IDEMPOTENCY, KioskAsked, answer, once
from rollcall.api.problems import ProblemError
from rollcall.api.requests import ApiRequest
from rollcall.customers.api import PROOF, READ_PATH, SEARCH_PATH, KioskCustomer
from rollcall.customers.models import Customer, PosRecord
from rollcall.customers.panels import Problem
from rollcall.customers.proving import proven_of
from rollcall.customers.queries.profile import (
    AmbiguousIdError,
    CustomerNotFoundError,
    RecordView,
    get_profile,
    read_record,
    resolve,
    visible_records,
)
from rollcall.customers.rules.hub_records import HUB_KIND
from rollcall.customers.rules.kiosk_rows import KioskRecord, KioskRow, row_for
from rollcall.kit.clock import utc_now
from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.outbox.models import OutboxEntry
from rollcall.registration.operations.changing import ChangeRefusedError, change_person
from rollcall.registration.operations.finishing import (
    PATIENCE_S,
    Finished,
    KnownAtPosError,
    finish,
)
from rollcall.registration.operations.registering import (
    Registration,
    SameDocumentError,
    WouldBeRefusedError,
    register_shopper,
)
from rollcall.registration.operations.waiting import wait_for
from rollcall.registration.rules.bodies import (
    KEY_OF,
    KEYS,
    BodyUnreadableError,
    CustomerBody,
    CustomerInvalidError,
    CustomerMissingError,
    Errors,
    read_customer,
)
from rollcall.registration.rules.pos_status import PosStatus, pos_status
from rollcall.stores.queries import get_store

_INVALID: Final = "The member errors says which values and why."
_PROBLEMS: Final = (
    problems.UNAUTHENTICATED,
    problems.ORIGIN_REFUSED,
    problems.NOT_FOUND,
    problems.METHOD_NOT_ALLOWED,
    problems.BAD_REQUEST,
    problems.CUSTOMER_MISSING,
    problems.CONTENT_TOO_LARGE,
    problems.INVALID,
    problems.TOO_MANY_REQUESTS,
    problems.INTERNAL_ERROR,
    problems.UNAVAILABLE,
)
_BODY: Final = Body(
    schema={
        "type": "object",
        "required": ["customer"],
        "properties": {
            "customer": {
                "type": "object",
                "description": "What is known; keys that nobody knows are ignored.",
                "properties": {
                    key: {"type": ["boolean" if key.endswith("_opt_in") else "string", "null"]}
                    for key in KEYS
                },
            }
        },
    },
    example={
        "customer": {
            "first_name": "Nora",
            "last_name": "Okafor",
            "birthday": "1988-07-19",
            "phone": "(415) 555-0177",
            "email": "nora@example.com",
        }
    },
)
CREATE: Final = Description(
    problems=(*_PROBLEMS, problems.DUPLICATE, problems.KEY_REUSED, problems.KEY_IN_FLIGHT),
    parameters=(IDEMPOTENCY, PROOF),
    body=_BODY,
)
UPDATE: Final = Description(
    problems=(
        *_PROBLEMS,
        problems.PROOF_NEEDED,
        problems.AMBIGUOUS_ID,
        problems.KEY_REUSED,
        problems.KEY_IN_FLIGHT,
    ),
    parameters=(IDEMPOTENCY, PROOF),
    body=_BODY,
)


class WrittenCustomer(Schema):
    """The customer as Rollcall holds them now, and how far the POS has come."""

    customer: KioskCustomer
    pos_status: PosStatus
    pos_reason: str | None = Field(
        default=None, description="If the POS refused: its own words, without values."
    )


def add_to(router: Router) -> None:
    """Put the writes beside the reads of the same addresses: a router answers for a whole path."""
    router.post(
        SEARCH_PATH, operation_id="createCustomer", **CREATE.declared(WrittenCustomer, status=201)
    )(create_customer)
    router.patch(READ_PATH, operation_id="updateCustomer", **UPDATE.declared(WrittenCustomer))(
        update_customer
    )


def create_customer(request: HttpRequest, catalog_id: str) -> HttpResponse:
    """Register a customer in the kiosk's store and have its POS create them.

    The customer is safe in Rollcall before the POS is asked; the answer waits at most two seconds
    for the POS. `pos_status` tells how far it came: `created` (`customer_id` is the POS's id),
    `pending` (the POS is slow or down; Rollcall goes on trying), `unsupported` (the store has no
    POS that takes customers; they are linked when they appear there), `lead` (a phone only, kept in
    Rollcall), `refused` (the POS said no; a person will see to it). With the header
    `Idempotency-Key` a request may be repeated without making anybody twice.
    """
    return answer(request, _create, catalog_id=catalog_id)


def update_customer(request: HttpRequest, catalog_id: str, customer_id: str) -> HttpResponse:
    """Change a customer of the kiosk's store, in Rollcall and wherever a POS holds them.

    Keys that are not sent stay as they are; null or an empty text empties a value. `customer_id` is
    the POS's id or Rollcall's. A strict key needs the proof of whoever is changed.
    """
    return answer(request, _update, catalog_id=catalog_id, customer_id=customer_id)


def _create(asked: KioskAsked) -> Answer:
    caller, request, now = asked.caller, asked.request, asked.now
    body = _read(asked.http)
    key, sent = idempotency.sent_key(asked.http), idempotency.named_request(asked.http)
    made = idempotency.name_of(asked.owner, key, sent, now=now)
    store = get_store(caller.scope, caller.store_id)
    try:
        registration = register_shopper(
            caller.scope,
            store,
            body.fields,
            registration=made,
            is_lead=body.is_lead,
            now=now,
        )
    except WouldBeRefusedError as error:
        raise _invalid(error.problems) from error
    except SameDocumentError as error:
        raise _duplicate(request, caller, error.record) from error
    return _answer_created(request, caller, registration, is_lead=body.is_lead)


def _answer_created(
    request: ApiRequest, caller: Caller, registration: Registration, *, is_lead: bool
) -> Answer:
    try:
        finished = finish(caller.scope, registration, is_lead=is_lead, now=utc_now())
    except KnownAtPosError as error:
        raise _duplicate(request, caller, error.record) from error
    return _told(request, caller, registration.customer, finished, created=True)


def _update(asked: KioskAsked) -> Answer:
    caller, request = asked.caller, asked.request
    body = _read(asked.http)
    customer = _find(caller, request.ids["customer_id"])
    _require_proof(request, caller, customer)

    def act() -> dict[str, Any]:
        change = change_person(
            caller.scope,
            customer,
            body.fields,
            store=get_store(caller.scope, caller.store_id),
            now=asked.now,
        )
        return {"entries": [one.pk for one in change.entries]}

    try:
        written = once(asked, act)["entries"]
    except ChangeRefusedError as error:
        raise _invalid(error.problems) from error
    rows = OutboxEntry.objects.scoped(caller.scope).filter(pk__in=written)
    entries = wait_for(caller.scope, list(rows.order_by("pk")), timeout_s=PATIENCE_S)
    finished = Finished(entries=entries, status=pos_status(entries))
    return _told(request, caller, customer, finished, created=False)


def _require_proof(request: ApiRequest, caller: Caller, customer: Customer) -> None:
    """Who could change a stranger's e-mail address could have the next code sent there."""
    if caller.profile is not KeyProfile.STRICT:
        return
    records = visible_records(caller.scope, [customer.pk])
    if not proven_of(caller, request.proof, list(records.values_list("pk", flat=True))):
        raise ProblemError(
            problems.PROOF_NEEDED, "Identify the customer, and send the proof with the change."
        )


def _find(caller: Caller, customer_id: str) -> Customer:
    try:
        return resolve(caller.scope, customer_id)
    except CustomerNotFoundError as error:
        raise ProblemError(problems.NOT_FOUND, "No customer of this store has the id.") from error
    except AmbiguousIdError as error:
        raise ProblemError(
            problems.AMBIGUOUS_ID, "Several accounts of this store have the id; use Rollcall's."
        ) from error


def _told(
    request: ApiRequest,
    caller: Caller,
    customer: Customer,
    finished: Finished,
    *,
    created: bool,
) -> Answer:
    content: dict[str, object] = {
        "customer": _shown(request, caller, _record(caller, customer)),
        "pos_status": str(finished.status),
    }
    if finished.reason:
        content["pos_reason"] = finished.reason
    return json_answer(content, status=201 if created else 200)


def _shown(request: ApiRequest, caller: Caller, record: KioskRecord) -> KioskRow:
    proven = proven_of(caller, request.proof, [record.record_id])
    return row_for(caller.profile, record, is_proven=record.record_id in proven)


def _record(caller: Caller, customer: Customer) -> KioskRecord:
    """The person as the hub holds them now, under the id that the store's POS knows."""
    current = (
        Customer.objects.scoped(caller.scope).select_related("merged_into").get(pk=customer.pk)
    )
    view = get_profile(caller.scope, current.merged_into or current)
    named = _best(view.records)
    return KioskRecord(
        record_id=named.id if named else 0,
        external_id=named.external_id if named else str(current.public_id),
        status_raw=named.status_raw if named else "",
        pos_updated_at=named.pos_updated_at if named else None,
        values={field.name: field.truth.standing.value for field in view.fields},
    )


def _best(records: Sequence[RecordView]) -> RecordView | None:
    alive = [one for one in records if one.gone_at is None and one.merged_into is None]
    return min(alive, key=lambda one: one.kind == HUB_KIND, default=None)


def _read(sent: HttpRequest) -> CustomerBody:
    try:
        return read_customer(sent.body, today=_today())
    except BodyUnreadableError as error:
        raise ProblemError(problems.BAD_REQUEST, "The body is not a JSON object.") from error
    except CustomerMissingError as error:
        raise ProblemError(
            problems.CUSTOMER_MISSING, "param is missing or the value is empty: customer"
        ) from error
    except CustomerInvalidError as error:
        raise ProblemError(problems.INVALID, _INVALID, errors=error.errors) from error


def _today() -> dt.date:
    # Somewhere it is tomorrow already: nobody is refused for being born today.
    return (utc_now() + dt.timedelta(hours=14)).date()


def _invalid(found: Sequence[Problem]) -> ProblemError:
    errors: Errors = {}
    for one in found:
        errors.setdefault(KEY_OF.get(one.field, one.field or "customer"), []).append(one.message)
    return ProblemError(problems.INVALID, _INVALID, errors=errors)


def _duplicate(request: ApiRequest, caller: Caller, existing: PosRecord | None) -> ProblemError:
    extra = {}
    if existing is not None:
        view = read_record(caller.scope, existing)
        record = KioskRecord(
            record_id=view.id,
            external_id=view.external_id,
            status_raw=view.status_raw,
            pos_updated_at=view.pos_updated_at,
            values=view.fields.values,
        )
        extra["customer"] = _shown(request, caller, record)
    return ProblemError(problems.DUPLICATE, "customer already exists", extra=extra)
