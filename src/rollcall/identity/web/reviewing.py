"""The review queue: one pair of people at a time, and the answer to it.

What was skipped and what was answered last is kept in the session: ids only, nothing of a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from rollcall.identity.models import Suggestion
from rollcall.identity.operations.deciding import AlreadyWithdrawnError, DecisionNotFoundError
from rollcall.identity.operations.doubting import count_doubts
from rollcall.identity.operations.merging import (
    AlreadyOneError,
    AlreadyUndoneError,
    MergeRefusedError,
)
from rollcall.identity.operations.reviewing import (
    ANSWERS,
    AlreadyAnsweredError,
    Answer,
    NotAnsweredError,
    answer,
    take_back,
    view_pair,
)
from rollcall.identity.presentation import answered_words, lay_out_pair, pair_words
from rollcall.identity.queries.merges import MergeNotFoundError
from rollcall.identity.queries.suggestions import (
    Pair,
    SuggestionNotFoundError,
    count_open,
    find_next,
    list_open,
    people_of,
)
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.web.access import CHANGE, is_htmx, with_scope

#: Session key.
_KEY: Final = "review"
#: So many skipped pairs are remembered.
_MOST_SKIPPED: Final = 500
_SKIP: Final = "skip"
_LONGEST_ID: Final = 18


@dataclass(frozen=True, kw_only=True, slots=True)
class _Notice:
    level: int
    words: str

    @property
    def tag(self) -> str:
        return messages.DEFAULT_TAGS[self.level]


@with_scope(Role.MANAGER)
def review_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The next pair; that somebody saw the two people is audited."""
    is_admin = scope.role.includes(Role.ADMIN) and scope.store_ids is None
    doubts = count_doubts(scope)
    context = {**_context(request, scope), "is_admin": is_admin, "doubts": doubts}
    return render(request, "identity/review.html", context)


@with_scope(Role.MANAGER, methods=CHANGE)
def answer_pair(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Answer a pair or skip it, and show the next one."""
    suggestion_id = _read_id(request.POST.get("suggestion", ""))
    given = request.POST.get("answer", "")
    if given == _SKIP:
        return _next(request, scope, _skip(request, scope, suggestion_id))
    if given not in ANSWERS:
        raise BadRequest("this is no answer")
    state = Suggestion.State(given)
    try:
        answered = answer(scope, suggestion_id, state, now=utc_now())
    except SuggestionNotFoundError as error:
        raise Http404 from error
    except AlreadyAnsweredError as error:
        words = gettext("It was answered already. %(words)s") % {
            "words": answered_words(error.state)
        }
        return _next(request, scope, _Notice(level=messages.WARNING, words=words))
    except AlreadyOneError:
        words = gettext("They have become one person meanwhile.")
        return _next(request, scope, _Notice(level=messages.WARNING, words=words))
    except MergeRefusedError as error:
        return _next(request, scope, _refused(error), wanted=suggestion_id)
    _keep(request, scope, last=asdict(answered))
    return _next(request, scope)


@with_scope(Role.MANAGER, methods=CHANGE)
def undo_answer(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Take the last answer of this session back, and show its pair again."""
    last = _kept(request, scope)["last"]
    if last is None:
        words = gettext("There is no answer to take back.")
        return _next(request, scope, _Notice(level=messages.INFO, words=words))
    answered = Answer(**last)
    try:
        take_back(scope, answered, now=utc_now())
    except MergeRefusedError as error:
        return _next(request, scope, _refused(error))
    except (
        AlreadyUndoneError,
        AlreadyWithdrawnError,
        DecisionNotFoundError,
        MergeNotFoundError,
        NotAnsweredError,
        SuggestionNotFoundError,
    ):
        notice = _Notice(level=messages.WARNING, words=gettext("It was taken back before."))
    else:
        notice = _Notice(level=messages.SUCCESS, words=gettext("Taken back; here is the pair."))
    _keep(request, scope, last=None)
    return _next(request, scope, notice, wanted=answered.suggestion_id)


def _next(
    request: HttpRequest,
    scope: Scope,
    notice: _Notice | None = None,
    *,
    wanted: int | None = None,
) -> HttpResponse:
    if is_htmx(request):
        context = _context(request, scope, notice=notice, wanted=wanted)
        return render(request, "identity/review_pair.html", context)
    if notice is not None:
        messages.add_message(request, notice.level, notice.words)
    _keep(request, scope, wanted=wanted)
    return redirect("identity:review")


def _context(
    request: HttpRequest,
    scope: Scope,
    *,
    notice: _Notice | None = None,
    wanted: int | None = None,
) -> dict[str, Any]:
    kept = _kept(request, scope)
    pair = _find_pair(request, scope, wanted or kept["wanted"])
    if kept["wanted"] is not None:
        _keep(request, scope, wanted=None)
    left = count_open(scope)
    page = None if pair is None else lay_out_pair(pair)
    last = kept["last"]
    done = "" if last is None else str(answered_words(last["state"]))
    shown = gettext("Nothing is left to review.") if page is None else pair_words(page, left)
    said = done if notice is None else notice.words
    return {
        "page": page,
        "left": left,
        "done": done,
        "notice": notice,
        "announcement": " ".join(words for words in (said, shown) if words),
    }


def _find_pair(request: HttpRequest, scope: Scope, wanted: int | None) -> Pair | None:
    """The wanted pair if it is still open, else the next; skipped ones come at the end."""
    if wanted is not None:
        pair = _view(scope, wanted)
        if pair is not None:
            return pair
    found = find_next(scope, without=_kept(request, scope)["skipped"])
    if found is None and _kept(request, scope)["skipped"]:
        _keep(request, scope, skipped=[])
        found = find_next(scope)
    return None if found is None else _view(scope, found.pk)


def _view(scope: Scope, suggestion_id: int) -> Pair | None:
    try:
        pair = view_pair(scope, suggestion_id)
    except SuggestionNotFoundError:
        return None
    first, second = people_of(pair.suggestion)
    is_open = pair.suggestion.state == Suggestion.State.OPEN
    return pair if is_open and first != second else None


def _skip(request: HttpRequest, scope: Scope, suggestion_id: int) -> _Notice | None:
    skipped: Sequence[int] = _kept(request, scope)["skipped"]
    again = [*(one for one in skipped if one != suggestion_id), suggestion_id][-_MOST_SKIPPED:]
    _keep(request, scope, skipped=again, last=None)
    if list_open(scope, without=again, limit=1):
        return None
    words = gettext("That was the last one: what you skipped comes again.")
    return _Notice(level=messages.INFO, words=words)


def _refused(error: MergeRefusedError) -> _Notice:
    why = "; ".join(one.words for one in error.blockers)
    words = gettext("Nothing was changed: %(why)s.") % {"why": why}
    return _Notice(level=messages.ERROR, words=words)


def _read_id(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID):
        raise BadRequest("this is no suggestion")
    return int(text)


def _kept(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    empty = {"retailer": scope.retailer_id, "skipped": [], "last": None, "wanted": None}
    held: dict[str, Any] = request.session.get(_KEY, empty)
    return held if held["retailer"] == scope.retailer_id else empty


def _keep(request: HttpRequest, scope: Scope, **changes: Any) -> None:
    request.session[_KEY] = {**_kept(request, scope), **changes}
