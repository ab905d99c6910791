"""Which columns of proofs are sealed, for the rotation of data keys."""

from __future__ import annotations

from rollcall.kit.resealing import SealedTable, register
from rollcall.proofs.rules.tokens import code_context, web_identity_context

register(
    SealedTable(
        table="proofs_sentcode",
        columns={"sealed_code": code_context},
        bound_to=("message_id",),
    )
)
register(
    SealedTable(
        table="proofs_webidentity",
        columns={"sealed_subject": web_identity_context},
        bound_to=("public_id",),
    )
)
