"""Merging people, and taking it back: both are events, and who people are follows from them.

A merge that was undone counts for nothing. So whatever came in between (edits, syncs, further
merges, merges at a POS), everybody is as they would be had it never been made; but a withdrawal of
consent that was typed for both stays with both.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from typing import Final

import orjson
from django.db import connection, transaction

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer
from rollcall.customers.operations.copying import next_ids
from rollcall.customers.operations.edits import forget_merge
from rollcall.customers.operations.settling import lock_people, lock_ties, settle
from rollcall.customers.queries.people import find_kin
from rollcall.customers.queries.profile import CustomerNotFoundError
from rollcall.identity.blockers import Blocker, find_blockers, screen_people
from rollcall.identity.models import Decision, Merge
from rollcall.identity.operations.parting import list_withdrawals, restate
from rollcall.identity.queries.merges import as_join, get_merge, may_see
from rollcall.identity.queries.previews import people_without
from rollcall.identity.rules.merge_evidence import Evidence, check_evidence
from rollcall.kit.scope import Role, Scope, ScopeMissingError, require

#: Longest note, and longest reason of an undoing; more is cut off.
LONGEST_NOTE = 500

# Past the ORM: a row's evidence is long, and escaping it in an array takes longer than all else.
_INSERT: Final = """
insert into identity_merge (retailer_id, at, actor, id, survivor_id, absorbed_id, is_chosen,
                            reason, evidence, note, undone_by, undo_reason)
select %s, %s, %s, one.id, one.survivor_id, one.absorbed_id, one.is_chosen,
       one.reason, one.evidence, one.note, '', ''
  from json_to_recordset(%s::json) as one (
       id bigint, survivor_id bigint, absorbed_id bigint, is_chosen boolean, reason text,
       evidence jsonb, note text)
