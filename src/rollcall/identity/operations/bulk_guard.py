"""Why a suggestion that was chosen must not be accepted any more without a person's looking."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import Q

from rollcall.customers.queries.people import members_of
from rollcall.identity.models import BulkAccept, BulkItem, Decision, PendingMatch, Suggestion
from rollcall.identity.queries.blocking import find_generic
from rollcall.identity.queries.bulk import digest_of
from rollcall.identity.queries.evidence import read_evidence, records_of
from rollcall.identity.queries.suggestions import people_of
from rollcall.identity.rules.clustering import LARGEST_CLUSTER, Refusal, contradiction
from rollcall.identity.rules.model import shipped_model
from rollcall.identity.rules.together import Together
from rollcall.identity.rules.told import is_safe, read_told
from rollcall.kit.scope import Scope


def find_objection(
    scope: Scope, run: BulkAccept, item: BulkItem, suggestion: Suggestion, together: Together
) -> str:
    """Return a code, or "" if nothing has changed since it was chosen.

    :param together: who people should be by now, if only this run has merged any of them.
    """
    if suggestion.state != Suggestion.State.OPEN:
        return "answered"
    told = read_told(suggestion.evidence, shipped_model().thresholds)
    if not is_safe(told, suggestion.reasons):
        return "unsafe"
    if _has_changed(scope, item, suggestion):
        return "changed"
    first, second = (set(members_of(scope, one)) for one in people_of(suggestion))
    if first == second:
        return "already_one"
    expected = [together.expected(one[0]) for one in (item.first_members, item.second_members)]
    if [first, second] != expected:
        return "people_changed"
    records = [records_of(scope, members) for members in (first, second)]
    if _was_decided(scope, run, first | second, [*records[0], *records[1]]):
        return "decided"
    refusal = _contradiction(scope, records)
    return refusal.value if refusal else ""


def _has_changed(scope: Scope, item: BulkItem, suggestion: Suggestion) -> bool:
    first, second = suggestion.first, suggestion.second
    told = digest_of(suggestion.reasons, suggestion.evidence, first.changed_at, second.changed_at)
    pending = PendingMatch.objects.scoped(scope).filter(record__in=(first.pk, second.pk))
    return told != item.digest or pending.exists()


def _was_decided(
    scope: Scope, run: BulkAccept, members: Collection[int], records: Collection[int]
) -> bool:
    since = Decision.objects.scoped(scope).filter(
        pk__gt=run.decision_mark, withdrawn_at__isnull=True
    )
    of_people = Q(first_customer__in=members) | Q(second_customer__in=members)
    of_records = Q(first_record__in=records) | Q(second_record__in=records)
    return since.filter(of_people | of_records).exists()


def _contradiction(scope: Scope, records: Sequence[Sequence[int]]) -> Refusal | None:
    """What speaks against the two as wholes, as when records are linked by themselves."""
    count = sum(map(len, records))
    if count > LARGEST_CLUSTER:
        return Refusal.SIZE
    known = read_evidence(scope, {one for held in records for one in held})
    generic = find_generic(scope, [one.evidence for one in known.values()])
    groups = [
        [generic.without(known[one].evidence) for one in held if one in known] for held in records
    ]
    return contradiction(*groups)
