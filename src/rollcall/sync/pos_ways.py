"""How staff merge customers at each POS, as its connector declares it."""

from __future__ import annotations

from rollcall.identity.pos_ways import PosWay
from rollcall.pos import registry


def find_way(kind: str) -> PosWay | None:
    """Return it; None for a list that is no POS's, or where nothing is declared."""
    if kind not in registry.kinds():
        return None
    connector = registry.connector(kind)
    merging = connector.merging
    if merging is None:
        return None
    return PosWay(label=connector.label, how=merging.how, sign=merging.sign.value)
