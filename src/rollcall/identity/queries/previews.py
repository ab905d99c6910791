"""What merging two people would change, and what taking a merge back would."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from rollcall.customers.models import Customer, FieldEdit
from rollcall.customers.queries.people import Kin, find_kin
from rollcall.customers.queries.priorities import get_priorities
from rollcall.customers.queries.profile import (
    CustomerNotFoundError,
    RecordView,
    edit_value,
    list_records,
    record_values,
)
from rollcall.customers.rules.forest import Join
from rollcall.customers.rules.survivorship import STRICTEST
from rollcall.identity.blockers import (
    Blocker,
    Consequence,
    find_blockers,
    find_consequences,
)
from rollcall.identity.models import Merge
from rollcall.identity.queries.merges import may_see
from rollcall.identity.rules.merge_values import FieldChange, TypedValue, compare, values_of
from rollcall.kit.scope import Role, Scope, require

#: After all that there are: a merge that is only imagined.
_IMAGINED: Final = 2**63 - 1
_TIES_ARE_FREE: Final = (
    "select pg_try_advisory_xact_lock_shared(hashtextextended('customers.ties', %s))"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """A person as they are before, or would be after.

    :param ids: public ids that lead to them; the one that stands first.
    :param records: the visible ones.
    :param accounts: whose lists these stand in, "kind:account key".
    :param edits: how many values typed here are in force.
    """

    customer_id: int
    members: frozenset[int]
    ids: Sequence[uuid.UUID]
    records: Sequence[RecordView]
    accounts: Sequence[str]
    edits: int

    @property
    def public_id(self) -> uuid.UUID:
        """The id that stands for them."""
        return self.ids[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class MergePreview:
    """What comes of merging two people.

    :param before: the two, as they were named.
    :param fields: before (of each of the two) and after.
    """

    before: Sequence[Side]
    after: Side
    fields: Sequence[FieldChange]
    consequences: Sequence[Consequence]
    blockers: Sequence[Blocker]

    @property
    def consents(self) -> Sequence[FieldChange]:
        """Wishes of which the strictest stands."""
        return [one for one in self.fields if one.name in STRICTEST]


@dataclass(frozen=True, kw_only=True, slots=True)
class UnmergePreview:
    """What comes of taking a merge back.

    :param after: who would be there then; one person if other evidence still holds them together.
    :param fields: for each of them: before (one value) and after.
    """

    merge: Merge
    before: Side
    after: Sequence[Side]
    fields: Sequence[Sequence[FieldChange]]
    consequences: Sequence[Consequence]
    blockers: Sequence[Blocker]


def preview_merge(
    scope: Scope, first: Customer, second: Customer, *, survivor: Customer | None = None
) -> MergePreview:
    """Return every consequence of merging two people; nothing is written.

    :param survivor: one of the two; None: the older one.
    :raises CustomerNotFoundError: one of them has no record that the scope may see.
    """
    require(scope, Role.MANAGER)
    if not may_see(scope, {first.pk, second.pk}):
        raise CustomerNotFoundError("nobody has this id")
    kept, absorbed = (first, second) if survivor in (None, first) else (second, first)
    kin = find_kin(scope, {first.pk, second.pk})
    is_now = kin.representatives()
    kin.joins[_IMAGINED] = Join(
        id=_IMAGINED,
        survivor_id=kept.pk,
        absorbed_id=absorbed.pk,
        is_chosen=survivor is not None,
    )
    would_be = kin.representatives()
    known = _Known(scope, kin)
    before = [known.side(is_now, is_now[one.pk]) for one in (first, second)]
    after = known.side(would_be, would_be[first.pk])
    people = [side.members for side in before]
    blockers = find_blockers(scope, people, parting=False) + _running(scope)
    if is_now[first.pk] == is_now[second.pk]:
        blockers.insert(0, Blocker(code="already_one", words="they are one person already"))
    return MergePreview(
        before=before,
        after=after,
        fields=known.compare(before, after),
        consequences=find_consequences(scope, people, parting=False),
        blockers=blockers,
    )


def preview_unmerge(scope: Scope, merge: Merge) -> UnmergePreview:
    """Return every consequence of taking a merge back; nothing is written."""
    require(scope, Role.MANAGER)
    kin = _kin_of(scope, merge)
    is_now, would_be = kin.representatives(), kin.representatives(without=merge.pk)
    known = _Known(scope, kin)
    before = known.side(is_now, is_now[merge.survivor_id])
    people = _parted(kin, merge)
    after = [known.side(would_be, would_be[min(members)]) for members in people]
    blockers = find_blockers(scope, people, parting=True) + _running(scope)
    if merge.undone_at is not None:
        blockers.insert(0, Blocker(code="already_undone", words="it was undone before"))
    return UnmergePreview(
        merge=merge,
        before=before,
        after=after,
        fields=[known.compare([before], side) for side in after],
        consequences=find_consequences(scope, people, parting=True),
        blockers=blockers,
    )


def people_without(scope: Scope, merge: Merge) -> list[frozenset[int]]:
    """Return who would be there without a merge: all Customers of each of these people."""
    return _parted(_kin_of(scope, merge), merge)


def _kin_of(scope: Scope, merge: Merge) -> Kin:
    return find_kin(scope, {merge.survivor_id, merge.absorbed_id})


def _parted(kin: Kin, merge: Merge) -> list[frozenset[int]]:
    is_now, would_be = kin.representatives(), kin.representatives(without=merge.pk)
    whole = is_now[merge.survivor_id]
    groups: dict[int, set[int]] = {}
    for customer_id, standing in would_be.items():
        if is_now[customer_id] == whole:
            groups.setdefault(standing, set()).add(customer_id)
    return [frozenset(groups[standing]) for standing in sorted(groups)]


def _running(scope: Scope) -> list[Blocker]:
    with connection.cursor() as cursor:
        cursor.execute(_TIES_ARE_FREE, [scope.retailer_id])
        (is_free,) = cursor.fetchone()
    return [] if is_free else [Blocker(code="merge_running", words="people are being merged now")]


class _Known:
    """All that is known of some people, opened once."""

    def __init__(self, scope: Scope, kin: Kin) -> None:
        people = Customer.objects.scoped(scope).filter(pk__in=kin.ages)
        edits = FieldEdit.objects.scoped(scope).filter(customer__in=kin.ages)
        self.priorities = get_priorities(scope)
        self.public_ids = dict(people.values_list("pk", "public_id"))
        self.records = list_records(scope, sorted(set(kin.held.values())))
        self.values = [value for record in self.records for value in record_values(record)]
        self.typed = [
            TypedValue(
                id=edit.pk,
                value=edit_value(scope, edit),
                in_force=edit.withdrawn_at is None,
            )
            for edit in edits
            if edit.withdrawn_at is None or edit.covers
        ]

    def side(self, told: Mapping[int, int], standing: int) -> Side:
        members = frozenset(pk for pk, into in told.items() if into == standing)
        records = [record for record in self.records if record.customer_id in members]
        others = sorted(members - {standing})
        accounts = (f"{record.kind}:{record.account_key}" for record in records)
        in_force = (one for one in self.typed if one.in_force)
        return Side(
            customer_id=standing,
            members=members,
            ids=[self.public_ids[pk] for pk in (standing, *others)],
            records=records,
            accounts=list(dict.fromkeys(accounts)),
            edits=sum(one.value.customer_id in members for one in in_force),
        )

    def compare(self, before: Sequence[Side], after: Side) -> list[FieldChange]:
        were = [values_of(side.members, self.values, self.typed) for side in before]
        now = values_of(after.members, self.values, self.typed)
        return compare(were, now, self.priorities)
