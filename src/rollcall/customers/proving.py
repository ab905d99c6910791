"""Who proved at a kiosk who they are; what is above knows.

This capability keeps no proofs, so the composition root hands it a prover (``use_prover``).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from rollcall.api.keys import Caller


class Prover(Protocol):
    """Knows proofs."""

    def __call__(self, caller: Caller, text: str, record_ids: Collection[int]) -> frozenset[int]:
        """Return which of the records are those of the person who proved who they are."""


_prover: list[Prover] = []


def use_prover(prover: Prover) -> None:
    """Say who knows; the last one said counts."""
    _prover[:] = [prover]


def proven_of(caller: Caller, text: str, record_ids: Collection[int]) -> frozenset[int]:
    """Return whose rows may be shown as they are; none without a proof.

    :param text: the proof as the kiosk shows it, "" if it shows none.
    """
    return _prover[0](caller, text, record_ids) if text and record_ids and _prover else frozenset()
