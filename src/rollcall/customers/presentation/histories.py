"""How a person's history is laid out, and which former values can be brought back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from rollcall.customers.presentation.forms import EDITABLE
from rollcall.customers.queries.history import HistoryChange
from rollcall.kit.fields import Fields, FieldValue

#: Outcome of an edit → words, and the look of its chip.
_OUTCOMES: Final[Mapping[str, tuple[str | Promise, str]]] = {
    "in force": (gettext_lazy("in force"), "good"),
    "waiting": (gettext_lazy("on its way to the POS"), ""),
    "replaced": (gettext_lazy("replaced later"), ""),
    "overruled": (gettext_lazy("the POS was changed later"), "warn"),
    "undone": (gettext_lazy("undone"), ""),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryRow:
    """One change of one field.

    :param by: who or what changed it, in words.
    :param look: of the outcome's chip.
    :param can_restore: whether the value of :func:`former_value` can be brought back.
    """

    change: HistoryChange
    by: str
    outcome: str | Promise
    look: str
    can_restore: bool

    @property
    def former(self) -> FieldValue:
        """The value that would be brought back."""
        return former_value(self.change)

    @property
    def knows_before(self) -> bool:
        """Whether the value before is known: an edit only knows the edit before it."""
        return self.change.kind == "pos" or self.change.old is not None


def former_value(change: HistoryChange) -> FieldValue:
    """Return the value of a change that stands no longer: what a POS said before, or was typed."""
    return change.old if change.kind == "pos" else change.new


def lay_out_history(
    changes: Sequence[HistoryChange],
    *,
    standing: Fields,
    actors: Mapping[str, str],
    can_change: bool,
) -> list[HistoryRow]:
    """Lay out changes in their order.

    :param standing: values that stand now: bringing these back would change nothing.
    :param actors: words for those who typed, by actor.
    """
    return [
        HistoryRow(
            change=change,
            by=actors.get(change.source, change.source),
            outcome=_OUTCOMES.get(change.outcome, (change.outcome, ""))[0],
            look=_OUTCOMES.get(change.outcome, ("", ""))[1],
            can_restore=can_change and is_restorable(change, standing),
        )
        for change in changes
    ]


def is_restorable(change: HistoryChange, standing: Fields) -> bool:
    """Tell whether a change holds a value that could stand again and does not stand now."""
    value = former_value(change)
    return (
        not change.is_masked
        and change.field in EDITABLE
        and value not in (None, "", [])
        and value != standing.get(change.field)
    )
