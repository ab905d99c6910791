"""How careful matching is: the settings, what would change, and merges that would not be made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext

from rollcall.customers.presentation.actors import name_actors
from rollcall.identity.models import MatchSettings
from rollcall.identity.operations.match_doubts import keep_merge
from rollcall.identity.operations.match_settings import (
    LONGEST_REASON,
    ChangedMeanwhileError,
    ReasonMissingError,
    TimeInvalidError,
    set_match_settings,
)
from rollcall.identity.queries.frequencies import count_records
from rollcall.identity.queries.match_settings import (
    caution_of,
    list_settings,
    model_in_force,
    newest_settings,
    settings_in_force,
)
from rollcall.identity.queries.merges import MergeNotFoundError
from rollcall.identity.queries.settings_effects import (
    Effects,
    count_doubts,
    find_effects,
    list_doubts,
)
from rollcall.identity.rules.caution import (
    LINK_BITS,
    REVIEW_BITS,
    Caution,
    CautionError,
    check_caution,
    with_caution,
)
from rollcall.identity.rules.model import Model, shipped_model
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.web.access import CHANGE, with_scope

_NAMES: Final = ("links", "link_bits", "review_bits")
_LONGEST: Final = 20
#: Merges of one page.
_SHOWN: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """Settings with words for who made them.

    :param is_to_come: they will count, and do not yet.
    """

    settings: MatchSettings
    actor: str
    is_to_come: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Proposal:
    """What was typed, and what it comes to.

    :param caution: None if it makes no sense; ``errors`` says which field.
    """

    typed: Mapping[str, str]
    caution: Caution | None
    errors: Mapping[str, str]


@with_scope(Role.MANAGER)
def matching_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The settings in force, and what others would change."""
    now = utc_now()
    held = settings_in_force(scope, at=now)
    proposal = _read(request.GET) if "links" in request.GET else None
    in_force = find_effects(scope, caution_of(held))
    effects = (
        find_effects(scope, proposal.caution)
        if proposal is not None and proposal.caution is not None
        else None
    )
    newest = newest_settings(scope)
    context = {
        "held": held,
        "thresholds": _thresholds(scope, model_in_force(scope, at=now)),
        "versions": _versions(scope, held, now),
        "in_force": in_force,
        "proposal": proposal,
        "typed": proposal.typed if proposal else _as_typed(caution_of(held)),
        "errors": proposal.errors if proposal else {},
        "effects": effects,
        "then": _then(scope, proposal),
        "asked_more": _asked_more(in_force, effects),
        "seen": newest.pk if newest else "",
        "is_admin": scope.role.includes(Role.ADMIN),
        "bounds": {"link": LINK_BITS, "review": REVIEW_BITS},
        "longest": LONGEST_REASON,
    }
    return render(request, "identity/matching.html", context)


@with_scope(Role.ADMIN, methods=CHANGE)
def save_matching(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Make new settings; what is wrong is said on the page with what was typed."""
    proposal = _read(request.POST)
    back = f"{reverse('identity:matching')}?{urlencode(proposal.typed)}#proposal"
    if proposal.caution is None:
        return redirect(back)
    try:
        set_match_settings(
            scope,
            proposal.caution,
            reason=request.POST.get("reason", ""),
            seen=_read_seen(request.POST.get("seen", "")),
            from_at=_read_day(request.POST.get("from", "")),
            now=utc_now(),
        )
    except ReasonMissingError:
        messages.error(request, gettext("Nothing was saved: say why."))
    except TimeInvalidError:
        messages.error(request, gettext("Nothing was saved: the day has to be within a year."))
    except ChangedMeanwhileError:
        words = gettext("Nothing was saved: somebody has changed the settings meanwhile.")
        messages.error(request, words)
    else:
        messages.success(request, gettext("Saved. Nobody was merged or parted by it."))
        return redirect("identity:matching")
    return redirect(back)


@with_scope(Role.MANAGER)
def weak_merges_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Automatic merges that the settings in force would not have made."""
    caution = caution_of(settings_in_force(scope, at=utc_now()))
    doubts = list_doubts(scope, caution, limit=_SHOWN)
    context = {"doubts": doubts, "count": count_doubts(scope, caution)}
    return render(request, "identity/weak_merges.html", context)


@with_scope(Role.MANAGER, methods=CHANGE)
def keep_weak(request: HttpRequest, scope: Scope, merge_id: int) -> HttpResponse:
    """Say that such a merge is right all the same."""
    try:
        keep_merge(scope, merge_id, now=utc_now())
    except MergeNotFoundError as error:
        raise Http404 from error
    messages.success(request, gettext("Kept, and remembered as the same person."))
    return redirect("identity:weak_merges")


def _read(given: QueryDict) -> _Proposal:
    typed = {name: str(given.get(name, ""))[:_LONGEST].strip() for name in _NAMES}
    numbers: dict[str, float] = {}
    for name in ("link_bits", "review_bits"):
        try:
            numbers[name] = float((typed[name] or "0").replace(",", "."))
        except ValueError:
            return _Proposal(typed=typed, caution=None, errors={name: gettext("Say a number.")})
    wanted = Caution(links=typed["links"] != "no", **numbers)
    try:
        caution = check_caution(wanted, shipped_model().thresholds)
    except CautionError as error:
        return _Proposal(typed=typed, caution=None, errors={error.field: _words(error)})
    return _Proposal(typed=typed, caution=caution, errors={})


def _words(error: CautionError) -> str:
    return gettext("This is not possible: %(why)s.") % {"why": error}


def _as_typed(caution: Caution) -> dict[str, str]:
    return {
        "links": "yes" if caution.links else "no",
        "link_bits": f"{caution.link_bits:g}",
        "review_bits": f"{caution.review_bits:g}",
    }


def _read_seen(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < _LONGEST):
        raise BadRequest("these are no settings")
    return int(text)


def _read_day(text: str) -> dt.datetime | None:
    """The beginning of a day of the retailer; None: now."""
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise BadRequest("this is no day")
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def _thresholds(scope: Scope, model: Model) -> Mapping[str, str]:
    auto, review = model.thresholds.at(count_records(scope).records)
    return {"auto": f"{auto:.1f}", "review": f"{review:.1f}"}


def _then(scope: Scope, proposal: _Proposal | None) -> Mapping[str, str] | None:
    if proposal is None or proposal.caution is None:
        return None
    return _thresholds(scope, with_caution(shipped_model(), proposal.caution))


def _asked_more(now: Effects, then: Effects | None) -> int:
    """Pairs among the automatic merges that would have gone to review, beyond those of now."""
    return 0 if then is None else then.doubts_asked - now.doubts_asked


def _versions(scope: Scope, in_force: MatchSettings | None, now: dt.datetime) -> list[Version]:
    held = list_settings(scope)
    actors = name_actors(scope, [one.actor for one in held])
    newest = in_force.pk if in_force else 0
    return [
        Version(
            settings=one,
            actor=actors[one.actor],
            is_to_come=one.pk > newest and one.from_at > now,
        )
        for one in held
    ]
