"""What goes over Treez's wire: the envelope, the token answer, the keys of a customer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rollcall.pos.contract import RawRow
from rollcall.pos.decoding import ENCODING_MARK, NOT_A_ROW_MARK, mark_damaged
from rollcall.pos.errors import (
    PosConflictError,
    PosCredentialsError,
    PosDuplicateError,
    PosError,
    PosGoneError,
    PosOutcomeUnknownError,
    PosRefusedDataError,
    PosThrottledError,
    PosUnavailableError,
)
from rollcall.pos.http import Reply

#: Every key of a customer row that is documented or was seen. [doc, code]
KNOWN_KEYS: Final = frozenset(
    [
        "customer_id",
        "status",
        "verification_status",
        "verification_reasons",
        "first_name",
        "middle_name",
        "last_name",
        "nickname",
        "birthday",
        "drivers_license",
        "drivers_license_expiration",
        "state_medical_id",
        "permit_expiration",
        "email",
        "phone",
        "notes",
        "gender",
        "patient_type",
        "physician_first_name",
        "physician_last_name",
        "physician_license",
        "physician_address",
        "physician_phone",
        "is_caregiver",
        "caregiver_license_number",
        "caregiver_name_1",
        "caregiver_name_2",
        "caregiver_details",
        "rewards_balance",
        "rewards_type",
        "signup_date",
        "last_update",
        "last_visit_date",
        "opt_out",
        "referral_source",
        "banned",
        "warning_1",
        "warning_2",
        "addresses",
        "merged_customer_ids",
        "merged_into_customer_id",
        "imageList",
        "customer_groups",
        "external_ids",
    ]
) | {ENCODING_MARK, NOT_A_ROW_MARK}

#: ``resultReason`` values that mean "nobody". [doc, code]
NOBODY: Final = frozenset({"NOT_FOUND", "NO_RECORDS", "CUSTOMER_DOESNT_EXIST"})
_CODE: Final = re.compile(r"[A-Z0-9_]{1,60}")
#: If neither ``expires_in`` nor ``expires_at`` can be read. [doc]
_DEFAULT_TOKEN_LIFE_S: Final = 7200.0


def rows_of(reply: Reply) -> list[RawRow]:
    """Take the customers out of an answer; an empty list for all three ways to say "nobody".

    ``data`` may be an object or a list [doc, code]; ``resultCode`` decides, not the status [doc].

    :raises PosUnavailableError: not Treez's envelope.
    :raises PosRefusedDataError: the request was wrong.
    :raises PosCredentialsError: no (longer) logged in, told with another status than 401.
    """
    envelope = reply.data
    if not isinstance(envelope, dict) or "resultCode" not in envelope:
        raise PosUnavailableError(
            f"Treez answered {reply.status} without its envelope", code="no_envelope"
        )
    if envelope["resultCode"] != "SUCCESS":
        return _refused(reply.status, envelope)
    data = envelope.get("data")
    if data is None:
        return []
    if not isinstance(data, dict | list):
        raise PosUnavailableError("Treez sent neither rows nor a row", code="bad_envelope")
    rows = data if isinstance(data, list) else [data]
    if not reply.damaged and all(type(row) is dict for row in rows):
        return rows
    return [_raw_row(row, damaged=reply.damaged) for row in rows]


def written(reply: Reply, sent: Mapping[str, Any]) -> RawRow:
    """Take the customer out of the answer to a write.

    :param sent: the body; whatever of it stands in a refusal is not passed on.
    :raises PosDuplicateError: somebody has this e-mail, phone or licence; ``code`` tells which.
    :raises PosRefusedDataError: Treez refused the values.
    :raises PosConflictError: the customer was merged away.
    :raises PosGoneError: there is no such customer.
    :raises PosOutcomeUnknownError: the answer does not tell.
    """
    envelope = reply.data if isinstance(reply.data, dict) else {}
    if envelope.get("resultCode") == "SUCCESS":
        rows = rows_of(reply)
        if len(rows) == 1 and rows[0].get("customer_id"):
            return rows[0]
        message = "Treez took the customer and does not say as whom"
        raise PosOutcomeUnknownError(message, code="no_customer")
    if "resultCode" not in envelope:
        message = f"Treez answered {reply.status} without its envelope"
        raise PosOutcomeUnknownError(message, code="no_envelope")
    raise refusal(reply.status, envelope, sent)


def token_of(reply: Reply) -> tuple[str, float]:
    """Take the access token and its life in seconds out of an answer of ``gettokens``.

    ``expires_in`` is a string, ``expires_at`` has an offset without a colon. [code]

    :raises PosCredentialsError: refused; Treez does so with 200 as well as with 4xx.
    :raises PosThrottledError: over the limit.
    """
    envelope = reply.data if isinstance(reply.data, dict) else {}
    token = envelope.get("access_token")
    if reply.status == 200 and envelope.get("resultCode") == "SUCCESS" and isinstance(token, str):
        return token, _token_life_s(envelope, reply.pos_time)
    reason = reason_of(envelope)
    if reason == "OVER_LIMIT":
        raise PosThrottledError("Treez says that we ask too often", code=reason)
    raise PosCredentialsError(f"Treez gives no token for this API key ({reason})", code=reason)


def moment_of(value: object) -> dt.datetime | None:
    """Read a time with an offset; None for anything else."""
    try:
        moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if moment is None or moment.tzinfo is None else moment


def iso_millis(moment: dt.datetime) -> str:
    """Write ``yyyy-MM-dd'T'HH:mm:ss.SSSXXX``, the only format that lastUpdated takes [doc]."""
    return moment.isoformat(timespec="milliseconds")


def _refused(status: int, envelope: dict[str, Any]) -> list[RawRow]:
    reason = reason_of(envelope)
    if reason in NOBODY:
        return []
    if "AUTHENTICATION" in reason:
        raise PosCredentialsError("Treez does not know our token", code="http_401")
    if reason == "OVER_LIMIT":
        raise PosThrottledError("Treez says that we ask too often", code=reason)
    if 400 <= status < 500 or reason in {"RESPONSE_LIMIT_EXCEEDS", "INVALID_DATE_FORMAT"}:
        raise PosRefusedDataError(f"Treez refused the request ({reason})", code=reason)
    raise PosUnavailableError(f"Treez failed ({reason})", code=reason)


def refusal(
    status: int, envelope: Mapping[str, Any], sent: Mapping[str, Any], *, what: str = "customer"
) -> PosError:
    """Name a refused write by what happens next.

    :param sent: the body; whatever of it stands in a refusal is not passed on.
    """
    reason = reason_of(envelope)
    detail = str(envelope.get("resultDetail") or envelope.get("message") or "")
    if "AUTHENTICATION" in reason:
        return PosCredentialsError("Treez does not know our token", code="http_401")
    if reason == "OVER_LIMIT":
        return PosThrottledError("Treez says that we ask too often", code=reason)
    if reason in NOBODY:
        return PosGoneError("Treez has no customer with this id", code=reason)
    if "CUSTOMER_MERGED" in reason or "MERGED_INTO_CUSTOMER_ID" in detail.upper():
        return PosConflictError("the customer was merged into another at Treez", code=reason)
    if _is_duplicate(reason, f"{envelope.get('resultReason')} {detail}"):
        return PosDuplicateError(f"Treez holds such a customer already ({reason})", code=reason)
    if reason == "UNKNOWN" and not 400 <= status < 500:
        return PosOutcomeUnknownError(f"Treez failed ({reason})", code=reason)
    told = _without_values(detail, sent)
    return PosRefusedDataError(
        f"Treez refused the {what} ({reason}{told and f': {told}'})", code=reason
    )


def _is_duplicate(reason: str, text: str) -> bool:
    """By its token [doc], or by its words [code]; addresses and groups can be doubled, too."""
    is_token = "DUPLICAT" in reason and any(w in reason for w in ("EMAIL", "PHONE", "LICENSE"))
    return is_token or "already exist" in text.lower()


#: Quotations, addresses, and anything with several digits may be a person's.
_PERSONAL: Final = re.compile(r"'[^']*'|\"[^\"]*\"|\S+@\S+|\+?\d[\d\-/. ]{2,}\d")
_LONGEST_REASON: Final = 200


def _without_values(text: str, sent: Mapping[str, Any]) -> str:
    """Shorten a reason and take out of it whatever was sent."""
    said = {str(value) for value in _flat(sent) if str(value or "").strip()}
    text = _PERSONAL.sub("…", text[: 4 * _LONGEST_REASON])
    for value in sorted(said, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "…", text, flags=re.IGNORECASE)
    return " ".join(text.split())[:_LONGEST_REASON]


def _flat(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if not isinstance(value, list):
        yield value
        return
    for part in value:
        yield from _flat(part)


def reason_of(envelope: Mapping[str, Any]) -> str:
    """Read Treez's own word; sentences in its place may quote values, so only known ones pass."""
    word = str(envelope.get("resultReason") or "").strip().upper().replace(" ", "_")
    return word if _CODE.fullmatch(word) else "UNKNOWN"


def _token_life_s(envelope: dict[str, Any], pos_time: dt.datetime) -> float:
    try:
        return max(0.0, float(envelope["expires_in"]))
    except (KeyError, TypeError, ValueError):
        pass
    try:
        until = dt.datetime.fromisoformat(str(envelope["expires_at"]))
        return max(0.0, (until - pos_time).total_seconds())
    except (KeyError, TypeError, ValueError):
        return _DEFAULT_TOKEN_LIFE_S


def _raw_row(row: object, *, damaged: bool) -> RawRow:
    if not isinstance(row, dict):
        return {NOT_A_ROW_MARK: True}
    return mark_damaged(row) if damaged else row
