"""Rows of invented people who are surely one person, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rollcall.identity.models import Suggestion
from rollcall.identity.tests.merging_shop import MergingShop

NORA = {
    "given_name": "Nora",
    "family_name": "Okafor",
    "born_on": "1988-07-19",
    "phone": "+14155550177",
    "email": "nora.okafor@example.com",
    "licence": "D8812345",
    "licence_state": "CA",
    "street": "12 Alder Way",
    "zip": "94110",
}
ELIAS = {
    "given_name": "Elias",
    "family_name": "Brandt",
    "born_on": "1970-02-03",
    "phone": "+14155550111",
    "email": "elias.brandt@example.com",
    "licence": "B7766554",
    "licence_state": "CA",
}
_GIVEN = ("Ada", "Ben", "Cleo", "Dov", "Eva", "Finn", "Gus", "Hana")


def nora(*left_out: str, **values: Any) -> dict[str, Any]:
    return {name: value for name, value in {**NORA, **values}.items() if name not in left_out}


def pairs(count: int, *, first: int = 0) -> dict[str, dict[str, Any]]:
    """Two equal records each of several people."""
    return {
        f"{kind}:{number}": {
            "given_name": _GIVEN[number % 8],
            "family_name": f"Family{chr(97 + number) * 3}",
            "born_on": f"19{60 + number}-03-0{number % 8 + 1}",
            "licence": f"D88{number:05d}",
            "licence_state": "CA",
        }
        for number in range(first, first + count)
        for kind in ("treez", "cova")
    }


def people(shop: MergingShop) -> Mapping[str, int]:
    return {name: shop.person(name) for name in sorted(shop.homes)}


def open_reasons(shop: MergingShop) -> list[list[str]]:
    found = Suggestion.objects.scoped(shop.scope).filter(state=Suggestion.State.OPEN)
    return [one.reasons for one in found.order_by("pk")]
