"""What goes over Flowhub's wire: keys of a customer, list envelopes, locations, refusals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rollcall.pos.contract import RawRow
from rollcall.pos.decoding import ENCODING_MARK, NOT_A_ROW_MARK, mark_damaged
from rollcall.pos.errors import (
    PosDuplicateError,
    PosError,
    PosGoneError,
    PosRefusedDataError,
    PosUnavailableError,
)
from rollcall.pos.http import Reply

#: Every key of a customer row that is documented. [doc]
KNOWN_KEYS: Final = frozenset({
    "id", "createdAt", "updatedAt", "type", "name", "state", "birthDate", "phone", "email",
    "streetAddress1", "streetAddress2", "city", "zip", "country", "isLoyal", "loyaltyPoints",
    "loyaltyPointsInPennies", "consentsToPromotionalEmail", "consentsToPromotionalSMS", "groups",
    ENCODING_MARK, NOT_A_ROW_MARK,
})  # fmt: skip
#: Told only where a store was named [doc], and computed from the points.
VOLATILE_KEYS: Final = frozenset({"loyaltyPointsInPennies"})

#: Under what a list of customers was seen to stand [doc, code].
_ROWS: Final = ("customers", "data")
_LOCATIONS: Final = ("data", "locations")
_LONGEST_REASON: Final = 200
_MAX_ID: Final = 200
_ALREADY: Final = re.compile(
    r"already (?:exists?|registered|in use|taken)|duplicate", re.IGNORECASE
)
#: Values that a refusal may quote without our having sent them just so.
_ADDRESS: Final = re.compile(r"\S+@\S+")
_NUMBER: Final = re.compile(r"\+?\(?\d[\d().\-/ ]{2,}\d")


@dataclass(frozen=True, kw_only=True)
class CustomerList:
    """One page of customers.

    :param total: of the whole list; None if Flowhub does not say.
    """

    rows: Sequence[RawRow]
    total: int | None


@dataclass(frozen=True, kw_only=True)
class Location:
    """One store of the company.

    :param ids: all by which it goes, in lower case; ``importId`` of old ones differs from
        ``locationId`` [doc].
    """

    ids: frozenset[str]
    name: str
    company: str


def list_of(reply: Reply) -> CustomerList:
    """Read a list: under ``customers`` or ``data`` [code], bare, or a single object [doc].

    :raises PosRefusedDataError: the request was wrong; a date in another format gets 404 [code].
    :raises PosUnavailableError: JSON, but no list.
    """
    if reply.status != 200:
        raise refusal(reply)
    data, total = reply.data, None
    if isinstance(data, dict):
        told = data.get("total")
        total = told if type(told) is int and told >= 0 else None
        data = _content(data, _ROWS)
    if isinstance(data, dict) and "id" in data:
        data = [data]
    if not isinstance(data, list):
        raise PosUnavailableError("Flowhub sent something else than a list", code="no_list")
    return CustomerList(rows=[_raw_row(row, damaged=reply.damaged) for row in data], total=total)


def customer_of(reply: Reply) -> RawRow:
    """Read one customer, bare [doc] or in an envelope.

    :raises PosGoneError: 404.
    :raises PosRefusedDataError: the request was wrong.
    :raises PosUnavailableError: JSON, but no customer.
    """
    if reply.status == 404:
        raise PosGoneError("Flowhub has no customer with this id", code="http_404")
    return _one(reply)


def created_of(reply: Reply, sent: Mapping[str, Any]) -> RawRow:
    """Read the answer to a create.

    :raises PosRefusedDataError: refused, with Flowhub's reason but without anything sent.
    :raises PosUnavailableError: no customer with an id in it.
    """
    if reply.status == 404:
        raise refusal(reply, sent)
    return _one(reply, sent)


def updated_of(reply: Reply, sent: Mapping[str, Any]) -> None:
    """Read the answer to an update, only for whether it was done.

    :raises PosGoneError: 404.
    :raises PosRefusedDataError: refused, with Flowhub's reason but without anything sent.
    """
    if reply.status == 404:
        raise PosGoneError("Flowhub has no customer with this id", code="http_404")
    if not 200 <= reply.status < 300:
        raise refusal(reply, sent)


def found_of(reply: Reply) -> Sequence[RawRow]:
    """Read what a phone number finds: nobody is 404, or empty in one way or another [guess].

    :raises PosRefusedDataError: the request was wrong.
    :raises PosUnavailableError: neither a customer nor empty.
    """
    if reply.status in (204, 404) or (reply.status == 200 and not reply.data):
        return []
    return list_of(reply).rows


def locations_of(reply: Reply) -> Sequence[Location]:
    """Read the stores: under ``data`` [doc] or ``locations``, or bare [code].

    :raises PosGoneError: 404: there is no such path.
    :raises PosUnavailableError: JSON, but no list.
    """
    if reply.status == 404:
        raise PosGoneError("Flowhub knows nothing under this path", code="http_404")
    if reply.status != 200:
        raise refusal(reply)
    data = _content(reply.data, _LOCATIONS) if isinstance(reply.data, dict) else reply.data
    if not isinstance(data, list):
        raise PosUnavailableError("Flowhub does not say which stores there are", code="no_list")
    return [_location(entry) for entry in data if isinstance(entry, Mapping)]


def refusal(reply: Reply, sent: Mapping[str, Any] | None = None) -> PosError:
    """Return the error that a status other than success stands for.

    Its message holds Flowhub's own words, without numbers, addresses and whatever was sent.
    """
    code = f"http_{reply.status}"
    if not 400 <= reply.status < 500:
        return PosUnavailableError(f"Flowhub answered {reply.status}", code=code)
    reason = _without_values("; ".join(dict.fromkeys(_reasons(reply.data))), sent or {})
    told = f": {reason[:_LONGEST_REASON]}" if reason else ""
    if reply.status == 409 or _ALREADY.search(reason):
        return PosDuplicateError(
            f"Flowhub says that it holds this person{told}", code=code, existing_id=_id(reply.data)
        )
    return PosRefusedDataError(f"Flowhub refused the request{told}", code=code)


def _one(reply: Reply, sent: Mapping[str, Any] | None = None) -> RawRow:
    if reply.status not in (200, 201):
        raise refusal(reply, sent)
    data = reply.data
    if isinstance(data, dict):
        data = _content(data, (*_ROWS, "customer"))
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    if not isinstance(data, dict) or _id(data) is None:
        raise PosUnavailableError("Flowhub sent no customer", code="no_customer")
    return _raw_row(data, damaged=reply.damaged)


def _content(data: dict[str, Any], names: Sequence[str]) -> object:
    """Take what stands in an envelope; an object with an id of its own is none."""
    if "id" in data:
        return data
    return next((data[name] for name in names if name in data), data)


def _location(entry: Mapping[str, Any]) -> Location:
    ids = (entry.get("locationId"), entry.get("importId"))
    return Location(
        ids=frozenset(one.lower() for one in ids if isinstance(one, str) and one),
        name=_label(entry.get("locationName")),
        company=_label(entry.get("clientName")),
    )


def _reasons(body: object) -> Iterator[str]:
    """Read ``{"error": […], "message": …}`` [doc], ``{"errors": …}`` [guess], or a plain text."""
    if isinstance(body, str):
        yield " ".join(body.split())
    elif isinstance(body, list):
        for entry in body[:10]:
            yield from _reasons(entry)
    elif isinstance(body, Mapping):
        for name in ("error", "errors", "message"):
            yield from _reasons(body.get(name))
        if not body.keys() & {"error", "errors", "message"}:
            yield from (str(name) for name in list(body)[:10])


def _without_values(reason: str, sent: Mapping[str, Any]) -> str:
    reason = _NUMBER.sub("…", _ADDRESS.sub("…", reason))
    for word in sorted(_words(sent), key=len, reverse=True):
        reason = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "…", reason, flags=re.IGNORECASE)
    return reason


def _words(sent: Mapping[str, Any]) -> set[str]:
    texts = [v for k, v in sent.items() if isinstance(v, str) and k != "type"]
    return {part for text in texts for part in (text, *text.split()) if len(part) > 1}


def _id(body: object) -> str | None:
    told = body.get("id", body.get("customerId")) if isinstance(body, Mapping) else None
    text = told.strip() if isinstance(told, str) else str(told) if type(told) is int else ""
    return text if 0 < len(text) <= _MAX_ID and text.isprintable() else None


def _label(value: object) -> str:
    return " ".join(value.split())[:200] if isinstance(value, str) else ""


def _raw_row(row: object, *, damaged: bool) -> RawRow:
    if not isinstance(row, dict):
        return {NOT_A_ROW_MARK: True}
    return mark_damaged(row) if damaged else row
