"""What settings would change, told from the evidence that merges and suggestions keep.

Pairs that are neither are known only to a full pass (``operations.settings_pass``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from rollcall.identity.models import Decision, Merge
from rollcall.identity.queries.merges import may_see
from rollcall.identity.queries.suggestions import list_of_two
from rollcall.identity.rules.caution import Caution
from rollcall.identity.rules.model import shipped_model
from rollcall.identity.rules.told import ROUNDING, Told, is_safe, read_told
from rollcall.kit.scope import Role, Scope, require

#: Merges that are named.
MOST_NAMED: Final = 20
_AT_ONCE: Final = 2_000
# Automatic merges were free of contradictions: only their bits have to be looked at.
_TOLD: Final = """
with told as (
    select id, bits, bits + short - coalesce(shift, 0) as auto
      from (select id,
                   case when jsonb_typeof(evidence->'bits') = 'number'
                        then (evidence->>'bits')::float8 end as bits,
                   case when jsonb_typeof(evidence->'short') = 'number'
                        then (evidence->>'short')::float8 end as short,
                   case when jsonb_typeof(evidence->'shift') = 'number'
                        then (evidence->>'shift')::float8 end as shift
              from identity_merge
             where retailer_id = %(retailer)s and reason = 'automatic' and undone_at is null
               and not coalesce(evidence->'records' = any(%(said)s::jsonb[]), false)) merge
)
"""
_IN_DOUBT: Final = "not (%(links)s and bits >= auto + %(auto)s)"
_COUNTS: Final = f"""{_TOLD}
select count(*), count(*) filter (where auto is null),
       count(*) filter (where auto is not null and {_IN_DOUBT}),
       count(*) filter (where auto is not null and {_IN_DOUBT} and bits >= auto + %(review)s)
  from told
"""  # noqa: S608  # texts of ours
_WEAKEST: Final = f"""{_TOLD}
select id, bits, auto from told where auto is not null and {_IN_DOUBT}
 order by bits - auto, id limit %(limit)s
"""  # noqa: S608  # texts of ours


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """An automatic merge that settings would not have made.

    :param short: bits short of a link; None if nothing is linked by itself.
    """

    merge: Merge
    bits: float
    short: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Effects:
    """What settings would change.

    :param merges: automatic merges in force. ``merges_untold``: those whose evidence does not say.
    :param doubts: those that would not have been made; ``named`` some of them, the weakest first.
    :param doubts_asked: of these, how many would have gone to review.
    :param suggestions: that wait; ``linking`` would be linked, ``vanishing`` would not be asked.
    """

    merges: int
    merges_untold: int
    doubts: int
    doubts_asked: int
    named: Sequence[Doubt]
    suggestions: int
    linking: int
    vanishing: int


def find_effects(scope: Scope, caution: Caution) -> Effects:
    """Return what settings would change; reads what is kept, compares no records."""
    merges, untold, doubts, asked = _count_merges(scope, caution)
    waiting = linking = vanishing = 0
    for reasons, told in _suggestions(scope):
        waiting += 1
        if told is not None:
            linking += is_safe(told, reasons) and told.links(caution)
            vanishing += not told.is_asked(caution)
    return Effects(
        merges=merges,
        merges_untold=untold,
        doubts=doubts,
        doubts_asked=asked,
        named=list_doubts(scope, caution),
        suggestions=waiting,
        linking=linking,
        vanishing=vanishing,
    )


def count_doubts(scope: Scope, caution: Caution) -> int:
    """Return how many automatic merges in force settings would not have made."""
    return _count_merges(scope, caution)[2]


def list_doubts(scope: Scope, caution: Caution, *, limit: int = MOST_NAMED) -> list[Doubt]:
    """Return automatic merges that settings would not have made, the weakest first.

    Those of which somebody said that they are right are left out, as everywhere here.
    """
    require(scope, Role.MANAGER)
    found = _ask(_WEAKEST, scope, caution, limit=limit)
    held = Merge.objects.scoped(scope).select_related("survivor")
    merges = held.in_bulk([merge_id for merge_id, _, _ in found])
    return [
        Doubt(
            merge=merges[merge_id],
            bits=bits,
            short=round(float(auto + caution.link_bits - bits), 1) if caution.links else None,
        )
        for merge_id, bits, auto in found
        if may_see(scope, [merges[merge_id].survivor_id])
    ]


def _count_merges(scope: Scope, caution: Caution) -> tuple[int, int, int, int]:
    require(scope, Role.MANAGER)
    ((merges, untold, doubts, asked),) = _ask(_COUNTS, scope, caution)
    return merges, untold, doubts, asked


def _ask(
    statement: str, scope: Scope, caution: Caution, *, limit: int | None = None
) -> list[tuple[Any, ...]]:
    thresholds = shipped_model().thresholds
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "retailer": scope.retailer_id,
                "said": _said_same(scope),
                "links": caution.links,
                "auto": caution.link_bits - ROUNDING,
                "review": thresholds.review - thresholds.auto + caution.review_bits - ROUNDING,
                "limit": limit,
            },
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _suggestions(scope: Scope) -> Iterator[tuple[Sequence[str], Told | None]]:
    limits = shipped_model().thresholds
    held = list_of_two(scope).order_by("pk").values_list("reasons", "evidence")
    for reasons, evidence in held.iterator(chunk_size=_AT_ONCE):
        yield reasons, read_told(evidence, limits)


def _said_same(scope: Scope) -> list[str]:
    """Pairs of records that somebody called one person, as evidence names them, both ways."""
    said = Decision.objects.scoped(scope).filter(
        kind=Decision.Kind.SAME,
        withdrawn_at__isnull=True,
        first_record__isnull=False,
        second_record__isnull=False,
    )
    pairs = list(said.values_list("first_record", "second_record"))
    return [f"[{a}, {b}]" for one, two in pairs for a, b in ((one, two), (two, one))]
