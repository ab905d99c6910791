"""The kiosk API's reads of customers: parse, one call, render."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from rollcall.api import keys, problems, throttle
from rollcall.api.answers import Answer, json_answer
from rollcall.api.describing import Description, Example, Parameter, problem_example
from rollcall.api.keys import Caller
from rollcall.api.original import POS_SAID
from rollcall.api.problems import ProblemError
from rollcall.api.requests import PROOF_HEADER, ApiRequest
from rollcall.api.serving import Handler, Shortcut, respond_to_django
from rollcall.customers import asking
from rollcall.customers.operations.kiosk_lookup import (
    Address,
    KeyRefusedError,
    KioskCustomerNotFoundError,
    KioskIdAmbiguousError,
    NotTheKiosksAddressError,
    read_for_kiosk,
    search_for_kiosk,
)
from rollcall.customers.proving import proven_of
from rollcall.customers.rules.kiosk_criteria import (
    Criteria,
    CriteriaInvalidError,
    CriteriaMissingError,
    CriteriaUnreadableError,
    ParameterRepeatedError,
    read_criteria,
)
from rollcall.customers.rules.kiosk_rows import (
    MOST_LEGACY_ROWS,
    KioskRecord,
    KioskRow,
    row_for,
)
from rollcall.kit.clock import utc_now

SEARCH_PATH: Final = "/{catalog_id}/customers"
READ_PATH: Final = "/{catalog_id}/customers/{customer_id}"

Found = TypeVar("Found")
Wanted = TypeVar("Wanted")

router = Router(tags=["customers"])


class KioskCustomer(Schema):
    """A customer as the store's POS holds them, with changes that are still on their way there.

    Keys and spelling are the original system's. A strict key gets values masked or null; a legacy
    key gets `id`, `customer_id`, names, birthday, e-mail and phone alone.
    """

    customer_id: str
    first_name: str | None
    last_name: str | None
    birthday: str | None
    email: str | None
    phone: str | None
    status: str | None = None
    gender: str | None = None
    drivers_license: str | None = None
    notes: str | None = None
    last_modified_date_utc: str | None = None
    id: str | None = None


class KioskCustomers(Schema):
    """What a search found, at most 25."""

    customers: list[KioskCustomer]


class OneKioskCustomer(Schema):
    """One customer."""

    customer: KioskCustomer


def answer_search(request: ApiRequest) -> Answer:
    """``GET /api/v1/{catalog_id}/customers``."""
    caller = keys.recall(request)
    keys.spend_lookup(request, caller)
    try:
        criteria = _criteria(request)
    except ProblemError as error:
        if caller.is_legacy and error.problem.kind in _NOBODY_FOR_LEGACY:
            return json_answer({"customers": []})
        raise
    records: Sequence[KioskRecord] = ()
    if not request.is_second:
        caller, records = _through_door(request, caller, search_for_kiosk, criteria)
    if not records and _ask(caller, criteria):
        caller, records = _through_door(request, caller, search_for_kiosk, criteria)
    if caller.is_legacy and len(records) > MOST_LEGACY_ROWS:
        raise ProblemError(problems.TOO_MANY_CUSTOMERS, f"{POS_SAID}CUSTOMER_NOT_FOUND")
    return json_answer({"customers": _rows(request, caller, records)})


def answer_read(request: ApiRequest) -> Answer:
    """``GET /api/v1/{catalog_id}/customers/{customer_id}``."""
    caller = keys.recall(request)
    keys.spend_lookup(request, caller)
    customer_id = request.ids["customer_id"]
    try:
        caller, record = _through_door(request, caller, read_for_kiosk, customer_id)
    except KioskCustomerNotFoundError as error:
        raise ProblemError(problems.NOT_FOUND, "No customer of this store has the id.") from error
    except KioskIdAmbiguousError as error:
        raise ProblemError(
            problems.AMBIGUOUS_ID, "Several accounts of this store have the id; use Rollcall's."
        ) from error
    return json_answer({"customer": _rows(request, caller, [record])[0]})


def _rows(request: ApiRequest, caller: Caller, records: Sequence[KioskRecord]) -> list[KioskRow]:
    """What the key may see of them, if they were not looked up too often."""
    if len(records) <= MOST_COUNTED:
        for record in records:
            subject = f"{caller.scope.retailer_id}:{record.record_id}"
            throttle.require_left(throttle.LOOKUPS_OF_ONE, subject)
    ids = [record.record_id for record in records]
    proven = proven_of(caller, request.proof, ids) if request.proof else frozenset()
    return [
        row_for(caller.profile, record, is_proven=record.record_id in proven) for record in records
    ]


def _ask(caller: Caller, criteria: Criteria) -> bool:
    return asking.ask_pos(caller.scope, frozenset({caller.store_id}), _wanted(criteria))


def _wanted(criteria: Criteria) -> asking.Wanted:
    exact, words = criteria.exact, criteria.words
    birthday = exact.get("birthday")
    return asking.Wanted(
        given_name=" ".join(words.get("first_name", ())),
        family_name=" ".join(words.get("last_name", ())),
        phone=exact.get("phone") or "",
        email=exact.get("email") or "",
        licence=exact.get("driver_license") or "",
        born_on=dt.date.fromisoformat(birthday) if birthday else None,
    )


def _criteria(request: ApiRequest) -> Criteria:
    try:
        return read_criteria(request.query, today=utc_now().date())
    except ValueError as error:
        # Who has no right to be here learns nothing of what else is wrong.
        keys.at_kiosk(request, keys.prove(request))
        raise _criteria_problem(error) from error


def _criteria_problem(error: ValueError) -> ProblemError:
    match error:
        case CriteriaInvalidError():
            return ProblemError(problems.INVALID, _INVALID_DETAIL, errors=error.errors)
        case CriteriaMissingError():
            return ProblemError(problems.CRITERIA_MISSING, _MISSING_DETAIL)
        case ParameterRepeatedError():
            return ProblemError(
                problems.PARAMETER_REPEATED, f"The parameter {error.name} was given twice."
            )
        case CriteriaUnreadableError():
            return ProblemError(problems.BAD_REQUEST, "The query string is not UTF-8.")
        case _:
            raise error


def _through_door(
    request: ApiRequest,
    caller: Caller,
    read: Callable[[Caller, Address, Wanted], Found],
    what: Wanted,
) -> tuple[Caller, Found]:
    """What was found, and the caller as the database knows them at that moment."""
    address = Address(catalog_id=request.ids["catalog_id"], origin=request.origin)
    try:
        try:
            return caller, read(caller, address, what)
        except KeyRefusedError:
            # What this process remembers of the key may be out of date; the database says so now.
            proven = keys.prove(request)
            return proven, read(proven, address, what)
    except KeyRefusedError as error:
        raise keys.refusal(request) from error
    except NotTheKiosksAddressError as error:
        raise keys.unknown_kiosk() from error


#: Kiosks of the system before send what was typed, and read an empty list.
_NOBODY_FOR_LEGACY: Final = (problems.CRITERIA_MISSING, problems.INVALID)
#: A longer list tells of nobody in particular.
MOST_COUNTED: Final = 5
_INVALID_DETAIL: Final = "The member errors says which values and why."
_MISSING_DETAIL: Final = (
    "Give at least one of first_name, last_name, phone, email, driver_license, birthday."
)
_ANA: Final[dict[str, Any]] = {
    "status": "ACTIVE",
    "customer_id": "1042",
    "first_name": "Ana",
    "last_name": "Rämirez-Soto",
    "gender": "female",
    "birthday": "1990-03-14",
    "email": "ana@example.com",
    "phone": "+14155550132",
    "drivers_license": "D1234567",
    "notes": None,
    "last_modified_date_utc": "2026-11-20T12:00:00Z",
}
_PARAMETERS: Final = (
    Parameter(
        name="first_name",
        description="Beginning of each word; case, accents and apostrophes do not matter.",
        example="ana",
    ),
    Parameter(name="last_name", description="As first_name.", example="ramirez"),
    Parameter(
        name="phone",
        description="In any usual spelling; without a country code it is a US number.",
        example="(415) 555-0132",
    ),
    Parameter(name="email", description="Case does not matter.", example="ana@example.com"),
    Parameter(
        name="driver_license",
        description="Blanks, hyphens and case do not matter.",
        example="D1234567",
    ),
    Parameter(name="birthday", description="YYYY-MM-DD or MM/DD/YYYY.", example="1990-03-14"),
)
PROOF: Final = Parameter(
    name=PROOF_HEADER,
    description="Proof of identification: of whoever proved who they are, a strict key sees more.",
    example="rcp_7kX2mQ9pL4vT8wZn",
    place="header",
)
_NO_KEY: Final = "Send a valid key in the header: Authorization: Bearer rck_…"
_UNAUTHENTICATED: Final = problem_example(problems.UNAUTHENTICATED, _NO_KEY)
_EXHAUSTED: Final = problem_example(
    problems.TOO_MANY_REQUESTS,
    "The limit is 600 in 60 seconds; try again when the window has ended.",
)
_OTHER_KIOSK: Final = problem_example(problems.NOT_FOUND, "There is no such kiosk for this key.")
_SHARED_PROBLEMS: Final = (
    problems.UNAUTHENTICATED,
    problems.ORIGIN_REFUSED,
    problems.NOT_FOUND,
    problems.METHOD_NOT_ALLOWED,
    problems.URI_TOO_LONG,
    problems.TOO_MANY_REQUESTS,
    problems.INTERNAL_ERROR,
    problems.UNAVAILABLE,
)
SEARCH: Final = Description(
    parameters=(*_PARAMETERS, PROOF),
    problems=(
        *_SHARED_PROBLEMS,
        problems.BAD_REQUEST,
        problems.CRITERIA_MISSING,
        problems.PARAMETER_REPEATED,
        problems.INVALID,
        problems.TOO_MANY_CUSTOMERS,
    ),
    examples=(
        Example(
            name="by_phone",
            summary="Somebody is found",
            path="/42/customers?phone=%28415%29+555-0132",
            status=200,
            body={"customers": [_ANA]},
        ),
        Example(
            name="by_name_and_birthday",
            summary="Beginnings of names, without accents",
            path="/42/customers?first_name=ana&last_name=ramirez&birthday=03%2F14%2F1990",
            status=200,
            body={"customers": [_ANA]},
        ),
        Example(
            name="nobody",
            summary="Nobody fits",
            path="/42/customers?email=nobody%40example.com",
            status=200,
            body={"customers": []},
        ),
        Example(
            name="no_criterion",
            summary="Nothing to search for",
            path="/42/customers?first_name=+",
            status=400,
            body=problem_example(problems.CRITERIA_MISSING, _MISSING_DETAIL),
        ),
        Example(
            name="repeated",
            summary="A criterion was given twice",
            path="/42/customers?phone=4155550132&phone=4155550133",
            status=400,
            body=problem_example(
                problems.PARAMETER_REPEATED, "The parameter phone was given twice."
            ),
        ),
        Example(
            name="no_key",
            summary="Without a key",
            path="/42/customers?phone=4155550132",
            key="none",
            status=401,
            body=_UNAUTHENTICATED,
        ),
        Example(
            name="another_kiosk",
            summary="The key is another kiosk's",
            path="/43/customers?phone=4155550132",
            status=404,
            body=_OTHER_KIOSK,
        ),
        Example(
            name="wrong_method",
            summary="The address is for GET",
            path="/42/customers",
            method="DELETE",
            status=405,
            body=problem_example(
                problems.METHOD_NOT_ALLOWED,
                "The header Allow names the methods that this address takes.",
            ),
        ),
        Example(
            name="no_date",
            summary="A birthday that is no date",
            path="/42/customers?birthday=31%2F12%2F1990",
            status=422,
            body=problem_example(
                problems.INVALID,
                _INVALID_DETAIL,
                errors={"birthday": ["is not a date (YYYY-MM-DD or MM/DD/YYYY) in the past"]},
            ),
        ),
        Example(
            name="too_many",
            summary="The key's limit is reached",
            path="/42/customers?phone=4155550132",
            key="exhausted",
            status=429,
            body=_EXHAUSTED,
        ),
    ),
)
READ: Final = Description(
    parameters=(PROOF,),
    problems=(*_SHARED_PROBLEMS, problems.AMBIGUOUS_ID),
    examples=(
        Example(
            name="by_pos_id",
            summary="By the POS's id",
            path="/42/customers/1042",
            status=200,
            body={"customer": _ANA},
        ),
        Example(
            name="merged_away",
            summary="An id that was merged at the POS leads to the survivor",
            path="/42/customers/977",
            status=200,
            body={"customer": _ANA},
        ),
        Example(
            name="nobody",
            summary="Nobody has the id",
            path="/42/customers/nobody",
            status=404,
            body=problem_example(problems.NOT_FOUND, "No customer of this store has the id."),
        ),
        Example(
            name="wrong_key",
            summary="A key that was revoked, has expired or never was",
            path="/42/customers/1042",
            key="wrong",
            status=401,
            body=_UNAUTHENTICATED,
        ),
    ),
)


@router.get(SEARCH_PATH, operation_id="searchCustomers", **SEARCH.declared(KioskCustomers))
def search_customers(request: HttpRequest, catalog_id: str) -> HttpResponse:
    """Find customers of the kiosk's store by what they say of themselves.

    All criteria must fit; at least one is needed, blank ones are ignored. At most 25 are answered,
    in no order that is promised. Customers who are gone or merged away at the POS are left out.
    They are searched for by what the POS has; a change that it does not have yet is shown, and not
    searched.
    """
    return respond_to_django(answer_search, request, catalog_id=catalog_id)


@router.get(READ_PATH, operation_id="getCustomer", **READ.declared(OneKioskCustomer))
def get_customer(request: HttpRequest, catalog_id: str, customer_id: str) -> HttpResponse:
    """Read one customer by the POS's id or by Rollcall's (a UUID).

    An id that was merged away leads to the survivor. A change that the POS does not have yet is
    shown already.
    """
    return respond_to_django(answer_read, request, catalog_id=catalog_id, customer_id=customer_id)


def shortcuts(prefix: str) -> tuple[Shortcut, ...]:
    """The reads that must be quick, for ``rollcall.api.serving.shortcut``."""
    handlers: tuple[tuple[str, Handler], ...] = (
        (SEARCH_PATH, answer_search),
        (READ_PATH, answer_read),
    )
    return tuple(Shortcut(path=prefix + path, handler=handler) for path, handler in handlers)
