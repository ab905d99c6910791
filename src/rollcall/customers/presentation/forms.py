"""Forms made from canonical fields: how a value is put into a control, and read back from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext

from rollcall.customers.presentation.people import GROUPS
from rollcall.kit.fields import FIELDS, Fields, FieldType, FieldValue
from rollcall.kit.normalise.characters import visible
from rollcall.kit.normalise.dates import DayError, parse_day
from rollcall.kit.normalise.email import email_normal
from rollcall.kit.normalise.phone import phone_e164

#: What a machine counts or notes is not typed.
_OF_MACHINES: Final = frozenset({"verification", "loyalty_points", "signed_up_at", "last_visit_at"})
EDITABLE: Final = tuple(name for name in FIELDS if name not in _OF_MACHINES)
_LONGEST: Final = 200
_LONGEST_NOTE: Final = 2_000
_MOST_WORDS: Final = 50
_CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "gender": ("female", "male", "nonbinary", "unspecified"),
    "customer_type": ("adult", "medical", "caregiver"),
}
_YES: Final = frozenset({"yes", "true"})
_NO: Final = frozenset({"no", "false"})


class TypedValueError(ValueError):
    """What was typed is no value of the field. The message goes behind the field's label."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FormField:
    """One control.

    :param control: ``text``, ``email``, ``tel``, ``long`` or ``choice``.
    :param text: what stands in the control.
    :param was: what stood there when the form was first shown; nothing else counts as a change.
    :param choices: (value, words) of a ``choice``.
    :param error: what is wrong with it, behind the label; "" if nothing is.
    """

    name: str
    label: str
    control: str
    text: str
    was: str
    choices: Sequence[tuple[str, str]] = ()
    hint: str = ""
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FormGroup:
    """Controls under one heading."""

    heading: str | Promise
    fields: Sequence[FormField]


def lay_out_form(
    values: Fields, *, typed: Mapping[str, str], errors: Mapping[str, str]
) -> list[FormGroup]:
    """Lay out all fields that can be edited, grouped as on a person's page.

    :param values: what stands now.
    :param typed: what was sent, if something has to be mended.
    """
    groups = []
    left = list(EDITABLE)
    for heading, names in GROUPS:
        wanted = [name for name in (names or left) if name in left]
        left = [name for name in left if name not in wanted]
        fields = lay_out_fields(wanted, values, typed=typed, errors=errors)
        groups.append(FormGroup(heading=heading, fields=fields))
    return groups


def lay_out_fields(
    names: Collection[str],
    values: Fields,
    *,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
) -> list[FormField]:
    """Lay out some fields in the vocabulary's order."""
    return [
        _lay_out(name, text_of(values.get(name)), typed, errors.get(name, ""))
        for name in FIELDS
        if name in names
    ]


def _lay_out(name: str, held: str, typed: Mapping[str, str], error: str) -> FormField:
    text = typed.get(name, held)
    return FormField(
        name=name,
        label=gettext(FIELDS[name].label),
        control=_control(name),
        text=text,
        was=typed.get(f"was-{name}", held),
        choices=_choices(name, text),
        hint=_hint(name),
        error=error,
    )


def _control(name: str) -> str:
    if FIELDS[name].type is FieldType.FLAG or name in _CHOICES:
        return "choice"
    return {"email": "email", "phone": "tel", "notes": "long"}.get(name, "text")


def _hint(name: str) -> str:
    # No control for dates: typing one is quicker, and two of its three parts show no focus.
    hints = {
        FieldType.DATE: gettext("month/day/year or year-month-day"),
        FieldType.WORDS: gettext("separated by commas"),
    }
    return hints.get(FIELDS[name].type, "")


