"""What OpenAPI says of reading people: shapes, problems and tested examples."""

from __future__ import annotations

from typing import Any, Final

from ninja import Schema

from rollcall.api import problems
from rollcall.api.bodies import INVALID_DETAIL
from rollcall.api.describing import Description, Example, problem_example
from rollcall.api.listing import Filter, FilterError, Listing, read_instant
from rollcall.api.platform import FOUND, LISTED
from rollcall.kit.fields import FIELDS
from rollcall.registration.api.asking import FIELDS_PARAMETER
from rollcall.registration.api.describing import ANA_ID, OneCustomer, PlatformCustomer

__all__ = ["OneCustomer"]


class ListedCustomer(PlatformCustomer):
    """A person in a list; `etag` is their version, for `If-Match`."""

    etag: str


class Customers(Schema):
    """A page of people."""

    items: list[ListedCustomer]
    next: str | None


class RecordNamed(Schema):
    """A row in a POS's list; `account` says whose list it is."""

    kind: str
    account: str
    id: str


class Identity(RecordNamed):
    """A row of the person in a POS's list, or in Rollcall's own.

    `reason` says how it came to them; `merged_into` is the id it was merged into at the POS.
    """

    stores: list[str]
    status: str
    merged_into: str | None
    reason: str
    since: str
    first_seen_at: str
    changed_at: str
    gone_at: str | None


class WebLogin(Schema):
    """A web shop's log-in that the person proved to be theirs."""

    id: str
    issuer: str
    bound_at: str


class Identities(Schema):
    """Under which ids a person is known; `former_ids` are of people who are now this one."""

    id: str
    former_ids: list[str]
    items: list[Identity]
    web: list[WebLogin]


class ValueTold(Schema):
    """What somebody says of a field: a POS's record, or (null) what was typed into Rollcall."""

    value: Any
    at: str
    record: RecordNamed | None
    is_pinned: bool
    is_on_its_way: bool
    is_alive: bool


class FieldTold(Schema):
    """A field: the value that stands and the others that say something else, best first.

    `why`: `pinned`, `on_its_way` (to a POS), `strictest` (wishes and bans), `priority` (of that
    POS), `newest`, or `undisputed`.
    """

    field: str
    why: str
    is_masked: bool
    standing: ValueTold
    others: list[ValueTold]


class Provenance(Schema):
    """Whose the values of a person are."""

    id: str
    fields: list[FieldTold]


class Change(Schema):
    """One change of one field; `by` is `pos` or `edit`, `outcome` what became of an edit."""

    id: str
    at: str
    field: str
    old: Any
    new: Any
    by: str
    source: str
    outcome: str
    is_masked: bool


class History(Schema):
    """A page of changes, the newest first."""

    items: list[Change]
    next: str | None


class Consents(Schema):
    """What a person allows (`marketing_opt_in`, `email_opt_in`, `sms_opt_in`), and bans."""

    id: str
    items: list[FieldTold]


def _field_name(text: str) -> str:
    if text not in FIELDS:
        raise FilterError("is not a field")
    return text


LISTING: Final = Listing(
    filters=(
        Filter(name="store", description="Slug of a store.", example="alder-way"),
        Filter(
            name="updated_since",
            description="Whose values changed at that instant or later, at a POS or here.",
            example="2026-11-20T00:00:00Z",
            read=read_instant,
            schema={"type": "string", "format": "date-time"},
        ),
        Filter(
            name="fields",
            description=FIELDS_PARAMETER.description,
            example=FIELDS_PARAMETER.example,
        ),
    ),
    sorts=("id", "-id"),
)
CHANGES: Final = Listing(
    filters=(
        Filter(
            name="field",
            description="Of this field alone.",
            example="phone",
            read=_field_name,
            schema={"type": "string", "enum": list(FIELDS)},
        ),
    ),
)
_OF_ONE: Final = (*FOUND, problems.INVALID, problems.PARAMETER_REPEATED, problems.AMBIGUOUS_ID)
_ABSENT: Final = "00000000-0000-7000-8000-00000000ffff"
_NOBODY: Final = problem_example(problems.NOT_FOUND, "Nobody has the id.")
_RECORD: Final = {
    "kind": "a_pos",
    "account": "alder-way",
    "id": "1042",
    "status": "active",
    "is_gone": False,
}
_NAMED: Final = {"kind": "a_pos", "account": "alder-way", "id": "1042"}


