"""Which columns of proofs are sealed, for the rotation of data keys."""

from __future__ import annotations

from rollcall.kit.resealing import SealedTable, register
from rollcall.proofs.rules.tokens import code_context

register(
    SealedTable(
        table="proofs_sentcode",
        columns={"sealed_code": code_context},
        bound_to=("message_id",),
    )
)
