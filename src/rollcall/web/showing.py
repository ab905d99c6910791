"""Values as people read them: plain, unambiguous, in the words of the page's language."""

from __future__ import annotations

import datetime as dt
from typing import Final

import phonenumbers
from django.utils import formats, timezone
from django.utils.translation import gettext, ngettext

from rollcall.kit.fields import FIELDS, FieldType, FieldValue

#: Codes of the vocabulary that are words, not names.
_WORDS: Final = frozenset(("gender", "customer_type", "verification"))
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_MONTH, _YEAR = 30 * _DAY, 365 * _DAY


def label_of(field: str) -> str:
    """The label of a canonical field, or the name itself."""
    spec = FIELDS.get(field)
    return gettext(spec.label) if spec else field.replace("_", " ").capitalize()


def value_text(field: str, value: FieldValue) -> str:
    """A canonical value in words: yes or no, ``17 Apr 1991``, instants with their zone."""
    spec = FIELDS.get(field)
    kind = spec.type if spec else FieldType.TEXT
    if value is None or value == []:
        return gettext("empty")
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, int):
        return number_text(value)
    return _written(field, kind, value)


def _written(field: str, kind: FieldType, value: str) -> str:
    if kind is FieldType.DATE:
        day = parse_day(value)
        return day_text(day) if day else value
    if kind is FieldType.INSTANT:
        instant = _parse_instant(value)
        return instant_text(instant) if instant else value
    if field == "phone":
        return phone_text(value)
    if field in _WORDS:
        return value.replace("_", " ").capitalize()
    return value


def age_text(field: str, value: FieldValue, *, today: dt.date) -> str:
    """``35 years old`` for a birth date up to today; "" for anything else."""
    born_on = parse_day(value) if field == "born_on" else None
    if born_on is None or born_on > today:
        return ""
    years = age_on(born_on=born_on, day=today)
    return ngettext("%(years)d year old", "%(years)d years old", years) % {"years": years}


def is_expired(field: str, value: FieldValue, *, today: dt.date) -> bool:
    """Whether a document's last day has passed."""
    last_day = parse_day(value) if field.endswith("_expires_on") else None
    return last_day is not None and last_day < today


def age_on(*, born_on: dt.date, day: dt.date) -> int:
    """Completed years; somebody born on 29 February has their birthday on 1 March."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def parse_day(value: object) -> dt.date | None:
    """The day of a canonical date; None for anything else."""
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _parse_instant(value: str) -> dt.datetime | None:
    try:
        instant = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return instant if timezone.is_aware(instant) else None


def day_text(day: dt.date) -> str:
    """``17 Apr 1991``: no order of digits to guess."""
    return formats.date_format(day, "j M Y")


def instant_text(instant: dt.datetime) -> str:
    """``17 Apr 2026, 10:05 PDT`` in the page's time zone."""
    local = timezone.localtime(instant)
    return f"{formats.date_format(local, 'j M Y, H:i')} {local.tzname()}"


def phone_text(value: str) -> str:
    """A phone number with gaps: national in North America, else international."""
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return value
    domestic = number.country_code == 1
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, style.NATIONAL if domestic else style.INTERNATIONAL)


def number_text(value: float) -> str:
    """A number with grouped thousands."""
    return formats.number_format(round(value), force_grouping=True)


def ago_text(instant: dt.datetime, *, now: dt.datetime) -> str:
    """``3 days ago``; instants that lie ahead, by a POS's clock, as they are."""
    seconds = int((now - instant).total_seconds())
    if seconds < -5 * _MINUTE:
        return instant_text(instant)
    if seconds < _MINUTE:
        return gettext("just now")
    return gettext("%(span)s ago") % {"span": _rough_span(seconds)}


def duration_text(seconds: float) -> str:
    """``2 minutes``: a length of time, rounded to its largest unit."""
    whole = max(int(seconds), 0)
    if whole < _MINUTE:
        return ngettext("%(count)d second", "%(count)d seconds", whole) % {"count": whole}
    return _rough_span(whole)


def _rough_span(seconds: int) -> str:
    if seconds < _HOUR:
        count = seconds // _MINUTE
        return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}
    if seconds < 2 * _DAY:
        count = seconds // _HOUR
        return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}
    if seconds < 2 * _MONTH:
        count = seconds // _DAY
        return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}
    if seconds < 2 * _YEAR:
        count = seconds // _MONTH
        return ngettext("%(count)d month", "%(count)d months", count) % {"count": count}
    count = seconds // _YEAR
    return ngettext("%(count)d year", "%(count)d years", count) % {"count": count}
