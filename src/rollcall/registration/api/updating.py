"""Changing people for programs: on condition that they are as they were read."""

from __future__ import annotations

from typing import Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from pydantic import Field

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import INVALID_DETAIL, Sent, invalid, read_body
from rollcall.api.describing import Body, Description, Example, problem_example
from rollcall.api.integrations import Asked, answer
from rollcall.api.platform import CHANGED, IDEMPOTENCY, do_once
from rollcall.api.problems import ProblemError
from rollcall.api.versions import IF_MATCH, etag, require_version
from rollcall.customers.models import Customer
from rollcall.customers.operations.reading import view_customer
from rollcall.customers.operations.settling import lock_person
from rollcall.customers.queries.profile import get_profile, resolve
from rollcall.customers.queries.versions import version_of
from rollcall.kit.scope import Role
from rollcall.outbox.models import OutboxEntry
from rollcall.registration.api.asking import WRITE, of_somebody, read_customer, router
from rollcall.registration.api.changing import put_in_force
from rollcall.registration.api.describing import ANA_ID, RegisteredCustomer
from rollcall.registration.operations.finishing import PATIENCE_S, Finished
from rollcall.registration.operations.waiting import wait_for
from rollcall.registration.presentation import told
from rollcall.registration.rules.bodies import KEYS, CustomerBody
from rollcall.registration.rules.pos_status import pos_status


class ChangedCustomer(Sent):
    """What is to be different."""

    customer: dict[str, Any] = Field(default_factory=dict)
    pinned: list[str] = Field(default_factory=list, max_length=len(KEYS))
    status: Literal["", "active", "inactive"] = ""


class PatchedCustomer(RegisteredCustomer):
    """The person as they are now, how far the POS has come, and which fields were changed."""

    changed: list[str]


_BODY: Final = Body(
    schema={
        "type": "object",
        "title": "ChangedCustomer",
        "properties": {
            "customer": {
                "type": "object",
                "description": "Keys as for registering; null or an empty text empties a value.",
                "properties": {
                    key: {"type": ["boolean" if key.endswith("_opt_in") else "string", "null"]}
                    for key in KEYS
                },
            },
            "pinned": {
                "type": "array",
                "description": "Keys of values that no POS shall replace, however new its own is.",
                "items": {"type": "string"},
            },
            "status": {
                "type": "string",
                "description": "At every POS that can say so; needs the role manager.",
                "enum": ["", "active", "inactive"],
            },
        },
    },
    example={"customer": {"phone": "(415) 555-0177"}},
)
_UPDATE: Final = Description(
    problems=(
        *CHANGED,
        problems.CUSTOMER_MISSING,
        problems.AMBIGUOUS_ID,
        problems.PRECONDITION_FAILED,
        problems.PRECONDITION_REQUIRED,
    ),
    parameters=(IF_MATCH, IDEMPOTENCY),
    has_version=True,
    body=_BODY,
    examples=(
        Example(
            name="no_version",
            summary="Without If-Match",
            method="PATCH",
            path=f"/customers/{ANA_ID}",
            sent={"customer": {"email": "ana@example.org"}},
            status=428,
            body=problem_example(
                problems.PRECONDITION_REQUIRED, "Read it first, and send its ETag as If-Match."
            ),
        ),
        Example(
            name="no_date",
            summary="A birthday that is no date",
            method="PATCH",
            path=f"/customers/{ANA_ID}",
            sent={"customer": {"birthday": "yesterday"}},
            headers={"If-Match": "*"},
            status=422,
            body=problem_example(
                problems.INVALID,
                INVALID_DETAIL,
                errors={"birthday": ["expected format is yyyy-MM-dd"]},
            ),
        ),
    ),
)


@router.patch(
    "/customers/{customer_id}",
    operation_id="updateCustomer",
    **_UPDATE.declared(PatchedCustomer),
)
def update(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Change a person, here at once and wherever a POS holds them, soon.

    `If-Match` is the `ETag` of what was read. If the person was changed meanwhile, the answer is
    412 `precondition_failed` and `fields` says what differs; nothing is changed then. What is not
    sent stays as it is.
    """
    return answer(request, WRITE, lambda asked: _update(asked, customer_id))


def _update(asked: Asked, customer_id: str) -> Answer:
    sent = read_body(ChangedCustomer, asked.http.body)
    if sent.status and not asked.scope.role.includes(Role.MANAGER):
        raise ProblemError(problems.FORBIDDEN, "A status needs a key with the role manager.")
    body = CustomerBody(fields={})
    if sent.customer or not sent.status:
        body = read_customer(sent.customer, asked.now)
    pinned = _pinned(sent, body)
    with of_somebody():
        customer = resolve(asked.scope, customer_id)

    def act() -> dict[str, Any]:
        lock_person(asked.scope, customer.pk)
        require_version(asked, version_of(asked.scope, get_profile(asked.scope, customer)))
        change = put_in_force(asked, customer, body, pinned=pinned, status=sent.status)
        return {"entries": [one.pk for one in change.entries], "changed": change.fields}

    done = do_once(asked, act)
    return _told(asked, customer, done["entries"], done["changed"])


def _pinned(sent: ChangedCustomer, body: CustomerBody) -> frozenset[str]:
    names = frozenset(KEYS.get(key, "") for key in sent.pinned)
    if not names <= body.fields.keys():
        raise invalid({"pinned": ["names a key that is not in the member customer"]})
    return names


def _told(asked: Asked, customer: Customer, entry_ids: list[int], changed: list[str]) -> Answer:
    rows = OutboxEntry.objects.scoped(asked.scope).filter(pk__in=entry_ids)
    entries = wait_for(asked.scope, list(rows.order_by("pk")), timeout_s=PATIENCE_S)
    finished = Finished(entries=entries, status=pos_status(entries))
    profile = view_customer(asked.scope, str(customer.public_id))
    content = {
        "customer": told(profile, asked.scope.role),
        "pos_status": str(finished.status),
        "changed": changed,
    }
    if finished.reason:
        content["pos_reason"] = finished.reason
    version = etag(version_of(asked.scope, profile))
    return json_answer(content, headers=(("ETag", version),))
