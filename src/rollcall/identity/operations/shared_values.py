"""Looking at values that belong to nobody, and saying of one what it is; both are audited."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rollcall.audit import operations as audit
from rollcall.identity.models import GenericValue, Reopening
from rollcall.identity.operations.generics import (
    MOST_ASKED,
    mark_generic,
    mark_own,
    unmark_generic,
)
from rollcall.identity.operations.reopening import Preview, most_allowed_of, preview_reopening
from rollcall.identity.queries.evidence import read_evidence
from rollcall.identity.queries.shared_values import (
    Holders,
    SharedValue,
    ValueKey,
    count_holders,
    find_value,
    is_known_before,
    key_of,
    list_holders,
    list_stopped,
    list_values,
    read_value,
)
from rollcall.identity.rules.evidence import evidence_of
from rollcall.identity.rules.generic import count_people
from rollcall.kit.scope import ForbiddenError, Role, Scope, require

#: Field of the evidence → canonical field, where they differ.
CANONICAL: Final = {"born": "born_on", "medical": "medical_id"}
#: What can be said of a value: many share it; it is somebody's own; counts shall decide.
SHARED: Final = "shared"
OWN: Final = "own"
COUNTED: Final = "counted"
SAYINGS: Final = (SHARED, OWN, COUNTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What is known of one value.

    :param text: the value; None if no record has it.
    :param row: what was said of it.
    :param is_known_before: it is generic before anything is said or counted.
    :param people: about how many different people have it, by names and birth dates.
    :param preview: what would be taken back if it were nobody's own; None if it is already.
    :param most_allowed: beyond so many merges it stops, and an administrator decides.
    """

    value: ValueKey
    text: str | None
    row: GenericValue | None
    is_known_before: bool
    holders: Holders
    people: int
    preview: Preview | None
    most_allowed: int
    reopening: Reopening | None

    @property
    def is_shared(self) -> bool:
        """Whether it is no evidence now."""
        return self.is_known_before if self.row is None else not self.row.is_own


def view_values(scope: Scope, *, after: int = 0) -> Sequence[SharedValue]:
    """Show values of which something was said, the newest first; the audit says who saw them.

    :param after: id of the row that the page before ended with.
    """
    _require_everything(scope)
    found = list_values(scope, after=after)
    audit.record(
        scope,
        "identity.shared_values_viewed",
        subject_kind="generic_value",
        subject_ids=[one.row.pk for one in found],
    )
    return found


def look_at(scope: Scope, value: ValueKey) -> Look:
    """Show one value and what it would re-open; the audit says who saw it."""
    _require_everything(scope)
    row = find_value(scope, value)
    audit.record(
        scope,
        "identity.shared_value_viewed",
        subject_kind="generic_value",
        subject_ids=[] if row is None else [row.pk],
        fields=[value.field],
    )
    look = Look(
        value=value,
        text=read_value(scope, value),
        row=row,
        is_known_before=is_known_before(scope, value),
        holders=count_holders(scope, value),
        people=_count_people(scope, value),
        preview=None,
        most_allowed=most_allowed_of(scope),
        reopening=next((one for one in list_stopped(scope) if one.key == value.key), None),
    )
    if look.is_shared:
        return look
    return dataclasses.replace(look, preview=preview_reopening(scope, value))


def say(scope: Scope, value: ValueKey, saying: str, *, reason: str, now: dt.datetime) -> None:
    """Remember what a person says of a value; everything follows from it. Idempotent.

    :param saying: one of ``SAYINGS``.
    :param reason: for people; characters that cannot be shown are left out.
    """
    _require_everything(scope)
    shown = "".join(letter for letter in reason if letter.isprintable()).strip()
    if saying == SHARED:
        people = _count_people(scope, value)
        source = GenericValue.Source.PERSON
        mark_generic(scope, value, people=people, source=source, reason=shown, now=now)
    elif saying == OWN:
        mark_own(scope, value, people=_count_people(scope, value), reason=shown, now=now)
    elif saying == COUNTED:
        unmark_generic(scope, value, now=now)
    else:
        raise ValueError("nothing that can be said of a value")


def read_typed(scope: Scope, field: str, typed: str) -> ValueKey | None:
    """Return the key of a value as somebody types it; None if it says nothing of anybody."""
    normal = normal_of(field, typed)
    return None if normal is None else key_of(scope, field, normal)


def normal_of(field: str, typed: str) -> str | None:
    """Return the normal form of a value as somebody types it."""
    found: str | None = getattr(evidence_of({CANONICAL.get(field, field): typed}), field)
    return found


def _require_everything(scope: Scope) -> None:
    """A value is shared by people of all stores."""
    require(scope, Role.MANAGER)
    if scope.store_ids is not None:
        raise ForbiddenError("this needs a manager of all stores")


def _count_people(scope: Scope, value: ValueKey) -> int:
    holders = list_holders(scope, value, most=MOST_ASKED)
    return count_people([one.evidence for one in read_evidence(scope, holders).values()])
