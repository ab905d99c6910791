"""A score as it is kept with a merge or a suggestion: codes and numbers, never values."""

from __future__ import annotations

from collections.abc import Sequence

from rollcall.identity.rules.weights import Scored


def pair_evidence(
    scored: Scored,
    *,
    model: str,
    records: tuple[int, int],
    would_link_if: Sequence[str] = (),
    shift: float = 0.0,
) -> dict[str, object]:
    """Return what may be shown later: each field's level and bits, in the model's order.

    :param records: ids of the two that were compared.
    :param shift: bits by which the retailer's settings had moved the threshold of links.
    """
    return {
        "model": f"model-{model}",
        "records": list(records),
        "bits": round(scored.bits, 2),
        "capped": round(scored.capped, 2),
        "short": round(scored.missing_bits, 2),
        "vetoes": list(scored.vetoes),
        "would_link_if": list(would_link_if),
        "parts": [
            {"field": part.field, "level": part.level, "bits": round(part.bits, 2)}
            for part in scored.parts
        ],
        **({"shift": round(shift, 2)} if shift else {}),
    }
