"""Accepting many suggestions at once: choosing, looking, starting, and following it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from rollcall.customers.presentation.actors import name_actors
from rollcall.identity.models import BulkAccept
from rollcall.identity.operations import bulk_steering
from rollcall.identity.operations.bulk_choosing import (
    MOST,
    USUAL_CAP,
    Choice,
    ChoiceError,
    choose,
    require_bulk,
)
from rollcall.identity.operations.bulk_steering import (
    BusyError,
    OutdatedError,
    UnconfirmedError,
    WrongStateError,
)
from rollcall.identity.operations.reviewing import view_pair
from rollcall.identity.presentation import PairPage, lay_out_pair
from rollcall.identity.queries.bulk import (
    BulkNotFoundError,
    find_progress,
    find_track_record,
    get_run,
    list_merges_of,
    list_runs,
)
from rollcall.identity.queries.frequencies import count_records
from rollcall.identity.queries.match_settings import model_in_force
from rollcall.identity.queries.suggestions import SuggestionNotFoundError
from rollcall.identity.rules.told import SAFE_REASONS
from rollcall.kit.clock import utc_now
from rollcall.kit.fields import FIELDS
from rollcall.kit.scope import Role, Scope
from rollcall.web.access import CHANGE, READ, with_scope

Words = str | Promise

#: Below so many answers, a share of wrong ones says little.
_FEW_ANSWERS: Final = 30
_LONGEST: Final = 20
_REASONS: Final[Mapping[str, Words]] = {
    "bits": gettext_lazy("the evidence is a little short"),
    "by_hand": gettext_lazy("the evidence is enough, but the settings link nothing by itself"),
    "full_pass": gettext_lazy("matching everybody at once found it"),
}
_CODES: Final[Mapping[str, Words]] = {
    "answered": gettext_lazy("somebody answered it meanwhile"),
    "already_one": gettext_lazy("they are one person already"),
    "changed": gettext_lazy("a record or the evidence has changed since"),
    "people_changed": gettext_lazy("somebody merged or parted these people meanwhile"),
    "decided": gettext_lazy("somebody decided about these people meanwhile"),
    "unsafe": gettext_lazy("something contradicts it now"),
    "not_found": gettext_lazy("it is not there any more"),
    "born": gettext_lazy("another record of one of them has a birth date that does not fit"),
    "given": gettext_lazy("another record of one of them has a given name that does not fit"),
    "suffix": gettext_lazy("another record of one of them is of a junior or senior"),
    "size": gettext_lazy("together they would have more records than people usually have"),
    "failed": gettext_lazy("something went wrong; the log says what"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SampledPair:
    """A pair of the sample.

    :param agreeing: labels of fields, ``differing`` those that are not the same.
    """

    page: PairPage
    agreeing: Sequence[str]
    differing: Sequence[str]


@with_scope(Role.ADMIN, methods=(*READ, *CHANGE))
def bulk_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What is to be chosen, and the runs so far; choosing merges nobody."""
    require_bulk(scope)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            run = choose(scope, _read_choice(request), now=utc_now())
        except ChoiceError as error:
            errors = {error.field: str(error)}
        else:
            return redirect("identity:bulk_run", run.pk)
    return render(request, "identity/bulk.html", _choice_context(request, scope, errors))


@with_scope(Role.ADMIN)
def bulk_run(request: HttpRequest, scope: Scope, run_id: int) -> HttpResponse:
    """A dry run with its sample, or how far a run is; that people were seen is audited."""
    require_bulk(scope)
    run = _find(scope, run_id)
    context = _run_context(scope, run)
    if run.state == BulkAccept.State.DRY:
        context |= {
            "sample": list(_sample(scope, run)),
            "track": find_track_record(scope, least_bits=run.least_bits, reasons=run.reasons),
            "few_answers": _FEW_ANSWERS,
            "reasons": [_REASONS.get(one, one) for one in run.reasons],
        }
    else:
        context["items"] = list_merges_of(scope, run)
    return render(request, "identity/bulk_run.html", context)


@with_scope(Role.ADMIN)
def bulk_progress(request: HttpRequest, scope: Scope, run_id: int) -> HttpResponse:
    """The part of the page that htmx renews."""
    require_bulk(scope)
    context = _run_context(scope, _find(scope, run_id))
    return render(request, "identity/bulk_progress.html", context)


