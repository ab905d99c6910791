"""Invented pairs for the review queue."""

from __future__ import annotations

from typing import Any, Final

from rollcall.customers.models import PosRecord
from rollcall.identity.models import Suggestion
from rollcall.identity.tests.merging_shop import MergingShop

NORA: Final[dict[str, Any]] = {
    "given_name": "Nora",
    "family_name": "Okafor",
    "born_on": "1988-07-19",
    "phone": "+14155550177",
    "email": "nora.okafor@example.com",
    "street": "12 Alder Way",
    "zip": "94110",
}
#: As matching tells of two records of Nora with different birth dates.
EVIDENCE: Final[dict[str, Any]] = {
    "model": "model-2",
    "bits": 17.3,
    "capped": 4.0,
    "short": 1.7,
    "vetoes": ["born"],
    "would_link_if": ["born", "licence"],
    "parts": [
        {"field": "given", "level": "exact", "bits": 7.1},
        {"field": "family", "level": "exact", "bits": 9.0},
        {"field": "suffix", "level": "missing", "bits": 0.0},
        {"field": "born", "level": "different", "bits": -6.0},
        {"field": "phone", "level": "exact", "bits": 9.3},
        {"field": "email", "level": "near", "bits": 1.9},
    ],
}


def take_in_pair(
    shop: MergingShop, number: int = 1, *, given: str = "Nora", **second: Any
) -> Suggestion:
    """One name in two lists, born on different days: by default treez 1 and cova 2."""
    first, other = f"treez:{number}", f"cova:{number + 1}"
    values = {**NORA, "given_name": given}
    shop.row(first, **values)
    differing = {"born_on": "1961-01-30", "email": "nora.okafor@example.org", "zip": None}
    shop.row(other, **{**values, **differing, **second})
    return suggest(shop, first, other)


def suggest(
    shop: MergingShop,
    first: str,
    second: str,
    *,
    bits: float = 17.3,
    reasons: tuple[str, ...] = ("born",),
) -> Suggestion:
    """Ask whether two records are one person's, as matching does."""
    one, other = sorted((_record(shop, first), _record(shop, second)), key=lambda held: held.pk)
    return Suggestion.objects.scoped(shop.scope).create(
        first=one,
        second=other,
        bits=bits,
        reasons=list(reasons),
        evidence={**EVIDENCE, "bits": bits, "records": [one.pk, other.pk]},
        at=shop.tick(),
    )


def _record(shop: MergingShop, name: str) -> PosRecord:
    kind, _, external_id = name.partition(":")
    account = shop.accounts[kind]
    return PosRecord.objects.scoped(shop.scope).get(account=account, external_id=external_id)
