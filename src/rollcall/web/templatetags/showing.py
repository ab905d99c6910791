"""Template words for :mod:`rollcall.web.showing`."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from rollcall.kit.clock import utc_now
from rollcall.kit.fields import FieldValue
from rollcall.web import showing

register = template.Library()


@register.filter
def field_label(name: str) -> str:
    """The label of a canonical field."""
    return showing.label_of(name)


@register.simple_tag
def field_value(name: str, value: FieldValue) -> SafeString:
    """A canonical field's value, with the age or "expired" as a note behind it."""
    today = timezone.localtime(utc_now()).date()
    text = showing.value_text(name, value)
    if showing.is_expired(name, value, today=today):
        return format_html('{} <span class="chip warn">{}</span>', text, gettext("expired"))
    age = showing.age_text(name, value, today=today)
    if age:
        return format_html('{} <span class="note">· {}</span>', text, age)
    return format_html("{}", text)


@register.filter
def ago(instant: dt.datetime | None) -> SafeString:
    """How long ago, with the exact time for those who ask for it."""
    if instant is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        instant.isoformat(),
        showing.instant_text(instant),
        showing.ago_text(instant, now=utc_now()),
    )


@register.filter
def instant(value: dt.datetime | None) -> SafeString:
    """The exact time with its zone."""
    if value is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}">{}</time>', value.isoformat(), showing.instant_text(value)
    )


@register.filter
def number(value: float | None) -> str:
    """A whole number with grouped thousands."""
    return "" if value is None else showing.number_text(value)


@register.filter
def duration(seconds: float | None) -> str:
    """A length of time in words."""
    return "" if seconds is None else showing.duration_text(seconds)
