"""What goes over Dutchie's wire: keys of a customer, bare lists, ``whoami``, five kinds of 400."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rollcall.pos.contract import RawRow
from rollcall.pos.decoding import ENCODING_MARK, NOT_A_ROW_MARK, mark_damaged
from rollcall.pos.errors import PosGoneError, PosRefusedDataError, PosUnavailableError
from rollcall.pos.http import Reply

#: Every key of a customer row that is documented or was seen. [doc, code]
KNOWN_KEYS: Final = frozenset({
    "customerId", "uniqueId", "name", "firstName", "middleName", "lastName", "namePrefix",
    "nameSuffix", "address1", "address2", "city", "state", "postalCode", "phone", "cellPhone",
    "emailAddress", "status", "customerType", "mmjidNumber", "mmjidExpirationDate",
    "primaryQualifyingCondition", "secondaryQualifyingConditions", "dateOfBirth", "gender",
    "driversLicenseHash", "externalCustomerId", "customIdentifier", "createdByIntegrator",
    "createdAtLocation", "creationDate", "lastModifiedDateUTC", "isAnonymous", "isLoyaltyMember",
    "loyaltyTier", "optedIntoMarketing", "springBigMemberId", "discountGroups", "referralSource",
    "otherReferralSource", "notes", "mergedIntoCustomerId", "lastTransactionDate",
    ENCODING_MARK, NOT_A_ROW_MARK,
})  # fmt: skip

#: Search results are customers with this key on top. [doc]
MATCH_TYPE: Final = "matchType"

#: Names of properties and rules may be shown; whatever else a refusal says may quote values.
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.\[\]]{0,60}")
_MOST_NAMES: Final = 10


@dataclass(frozen=True, kw_only=True)
class WhoAmI:
    """Whom a key stands for.

    :param company_id: the LSP's; None if not told.
    """

    location_id: str
    location: str
    company_id: str | None
    company: str
    shares_profiles: bool


def rows_of(reply: Reply) -> list[RawRow]:
    """Take the customers out of a list's answer, a bare array [doc].

    :raises PosRefusedDataError: the request was wrong.
    :raises PosGoneError: 404, which only lookups by id may mean as "nobody".
    :raises PosUnavailableError: JSON, but no list.
    """
    rows = reply.data
    if reply.status != 200:
        raise refusal(reply)
    if not isinstance(rows, list):
        raise PosUnavailableError("Dutchie sent something else than a list", code="no_list")
    if not reply.damaged and all(type(row) is dict for row in rows):
        return rows
    return [_raw_row(row, damaged=reply.damaged) for row in rows]


def whoami_of(reply: Reply) -> WhoAmI:
    """Read ``/whoami``; its keys were seen in camel and in Pascal case [doc, code].

    :raises PosRefusedDataError: the request was wrong.
    :raises PosUnavailableError: no location in the answer, or shared profiles of no company.
    """
    if reply.status != 200:
        raise refusal(reply)
    if not isinstance(reply.data, dict):
        raise PosUnavailableError("Dutchie does not say whose key this is", code="no_whoami")
    told = {str(key).lower(): value for key, value in reply.data.items()}
    location_id = _id(told.get("locationid"))
    company_id = _id(told.get("lspid"))
    shares = str(told.get("sharecustomerprofiles")).lower() == "true"
    if location_id is None or (shares and company_id is None):
        raise PosUnavailableError("Dutchie does not say whose key this is", code="no_whoami")
    return WhoAmI(
        location_id=location_id,
        location=_label(told, "locationname", "doingbusinessas"),
        company_id=company_id,
        company=_label(told, "lspname", "companyname"),
        shares_profiles=shares,
    )


def refusal(reply: Reply) -> PosRefusedDataError | PosGoneError | PosUnavailableError:
    """Return the error that a status other than 200 stands for.

    Its message holds names of properties at most: sentences of the POS may quote values.
    """
    if reply.status == 404:
        return PosGoneError("Dutchie knows nothing under this id or path", code="http_404")
    code = f"http_{reply.status}"
    if 400 <= reply.status < 500:
        names = list(dict.fromkeys(_property_names(reply.data)))[:_MOST_NAMES]
        which = f": {', '.join(names)}" if names else ""
        return PosRefusedDataError(f"Dutchie refused the request{which}", code=code)
    return PosUnavailableError(f"Dutchie answered {reply.status}", code=code)


def reasons(body: object) -> list[str]:
    """Read what a refusal says, as it is: whoever shows it takes values out first."""
    if isinstance(body, str):
        return [body]
    if not isinstance(body, Mapping):
        return []
    told = [*_texts_in(body.get("propertyErrors")), *_texts_in(body.get("errors"))]
    return told or [text for text in (body.get("message"),) if isinstance(text, str)]


def iso_utc(moment: dt.datetime) -> str:
    """Write ``2025-11-20T17:54:00Z``, in whole seconds [doc]."""
    return moment.astimezone(dt.UTC).isoformat()[:19] + "Z"


def _property_names(body: object) -> Iterator[str]:
    """Read the names out of a refusal: a message, a text, nothing, or one of three objects."""
    if not isinstance(body, Mapping):
        return
    yield from _names_in(body.get("propertyErrors"))
    errors = body.get("errors")
    yield from _names_in(errors)
    if isinstance(errors, Mapping):
        yield from filter(_WORD.fullmatch, map(str, errors))


def _names_in(entries: object) -> Iterator[str]:
    if not isinstance(entries, list):
        return
    for entry in entries:
        name = entry.get("propertyName") if isinstance(entry, Mapping) else None
        if isinstance(name, str) and _WORD.fullmatch(name):
            yield name


def _texts_in(entries: object) -> Iterator[str]:
    """Read sentences out of a list of objects, or an object of lists."""
    if isinstance(entries, Mapping):
        for texts in entries.values():
            yield from map(str, texts if isinstance(texts, list) else [])
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, Mapping):
            yield str(entry.get("propertyError") or entry.get("errorMessage") or "")


def _id(value: object) -> str | None:
    text = str(value).strip() if type(value) in (int, str) else ""
    return text if text.isascii() and text.isdigit() and len(text) <= 20 and int(text) else None


def _label(told: Mapping[str, Any], *keys: str) -> str:
    for key in keys:
        value = told.get(key)
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())[:200]
    return ""


def _raw_row(row: object, *, damaged: bool) -> RawRow:
    if not isinstance(row, dict):
        return {NOT_A_ROW_MARK: True}
    return mark_damaged(row) if damaged else row
