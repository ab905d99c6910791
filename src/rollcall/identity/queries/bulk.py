"""Bulk accepts: what was chosen, how far it is, and how often such pairs were right so far."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from django.db.models import Count, Exists, OuterRef

from rollcall.identity.models import BulkAccept, BulkItem, Suggestion
from rollcall.kit.scope import Role, Scope, require

_SHOWN: Final = 20
_MERGES_SHOWN: Final = 100
#: Normal deviate of a 95 % interval.
_Z: Final = 1.96


class BulkNotFoundError(LookupError):
    """There is no such bulk accept that the scope may see."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a bulk accept is.

    :param skipped: code → how many were left out because of it; ``kept`` the same of undoing.
    """

    waiting: int
    accepted: int
    undone: int
    skipped: Mapping[str, int]
    kept: Mapping[str, int]

    @property
    def left_out(self) -> int:
        """How many were not accepted."""
        return sum(self.skipped.values())

    @property
    def stayed(self) -> int:
        """How many could not be undone."""
        return sum(self.kept.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackRecord:
    """How people answered such pairs, one at a time."""

    answered: int
    different: int

    @property
    def error(self) -> float:
        """Share of different people among the answered; 0 if none were answered."""
        return self.different / self.answered if self.answered else 0.0

    @property
    def error_at_most(self) -> float:
        """Upper end of the 95 % interval (Wilson) of that share; 1 if none were answered."""
        n, p = self.answered, self.error
        if not n:
            return 1.0
        spread = _Z * math.sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n))
        return (p + _Z * _Z / (2 * n) + spread) / (1 + _Z * _Z / n)


def get_run(scope: Scope, run_id: int) -> BulkAccept:
    """Return one bulk accept.

    :raises BulkNotFoundError: none of this retailer.
    """
    require(scope, Role.ADMIN)
    run = BulkAccept.objects.scoped(scope).filter(pk=run_id).first()
    if run is None:
        raise BulkNotFoundError
    return run


def list_runs(scope: Scope) -> list[BulkAccept]:
    """Return bulk accepts that were started, the newest first."""
    require(scope, Role.ADMIN)
    started = BulkAccept.objects.scoped(scope).exclude(state=BulkAccept.State.DRY)
    return list(started.order_by("-pk")[:_SHOWN])


def find_progress(scope: Scope, run: BulkAccept) -> Progress:
    """Return how far a bulk accept is."""
    states = BulkItem.State
    rows = BulkItem.objects.scoped(scope).filter(run=run)
    counts = list(rows.values_list("state", "code").annotate(count=Count("pk")))

    def by_code(state: str) -> dict[str, int]:
        return {code: count for held, code, count in counts if held == state}

    return Progress(
        waiting=sum(by_code(states.WAITING).values()),
        accepted=sum(by_code(states.ACCEPTED).values()),
        undone=sum(by_code(states.UNDONE).values()),
        skipped=by_code(states.SKIPPED),
        kept=by_code(states.KEPT),
    )


def list_merges_of(scope: Scope, run: BulkAccept) -> list[BulkItem]:
    """Return what was accepted, with its merge, the latest first; those undone among them."""
    require(scope, Role.ADMIN)
    made = BulkItem.objects.scoped(scope).filter(run=run, merge__isnull=False)
    return list(made.select_related("merge__survivor").order_by("-pk")[:_MERGES_SHOWN])


def find_track_record(scope: Scope, *, least_bits: float, reasons: Sequence[str]) -> TrackRecord:
    """Return how people answered pairs of at least so many bits for the same reasons."""
    states = Suggestion.State
    in_bulk = BulkItem.objects.scoped(scope).filter(suggestion=OuterRef("pk"), merge__isnull=False)
    answered = Suggestion.objects.scoped(scope).filter(
        ~Exists(in_bulk),
        state__in=(states.SAME, states.DIFFERENT, states.HOUSEHOLD),
        bits__gte=least_bits,
        reasons__contained_by=list(reasons),
    )
    return TrackRecord(
        answered=answered.count(), different=answered.exclude(state=states.SAME).count()
    )


def digest_of(reasons: Sequence[str], evidence: Mapping[str, Any], *changed_at: object) -> str:
    """What a suggestion said, short: it differs as soon as evidence or records change.

    :param changed_at: of both records, the first before the second.
    """
    told = [list(reasons), evidence, *(str(one) for one in changed_at)]
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
