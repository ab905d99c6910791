"""What people answered to the review queue, with the bits of what they were asked about."""

from __future__ import annotations

from rollcall.identity.models import Suggestion
from rollcall.kit.scope import Scope

State = Suggestion.State
_ANSWERED = (State.SAME, State.DIFFERENT, State.HOUSEHOLD)


def list_answers(scope: Scope) -> list[tuple[float, bool]]:
    """Return (bits, whether it is one person) of every pair that a person answered.

    Pairs with a veto are left out: no threshold would link them.
    """
    answered = Suggestion.objects.scoped(scope).filter(state__in=_ANSWERED)
    rows = answered.values_list("bits", "state", "evidence__vetoes")
    return [(bits, state == State.SAME) for bits, state, vetoes in rows if not vetoes]
