"""What goes over Cova's wire: keys of a customer, bare and HAL lists, tokens, refusals."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rollcall.pos.contract import RawRow
from rollcall.pos.decoding import ENCODING_MARK, NOT_A_ROW_MARK, mark_damaged
from rollcall.pos.errors import (
    PosConflictError,
    PosCredentialsError,
    PosError,
    PosGoneError,
    PosRefusedDataError,
    PosUnavailableError,
    UnsupportedByPosError,
)
from rollcall.pos.http import Call, Reply

#: Laid into a row: which canonical field stands in which extension, if the settings name one.
EXTENSIONS_MARK: Final = "__rollcall_extensions__"
#: Links of the HAL form; they say nothing about the customer.
HAL_KEYS: Final = frozenset({"_links", "_embedded"})
#: Parts with endpoints of their own, and lists: no part of the slim customer that PUT takes. [doc]
ARRAY_KEYS: Final = frozenset({
    "Addresses", "ContactMethods", "CustomerExtensions", "RelatedCustomers", "MemberOf",
    "Documents", "MergedCustomers", "MergedCustomerIds",
})  # fmt: skip
#: Every key of a customer row that is documented or was seen. [doc, code]
KNOWN_KEYS: Final = (
    frozenset({
        "Id", "CustomerTypeId", "CustomerType", "PrimaryName", "MiddleName", "FamilyName",
        "AlternateName", "Title", "DateOfBirth", "Disabled", "DoNotContact", "Notes", "Version",
        "ReferralSource", "PricingGroupId", "UniqueIdentifier", "MergedIntoCustomerId",
        "LastModifiedDateUtc", ENCODING_MARK, NOT_A_ROW_MARK, EXTENSIONS_MARK,
    })
    | ARRAY_KEYS
    | HAL_KEYS
)  # fmt: skip

#: If ``expires_in`` cannot be read. [doc]
_DEFAULT_TOKEN_LIFE_S: Final = 43_200.0
_OAUTH_CODE: Final = re.compile(r"[a-z_]{1,40}")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.\[\]]{0,60}")
#: What may be a person's: addresses of mail, and figures longer than a status.
_PERSONAL: Final = re.compile(r"\S*@\S*|\+?\(?\d[\d\s().-]{2,}\d")
_STALE: Final = re.compile(r"version|concurren|stale", re.IGNORECASE)
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_LONGEST_REASON: Final = 200
_SHORTEST_PART: Final = 4
_MOST_NAMES: Final = 10

Ask = Callable[[Call], Reply]


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where and as whom to ask.

    :param extensions: canonical field → name of the extension type that holds it.
    """

    token_url: str
    base_url: str
    company_id: str
    client_id: str
    client_secret: str = field(repr=False)
    username: str
    password: str = field(repr=False)
    page_size: int
    extensions: Mapping[str, str]

    def marked(self, row: RawRow) -> RawRow:
        """Tell the pure mapping in which extensions to look."""
        return {**row, EXTENSIONS_MARK: dict(self.extensions)} if self.extensions else row


def rows_of(reply: Reply) -> list[RawRow]:
    """Take the rows out of a list: a bare array [doc], or HAL, whose ``self`` may miss [code].

    :raises PosError: see :func:`raise_for`.
    :raises PosUnavailableError: JSON, but no list.
    """
    raise_for(reply)
    return _rows(_unwrapped(reply.data), damaged=reply.damaged)


def results_of(reply: Reply) -> list[RawRow]:
    """Take the rows out of an answer of ``Search`` [doc]."""
    raise_for(reply)
    results = reply.data.get("Results") if isinstance(reply.data, dict) else None
    return _rows([] if results is None else results, damaged=reply.damaged)


def row_of(reply: Reply) -> RawRow:
    """Take one row.

    :raises PosUnavailableError: something else than an object with an id.
    """
    raise_for(reply)
    if not isinstance(reply.data, dict) or not reply.data.get("Id"):
        raise PosUnavailableError("Cova sent something else than a customer", code="no_row")
    return mark_damaged(reply.data) if reply.damaged else reply.data


def token_of(reply: Reply) -> tuple[str, float]:
    """Take the access token and its life in seconds.

    :raises PosCredentialsError: refused, which Cova says with 400 [doc].
    """
    told = reply.data if isinstance(reply.data, dict) else {}
    if reply.status == 200 and isinstance(told.get("access_token"), str):
        return told["access_token"], _life_s(told.get("expires_in"))
    if reply.status == 200:
        raise PosUnavailableError("Cova gave no token", code="no_token")
    word = str(told.get("error") or "")
    reason = word if _OAUTH_CODE.fullmatch(word) else f"http_{reply.status}"
    raise PosCredentialsError(f"Cova gives no token for these credentials ({reason})", code=reason)


