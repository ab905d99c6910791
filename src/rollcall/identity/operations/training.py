"""A retailer's own weights: learned from its records, kept as versions, used when activated."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Max

from rollcall.audit import operations as audit
from rollcall.identity.engines.train import Shift, train_model
from rollcall.identity.models import MatchModel
from rollcall.identity.operations.full_pass import learn_values, read_all
from rollcall.identity.queries.frequencies import count_records
from rollcall.identity.queries.match_settings import model_in_force
from rollcall.identity.queries.models import get_model, is_readable
from rollcall.identity.queries.reviewed import list_answers
from rollcall.identity.rules.calibration import (
    FEWEST,
    Step,
    count_from,
    fit_isotonic,
    probability_at,
)
from rollcall.identity.rules.model import shipped_model, write_model
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope, require

#: No weight may move by more bits than this, unless somebody approves it.
LARGEST_SHIFT: Final = 3.0


class ModelUnusableError(ValueError):
    """Another version of Rollcall trained it, and this one cannot read it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainedModel:
    """A model that was learned and kept, and what it would change."""

    row: MatchModel
    shifts: Sequence[Shift]


@dataclass(frozen=True, kw_only=True, slots=True)
class Threshold:
    """What people's answers say of a threshold.

    :param probability: that a pair of just so many bits is one person; None: nobody was asked.
    :param pairs: how many answered pairs have as many bits or more, ``same`` of them one person.
    """

    name: str
    bits: float
    probability: float | None
    pairs: int
    same: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """How bits and people's answers fit.

    :param steps: none if there are too few answers.
    """

    answers: int
    fewest: int
    model: str
    steps: Sequence[Step]
    thresholds: Sequence[Threshold]


def train_retailer(
    scope: Scope, *, largest_shift: float = LARGEST_SHIFT, approve: bool, now: dt.datetime
) -> TrainedModel:
    """Learn weights from all records of a retailer, blended with the shipped ones; not active yet.

    Holds all records in memory, about 2 kB each.

    :raises TooFarError: a weight would move further, and nobody approved it; nothing is kept.
    """
    require(scope, Role.ADMIN)
    known = read_all(scope)
    generic = learn_values(scope, known)
    trained = train_model(
        [generic.without(one.evidence) for one in known],
        shipped_model(),
        largest_shift=None if approve else largest_shift,
    )
    largest = max(abs(shift.after - shift.before) for shift in trained.shifts)
    with transaction.atomic():
        models = MatchModel.objects.scoped(scope)
        number = (models.aggregate(last=Max("number"))["last"] or 0) + 1
        version = f"{shipped_model().version}.em{number}"
        document = write_model(dataclasses.replace(trained.model, version=version))
        row = models.create(
            number=number,
            document=json.loads(document),
            trained_at=now,
            trained_by=str(scope.actor),
            records=len(known),
            largest_shift=largest,
            approved_at=now if largest > largest_shift else None,
            approved_by=str(scope.actor) if largest > largest_shift else "",
        )
        _tell(scope, "identity.model_trained", row)
    return TrainedModel(row=row, shifts=trained.shifts)


@transaction.atomic
def activate_model(scope: Scope, number: int, *, now: dt.datetime) -> MatchModel:
    """Match by one of the retailer's own models from now on. Idempotent.

    :raises ModelNotFoundError: there is none of this number.
    :raises ModelUnusableError: this version of Rollcall cannot read it.
    """
    require(scope, Role.ADMIN)
    row = get_model(scope, number)
    if not is_readable(row):
        raise ModelUnusableError(f"model {number} is of another version of Rollcall: train anew")
    if not row.is_active:
        _deactivate(scope, now)
        _set(scope, row, now, is_active=True)
        _tell(scope, "identity.model_activated", row)
    return row


@transaction.atomic
def deactivate_models(scope: Scope, *, now: dt.datetime) -> None:
    """Match by the shipped weights from now on. Idempotent."""
    require(scope, Role.ADMIN)
    _deactivate(scope, now)


def calibrate(scope: Scope) -> Calibration:
    """Compare bits with what people answered; no threshold is changed."""
    require(scope, Role.MANAGER)
    answers = list_answers(scope)
    steps = fit_isotonic(answers) if len(answers) >= FEWEST else ()
    model = model_in_force(scope, at=utc_now())
    limits = zip(("auto", "review"), model.thresholds.at(count_records(scope).records), strict=True)
    thresholds = []
    for name, bits in limits:
        pairs, same = count_from(answers, bits)
        thresholds.append(
            Threshold(
                name=name,
                bits=bits,
                probability=probability_at(steps, bits),
                pairs=pairs,
                same=same,
            )
        )
    return Calibration(
        answers=len(answers),
        fewest=FEWEST,
        model=model.version,
        steps=steps,
        thresholds=thresholds,
    )


def _deactivate(scope: Scope, now: dt.datetime) -> None:
    for row in MatchModel.objects.scoped(scope).select_for_update().filter(is_active=True):
        _set(scope, row, now, is_active=False)
        _tell(scope, "identity.model_deactivated", row)


def _set(scope: Scope, row: MatchModel, now: dt.datetime, *, is_active: bool) -> None:
    row.is_active, row.changed_at, row.changed_by = is_active, now, str(scope.actor)
    row.save(update_fields=["is_active", "changed_at", "changed_by"])


def _tell(scope: Scope, action: str, row: MatchModel) -> None:
    audit.record(
        scope,
        action,
        subject_kind="match_model",
        subject_ids=[row.pk],
        context={"number": row.number, "largest_shift": round(row.largest_shift, 2)},
    )
