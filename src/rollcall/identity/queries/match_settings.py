"""How careful a retailer wants matching to be: the settings in force, and the model that obeys."""

from __future__ import annotations

import datetime as dt

from rollcall.identity.models import MatchSettings
from rollcall.identity.queries.models import model_of
from rollcall.identity.rules.caution import Caution, with_caution
from rollcall.identity.rules.model import Model
from rollcall.kit.scope import Scope

_SHOWN = 50


def settings_in_force(scope: Scope, *, at: dt.datetime) -> MatchSettings | None:
    """Return the newest settings whose time has come; None: the shipped thresholds count."""
    held = MatchSettings.objects.scoped(scope).filter(from_at__lte=at)
    return held.order_by("-pk").first()


def newest_settings(scope: Scope) -> MatchSettings | None:
    """Return the settings that were made last, even if their time is still to come."""
    return MatchSettings.objects.scoped(scope).order_by("-pk").first()


def list_settings(scope: Scope) -> list[MatchSettings]:
    """Return settings of now and before, the newest first."""
    return list(MatchSettings.objects.scoped(scope).order_by("-pk")[:_SHOWN])


def caution_of(settings: MatchSettings | None) -> Caution:
    """Return what settings say; None: what is shipped."""
    if settings is None:
        return Caution()
    return Caution(
        links=settings.links, link_bits=settings.link_bits, review_bits=settings.review_bits
    )


def model_in_force(scope: Scope, *, at: dt.datetime) -> Model:
    """Return the retailer's model at the retailer's settings."""
    return with_caution(model_of(scope), caution_of(settings_in_force(scope, at=at)))
