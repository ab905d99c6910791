"""Lists of ``/api/v2``: pages by cursor, and the filters and orders that a list allows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from rollcall.api.bodies import (
    CURSOR,
    LIMIT,
    bad_cursor,
    invalid,
    read_cursor,
    read_limit,
    read_one,
    write_cursor,
)
from rollcall.api.describing import Parameter

ModelT = TypeVar("ModelT", bound=Model)
_LONGEST: Final = 200


class FilterError(ValueError):
    """A filter's text cannot be read; the message says why, without the text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Something that a list can be narrowed by.

    :param read: the text as a value; raises :class:`FilterError`.
    """

    name: str
    description: str
    example: str
    read: Callable[[str], Any] = str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """What may be asked of a list; any other parameter is refused.

    :param sorts: the orders that it can have, the usual one first. ``-`` means descending.
    """

    filters: Sequence[Filter] = ()
    sorts: Sequence[str] = ("-id",)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What OpenAPI says of them."""
        told = [
            Parameter(
                name=one.name, description=one.description, example=one.example, schema=one.schema
            )
            for one in self.filters
        ]
        order = Parameter(
            name="sort",
            description=f"The order; {self.sorts[0]} unless asked for otherwise.",
            example=self.sorts[0],
            schema={"type": "string", "enum": list(self.sorts)},
        )
        return (*told, *((order,) if len(self.sorts) > 1 else ()), CURSOR, LIMIT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What was asked of a list.

    :param after: where the page begins, "" for the first one.
    :param filters: name → value, of those that were given.
    """

    sort: str
    limit: int
    after: str
    filters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def after_id(self) -> int | None:
        """The id behind which the page begins; None for the first page.

        :raises ProblemError: 422.
        """
        if not self.after:
            return None
        if not (self.after.isascii() and self.after.isdecimal() and len(self.after) <= 18):
            raise bad_cursor()
        return int(self.after)

    def next(self, place: object) -> str:
        """Return the cursor of the page that begins behind a place."""
        return write_cursor(f"{self.sort} {place}")


def read_listing(request: HttpRequest, listing: Listing) -> Wanted:
    """Return what is asked of a list.

    :raises ProblemError: 400 for a parameter that is given twice, 422 for one that is not known or
        cannot be read.
    """
    known = {"cursor", "limit", *(one.name for one in listing.filters)}
    known |= {"sort"} if len(listing.sorts) > 1 else set()
    errors: dict[str, list[str]] = {}
    if not known.issuperset(request.GET):
        # A parameter that nobody knows may be named by a value.
        errors["query"] = ["has a parameter that is not known here"]
    filters = _read_filters(request, listing.filters, errors)
    sort = read_one(request, "sort") or listing.sorts[0]
    if sort not in listing.sorts:
        errors["sort"] = [f"is none of {', '.join(listing.sorts)}"]
    if errors:
        raise invalid(errors)
    held, _, after = read_cursor(request).partition(" ")
    if held and held != sort:
        raise bad_cursor()
    return Wanted(sort=sort, limit=read_limit(request), after=after, filters=filters)


def page_by_id(rows: QuerySet[ModelT], wanted: Wanted) -> tuple[list[ModelT], str | None]:
    """Return a page of rows by their number, and the cursor of the next; None: there is none.

    :raises ProblemError: 422 for a cursor that is none of this list.
    """
    is_down = wanted.sort.startswith("-")
    if wanted.after_id is not None:
        rows = rows.filter(**{"pk__lt" if is_down else "pk__gt": wanted.after_id})
    page = list(rows.order_by("-pk" if is_down else "pk")[: wanted.limit + 1])
    return cut(page, wanted, lambda row: row.pk)


RowT = TypeVar("RowT")


def cut(
    rows: Sequence[RowT], wanted: Wanted, place: Callable[[RowT], object]
) -> tuple[list[RowT], str | None]:
    """Return a page of rows that were read one further than it is long, and the next cursor."""
    page = list(rows[: wanted.limit])
    return page, wanted.next(place(page[-1])) if len(rows) > len(page) else None


def read_instant(text: str) -> dt.datetime:
    """Read an instant with its zone, such as ``2026-11-20T12:00:00Z``.

    :raises FilterError: it is none.
    """
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not 2000 <= at.year <= 9000:
        raise FilterError("is not an instant with a zone, such as 2026-11-20T12:00:00Z")
    return at


def one_of(*words: str) -> Callable[[str], str]:
    """Return a reader of one of some words."""

    def read(text: str) -> str:
        if text not in words:
            raise FilterError(f"is none of {', '.join(words)}")
        return text

    return read


def _read_filters(
    request: HttpRequest, filters: Sequence[Filter], errors: dict[str, list[str]]
) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for one in filters:
        text = read_one(request, one.name)
        try:
            if text:
                given[one.name] = one.read(_keepable(text))
        except FilterError as error:
            errors[one.name] = [str(error)]
    return given


def _keepable(text: str) -> str:
    if len(text) > _LONGEST or not text.isprintable():
        raise FilterError("is too long, or has characters that stand in no id")
    return text