@with_scope(Role.ADMIN, methods=CHANGE, fresh=("start", "undo"))
def steer_bulk(request: HttpRequest, scope: Scope, run_id: int) -> HttpResponse:
    """Start, pause, resume, stop or undo a run."""
    run = _find(scope, run_id)
    try:
        _steer(request, scope, run.pk)
    except UnconfirmedError:
        messages.error(request, gettext("Nothing was started: type the number of pairs."))
    except OutdatedError:
        messages.error(request, gettext("This was chosen too long ago: choose again."))
    except BusyError:
        messages.error(request, gettext("Another run is under way: only one at a time."))
    except WrongStateError:
        messages.warning(request, gettext("It was in another state meanwhile."))
    return redirect("identity:bulk_run", run.pk)


def _steer(request: HttpRequest, scope: Scope, run_id: int) -> None:
    wanted = request.POST.get("do", "")
    now = utc_now()
    if wanted == "start":
        confirmed = _number(request.POST.get("confirmed", ""))
        bulk_steering.start(scope, run_id, confirmed=confirmed, now=now)
    elif wanted == "pause":
        bulk_steering.pause(scope, run_id)
    elif wanted == "resume":
        bulk_steering.resume(scope, run_id)
    elif wanted == "stop":
        bulk_steering.stop(scope, run_id, now=now)
    elif wanted == "undo":
        bulk_steering.undo(scope, run_id, now=now)
    else:
        raise BadRequest("this cannot be done")


def _read_choice(request: HttpRequest) -> Choice:
    typed = request.POST.get("least_bits", "")[:_LONGEST].replace(",", ".")
    try:
        least_bits = float(typed)
    except ValueError:
        raise ChoiceError("least_bits", gettext("Say a number.")) from None
    return Choice(
        least_bits=least_bits,
        reasons=tuple(dict.fromkeys(request.POST.getlist("reason")[: len(SAFE_REASONS) + 1])),
        linkable=request.POST.get("linkable") == "yes",
        cap=_number(request.POST.get("cap", "")),
    )


def _number(text: str) -> int:
    """A count as it was typed; -1 if it is none."""
    text = text.strip().replace(",", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _LONGEST else -1


def _choice_context(
    request: HttpRequest, scope: Scope, errors: Mapping[str, str]
) -> dict[str, Any]:
    model = model_in_force(scope, at=utc_now())
    auto, review = model.thresholds.at(count_records(scope).records)
    given = request.POST
    chosen = given.getlist("reason") if given else list(SAFE_REASONS)
    runs = list_runs(scope)
    actors = name_actors(scope, [one.actor for one in runs])
    return {
        "errors": errors,
        "least_bits": given.get("least_bits", f"{auto - 2:.1f}"),
        "cap": given.get("cap", str(USUAL_CAP)),
        "linkable": given.get("linkable") == "yes" or request.GET.get("linkable") == "yes",
        "reasons": [(code, words, code in chosen) for code, words in _REASONS.items()],
        "auto": f"{auto:.1f}",
        "review": f"{review:.1f}",
        "most": MOST,
        "runs": [(run, actors[run.actor], find_progress(scope, run)) for run in runs],
    }


def _run_context(scope: Scope, run: BulkAccept) -> dict[str, Any]:
    progress = find_progress(scope, run)
    done = run.count - progress.waiting
    if run.state in (BulkAccept.State.UNDOING, BulkAccept.State.UNDONE):
        whole = progress.accepted + progress.undone + progress.stayed
        done = whole - progress.accepted
    else:
        whole = run.count
    return {
        "run": run,
        "progress": progress,
        "whole": whole,
        "done": done,
        "percent": 100 * done // whole if whole else 100,
        "is_live": run.state in (BulkAccept.State.RUNNING, BulkAccept.State.UNDOING),
        "can_undo": run.state in ("paused", "stopped", "done") and progress.accepted > 0,
        "skipped": [(_CODES.get(code, code), count) for code, count in progress.skipped.items()],
        "kept": [(_CODES.get(code, code), count) for code, count in progress.kept.items()],
        "actor": name_actors(scope, [run.actor])[run.actor],
    }


def _sample(scope: Scope, run: BulkAccept) -> Iterator[SampledPair]:
    for suggestion_id in run.sample:
        try:
            page = lay_out_pair(view_pair(scope, suggestion_id))
        except SuggestionNotFoundError:
            continue
        yield SampledPair(
            page=page,
            agreeing=_labels(page, "good"),
            differing=_labels(page, "warn", "bad"),
        )


def _labels(page: PairPage, *looks: str) -> list[str]:
    return [str(FIELDS[row.name].label) for row in page.rows if row.agreement.look in looks]


def _find(scope: Scope, run_id: int) -> BulkAccept:
    try:
        return get_run(scope, run_id)
    except BulkNotFoundError as error:
        raise Http404 from error
