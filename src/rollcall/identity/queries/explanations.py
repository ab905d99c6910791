"""Why records are one person: where each came from, and what joined them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rollcall.customers.models import Customer, Link
from rollcall.customers.queries.account_stores import list_store_names
from rollcall.customers.queries.profile import RecordView, list_records
from rollcall.identity.models import Merge
from rollcall.identity.queries.merges import list_merges
from rollcall.identity.queries.sharing import Shared, find_sharing
from rollcall.kit.scope import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordOrigin:
    """A record of the person, and how it came to it.

    :param reason: a ``Link.Reason``.
    :param stores: names of the stores that the list serves; more than one share it.
    """

    record: RecordView
    stores: Sequence[str]
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeView:
    """A merge in force.

    :param evidence: as it was then; empty if the viewer may not see both records, or none is kept.
    :param compared: the records that were compared, of those that the viewer may see.
    :param is_hidden: there is evidence, about a record that the viewer may not see.
    """

    merge: Merge
    evidence: Mapping[str, Any]
    compared: Sequence[RecordView]
    is_hidden: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """Everything that says why a person's records are one person.

    :param hidden: how many records the viewer may not see.
    """

    origins: Sequence[RecordOrigin]
    hidden: int
    merges: Sequence[MergeView]
    shared: Sequence[Shared]


def explain_person(scope: Scope, customer: Customer) -> Explanation:
    """Collect it; the caller audits that it was seen."""
    records = list_records(scope, [customer.pk])
    links = Link.objects.scoped(scope).filter(customer=customer)
    reasons = dict(links.values_list("record_id", "reason"))
    stores = list_store_names(scope)
    seen = {record.id: record for record in records}
    return Explanation(
        origins=[
            RecordOrigin(
                record=record,
                stores=stores.get((record.kind, record.account_key), ()),
                reason=reasons.get(record.id, Link.Reason.FIRST_SEEN),
            )
            for record in records
        ],
        hidden=len(reasons.keys() - seen.keys()),
        merges=[
            _view(merge, seen) for merge in list_merges(scope, customer) if merge.undone_at is None
        ],
        shared=find_sharing(scope, customer),
    )


def _view(merge: Merge, seen: Mapping[int, RecordView]) -> MergeView:
    named = merge.evidence.get("records", ())
    ids = [one for one in named if isinstance(one, int)] if isinstance(named, list) else []
    compared = [seen[one] for one in ids if one in seen]
    is_hidden = len(compared) < len(ids)
    return MergeView(
        merge=merge,
        evidence={} if is_hidden else merge.evidence,
        compared=compared,
        is_hidden=is_hidden,
    )
