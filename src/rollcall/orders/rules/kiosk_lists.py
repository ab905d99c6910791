"""How a kiosk asks for a list of orders: the original's parameters, each of them checked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

#: What may be sorted by → the column; whatever is not here is refused.
SORTS: Final[Mapping[str, str]] = {
    "id": "id",
    "uuid": "uuid",
    "date": "placed_at",
    "amount": "amount",
    "payed": "paid_at",
}
DIRECTIONS: Final = ("asc", "desc")
PARAMETERS: Final = ("q", "page", "per_page", "sort_by", "sort_direction")
#: Rows of a page as the original had them, and at most.
PER_PAGE: Final = 10
MOST_PER_PAGE: Final = 100
_MOST_PAGES: Final = 1_000_000_000
_CODE: Final = frozenset("0123456789abcdef-")
_LONGEST_CODE: Final = 36


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which orders, in which order, which part of them.

    :param code: a part of the uuid in lower case; None if no uuid has such a part.
    """

    code: str | None = ""
    page: int = 1
    per_page: int = PER_PAGE
    sort_by: str = "id"
    descending: bool = False


class ListUnreadableError(ValueError):
    """A parameter cannot be used.

    :param name: which.
    """

    def __init__(self, name: str, words: str) -> None:
        super().__init__(f"{name} {words}")
        self.name = name


class ListRepeatedError(ListUnreadableError):
    """A parameter was given twice."""


def read_wanted(query: str) -> Wanted:
    """Read a query string; parameters that nobody knows are ignored.

    :raises ListUnreadableError: one that is known cannot be used, or was given twice.
    """
    given = _given(query)
    sort_by = given.get("sort_by") or "id"
    if sort_by not in SORTS:
        raise ListUnreadableError("sort_by", f"is none of {', '.join(SORTS)}")
    direction = (given.get("sort_direction") or "asc").lower()
    if direction not in DIRECTIONS:
        raise ListUnreadableError("sort_direction", "is neither asc nor desc")
    return Wanted(
        code=_code(given.get("q", "")),
        page=_number(given, "page", 1, _MOST_PAGES),
        per_page=min(_number(given, "per_page", PER_PAGE, _MOST_PAGES), MOST_PER_PAGE),
        sort_by=sort_by,
        descending=direction == "desc",
    )


def page_meta(wanted: Wanted, total: int) -> dict[str, int | None]:
    """The members by which the original told of pages."""
    pages = math.ceil(total / wanted.per_page)
    return {
        "current_page": wanted.page,
        "next_page": wanted.page + 1 if wanted.page < pages else None,
        "prev_page": wanted.page - 1 if 1 < wanted.page <= pages + 1 else None,
        "total_pages": pages,
        "total_count": total,
    }


def _given(query: str) -> dict[str, str]:
    try:
        pairs: Sequence[tuple[str, str]] = parse_qsl(
            query, keep_blank_values=True, errors="strict", max_num_fields=100
        )
    except ValueError:
        raise ListUnreadableError("the query string", "cannot be read") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in PARAMETERS:
            continue
        if name in found:
            raise ListRepeatedError(name, "was given twice")
        found[name] = value.strip()
    return found


def _number(given: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = given.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and 1 <= int(text) <= most):
        raise ListUnreadableError(name, "is not a number from 1 on")
    return int(text)


def _code(text: str) -> str | None:
    lowered = text.lower()
    if len(lowered) > _LONGEST_CODE or not _CODE.issuperset(lowered):
        return None
    return lowered