def _nobody(what: str) -> Example:
    return Example(
        name="nobody",
        summary="Nobody has the id",
        path=f"/customers/{_ABSENT}/{what}",
        status=404,
        body=_NOBODY,
    )


LIST: Final = Description(
    problems=(*LISTED, problems.STORE_NOT_FOUND),
    parameters=LISTING.parameters,
    examples=(
        Example(
            name="none",
            summary="Nobody was changed since",
            path="/customers?updated_since=2999-01-01T00:00:00Z",
            status=200,
            body={"items": [], "next": None},
        ),
        Example(
            name="no_store",
            summary="A store that the key does not serve",
            path="/customers?store=nowhere",
            status=422,
            body=problem_example(
                problems.STORE_NOT_FOUND,
                "The member store names no store of this key.",
                errors={"store": ["is not a store of this key"]},
            ),
        ),
        Example(
            name="no_filter",
            summary="A filter that there is not",
            path="/customers?shoe_size=9",
            status=422,
            body=problem_example(
                problems.INVALID,
                INVALID_DETAIL,
                errors={"query": ["has a parameter that is not known here"]},
            ),
        ),
    ),
)
IDENTITIES: Final = Description(problems=_OF_ONE, examples=(_nobody("identities"),))
PROVENANCE: Final = Description(
    problems=_OF_ONE,
    parameters=(FIELDS_PARAMETER,),
    examples=(
        Example(
            name="phone",
            summary="Whose the phone is",
            path=f"/customers/{ANA_ID}/provenance?fields=phone",
            status=200,
            body={
                "id": ANA_ID,
                "fields": [
                    {
                        "field": "phone",
                        "why": "undisputed",
                        "is_masked": False,
                        "standing": {
                            "value": "+14155550132",
                            "at": "2026-11-20T12:00:00Z",
                            "record": _NAMED,
                            "is_pinned": False,
                            "is_on_its_way": False,
                            "is_alive": True,
                        },
                        "others": [],
                    }
                ],
            },
        ),
        _nobody("provenance"),
    ),
)
HISTORY: Final = Description(
    problems=_OF_ONE,
    parameters=CHANGES.parameters,
    examples=(
        Example(
            name="none",
            summary="The phone was never another",
            path=f"/customers/{ANA_ID}/history?field=phone",
            status=200,
            body={"items": [], "next": None},
        ),
        _nobody("history"),
    ),
)
CONSENTS: Final = Description(
    problems=_OF_ONE,
    examples=(
        Example(
            name="none",
            summary="Nobody has asked",
            path=f"/customers/{ANA_ID}/consents",
            status=200,
            body={"id": ANA_ID, "items": []},
        ),
        _nobody("consents"),
    ),
)
READ: Final = Description(
    problems=_OF_ONE,
    parameters=(FIELDS_PARAMETER,),
    has_version=True,
    examples=(
        Example(
            name="somebody",
            summary="By Rollcall's id",
            path=f"/customers/{ANA_ID}",
            status=200,
            body={
                "customer": {
                    "id": ANA_ID,
                    "name": "Ana Ramirez",
                    "state": "present",
                    "fields": {
                        "given_name": "Ana",
                        "family_name": "Ramirez",
                        "born_on": "1990-03-14",
                        "phone": "+14155550132",
                        "email": "ana@example.com",
                    },
                    "masked": [],
                    "records": [_RECORD],
                },
                "merged_into": None,
            },
        ),
        Example(
            name="staff",
            summary="Two fields, for a key of staff",
            path=f"/customers/{ANA_ID}?fields=given_name,born_on",
            key="staff",
            status=200,
            body={
                "customer": {
                    "id": ANA_ID,
                    "name": "Ana Ramirez",
                    "state": "present",
                    "fields": {"given_name": "Ana", "born_on": "1990"},
                    "masked": ["born_on"],
                    "records": [_RECORD],
                },
                "merged_into": None,
            },
        ),
        Example(
            name="no_field",
            summary="A field that there is not",
            path=f"/customers/{ANA_ID}?fields=shoe_size",
            status=422,
            body=problem_example(
                problems.INVALID,
                INVALID_DETAIL,
                errors={"fields": ["names a field that there is not"]},
            ),
        ),
        Example(
            name="nobody",
            summary="Nobody has the id",
            path="/customers/00000000-0000-7000-8000-00000000ffff",
            status=404,
            body=problem_example(problems.NOT_FOUND, "Nobody has the id."),
        ),
    ),
)
