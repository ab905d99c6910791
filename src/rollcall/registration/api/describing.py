"""What OpenAPI says of the platform API's customers: shapes, problems and tested examples."""

from __future__ import annotations

from typing import Any, Final

from ninja import Schema

from rollcall.api import problems
from rollcall.api.bodies import INVALID_DETAIL
from rollcall.api.describing import Body, Description, Example, problem_example
from rollcall.api.platform import IDEMPOTENCY, SENT
from rollcall.registration.rules.bodies import KEYS
from rollcall.registration.rules.pos_status import PosStatus


class CustomerRecord(Schema):
    """A row of the person in a POS's list, or in Rollcall's own."""

    kind: str
    account: str
    id: str
    status: str
    is_gone: bool


class PlatformCustomer(Schema):
    """A person: the values that stand, by canonical names.

    `masked` names the fields of which a key of staff gets a part only: of a birth date the year, of
    licence and medical id the last four.
    """

    id: str
    name: str
    state: str
    fields: dict[str, Any]
    masked: list[str]
    records: list[CustomerRecord]


class OneCustomer(Schema):
    """A person, and who they are now if the id was somebody's who was merged."""

    customer: PlatformCustomer
    merged_into: str | None


class RegisteredCustomer(Schema):
    """Somebody who was registered, and how far the POS has come."""

    customer: PlatformCustomer
    pos_status: PosStatus
    pos_reason: str | None = None


class FoundCustomer(Schema):
    """Somebody found: enough to tell people apart."""

    id: str
    name: str
    state: str
    born_in: str
    phone: str
    email: str
    matched: list[str]


class FoundCustomers(Schema):
    """Who was found, at most 20; `partial`: nobody fits all, these fit a part."""

    items: list[FoundCustomer]
    more: bool
    partial: bool


NO_KEY: Final = problem_example(
    problems.UNAUTHENTICATED, "Send a valid key in the header: Authorization: Bearer rci_…"
)
ANA_ID: Final = "00000000-0000-7000-8000-0000000000a1"
_ANA: Final = {"first_name": "Ana", "last_name": "Ramirez", "birthday": "1990-03-14",
               "phone": "(415) 555-0132", "email": "ana@example.com"}  # fmt: skip
_SEARCH_BODY: Final = Body(
    schema={
        "type": "object",
        "required": ["text"],
        "properties": {"text": {"type": "string", "maxLength": 200}},
    },
    example={"text": "ana ramirez"},
)
_CREATE_BODY: Final = Body(
    schema={
        "type": "object",
        "required": ["store", "customer"],
        "properties": {
            "store": {"type": "string", "description": "Slug of a store of the key."},
            "customer": {
                "type": "object",
                "description": "What is known; keys that nobody knows are ignored.",
                "properties": {
                    key: {"type": ["boolean" if key.endswith("_opt_in") else "string", "null"]}
                    for key in KEYS
                },
            },
            "confirm_new": {
                "type": "boolean",
                "description": "The candidates in `shown` are somebody else.",
            },
            "shown": {
                "type": "array",
                "description": "Ids of the candidates that the shopper is not.",
                "items": {"type": "string"},
                "maxItems": 20,
            },
        },
    },
    example={"store": "alder-way", "customer": _ANA},
)
SEARCH: Final = Description(
    problems=(*SENT, problems.NOT_FOUND),
    body=_SEARCH_BODY,
    examples=(
        Example(
            name="nobody",
            summary="Nobody fits",
            method="POST",
            path="/customers/search",
            sent={"text": "quibble"},
            status=200,
            body={"items": [], "more": False, "partial": False},
        ),
        Example(
            name="somebody",
            summary="Somebody is found by the last digits",
            method="POST",
            path="/customers/search",
            sent={"text": "ana 0132"},
            status=200,
            body={
                "items": [
                    {
                        "id": ANA_ID,
                        "name": "Ana Ramirez",
                        "state": "present",
                        "born_in": "1990",
                        "phone": "••• 0132",
                        "email": "a…@example.com",
                        "matched": ["phone_last4", "name"],
                    }
                ],
                "more": False,
                "partial": False,
            },
        ),
        Example(
            name="no_key",
            summary="Without a key",
            method="POST",
            path="/customers/search",
            sent={"text": "ana"},
            key="none",
            status=401,
            body=NO_KEY,
        ),
    ),
)
CREATE: Final = Description(
    problems=(
        *SENT,
        problems.CUSTOMER_MISSING,
        problems.STORE_NOT_FOUND,
        problems.LIKELY_MATCH,
        problems.DUPLICATE,
        problems.KEY_REUSED,
        problems.KEY_IN_FLIGHT,
    ),
    parameters=(IDEMPOTENCY,),
    body=_CREATE_BODY,
    examples=(
        Example(
            name="likely_match",
            summary="Somebody like that is known",
            method="POST",
            path="/customers",
            sent={"store": "alder-way", "customer": _ANA},
            status=409,
            body=problem_example(
                problems.LIKELY_MATCH,
                "Ask the shopper. Use the id of a candidate, or send confirm_new with all of them"
                " in shown.",
                candidates=[
                    {
                        "id": ANA_ID,
                        "name": "A••• R•••",
                        "phone": "••• 32",
                        "email": "a•••@e•••.com",
                        "is_sure": True,
                        "why": [
                            {"field": "given", "agrees": True, "words": "Given name: the same"},
                            {"field": "family", "agrees": True, "words": "Family name: the same"},
                            {"field": "born", "agrees": True, "words": "Birth date: the same"},
                            {"field": "phone", "agrees": True, "words": "Phone: the same"},
                            {"field": "email", "agrees": True, "words": "E-mail: the same"},
                        ],
                    }
                ],
            ),
        ),
        Example(
            name="no_store",
            summary="A store that the key does not serve",
            method="POST",
            path="/customers",
            sent={"store": "nowhere", "customer": _ANA},
            status=422,
            body=problem_example(
                problems.STORE_NOT_FOUND,
                "The member store names no store of this key.",
                errors={"store": ["is not a store of this key"]},
            ),
        ),
        Example(
            name="no_date",
            summary="A birthday that is no date",
            method="POST",
            path="/customers",
            sent={"store": "alder-way", "customer": {"birthday": "yesterday"}},
            status=422,
            body=problem_example(
                problems.INVALID,
                INVALID_DETAIL,
                errors={"birthday": ["expected format is yyyy-MM-dd"]},
            ),
        ),
    ),
)
