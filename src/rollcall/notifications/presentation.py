"""How notices are laid out on their page, and the link to it at the top of every page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from django import template
from django.template import Context
from django.urls import NoReverseMatch, reverse

from rollcall.kit.scope import Role
from rollcall.notifications.models import Notice
from rollcall.notifications.queries import MailCount, Seeing, count_open
from rollcall.notifications.rules.kinds import Severity, advice_of, title_of

#: The template library "notices", by which the base template shows the link.
register = template.Library()


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeCard:
    """One notice in words.

    :param stores: names of the stores concerned that the reader works in; empty: all.
    :param seen: by the reader.
    """

    notice: Notice
    title: str
    advice: str
    is_critical: bool
    stores: Sequence[str]
    seen: bool
    seen_by: Sequence[Seeing]
    mails: MailCount | None


def lay_out(
    notices: Sequence[Notice],
    *,
    stores: Mapping[int, str],
    seen: AbstractSet[int],
    seen_by: Mapping[int, Sequence[Seeing]],
    mails: Mapping[int, MailCount],
) -> list[NoticeCard]:
    """Cards in the order of the notices.

    :param stores: names of the stores that the reader works in, by id.
    """
    return [
        NoticeCard(
            notice=notice,
            title=title_of(notice.kind, notice.data),
            advice=advice_of(notice.kind, notice.data),
            is_critical=notice.severity == Severity.CRITICAL,
            stores=sorted(stores[one] for one in notice.store_ids if one in stores),
            seen=notice.pk in seen,
            seen_by=seen_by.get(notice.pk, ()),
            mails=mails.get(notice.pk),
        )
        for notice in notices
    ]


@register.inclusion_tag("notifications/bell.html", takes_context=True)
def notice_bell(context: Context) -> dict[str, Any]:
    """An entry of the main navigation for managers and administrators; nothing for others."""
    visit = context.get("visit")
    if not visit or not visit.scope.role.includes(Role.MANAGER):
        return {}
    try:
        page = reverse("notifications:notices")
    except NoReverseMatch:  # these pages are not part of the addresses
        return {}
    here = getattr(context.get("request"), "resolver_match", None)
    return {
        "page": page,
        "count": count_open(visit.scope),
        "is_here": here is not None and here.view_name == "notifications:notices",
    }
