"""The libraries as judges: what they say, without any of our shortcuts."""

from __future__ import annotations

import datetime as dt
import unicodedata

import phonenumbers
from dateutil import parser
from email_validator import EmailNotValidError, validate_email

from rollcall.kit.normalise.characters import visible


def library_phone(text: str) -> str | None:
    """libphonenumber on the text as it is and, if it refuses, without invisible characters."""
    found = _e164(text)
    if found is None and not text.isprintable():
        return _e164(visible(text))
    return found


def library_email(text: str) -> str | None:
    """email-validator on the visible, trimmed text, in lower case and composed."""
    try:
        found = validate_email(
            visible(text),
            check_deliverability=False,
            test_environment=True,
            allow_quoted_local=True,
        )
    except EmailNotValidError:
        return None
    return unicodedata.normalize("NFC", found.normalized.lower())


def library_day(text: str) -> dt.date | None:
    """Python-dateutil, month before day; it falls back to day first where the month is over 12."""
    try:
        return parser.parse(text).date()
    except (ValueError, OverflowError):
        return None


def _e164(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
