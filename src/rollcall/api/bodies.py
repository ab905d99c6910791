"""Reading what programs send: JSON objects of known members, and pages of lists.

What is wrong is said for each member, without the value.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar

import orjson
from django.http import HttpRequest
from ninja import Schema
from pydantic import AfterValidator, ConfigDict, StringConstraints, ValidationError

from rollcall.api import problems
from rollcall.api.describing import Body, Parameter
from rollcall.api.problems import ProblemError

INVALID_DETAIL: Final = "The member errors says which values and why."
_BREAKS: Final = "\n\t"
#: Kinds of pydantic's errors whose words tell nothing of the value; others are not repeated.
_TELLING: Final = frozenset({"missing", "literal_error", "string_too_long", "too_long"})
_WORDS: Final[Mapping[str, str]] = {
    "missing": "is required",
    "extra_forbidden": "is not known here",
    "string_type": "is not a text",
    "bool_type": "is neither true nor false",
    "list_type": "is not a list",
    "dict_type": "is not an object",
    "string_pattern_mismatch": "is not an id of ours",
    "value_error": "has characters that cannot be kept",
}
_CURSOR: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")
#: Rows of a page, unless asked for otherwise, and at most.
PAGE: Final = 50
MOST: Final = 100


def _keepable(text: str) -> str:
    if not all(letter.isprintable() or letter in _BREAKS for letter in text):
        raise ValueError
    return text


#: Rollcall's id of a person.
PublicId = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
    ),
]
#: Free text for people.
Note = Annotated[str, StringConstraints(max_length=500), AfterValidator(_keepable)]
#: What stands in one line.
Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(_keepable)]


class Sent(Schema):
    """What is sent; members that nobody knows are refused, for they were meant to say something."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Nothing(Sent):
    """Nothing has to be said: no members."""


SentT = TypeVar("SentT", bound=Sent)


def read_object(raw: bytes) -> dict[str, Any]:
    """Return the JSON object that was sent; nothing sent is an empty one.

    :raises ProblemError: 400.
    """
    if not raw:
        return {}
    try:
        decoded = orjson.loads(raw)
    except orjson.JSONDecodeError:
        decoded = None
    if not isinstance(decoded, dict):
        raise ProblemError(problems.BAD_REQUEST, "The body is not a JSON object.")
    return decoded


def read_body(model: type[SentT], raw: bytes) -> SentT:
    """Return what was sent.

    :raises ProblemError: 400 for no JSON object, 422 for members that cannot be used.
    """
    return read_member(model, read_object(raw))


def read_member(model: type[SentT], content: Mapping[str, Any]) -> SentT:
    """Return what stands in one object of what was sent.

    :raises ProblemError: 422 for members that cannot be used.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise invalid(_errors(error)) from None


def invalid(errors: Mapping[str, list[str]]) -> ProblemError:
    """The answer to members that cannot be used."""
    return ProblemError(problems.INVALID, INVALID_DETAIL, errors=errors)


def describe(model: type[Sent], example: Mapping[str, Any]) -> Body:
    """Return the description of a body for OpenAPI."""
    return Body(schema=model.model_json_schema(), example=example)


def _errors(error: ValidationError) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for one in error.errors(include_input=False, include_url=False):
        name = str(one["loc"][0]) if one["loc"] else "body"
        # A member that nobody knows may be named by a value.
        name = name if one["type"] != "extra_forbidden" else "body"
        fallback = one["msg"] if one["type"] in _TELLING else "is not valid"
        words = _WORDS.get(one["type"], fallback)
        if one["type"] == "extra_forbidden":
            words = "has a member that is not known here"
        if words not in errors.setdefault(name, []):
            errors[name].append(words)
    return errors


CURSOR: Final = Parameter(
    name="cursor",
    description="Where the page begins: `next` of the page before, as it came.",
    example="MTA0Mg",
)
LIMIT: Final = Parameter(
    name="limit",
    description=f"Rows of the page, {PAGE} at first, at most {MOST}.",
    example="25",
    schema={"type": "integer", "minimum": 1, "maximum": MOST},
)
PAGING: Final = (CURSOR, LIMIT)


def read_limit(request: HttpRequest) -> int:
    """Return how many rows are wanted.

    :raises ProblemError: 422.
    """
    text = read_one(request, "limit") or str(PAGE)
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= MOST):
        raise invalid({"limit": [f"is not a number from 1 to {MOST}"]})
    return int(text)


def read_cursor(request: HttpRequest) -> str:
    """Return what a cursor holds; "" for the first page.

    :raises ProblemError: 422.
    """
    text = read_one(request, "cursor")
    if not text:
        return ""
    if not _CURSOR.fullmatch(text):
        raise bad_cursor()
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (UnicodeDecodeError, binascii.Error):
        raise bad_cursor() from None


def read_id_cursor(request: HttpRequest) -> int | None:
    """Return the id behind which the page begins; None for the first page.

    :raises ProblemError: 422.
    """
    text = read_cursor(request)
    return read_number(text, bad_cursor()) if text else None


def read_number(text: str, error: ProblemError) -> int:
    """Return an id of ours that stands in an address; ``error`` is raised for what can be none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise error
    return int(text)


def write_cursor(place: object) -> str:
    """Return a cursor for a place."""
    return base64.urlsafe_b64encode(str(place).encode("ascii")).decode("ascii").rstrip("=")


def bad_cursor() -> ProblemError:
    """The answer to a cursor that is none of ours."""
    return invalid({"cursor": ["is not a cursor of this list"]})


def read_one(request: HttpRequest, name: str) -> str:
    """Return a parameter of the query, "" if it was not given.

    :raises ProblemError: 400 for one that was given twice.
    """
    values = request.GET.getlist(name)
    if len(values) > 1:
        raise ProblemError(problems.PARAMETER_REPEATED, f"The parameter {name} was given twice.")
    return values[0] if values else ""
