"""What goes over BLAZE's wire: keys of a member, lists and single members, refusals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from rollcall.pos.contract import RawRow
from rollcall.pos.decoding import ENCODING_MARK, NOT_A_ROW_MARK, mark_damaged
from rollcall.pos.errors import (
    PosDuplicateError,
    PosGoneError,
    PosRefusedDataError,
    PosUnavailableError,
)
from rollcall.pos.http import Reply

#: Every key of a member that is documented or was seen. [doc, code]
KNOWN_KEYS: Final = frozenset({
    "id", "companyId", "shopId", "created", "modified", "deleted", "updated", "dirty", "firstName",
    "middleName", "lastName", "email", "primaryPhone", "cpn", "dob", "birthdate", "localDob",
    "localDobUTC", "sex", "address", "addresses", "textOptIn", "emailOptIn", "medical",
    "consumerType", "status", "banPatient", "banned", "identifications", "recommendations",
    "lastestRecommendation", "latestRecommendation", "recommendationExpired", "dlExpired",
    "agreementExpired", "recommendationExpiryLeft", "expStatuses", "memberGroupId", "memberGroup",
    "enableLoyalty", "loyaltyPoints", "lifetimePoints", "marketingSource", "referralCode",
    "nickname", "tags", "notes", "metadata", "preferences", "contracts", "lastVisitDate",
    "startDate", "importId", "doctorImportId", "consumerUserId", "emailVerified", "anonymous",
    "searchText", "uppercaseCity", "recentProducts", "careGivers", "enabledCareGiver",
    "enabledCannabisLimit", "photoId", "regionId", "qbCustomerRef", "eligibleForFTMPromos",
    "complianceCardSessionId", "sbid", "exemptFromLimits", "listedByElastic",
    "strongholdCustomerId", "allotmentOverride", ENCODING_MARK, NOT_A_ROW_MARK,
})  # fmt: skip
#: Keys that change without the member changing: counters of the whole company inside the group
#: (``memberGroupId`` tells a move), days until an expiry, how the row was found. [code]
VOLATILE_KEYS: Final = frozenset({
    "memberGroup", "recommendationExpiryLeft", "recommendationExpired", "dlExpired",
    "agreementExpired", "expStatuses", "listedByElastic", "recentProducts", "updated", "dirty",
})  # fmt: skip

_NOBODY: Final = re.compile(
    r"not\s+found|no\s+such|does\s*n.?t\s+exist|does\s+not\s+exist|cannot\s+be\s+found|no\s+member"
    r"|invalid\s+member",
    re.IGNORECASE,
)
_DUPLICATE: Final = re.compile(r"already\s+(?:exists?|in\s+use|registered|taken)", re.IGNORECASE)
_EMAIL: Final = re.compile(r"\S+@\S+")
_LONG_NUMBER: Final = re.compile(r"\+?\(?\d(?:[\s().-]*\d){4,}")
_LONGEST_REASON: Final = 200


def rows_of(reply: Reply) -> list[RawRow]:
    """Take the members out of a list's answer: ``{values, …}`` [doc]; null means nobody [guess].

    Its ``total`` is not looked at: it counts the whole company, whatever was asked for [code].

    :raises PosRefusedDataError: the request was wrong.
    :raises PosGoneError: 404, or 400 with words for it.
    :raises PosUnavailableError: JSON, but no list.
    """
    if reply.status != 200:
        raise refusal(reply)
    if reply.data is None or (isinstance(reply.data, dict) and reply.data.get("values", 0) is None):
        return []
    values = reply.data.get("values") if isinstance(reply.data, dict) else None
    if not isinstance(values, list):
        raise PosUnavailableError("BLAZE sent something else than a list", code="no_list")
    if not reply.damaged and all(type(row) is dict for row in values):
        return values
    return [_raw_row(row, damaged=reply.damaged) for row in values]


def member_of(reply: Reply) -> RawRow | None:
    """Take a single member out of an answer; None for "nobody", in each of its forms [guess].

    :raises PosRefusedDataError: the request was wrong.
    :raises PosUnavailableError: JSON, but no member.
    """
    if reply.status != 200:
        error = refusal(reply)
        if isinstance(error, PosGoneError):
            return None
        raise error
    if not reply.data:
        return None
    if not isinstance(reply.data, dict) or "id" not in reply.data:
        raise PosUnavailableError("BLAZE sent something else than a member", code="no_member")
    return _raw_row(reply.data, damaged=reply.damaged)


def refusal(
    reply: Reply, *, sent: Iterable[str] = ()
) -> PosRefusedDataError | PosGoneError | PosUnavailableError:
    """Return the error that a status other than 200 stands for.

    :param sent: texts of the request, which its message must not repeat.
    """
    code = f"http_{reply.status}"
    body: Mapping[str, Any] = reply.data if isinstance(reply.data, Mapping) else {}
    message = body.get("message")
    words = message if isinstance(message, str) else ""
    if reply.status == 404 or (reply.status == 400 and _is_nobody(words, body)):
        return PosGoneError("BLAZE knows nothing under this id or path", code=code)
    if not 400 <= reply.status < 500:
        return PosUnavailableError(f"BLAZE answered {reply.status}", code=code)
    reason = shown(": ".join(filter(None, (_field(body), words))), sent)
    told = f" ({reason})" if reason else ""
    if _DUPLICATE.search(words):
        return PosDuplicateError(f"BLAZE holds this member already{told}", code=code)
    return PosRefusedDataError(f"BLAZE refused the request{told}", code=code)


def duplicate_key(reply: Reply) -> str:
    """Name what collided, if the refusal says: ``email``, ``phone``, ``licence`` or ``""``."""
    body = reply.data if isinstance(reply.data, Mapping) else {}
    words = f"{body.get('field')} {body.get('message')}".lower()
    for key, pattern in (("email", "e-?mail"), ("phone", "phone"), ("licence", "licen[cs]e")):
        if re.search(pattern, words):
            return key
    return ""


def shown(text: str, sent: Iterable[str]) -> str:
    """Shorten the POS's words and leave out whatever may be a person's."""
    for value in sorted(set(sent), key=len, reverse=True):
        if value.strip():
            text = re.sub(
                rf"(?<!\w){re.escape(value.strip())}(?!\w)", "…", text, flags=re.IGNORECASE
            )
    text = _LONG_NUMBER.sub("…", _EMAIL.sub("…", text))
    text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())[:_LONGEST_REASON]


def texts_in(value: object) -> Iterator[str]:
    """Stream all texts of a JSON value, keys of objects left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, Sequence):
        for item in value:
            yield from texts_in(item)


def _is_nobody(words: str, body: Mapping[str, Any]) -> bool:
    kind = body.get("errorType")
    named = isinstance(kind, str) and kind.endswith("NotFoundException")
    return named or bool(_NOBODY.search(words))


def _field(body: Mapping[str, Any]) -> str:
    field = body.get("field")
    return field if isinstance(field, str) else ""


def _raw_row(row: object, *, damaged: bool) -> RawRow:
    if not isinstance(row, dict):
        return {NOT_A_ROW_MARK: True}
    return mark_damaged(row) if damaged else row
