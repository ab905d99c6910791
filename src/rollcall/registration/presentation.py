"""How people are told to programs, and likely matches to whoever registers somebody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext

from rollcall.customers.queries.profile import CustomerView, standing_state
from rollcall.customers.rules.masking import (
    is_masked,
    mask_email,
    mask_name,
    mask_phone,
    mask_value,
)
from rollcall.identity.presentation import field_words, is_alike, level_words
from rollcall.kit.scope import Role
from rollcall.registration.operations.likely import Likely


@dataclass(frozen=True, kw_only=True, slots=True)
class Why:
    """One thing that agrees, or does not."""

    field: str
    label: str | Promise
    words: str | Promise
    is_alike: bool


def explain_likely(likely: Likely) -> list[Why]:
    """Say in words what agrees and what does not; never how much it weighs."""
    found = [
        Why(
            field=part.field,
            label=field_words(part.field),
            words=level_words(part.level),
            is_alike=is_alike(part.level),
        )
        for part in likely.candidate.parts
    ]
    return sorted(found, key=lambda one: not one.is_alike)


def likely_words(likely: Sequence[Likely]) -> str:
    """Say how many there are, for those who hear the page."""
    if not likely:
        return gettext("Nobody like that is known.")
    if any(one.candidate.is_sure for one in likely):
        return gettext("This person is known already, as it seems.")
    return gettext("Somebody known may be this person.")


def masked(likely: Likely) -> dict[str, Any]:
    """Return a likely match for a program: enough to ask the shopper, no value as a whole."""
    profile = likely.profile
    names = " ".join(filter(None, (profile.text("given_name"), profile.text("family_name"))))
    return {
        "id": str(profile.public_id),
        "name": mask_name(names),
        "phone": mask_phone(profile.text("phone")),
        "email": mask_email(profile.text("email")),
        "is_sure": likely.candidate.is_sure,
        "why": [
            {
                "field": one.field,
                "agrees": one.is_alike,
                "words": f"{one.label}: {one.words}",
            }
            for one in explain_likely(likely)
        ],
    }


def told(profile: CustomerView, role: Role, only: Collection[str] | None = None) -> dict[str, Any]:
    """Return a person as programs see them: the values that stand, and whose records they are.

    :param role: of the program; what it gets in part only is named in ``masked``.
    :param only: the fields that are wanted; None: all.
    """
    shown = [view for view in profile.fields if only is None or view.name in only]
    return {
        "id": str(profile.public_id),
        "name": profile.display_name,
        "state": standing_state(profile.records),
        "fields": {
            view.name: mask_value(role, view.name, view.truth.standing.value) for view in shown
        },
        "masked": [view.name for view in shown if is_masked(role, view.name)],
        "records": [
            {
                "kind": record.kind,
                "account": record.account_key,
                "id": record.external_id,
                "status": record.status,
                "is_gone": record.gone_at is not None,
            }
            for record in profile.records
        ],
    }