"""


class AlreadyOneError(RuntimeError):
    """They are one person already."""


class AlreadyUndoneError(RuntimeError):
    """The merge was undone before."""


class MergeRefusedError(RuntimeError):
    """Something stands in the way; ``blockers`` says what. Nothing was changed."""

    def __init__(self, blockers: Sequence[Blocker]) -> None:
        super().__init__("something stands in the way of it")
        self.blockers = blockers


class MergeBatch:
    """Merges that are written together: each is checked as if those before it were written.

    Make one in a transaction; the ties between people are locked from then until it ends. Nothing
    is written before :meth:`write`.

    :param customer_ids: everybody who may be named; others cannot be merged by it.
    """

    def __init__(self, scope: Scope, customer_ids: Collection[int]) -> None:
        require(scope, Role.MANAGER)
        lock_ties(scope)
        self._scope = scope
        self._kin = find_kin(scope, customer_ids)
        self._into: dict[int, int] = {}
        self._people: dict[int, set[int]] = defaultdict(set)
        self._records: dict[int, set[int]] = defaultdict(set)
        for customer_id, now in self._kin.now.items():
            self._people[now].add(customer_id)
        for record_id, held_by in self._kin.held.items():
            self._records[held_by].add(record_id)
        self._screened = screen_people(scope, self._kin.now.keys())
        self._added: list[tuple[Merge, list[int]]] = []

    def __len__(self) -> int:
        return len(self._added)

    def standing(self, customer_id: int) -> int:
        """Return who stands for a Customer, with the merges that were added."""
        standing = self._kin.now.get(customer_id, customer_id)
        while standing in self._into:
            standing = self._into[standing]
        return standing

    def members(self) -> Collection[int]:
        """Return everybody who may be named, and who was merged into them."""
        return self._kin.now.keys()

    def held(self) -> Mapping[int, int]:
        """Record → whose it was when the ties were locked, of everybody who may be named."""
        return self._kin.held

    def records(self, customer_id: int) -> Set[int]:
        """Return the records of the person that a Customer is, with the merges that were added."""
        return self._records[self.standing(customer_id)]

    def add(self, merge: Merge) -> None:
        """Have two people merged; whoever is merged into somebody here may be named again.

        :param merge: not saved yet, with evidence that was checked or is made of codes;
            ``at`` and ``actor`` are filled in when it is written.
        :raises AlreadyOneError: they are one person.
        :raises MergeRefusedError: a decision, or something that folders above know, forbids it.
        """
        survivor, absorbed = (self.standing(one) for one in (merge.survivor_id, merge.absorbed_id))
        if survivor == absorbed:
            raise AlreadyOneError
        people = [frozenset(self._people[one]) for one in (survivor, absorbed)]
        blockers = find_blockers(self._scope, people, parting=False, screened=self._screened)
        if blockers:
            raise MergeRefusedError(blockers)
        ages = self._kin.ages
        if not merge.is_chosen and ages[absorbed] < ages[survivor]:
            survivor, absorbed = absorbed, survivor
        self._into[absorbed] = survivor
        self._people[survivor] |= self._people[absorbed]
        self._records[survivor] |= self._records[absorbed]
        self._added.append((merge, sorted(self._people[survivor])))

    def write(self, *, now: dt.datetime) -> list[Merge]:
        """Write what was added, and everything that follows from it."""
        if not self._added:
            return []
        merges = [merge for merge, _ in self._added]
        touched = {one for _, members in self._added for one in members}
        kin = self._kin.around(touched)
        lock_people(self._scope, kin.ages)
        _insert(self._scope, merges, now=now)
        kin.joins |= {one.pk: as_join(one) for one in merges}
        settle(self._scope, touched, kin=kin, now=now)
        _tell(self._scope, "customer.merged", self._added)
        return merges


@transaction.atomic
def merge_people(
    scope: Scope,
    first: Customer,
    second: Customer,
    *,
    survivor: Customer | None = None,
    reason: Merge.Reason,
    evidence: Evidence | None = None,
    note: str = "",
    now: dt.datetime,
) -> Merge:
    """Say that two people are one; everything follows in the same transaction.

    :param survivor: one of the two, whose public id shall stand; None: the older one's.
    :param evidence: numbers and codes, never values.
    :raises AlreadyOneError: they are one person.
    :raises MergeRefusedError: a decision, or something that folders above know, forbids it.
    :raises CustomerNotFoundError: one of them has no record that the scope may see.
    :raises EvidenceInvalidError: the evidence might tell something of a person.
    """
    require(scope, Role.MANAGER)
    check_evidence(evidence or {})
    batch = MergeBatch(scope, {first.pk, second.pk})
    _check_seen(scope, (first, second))
    kept, absorbed = _in_order(first, second, survivor)
    batch.add(
        Merge(
            survivor=kept,
            absorbed=absorbed,
            is_chosen=survivor is not None,
            reason=reason,
            evidence=dict(evidence or {}),
            note=note[:LONGEST_NOTE],
        )
    )
    (merge,) = batch.write(now=now)
    return merge


@transaction.atomic
def undo_merge(
    scope: Scope,
    merge_id: int,
    *,
    reason: str = "",
    are_different: bool = False,
    now: dt.datetime,
) -> Merge:
    """Take a merge back, however long ago it was made.

    :param are_different: remember as well that they are different people.
    :raises MergeNotFoundError: there is none that the scope may see.
    :raises AlreadyUndoneError: it was taken back before.
    :raises MergeRefusedError: something that folders above know forbids it.
    """
    require(scope, Role.MANAGER)
    lock_ties(scope)
    merge = get_merge(scope, merge_id)
    if merge.undone_at is not None:
        raise AlreadyUndoneError
    people = people_without(scope, merge)
    blockers = find_blockers(scope, people, parting=True)
    if blockers:
        raise MergeRefusedError(blockers)
    merge.undone_at, merge.undone_by = now, str(scope.actor)
    merge.undo_reason = reason[:LONGEST_NOTE]
    merge.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    members = frozenset[int]().union(*people)
    withdrawals = list_withdrawals(scope, members)
    forget_merge(scope, merge.pk, members)
    settle(scope, {merge.survivor_id, merge.absorbed_id}, now=now)
    restate(scope, withdrawals, now=now)
    if are_different:
        _remember(scope, merge, reason, now)
    _tell(scope, "customer.unmerged", [(merge, members)])
    return merge


def _insert(scope: Scope, merges: Sequence[Merge], *, now: dt.datetime) -> None:
    """Save new merges; the later of two gets the greater id."""
    ids = next_ids("identity_merge", len(merges))
    for merge_id, merge in zip(ids, merges, strict=True):
        merge.pk, merge.retailer_id = merge_id, scope.retailer_id
        merge.at, merge.actor = now, str(scope.actor)
    rows = [
        {
            "id": one.pk,
            "survivor_id": one.survivor_id,
            "absorbed_id": one.absorbed_id,
            "is_chosen": one.is_chosen,
            "reason": one.reason,
            "evidence": one.evidence,
            "note": one.note,
        }
        for one in merges
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT, [scope.retailer_id, now, str(scope.actor), orjson.dumps(rows).decode()]
        )


def _check_seen(scope: Scope, given: Sequence[Customer]) -> None:
    if any(one.retailer_id != scope.retailer_id for one in given):
        raise ScopeMissingError("a person of another retailer was about to be merged")
    if not may_see(scope, [one.pk for one in given]):
        raise CustomerNotFoundError("nobody has this id")


def _in_order(
    first: Customer, second: Customer, survivor: Customer | None
) -> tuple[Customer, Customer]:
    if survivor is None:
        return (first, second)
    if survivor.pk not in (first.pk, second.pk):
        raise ValueError("the survivor has to be one of the two")
    return (first, second) if survivor.pk == first.pk else (second, first)


def _remember(scope: Scope, merge: Merge, reason: str, now: dt.datetime) -> None:
    Decision.objects.scoped(scope).create(
        kind=Decision.Kind.DIFFERENT,
        first_customer=merge.survivor,
        second_customer=merge.absorbed,
        at=now,
        actor=str(scope.actor),
        note=reason[:LONGEST_NOTE],
    )


def _tell(scope: Scope, action: str, merges: Iterable[tuple[Merge, Collection[int]]]) -> None:
    audit.record_each(
        scope,
        action,
        subject_kind="customer",
        entries=[
            (
                [merge.survivor_id, merge.absorbed_id, *sorted(members)],
                {"merge": merge.pk, "reason": merge.reason},
            )
            for merge, members in merges
        ],
    )