def raise_for(reply: Reply, sent: Iterable[object] = (), *, has_version: bool = False) -> None:
    """Raise what a status other than a success stands for.

    :param sent: values of the request, which must not show in an error.
    :param has_version: the request told a version: 400 may mean that it is an old one [guess].
    """
    if not 200 <= reply.status < 300:
        raise _refusal(reply, sent, has_version=has_version)


def _refusal(reply: Reply, sent: Iterable[object], *, has_version: bool) -> PosError:
    code = f"http_{reply.status}"
    if reply.status in (404, 405):
        return _not_there(reply, code)
    if reply.status in (409, 412):
        return PosConflictError("Cova holds a newer version of the customer", code=code)
    if 400 <= reply.status < 500:
        told = list(_told(reply.data))
        if has_version and any(map(_STALE.search, told)):
            return PosConflictError("Cova holds a newer version of the customer", code=code)
        reason = without_values(". ".join(told), sent)
        return PosRefusedDataError(f"Cova refused the request: {reason or 'no reason'}", code=code)
    return PosUnavailableError(f"Cova answered {reply.status}", code=code)


def without_values(text: str, sent: Iterable[object]) -> str:
    """Shorten the POS's words, without what was sent, in whole or in part, and quotations."""
    values = {str(value).lower() for value in sent if isinstance(value, str) and len(value) > 1}
    for value in sorted(values, key=len, reverse=True):
        # Short ones are codes, which stand in the middle of other words by chance.
        whole = re.escape(value) if len(value) >= _SHORTEST_PART else rf"\b{re.escape(value)}\b"
        text = re.sub(whole, "…", text, flags=re.IGNORECASE)
    text = _PERSONAL.sub("…", _QUOTED.sub("…", text))

    def shown(word: re.Match[str]) -> str:
        is_part = len(word[0]) >= _SHORTEST_PART and any(word[0].lower() in v for v in values)
        return "…" if is_part else word[0]

    return " ".join(re.sub(r"\w+", shown, text).split())[:_LONGEST_REASON]


def iso_utc(moment: dt.datetime) -> str:
    """Write ``2019-01-01T00:00:00z`` as Cova's documentation does."""
    return moment.astimezone(dt.UTC).isoformat()[:19] + "z"


def literal(text: str) -> str:
    """Write an OData string: quotes inside are doubled [doc]."""
    return "'" + text.replace("'", "''") + "'"


def parts(row: RawRow, key: str) -> list[dict[str, Any]]:
    """Return the parts of a customer that can be read: addresses, contact methods, extensions."""
    held = row.get(key)
    return [part for part in held if isinstance(part, dict)] if isinstance(held, list) else []


def _not_there(reply: Reply, code: str) -> PosError:
    """Tell a missing customer from a gateway that has no such operation at all.

    The gateway's own answer carries its status in the body [guess], the service's does not [code];
    taken for a missing customer, it would look as if everybody had been deleted.
    """
    told = reply.data if isinstance(reply.data, dict) else {}
    if reply.status == 405 or "statusCode" in told or "no http resource" in str(told).lower():
        return UnsupportedByPosError("Cova has no such operation under this base URL", code=code)
    return PosGoneError("Cova knows nobody under this id", code=code)


def _told(body: object) -> Iterator[str]:
    """Read the reason out of a refusal in one of two shapes [guess]."""
    if not isinstance(body, Mapping):
        return
    for key in ("Message", "message", "Description"):
        if isinstance(body.get(key), str):
            yield body[key].rstrip(". ")
    state = body.get("ModelState")
    if isinstance(state, Mapping):
        yield from [name for name in map(str, state) if _WORD.fullmatch(name)][:_MOST_NAMES]


def _unwrapped(body: object) -> object:
    if not isinstance(body, dict) or not HAL_KEYS & body.keys():
        return body
    embedded = body.get("_embedded")
    rows = embedded.get("self") if isinstance(embedded, dict) else embedded
    return [] if rows is None else rows


def _rows(rows: object, *, damaged: bool) -> list[RawRow]:
    if not isinstance(rows, list):
        raise PosUnavailableError("Cova sent something else than a list", code="no_list")
    if not damaged and all(type(row) is dict for row in rows):
        return rows
    return [_raw_row(row, damaged=damaged) for row in rows]


def _raw_row(row: object, *, damaged: bool) -> RawRow:
    if not isinstance(row, dict):
        return {NOT_A_ROW_MARK: True}
    return mark_damaged(row) if damaged else row


def _life_s(value: object) -> float:
    try:
        return max(0.0, float(str(value)))
    except ValueError:
        return _DEFAULT_TOKEN_LIFE_S