def _choices(name: str, text: str) -> list[tuple[str, str]]:
    if FIELDS[name].type is FieldType.FLAG:
        return [("", gettext("not known")), ("yes", gettext("Yes")), ("no", gettext("No"))]
    if name not in _CHOICES:
        return []
    known = dict.fromkeys(("", *_CHOICES[name], text))
    return [(one, one.replace("_", " ").capitalize() or gettext("not known")) for one in known]


def text_of(value: FieldValue) -> str:
    """What stands in a control for a value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    return str(value)


def read_changes(
    names: Collection[str], typed: Mapping[str, str], *, today: dt.date
) -> tuple[dict[str, FieldValue], dict[str, str]]:
    """Read which fields somebody changed; returns values and, for what is wrong, words.

    Only what differs from what the form showed is a change: what others changed meanwhile stays.

    :param typed: field → text, and ``was-`` field → text as it was shown.
    """
    changes: dict[str, FieldValue] = {}
    errors: dict[str, str] = {}
    for name in names:
        if name not in typed or _clean(name, typed[name]) == _clean(name, _was(name, typed)):
            continue
        try:
            changes[name] = read_typed(name, typed[name], today=today)
        except TypedValueError as error:
            errors[name] = str(error)
    return changes, errors


def _was(name: str, typed: Mapping[str, str]) -> str:
    return typed.get(f"was-{name}", "")


def read_typed(name: str, text: str, *, today: dt.date) -> FieldValue:
    """Read what somebody typed for a field; nothing means that it is to be empty.

    :param today: for birth dates, which lie before it.
    :raises TypedValueError: it is no value of the field.
    """
    if name not in EDITABLE:
        raise TypedValueError(gettext("cannot be changed here"))
    value = _clean(name, text)
    if not value:
        return None
    longest = _LONGEST_NOTE if name == "notes" else _LONGEST
    if len(value) > longest:
        words = gettext("is too long (maximum is %(longest)d characters)")
        raise TypedValueError(words % {"longest": longest})
    if FIELDS[name].type is FieldType.DATE:
        return _read_day(name, value, today)
    return _reader(name)(value)


def _clean(name: str, text: str) -> str:
    lines = [" ".join(visible(line).split()) for line in text.splitlines()]
    return "\n".join(lines).strip() if name == "notes" else " ".join(filter(None, lines))


def _reader(name: str) -> Callable[[str], FieldValue]:
    if name in _CHOICES:
        return lambda value: _read_choice(name, value)
    by_name: Mapping[str, Callable[[str], FieldValue]] = {
        "phone": _read_phone,
        "email": _read_email,
    }
    by_type: Mapping[FieldType, Callable[[str], FieldValue]] = {
        FieldType.FLAG: _read_flag,
        FieldType.WORDS: lambda value: list(_words(value)),
    }
    return by_name.get(name) or by_type.get(FIELDS[name].type) or str


def _read_day(name: str, value: str, today: dt.date) -> str:
    try:
        return parse_day(value, latest=today if name == "born_on" else None).isoformat()
    except DayError:
        raise TypedValueError(gettext("is not a valid date")) from None


def _read_choice(name: str, value: str) -> str:
    if value.casefold() not in _CHOICES[name]:
        raise TypedValueError(gettext("is not one of the choices"))
    return value.casefold()


def _read_phone(value: str) -> str:
    normal = phone_e164(value)
    if normal is None:
        raise TypedValueError(gettext("is not a phone number"))
    return normal


def _read_email(value: str) -> str:
    normal = email_normal(value)
    if normal is None:
        raise TypedValueError(gettext("is not an e-mail address"))
    return normal


def _read_flag(value: str) -> bool:
    if value.casefold() in _YES:
        return True
    if value.casefold() in _NO:
        return False
    raise TypedValueError(gettext("is neither yes nor no"))


def _words(value: str) -> Iterator[str]:
    words = list(dict.fromkeys(filter(None, (word.strip() for word in value.split(",")))))
    if len(words) > _MOST_WORDS:
        raise TypedValueError(gettext("has too many words"))
    yield from words
