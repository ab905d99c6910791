"""Tables of what was said about who is who: merges, decisions of people, and what matching needs.

Nothing here says who somebody is now. That follows from the merges in force and from what POS
systems tell (``customers.operations.settling``).
"""

from rollcall.identity.models.bulk import BulkAccept, BulkItem
from rollcall.identity.models.matching import (
    KeyKind,
    MatchKey,
    MatchModel,
    MatchSettings,
    PendingMatch,
    Suggestion,
)
from rollcall.identity.models.merging import Decision, Merge, MergeDoubt, PosMergePlan, SaidNew
from rollcall.identity.models.shared_values import GenericCount, GenericValue, Reopening

__all__ = [
    "BulkAccept",
    "BulkItem",
    "Decision",
    "GenericCount",
    "GenericValue",
    "KeyKind",
    "MatchKey",
    "MatchModel",
    "MatchSettings",
    "Merge",
    "MergeDoubt",
    "PendingMatch",
    "PosMergePlan",
    "Reopening",
    "SaidNew",
    "Suggestion",
]
