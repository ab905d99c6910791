"""Which weights a retailer's matching uses: its own active model, or the shipped one."""

from __future__ import annotations

import datetime as dt
import functools
import json

import structlog

from rollcall.identity.models import MatchModel
from rollcall.identity.rules.model import Model, ModelError, read_model, shipped_model
from rollcall.kit.scope import Scope

log = structlog.get_logger()


class ModelNotFoundError(LookupError):
    """The retailer has no model of this number."""


def model_of(scope: Scope) -> Model:
    """Return the model by which the retailer's records are compared, now.

    A model that another version of Rollcall trained and this one cannot read is passed over.
    """
    active = MatchModel.objects.scoped(scope).filter(is_active=True)
    found = active.values_list("pk", "trained_at").first()
    if found is None:
        return shipped_model()
    return _read(scope, *found) or shipped_model()


def get_model(scope: Scope, number: int) -> MatchModel:
    """Return one model of the retailer.

    :raises ModelNotFoundError: there is none of this number.
    """
    found = MatchModel.objects.scoped(scope).filter(number=number).first()
    if found is None:
        raise ModelNotFoundError(f"there is no model {number}")
    return found


def list_models(scope: Scope) -> list[MatchModel]:
    """Return the models that were trained for a retailer, the newest first."""
    return list(MatchModel.objects.scoped(scope).order_by("-number"))


def is_readable(row: MatchModel) -> bool:
    """Whether this version of Rollcall can use a model."""
    return _parse(json.dumps(row.document)) is not None


@functools.lru_cache(maxsize=64)
def _read(scope: Scope, model_id: int, _trained_at: dt.datetime) -> Model | None:
    row = MatchModel.objects.scoped(scope).get(pk=model_id)
    model = _parse(json.dumps(row.document))
    if model is None:
        log.warning("identity.model_of_another_version", number=row.number)
    return model


def _parse(text: str) -> Model | None:
    try:
        return read_model(text)
    except ModelError:
        return None
